"""Small JSON files beside the settings, written whole or not at all."""

import json
from pathlib import Path
from typing import Any

from cxrview.atomic_file import write_atomically


def load(path: Path) -> dict[str, Any]:
    """Return what is stored at `path`; {} where there is nothing, or nothing that makes sense."""
    try:
        values = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return values if isinstance(values, dict) else {}


def save(values: dict[str, Any], path: Path) -> None:
    """Write `values` to `path`. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # In ASCII, so that names of files that are no UTF-8 are kept as well.
    write_atomically(path, json.dumps(values, indent=1), private=True, settle=False)
