"""An error as the user reads it: what is wrong, and what to do."""

from cxrview.errors import CxrviewError
from cxrview.gui.widgets.identity import file_name, hidden
from cxrview.i18n import say, tr


def problem(error: Exception) -> str:
    """Return what is wrong, as a sentence beside the file's name."""
    if not isinstance(error, CxrviewError):
        words = tr("cxrview made a mistake here ({error}).")
        return words.format(error=f"{type(error).__name__}: {error}")
    words = say(error.problem)
    return words if error.path is None else tr("This file {problem}").format(problem=words)


def advice(error: Exception) -> str:
    """Return what to do about it, or ""."""
    return say(error.advice) if isinstance(error, CxrviewError) else tr("Please report it with the details.")


def whole(error: Exception) -> str:
    """Return both, where no file's name stands beside them."""
    if not isinstance(error, CxrviewError):
        return f"{problem(error)} {advice(error)}"
    if error.path is None or error.of_ours or not hidden():
        return say(error.whole)
    words = f"{file_name(error.path)} {say(error.problem)} {advice(error)}".strip()
    return words[:1].upper() + words[1:]


def note(error: Exception) -> str:
    """Return both, where the file's name stands above them."""
    what = say(error.problem) if isinstance(error, CxrviewError) else problem(error)
    words = f"{what} {advice(error)}".strip()
    return words[:1].upper() + words[1:]
