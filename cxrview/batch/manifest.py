"""How a table of results came about, beside it: `results.manifest.json`."""

import json
import platform
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cxrview import __version__
from cxrview.atomic_file import write_atomically
from cxrview.batch.formats import refused_writing
from cxrview.batch.rows import Row
from cxrview.inference.predictor import Predictor
from cxrview.message import Message
from cxrview.safe_text import legible

SCHEMA = 1
RUNNING, COMPLETE, STOPPED, FAILED = "running", "complete", "stopped", "failed"


@dataclass
class BatchCounts:
    """What a run has come to so far. `read` and `in_domain` are frames, all else files."""

    files: int = 0
    read: int = 0
    failed: int = 0
    done_before: int = 0
    in_domain: int = 0
    called: dict[str, int] = field(default_factory=dict)  # frames by what they are called; "" is not read

    def take(self, row: Row) -> None:
        """Count a new row."""
        if row["status"] != "ok":
            self.failed += 1
            return
        self.read += 1
        self.in_domain += row.get("in_domain") is not False
        name = row.get("call") or ""
        self.called[name] = self.called.get(name, 0) + 1


@dataclass
class Manifest:
    """What is told of a run: it is written at its beginning, and again at its end.

    `command` is what was typed; a run that hides names leaves it empty, and so `passed_over`, the files that
    were no images. A model is known by the hashes of its files.
    """

    results: Path
    columns: Sequence[str]
    predictors: Sequence[Predictor]
    counts: BatchCounts
    command: Sequence[str] = ()
    passed_over: Sequence[Message] = ()
    left_out: int = 0  # files by their names
    began: float = field(default_factory=time.time)
    written: bool = False

    @property
    def place(self) -> Path:
        """Where it lies."""
        return self.results.with_suffix(".manifest.json")

    @property
    def seconds(self) -> float:
        """How long the run has taken."""
        return time.time() - self.began

    def write(self, state: str) -> None:
        """Write it; `state` is RUNNING, COMPLETE, STOPPED or FAILED. Raises InvalidRequest."""
        text = json.dumps(self._told(state), indent=1, ensure_ascii=False) + "\n"
        with refused_writing(str(self.place)):
            self.place.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(self.place, legible(text))
        self.written = True

    def _told(self, state: str) -> dict[str, Any]:
        counts = self.counts
        return {
            "schema": SCHEMA,
            "state": state,
            "results": self.results.name,
            "command": list(self.command),
            "versions": {"cxrview": __version__, "python": platform.python_version()},
            "began": datetime.fromtimestamp(self.began, UTC).isoformat(timespec="seconds"),
            "duration_s": round(self.seconds, 3),
            "models": [_model(predictor) for predictor in self.predictors],
            "counts": {
                "files": counts.files,
                "files_done_before": counts.done_before,
                "frames_read": counts.read,
                "frames_in_domain": counts.in_domain,
                "files_failed": counts.failed,
                "called": counts.called,
            },
            "passed_over": [message.as_dict() for message in self.passed_over],
            "left_out_by_pattern": self.left_out,
            "columns": list(self.columns),
        }


def _model(predictor: Predictor) -> Mapping[str, Any]:
    card = predictor.card
    return {
        "name": card.name,
        "version": card.version,
        "status": card.status,
        "sha256": {name: info.sha256 for name, info in card.files.items()},
        "engine": predictor.engine.name,
        "device": predictor.engine.device,
    }
