"""The errors that cxrview raises on purpose: what is wrong, with which file, and what to do.

Anything else that escapes is a bug and should look like one. Foreign exceptions are converted at the
place where the foreign library is called.
"""

from pathlib import Path

from cxrview.message import NOTHING, Message, as_message, joined, verbatim
from cxrview.safe_text import visible


class CxrviewError(Exception):
    """Something outside cxrview is wrong; `str()` of it is one English sentence for the user.

    `problem` continues a sentence that begins with the file's name ("is not an image."); `advice` says
    what to do and may be empty; `path` is the file concerned, if there is one. `of_ours`: that is a
    file of cxrview's own, whose name says nothing of a patient.
    """

    of_ours = False

    def __init__(
        self, problem: Message | str, advice: Message | str = NOTHING, path: Path | None = None
    ) -> None:
        self.problem = as_message(problem)
        self.advice = as_message(advice)
        self.path = path
        super().__init__(self.problem, self.advice, path)

    @property
    def code(self) -> str:
        """The code of the problem, "" if it is said in words that are not ours."""
        return self.problem.code

    @property
    def whole(self) -> Message:
        """All of it: the file's name, the problem and the advice."""
        subject = verbatim(visible(self.path.name)) if self.path is not None else NOTHING
        return joined((subject, self.problem, self.advice))

    def __str__(self) -> str:
        return str(self.whole)


class UnreadableImage(CxrviewError):
    """A file holds no image that can be shown: damaged, empty, encrypted, too large, or something else."""


class UnusableModel(CxrviewError):
    """A model bundle fails its checks, or its graph does not keep the contract."""

    of_ours = True


class EngineUnavailable(CxrviewError):
    """An inference engine, or the device asked for, is not there or does not prove itself."""


class InvalidRequest(CxrviewError):
    """What the user asked for cannot be done: an unknown name, a value out of bounds, nothing to do."""
