"""What was found in the images before training: counts, and findings that warn or stop the run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cxrview.atomic_file import write_atomically
from cxrview.datasets import catalogue, finding_texts
from cxrview.datasets.finding_texts import quoted
from cxrview.former_names import DATA_REPORT, renamed
from cxrview.message import Message, declared

SEVERITIES = ("block", "warning", "info")
FINAL = frozenset({"one-class", "too-few", "no-images"})  # kinds that nothing overrides
MAX_NAMED = 5  # files named in the console


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about the images. `kind` is what an override names; `reasons` say more about single files."""

    kind: str
    severity: str  # "info", "warning" or "block"
    message: Message
    files: tuple[str, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    reasons: dict[str, Message] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The sentence in English."""
        return str(self.message)

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON; `message_of` makes a Message of them again."""
        said = {
            "kind": self.kind,
            "severity": self.severity,
            "files": list(self.files),
            "details": self.details,
            **self.message.as_dict(),
        }
        if self.reasons:
            said["reasons"] = {file: reason.as_dict() for file, reason in self.reasons.items()}
        return said


@dataclass(frozen=True, slots=True)
class DataReport:
    """All findings, the worst first.

    `counts` holds the number of images by side of the split ("train", "validation", "test", and "external"
    and "out_of_distribution" where given) and class; `facts` what else is known: images by side, files,
    sizes, sources.
    """

    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()

    @property
    def blocking(self) -> tuple[Finding, ...]:
        """The findings that stop the run, without those that the user overrode."""
        return tuple(
            item
            for item in self.findings
            if item.severity == "block" and (item.kind in FINAL or item.kind not in self.allowed)
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {
            "counts": self.counts,
            "findings": [item.as_dict() for item in self.findings],
            "facts": self.facts,
            "allowed": list(self.allowed),
            "blocking": [item.kind for item in self.blocking],
        }


def message_of(finding: Mapping[str, Any]) -> Message:
    """Return the sentence of a finding as it was stored."""
    words = finding.get("words")
    if not words:
        return catalogue.read(finding)
    # Of 0.1.0: the sentence with places for values, of which the lists are names of classes.
    one, many = (text.replace("{count}", "{count:,}") for text in (*words, "")[:2])
    values = {name: _old_value(name, value) for name, value in finding.get("values", {}).items()}
    return Message("finding-of-0.1.0", one, many, values=values)


def _old_value(name: str, value: Any) -> Any:
    if isinstance(value, list):
        return quoted(value)
    if name not in ("attribute", "place", "sides", "advice"):  # a name, and none of our words
        return value
    if value == " of the strangers":
        return finding_texts.OF_OUT_OF_DISTRIBUTION
    return next((known for known in declared(finding_texts).values() if known.text == value), value)


def in_order(findings: list[Finding]) -> tuple[Finding, ...]:
    """Return `findings`, the worst first, otherwise in their order."""
    return tuple(sorted(findings, key=lambda item: SEVERITIES.index(item.severity)))


def save(report: DataReport, path: Path) -> None:
    """Write `report` to `path` as JSON, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(report.as_dict(), ensure_ascii=False, indent=1))


def load(path: Path) -> dict[str, Any]:
    """Return the plain values that `save` wrote to `path`. Raises OSError, or ValueError if it is damaged."""
    values: dict[str, Any] = renamed(json.loads(path.read_text("utf-8")), DATA_REPORT)
    return values


def text(report: DataReport | Mapping[str, Any]) -> str:
    """Return `report`, or what its `as_dict` gave, as lines for a terminal."""
    values = report.as_dict() if isinstance(report, DataReport) else report
    lines = _table(values.get("counts", {}), values.get("facts", {}).get("images", {}))
    stopping = set(values.get("blocking", ()))
    for item in values.get("findings", ()):
        lines.append(f"{_mark(item, stopping)}: {item['text']}{_named(item.get('files', ()))}")
    return "\n".join(lines)


def _mark(item: Mapping[str, Any], stopping: set[str]) -> str:
    if item["severity"] != "block":
        return {"warning": "Warning", "info": "Note"}.get(item["severity"], "Note")
    if item["kind"] not in stopping:
        return f"Overridden ({item['kind']})"
    return f"Stops the run ({item['kind']})"


def _named(files: Any) -> str:
    if not files:
        return ""
    more = f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else ""
    return f" [{', '.join(files[:MAX_NAMED])}{more}]"


def _table(counts: Mapping[str, Mapping[str, int]], images: Mapping[str, int]) -> list[str]:
    """Return the counts with a row for each class and a column for each side.

    `images` is how many there are on each side, which is less than the sum where classes go together.
    """
    if not counts:
        return []
    names = list(dict.fromkeys(name for side in counts.values() for name in side))
    rows = [["", *counts]]
    rows += [[name, *(str(side.get(name, 0)) for side in counts.values())] for name in names]
    rows.append(["all", *(str(images.get(name, sum(side.values()))) for name, side in counts.items())])
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return [
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
