"""What stands for a patient where the name and number must not: keyed with a secret of this installation."""

import hashlib
import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from cxrview import messages
from cxrview.errors import InvalidRequest

KEY_BYTES = 32


def load_key(path: Path) -> bytes:
    """Return the key stored at `path`, making it at the first call. Raises InvalidRequest.

    The same key gives the same pseudonyms, so tables of one installation can be joined; whoever lacks it
    cannot find the patient by trying numbers.
    """
    try:
        if not path.exists():
            _store_new(path)
        key = path.read_bytes()
    except OSError as error:
        problem = messages.KEY_UNUSABLE(place=str(path), reason=error.strerror)
        raise InvalidRequest(problem) from error
    if len(key) != KEY_BYTES:
        raise InvalidRequest(messages.KEY_DAMAGED(place=str(path)), messages.REMOVE_KEY)
    return key


def pseudonym(patient_id: str, key: bytes) -> str:
    """Return 16 hex digits that stand for `patient_id`, or "" for an empty one or without a key.

    Keyed (BLAKE2b), because the plain hash of a short number is undone by trying all numbers.
    """
    if not patient_id or not key:
        return ""
    return hashlib.blake2b(patient_id.encode("utf-8", "surrogatepass"), key=key, digest_size=8).hexdigest()


def _store_new(path: Path) -> None:
    """Put a new key at `path`, whole or not at all, unless another process has just done so."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # only the owner may read it
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
        with suppress(FileExistsError):
            path.hardlink_to(name)
    finally:
        Path(name).unlink()
