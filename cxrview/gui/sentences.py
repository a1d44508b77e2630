"""An error as the user reads it: what is wrong, and what to do."""

from cxrview.errors import CxrviewError

THIS_FILE = "This file "


def problem(error: Exception) -> str:
    """Return what is wrong, as a sentence beside the file's name."""
    if isinstance(error, CxrviewError):
        return f"{THIS_FILE}{error.problem}" if error.problem[:1].islower() else error.problem
    return f"cxrview made a mistake here ({type(error).__name__}: {error})."


def advice(error: Exception) -> str:
    """Return what to do about it, or ""."""
    return error.advice if isinstance(error, CxrviewError) else "Please report it with the details."


def whole(error: Exception) -> str:
    """Return both, where no file's name stands beside them."""
    return str(error) if isinstance(error, CxrviewError) else f"{problem(error)} {advice(error)}"


def note(error: Exception) -> str:
    """Return both, where the file's name stands above them."""
    words = f"{problem(error).removeprefix(THIS_FILE)} {advice(error)}".strip()
    return words[:1].upper() + words[1:]
