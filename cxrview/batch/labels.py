"""What films are said to show, so that their rows can be held against it: a table, or class folders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cxrview.batch.formats import done_as
from cxrview.batch.rows import Row
from cxrview.bundle import Card
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.evaluation.predict import class_places


@dataclass(frozen=True, slots=True)
class Labels:
    """Items by what rows call their files; those of one that is in no table are not known."""

    items: Mapping[str, Item]
    from_folders: bool

    def of(self, row: Row) -> Item | None:
        """Return what is said of the file of a row."""
        return self.items.get(row["path"])


def labels_for(
    files: Mapping[str, Path], called: Callable[[Path], str], card: Card, given: Path | None
) -> Labels | None:
    """Return what `given`, a table or class folders, says of `files`, which are here by their names in rows.

    Without it the folders speak in which the files lie as the user knows them, that is as they are `called`,
    if each lies in one, at whatever depth, that has the name of a class of `card`, and there are two such
    classes at least; else None. Raises InvalidRequest.
    """
    if given is not None:
        known = {
            done_as(item.path): item for item in find_items(DataConfig(str(given)), among=files.values())
        }
        found = {name: known[done_as(path)] for name, path in files.items() if done_as(path) in known}
        return Labels(found, False)
    items: dict[str, Item] = {}
    for name, path in files.items():
        label = _folder_class(Path(called(path)), card)
        if not label:
            return None
        items[name] = Item(path, name, (label,))
    return Labels(items, True) if len({item.labels for item in items.values()}) > 1 else None


def _folder_class(path: Path, card: Card) -> str:
    """Return the name of the nearest folder of `path` that is called like a class, "" if none is."""
    names = [folder.name for folder in path.absolute().parents]
    known = class_places(names, card)
    return next((name for name in names if name in known), "")
