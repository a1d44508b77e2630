"""Of what workers died, kept for `cxrview doctor`: when and of what, and nothing of the files."""

import json
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cxrview import __version__, paths

MAX_BYTES = 2**16  # of the list; then it begins anew
MONTH = timedelta(days=30)


def record(of: str) -> None:
    """Note that a worker died `of` something. What cannot be written is left."""
    place = _place()
    entry = {"when": datetime.now(UTC).isoformat(timespec="seconds"), "of": of, "version": __version__}
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        full = place.exists() and place.stat().st_size > MAX_BYTES
        with place.open("w" if full else "a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")


def recent() -> Counter[str]:
    """Return of what workers died in the last thirty days, and how often."""
    since = datetime.now(UTC) - MONTH
    found: Counter[str] = Counter()
    with suppress(OSError):
        for line in _place().read_text("utf-8", "replace").splitlines():
            with suppress(ValueError, KeyError, TypeError):
                entry = json.loads(line)
                if datetime.fromisoformat(entry["when"]) > since:
                    found[str(entry["of"])] += 1
    return found


def _place() -> Path:
    return paths.cache() / "workers-that-died.jsonl"
