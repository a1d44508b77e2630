"""What films are said to show, so that their rows can be held against it: a table, or class folders."""

from collections.abc import Callable, Mapping, Sequence
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
    files: Sequence[Path], called: Callable[[Path], str], card: Card, given: Path | None
) -> Labels | None:
    """Return what `given`, a table or a folder of class folders, says of `files`, by what they are `called`.

    Without it the folders in which the files lie speak, if each lies in one, at whatever depth, that is
    called like a class of `card`, and there are two such classes at least; else None. Raises InvalidRequest.
    """
    if given is not None:
        known = {done_as(item.path): item for item in find_items(DataConfig(str(given)))}
        found = {called(path): known[done_as(path)] for path in files if done_as(path) in known}
        return Labels(found, False)
    items: dict[str, Item] = {}
    for path in files:
        name = called(path)
        label = _folder_class(Path(name), card)
        if not label:
            return None
        items[name] = Item(path, name, (label,))
    return Labels(items, True) if len({item.labels for item in items.values()}) > 1 else None


def _folder_class(path: Path, card: Card) -> str:
    """Return the name of the nearest folder of `path` that is called like a class, "" if none is."""
    names = [folder.name for folder in path.absolute().parents]
    known = class_places(names, card)
    return next((name for name in names if name in known), "")
