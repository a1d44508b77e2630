"""How long work reports progress and is cancelled, the same for window, command line and tests.

Long work is a plain function that takes a `Report` and calls it often; the caller's reporter raises
`Cancelled` when the user has lost interest.
"""

from collections.abc import Callable

from cxrview.message import Message

Report = Callable[[float, Message | str], None]
"""Called with the fraction done (0…1) and what is being done, or the name of the file that is done; may raise
Cancelled."""


class Cancelled(Exception):
    """The user asked for the work to stop. Not an error: nothing is shown."""


class Enough(Exception):
    """The user wants the result of what has been done so far. Not an error."""


def silent(_fraction: float, _doing: Message | str) -> None:
    """Report to nobody."""
