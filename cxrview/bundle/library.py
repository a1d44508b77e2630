"""What is installed, and changes of it: names, notes, putting a bundle aside and bringing it back.

The user's bundles alone are changed; those that travel with the program stay as they are.
"""

import json
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from cxrview import paths
from cxrview.bundle import messages, naming, store, transfer
from cxrview.bundle.card import CLASSIFIER, Card, parse
from cxrview.bundle.load import read_card
from cxrview.bundle.rewrite import replace_text
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.message import NOTHING, Message
from cxrview.messages import CHOOSE_ANOTHER_NAME

CARD = "card.json"
GRAPH = "model.onnx"
ASIDE = ".deleted-"
LONGEST_NOTES = 20_000  # characters
_LEFT_OVER_S = 86_400  # age at which what was put aside by a program that crashed is nobody's any more


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A bundle that is installed under `name`. `card` is None where it cannot be read; `problem` says why.

    `problem` also names a file that is missing or of the wrong size; the contents are not looked at.
    """

    name: str
    folder: Path
    bundled: bool  # travels with the program
    card: Card | None
    problem: Message
    bytes: int
    time: float  # when the graph was written here, seconds since 1970

    @property
    def notes(self) -> str:
        """What the user has written about it."""
        notes = self.card.raw.get("notes", "") if self.card is not None else ""
        return notes if isinstance(notes, str) else ""

    @property
    def measured(self) -> bool:
        """Whether it brings figures on how good it is."""
        return self.card is not None and (self.folder / "metrics.json").is_file()


def installed() -> list[InstalledModel]:
    """Return what is installed, the bundled ones first; a folder of the user without a card is damaged."""
    found = store.folders()
    user = paths.user_models()
    if user.is_dir():
        others = (path for path in sorted(user.iterdir()) if path.is_dir() and path.name[0] != ".")
        others = (path for path in others if store.kind_of(path) == CLASSIFIER)
        found |= {path.name: path for path in others if path.name not in found or path == found[path.name]}
    entries = [describe(folder) for folder in found.values()]
    return sorted(entries, key=lambda entry: (not entry.bundled, entry.name.lower()))


def describe(folder: Path) -> InstalledModel:
    """Return what can be told of the bundle in `folder` without reading its large files."""
    card, problem = None, NOTHING
    try:
        card = read_card(folder)
        problem = next(_complaints(folder, card), NOTHING)
    except UnusableModel as error:
        problem = error.whole
    files = [path for path in folder.rglob("*") if path.is_file()]
    graph = folder / GRAPH
    return InstalledModel(
        name=folder.name,
        folder=folder,
        bundled=folder.parent == paths.bundled_models(),
        card=card,
        problem=problem,
        bytes=sum(path.stat().st_size for path in files),
        time=(graph if graph.is_file() else folder).stat().st_mtime,
    )


def _complaints(folder: Path, card: Card) -> Iterator[Message]:
    for name, expected in card.files.items():
        path = folder / name
        if not path.is_file():
            yield messages.FILE_MISSING(name=name)
        elif path.stat().st_size != expected.bytes:
            yield messages.FILE_NOT_AS_LISTED(name=name)


def rename(name: str, new: str) -> Path:
    """Call the user's bundle `name` `new`, in its card as well, and return its new folder.

    Raises InvalidRequest, after which it is called as before, and UnusableModel if its card cannot be read.
    """
    folder, target = _own(name), paths.user_models() / new
    if new == name:
        return folder
    naming.check(new)
    if new.lower() in {taken.lower() for taken in (*store.folders(), *_beside(folder))} - {name.lower()}:
        raise InvalidRequest(messages.NAME_TAKEN(name=new), CHOOSE_ANOTHER_NAME)
    card = read_card(folder)
    raw = card.raw | {"name": new, "title": _retitled(card, new)}
    before = (folder / CARD).read_text("utf-8")
    _write_card(folder, raw)
    try:
        folder.rename(target)
    except OSError as error:
        replace_text(folder / CARD, before)
        problem = messages.CANNOT_BE_RENAMED(reason=error.strerror)
        raise InvalidRequest(problem, messages.CLOSE_WHAT_USES_IT, folder) from error
    return target


def set_notes(name: str, notes: str) -> None:
    """Write `notes` into the card of the user's bundle `name`. Raises InvalidRequest and UnusableModel."""
    folder = _own(name)
    if len(notes) > LONGEST_NOTES:
        raise InvalidRequest(messages.NOTES_TOO_LONG(limit=LONGEST_NOTES), messages.SHORTEN_NOTES)
    raw = dict(read_card(folder).raw)
    raw.pop("notes", None)
    _write_card(folder, raw | ({"notes": notes} if notes.strip() else {}))


