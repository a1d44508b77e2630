"""Hanging protocols as values, and as a file of JSON that is checked before anything of it is used."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.gui import messages
from cxrview.gui.viewer.viewports import LAYOUTS
from cxrview.i18n import mark

FORMAT, VERSION, SUFFIX = "cxrview hanging protocols", 1, ".cxrhang"
MOST_BYTES, MOST, LONGEST, MOST_PRIORS = 2**20, 200, 80, 9
VIEWS = {
    "": mark("Any view"),
    "frontal": mark("Frontal (PA or AP)"),
    "PA": mark("PA"),
    "AP": mark("AP"),
    "lateral": mark("Lateral"),
}
WINDOWS = {  # by what `imaging.presets` calls them
    "": mark("As the file says"),
    "Auto": mark("Auto"),
    "Lung": mark("Lung"),
    "Soft tissue": mark("Soft tissue"),
    "Bone": mark("Bone"),
    "Full range": mark("Full range"),
}


@dataclass(frozen=True, slots=True)
class HangingPane:
    """What goes into a viewport: a film of the study that is read (0) or of the `study`-th one before it.

    `view` is one of VIEWS, `window` one of WINDOWS.
    """

    study: int = 0
    view: str = ""
    window: str = ""
    heatmap: bool = True


@dataclass(frozen=True, slots=True)
class HangingProtocol:
    """A layout, one of LAYOUTS, with a pane for each viewport, row by row; and what it is for.

    It is for films of `body_part` (as in Body Part Examined; "": any), seen from `view`, of patients with at
    least `priors` earlier studies in the list.
    """

    name: str
    layout: str
    panes: tuple[HangingPane, ...]
    body_part: str = ""
    view: str = ""
    priors: int = 0


class _Wrong(Exception):
    """A value is none that a protocol can have; carries the name of its field."""


def as_text(protocols: Iterable[HangingProtocol]) -> str:
    """Return `protocols` as the text of a file."""
    content = {"format": FORMAT, "version": VERSION, "protocols": [asdict(each) for each in protocols]}
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def write(path: Path, protocols: Iterable[HangingProtocol]) -> None:
    """Write `protocols` to `path`, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, as_text(protocols))


def read(path: Path) -> list[HangingProtocol]:
    """Return the protocols of a file. Raises InvalidRequest for one that holds anything else, and OSError."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        text = content.decode("utf-8-sig") if len(content) <= MOST_BYTES else ""
    except UnicodeDecodeError:
        text = ""
    return parse(text, path)


def parse(text: str, path: Path) -> list[HangingProtocol]:
    """Return the protocols of a file's `text`; `path` is named in errors. Raises InvalidRequest."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidRequest(messages.NO_PROTOCOLS, messages.EXPORTED_PROTOCOLS, path) from error
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise InvalidRequest(messages.NO_PROTOCOLS, messages.EXPORTED_PROTOCOLS, path)
    if content.get("version") != VERSION:
        raise InvalidRequest(messages.PROTOCOLS_OF_ANOTHER_VERSION, path=path)
    rows = content.get("protocols")
    if not isinstance(rows, list) or len(rows) > MOST:
        raise InvalidRequest(messages.NO_PROTOCOLS, messages.EXPORTED_PROTOCOLS, path)
    return [_checked(row, number, path) for number, row in enumerate(rows, 1)]


def _checked(row: Any, number: int, path: Path) -> HangingProtocol:
    try:
        return _protocol(row)
    except _Wrong as wrong:
        problem = messages.PROTOCOL_VALUE(number=number, field=str(wrong))
        raise InvalidRequest(problem, path=path) from wrong


def _protocol(row: Any) -> HangingProtocol:
    values = _fields(row, HangingProtocol.__match_args__, "protocols")
    layout = _value(values, "layout", str, lambda layout: layout in LAYOUTS)
    rows, columns = LAYOUTS[layout]
    panes = _value(values, "panes", list, lambda panes: len(panes) == rows * columns)
    return HangingProtocol(
        name=_value(
            values, "name", str, lambda name: 0 < len(name.strip()) <= LONGEST and name.isprintable()
        ),
        layout=layout,
        panes=tuple(_pane(pane) for pane in panes),
        body_part=_value(values, "body_part", str, lambda part: len(part) <= 16 and part.isprintable(), ""),
        view=_value(values, "view", str, lambda view: view in VIEWS, ""),
        priors=_value(values, "priors", int, lambda priors: 0 <= priors <= MOST_PRIORS, 0),
    )


def _pane(row: Any) -> HangingPane:
    values = _fields(row, HangingPane.__match_args__, "panes")
    return HangingPane(
        study=_value(values, "study", int, lambda study: 0 <= study <= MOST_PRIORS, 0),
        view=_value(values, "view", str, lambda view: view in VIEWS, ""),
        window=_value(values, "window", str, lambda window: window in WINDOWS, ""),
        heatmap=_value(values, "heatmap", bool, lambda _on: True, True),
    )


def _fields(row: Any, known: Sequence[str], where: str) -> Mapping[str, Any]:
    """Return `row` if it is an object; a field that nobody knows would be lost, so it is refused."""
    if not isinstance(row, dict):
        raise _Wrong(where)
    for field in row.keys() - set(known):
        raise _Wrong(field)
    return row


def _value(
    values: Mapping[str, Any], field: str, kind: type, holds: Callable[[Any], bool], default: Any = None
) -> Any:
    value = values.get(field, default)
    if type(value) is not kind or not holds(value):  # `isinstance` would take True for a number
        raise _Wrong(field)
    return value


def unlike(name: str, taken: Iterable[str]) -> str:
    """Return `name`, or "name (2)" and so on where it is `taken`.

    >>> unlike("Chest", ["Chest", "Chest (2)"])
    'Chest (3)'
    """
    names, number, found = set(taken), 1, name
    while found in names:
        number += 1
        found = f"{name} ({number})"
    return found
