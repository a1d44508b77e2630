"""Which image an annotation belongs to, wherever its file lies."""

import hashlib
import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cxrview.imaging import Identity, Radiograph


def uid_key(identity: "Identity | None", frame: int = 0) -> str:
    """Return the key of a frame by its SOP Instance UID; "" if it has none, as a PNG has."""
    uid = identity.instance_uid if identity is not None else ""
    return f"uid:{uid}/{frame}" if uid else ""


def image_key(radiograph: "Radiograph") -> str:
    """Return the key of a frame: by SOP Instance UID, else by the bytes of its file, else by its pixels.

    So a copy of a PNG elsewhere, under another name, has the same key. Reads the file where there is no
    UID: not for the GUI thread.
    """
    known = uid_key(radiograph.identity, radiograph.frame)
    if known:
        return known
    try:
        status = radiograph.path.stat()
        digest = _file_digest(radiograph.path, status.st_mtime_ns, status.st_size)
        return f"file:{digest}/{radiograph.frame}"
    except OSError:  # gone, or a member of an archive
        pixels = hashlib.blake2b(f"{radiograph.values.dtype}{radiograph.shape}".encode(), digest_size=20)
        pixels.update(radiograph.values.tobytes())
        return f"pixels:{pixels.hexdigest()}/{radiograph.frame}"


def place_key(path: Path, archive: Path | None = None) -> str:
    """Return the key of a file by where it lies, its size and when it was changed: it is not read.

    What was unpacked from `archive` is known by that, by its own name there and its size. Raises OSError.
    """
    kept = path if archive is None else archive
    status = kept.stat()
    parts = [os.path.abspath(kept), str(status.st_size), str(status.st_mtime_ns)]  # noqa: PTH100 - no links followed
    if archive is not None:
        parts += [*path.parts[-2:], str(path.stat().st_size)]
    text = "\0".join(parts).encode("utf-8", "surrogatepass")
    return f"place:{hashlib.blake2b(text, digest_size=20).hexdigest()}/0"


@lru_cache(maxsize=1024)
def _file_digest(path: Path, _modified: int, _size: int) -> str:
    """Return the digest of a file as it is at a time; the frames of a file share it. Raises OSError."""
    digest = hashlib.blake2b(digest_size=20)
    with path.open("rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()
