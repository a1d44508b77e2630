"""The tables of docs/training.md are what the code declares.

Run `python -m tests.training.test_training_document` in the checkout to write them anew.
"""

import dataclasses
import re
from pathlib import Path
from typing import Any

import pytest

from cxrview.cli import main as cli
from cxrview.message import Message
from cxrview.training import config
from cxrview.training.config import PRESETS, TrainingConfig
from cxrview.training.network.architectures import ARCHITECTURES
from cxrview.training.run import events

DOCUMENT = Path(__file__).parents[2] / "docs" / "training.md"
BEGIN, END = "<!-- made from the configuration: {} -->", "<!-- end -->"


def presets() -> str:
    """Return the table of presets and their phases."""
    rows = ["| `--preset` | what it does | phases: what learns, epochs, rate |", "| --- | --- | --- |"]
    for name, (text, preset) in PRESETS.items():
        phases = "; ".join(f"{p.depth}, {p.epochs}, {p.learning_rate:g}" for p in preset.recipe.phases)
        rows.append(f"| `{name}` | {text} | {phases} |")
    return "\n".join(rows)


def architectures() -> str:
    """Return the table of architectures."""
    rows = ["| `--arch` | network | input | parameters | finer maps |", "| --- | --- | --- | --- | --- |"]
    for name, entry in ARCHITECTURES.items():
        size = entry.default_input_size
        count, finer = f"{entry.parameters / 1e6:.2f} million", "yes" if entry.dilatable else ""
        rows.append(f"| `{name}` | {entry.title} | {size} × {size} | {count} | {finer} |")
    return "\n".join(rows)


def event_table() -> str:
    """Return the table of events."""
    rows = ["| `event` | entries | meaning |", "| --- | --- | --- |"]
    for kind in events.Event.__args__:
        name = re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
        fields = ", ".join(f"`{entry}`" for item in dataclasses.fields(kind) for entry in _entries(item))
        meaning = " ".join((kind.__doc__ or "").split())
        rows.append(f"| `{name}` | {fields} | {meaning} |")
    return "\n".join(rows)


def _entries(item: dataclasses.Field[Any]) -> list[str]:
    """Return what the field `item` of an event is called in a line."""
    if item.type is not Message:
        return [item.name]
    if item.name == "advice":
        return ["advice", "remedy"]
    return [item.name if item.name == "problem" else "text", "code", "values"]


def entries() -> str:
    """Return a table for each part of the configuration."""
    parts = []
    for item in dataclasses.fields(TrainingConfig):
        if item.name != "card":
            parts.append(f"### `[{item.name}]`\n\n{_table(item.default_factory())}")
    phase = f"### `[[recipe.phases]]`\n\n{_table(config.PhaseConfig())}"
    return "\n\n".join([*parts, phase])


def _table(part: Any) -> str:
    rows = ["| entry | default | allowed | what it is |", "| --- | --- | --- | --- |"]
    for item in dataclasses.fields(part):
        meta = item.metadata
        allowed = ", ".join(f"`{choice}`" for choice in meta["choices"])
        if meta["low"] is not None:
            allowed = f"{meta['low']:g} … {meta['high']:g}"
        rows.append(f"| `{item.name}` | {_shown(getattr(part, item.name))} | {allowed} | {meta['label']} |")
    return "\n".join(rows)


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return "`[]`" if not value else "one phase, below"
    return f"`{value!r}`".replace("'", '"')


PARTS = {"presets": presets, "architectures": architectures, "events": event_table, "entries": entries}


def section(text: str, name: str) -> tuple[int, int]:
    """Return where the made part `name` begins and ends in `text`."""
    start = text.index(BEGIN.format(name)) + len(BEGIN.format(name))
    return start, text.index(END, start)


@pytest.mark.parametrize("name", PARTS)
def test_document_says_what_the_code_declares(name):
    text = DOCUMENT.read_text("utf-8")
    start, end = section(text, name)
    assert text[start:end].strip() == PARTS[name]()


def test_every_option_that_the_documents_name_exists(capsys):
    """A command or a flag that was renamed must not live on in the documents."""
    known = {}
    for command in ("train", "tune", "evaluate", "score"):
        with pytest.raises(SystemExit):
            cli.parse([command, "--help"])
        known[command] = set(re.findall(r"--[a-z-]+", capsys.readouterr().out))
    for path in (DOCUMENT, DOCUMENT.parents[1] / "README.md"):
        for line in re.findall(r"cxrview (?:train|tune|evaluate|score)\b[^`\n|]*", path.read_text("utf-8")):
            command = line.split()[1]
            assert set(re.findall(r"--[a-z-]+", line)) <= known[command], line


if __name__ == "__main__":
    content = DOCUMENT.read_text("utf-8")
    for part, build in PARTS.items():
        first, last = section(content, part)
        content = f"{content[:first]}\n{build()}\n{content[last:]}"
    DOCUMENT.write_text(content, "utf-8")
