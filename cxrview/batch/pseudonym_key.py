"""The secret of this installation from which patient pseudonyms are made."""

import os
import secrets
from pathlib import Path

from cxrview.errors import BadRequest

KEY_BYTES = 32


def load_key(path: Path) -> bytes:
    """Return the key stored at `path`, making it at the first call. Raises BadRequest.

    The same key gives the same pseudonyms, so tables of one installation can be joined; whoever lacks it
    cannot find the patient by trying numbers.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(secrets.token_bytes(KEY_BYTES))
        key = path.read_bytes()
    except OSError as error:
        raise BadRequest(f"The pseudonym key {path} cannot be used: {error.strerror}.") from error
    if len(key) != KEY_BYTES:
        raise BadRequest(f"The pseudonym key {path} is damaged.", "Remove it; new pseudonyms will differ.")
    return key
