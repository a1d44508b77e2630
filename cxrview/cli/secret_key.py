"""The key of the patient pseudonyms, for commands that go on without it."""

from cxrview import paths
from cxrview.cli import console, messages
from cxrview.errors import InvalidRequest
from cxrview.pseudonym import load_key


def secret_key(column: str) -> bytes:
    """Return the key; without one, say that `column` stays empty and return b""."""
    try:
        return load_key(paths.pseudonym_key())
    except InvalidRequest as error:
        console.say(f"cxrview: {error} {messages.STAYS_EMPTY(column=column)}")
        return b""
