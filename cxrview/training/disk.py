"""A disk that is full: what the system calls it."""

import errno

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def is_full(error: OSError) -> bool:
    """Return whether there is no room left."""
    return error.errno in _FULL
