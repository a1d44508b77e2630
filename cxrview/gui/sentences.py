"""An error as the user reads it: what is wrong, and what to do."""

from cxrview.errors import CxrviewError
from cxrview.words import tr


def problem(error: Exception) -> str:
    """Return what is wrong, as a sentence beside the file's name."""
    if isinstance(error, CxrviewError):
        this_file = tr("This file {problem}").format(problem=error.problem)
        return this_file if error.problem[:1].islower() else error.problem
    words = tr("cxrview made a mistake here ({error}).")
    return words.format(error=f"{type(error).__name__}: {error}")


def advice(error: Exception) -> str:
    """Return what to do about it, or ""."""
    return error.advice if isinstance(error, CxrviewError) else tr("Please report it with the details.")


def whole(error: Exception) -> str:
    """Return both, where no file's name stands beside them."""
    return str(error) if isinstance(error, CxrviewError) else f"{problem(error)} {advice(error)}"


def note(error: Exception) -> str:
    """Return both, where the file's name stands above them."""
    what = error.problem if isinstance(error, CxrviewError) else problem(error)
    words = f"{what} {advice(error)}".strip()
    return words[:1].upper() + words[1:]
