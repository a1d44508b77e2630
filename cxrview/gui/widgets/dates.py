"""How days and times are written in every language: 2026-11-21 17:36, which sorts and nobody misreads."""

from datetime import datetime


def day(seconds: float) -> str:
    """Return the local day; `seconds` count from 1970."""
    return _local(seconds).strftime("%Y-%m-%d")


def minute(seconds: float) -> str:
    """Return the local day and time, to the minute; `seconds` count from 1970."""
    return _local(seconds).strftime("%Y-%m-%d %H:%M")


def _local(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds)