def put_aside(name: str) -> Path:
    """Take the user's bundle `name` out of use and return where it is now. Raises InvalidRequest."""
    folder = _own(name)
    try:
        made = Path(mkdtemp(prefix=ASIDE, dir=folder.parent))
        aside = made / "kept" / name  # so deep that nobody looks for bundles there
        aside.parent.mkdir()
    except OSError as error:
        raise _undeletable(folder, error) from error
    try:
        folder.rename(aside)
    except OSError as error:
        shutil.rmtree(made, ignore_errors=True)
        raise _undeletable(folder, error) from error
    return aside


def _undeletable(folder: Path, error: OSError) -> InvalidRequest:
    problem = messages.CANNOT_BE_DELETED(reason=error.strerror)
    return InvalidRequest(problem, messages.CLOSE_WHAT_USES_IT, folder)


def bring_back(aside: Path, name: str) -> Path:
    """Bring a bundle back under `name` from `aside`, wherever that is, and return its folder.

    Raises InvalidRequest if the name has been given away, or it is no longer there.
    """
    target = paths.user_models() / name
    if target.exists():
        raise InvalidRequest(messages.NAME_TAKEN(name=name), messages.RENAME_THAT_ONE)
    try:
        shutil.move(aside, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InvalidRequest(messages.CANNOT_COME_BACK(name=name, reason=reason)) from error
    _remove_aside(aside)
    return target


def remove(aside: Path) -> None:
    """Delete for good what was put aside."""
    shutil.rmtree(aside, ignore_errors=True)
    _remove_aside(aside)


def remove_left_over() -> None:
    """Delete what a program that crashed had put aside more than a day ago."""
    user = paths.user_models()
    transfer.remove_left_over(user)
    for path in user.glob(f"{ASIDE}*") if user.is_dir() else ():
        if time.time() - path.stat().st_mtime > _LEFT_OVER_S:
            shutil.rmtree(path, ignore_errors=True)


def _remove_aside(aside: Path) -> None:
    """Remove the two folders that were made around a bundle put aside."""
    top = aside.parent.parent
    if top.name.startswith(ASIDE):
        shutil.rmtree(top, ignore_errors=True)


def _own(name: str) -> Path:
    """Return the folder of the user's bundle `name`. Raises InvalidRequest if it is none of the user's."""
    folder = paths.user_models() / name
    if Path(name).name != name or not folder.is_dir():
        raise InvalidRequest(messages.NOT_YOUR_OWN(name=name), messages.BUNDLED_STAY)
    return folder


def _beside(folder: Path) -> list[str]:
    return [path.name for path in folder.parent.iterdir()]


def _retitled(card: Card, new: str) -> str:
    """Return the title with the new name where the old one began it, as in “lungs: densenet121”."""
    return new + card.title.removeprefix(card.name) if card.title.startswith(card.name) else card.title


def _write_card(folder: Path, raw: dict[str, Any]) -> None:
    text = json.dumps(raw, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    parse(text, folder / CARD)  # what cannot be read again is not written
    replace_text(folder / CARD, text)
