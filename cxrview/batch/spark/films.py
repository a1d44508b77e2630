"""Which files Spark is to read: those of this machine as they are found here, others as Hadoop lists them."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from cxrview.batch import messages
from cxrview.datasets.messages import RENAME_IT
from cxrview.datasets.sources import SPLITS, Item
from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.imaging.find import (
    FOLDERS_PASSED_OVER,
    begins_like_an_image,
    mask_folders,
    named_like_an_image,
    natural_key,
    spelled_out,
)
from cxrview.imaging.limits import check_file_size
from cxrview.imaging.read import identify, trouble_reported
from cxrview.imaging.sniff import HEAD

if TYPE_CHECKING:
    import pyarrow
    from pyspark.sql import SparkSession

_GLOBS = re.compile(r"([{}\[\]*?\\])")
_HIDDEN_FROM_SPARK = ("_", ".")


@dataclass(frozen=True, slots=True)
class SparkFilm:
    """A file as Spark is told of it, and as rows call it."""

    uri: str
    called: str


def of_this_machine(
    files: Iterable[Path], called: Callable[[Path], str]
) -> tuple[list[SparkFilm], dict[str, UnreadableImage]]:
    """Return the files that Spark can be asked for, and why not the others, by what they are `called`."""
    films: list[SparkFilm] = []
    others: dict[str, UnreadableImage] = {}
    for path in files:
        try:
            _check(path)
            films.append(SparkFilm(f"file:{spelled_out(path)}", called(path)))
        except UnreadableImage as error:
            others[called(path)] = error
    return films, others


def _check(path: Path) -> None:
    """Raise UnreadableImage, with the sentence of the local engine where that has one.

    A file that is missing or too large would end the whole job.
    """
    with trouble_reported(path):
        if not path.is_file():
            identify(path)
        check_file_size(path)
    if path.name.startswith(_HIDDEN_FROM_SPARK) or not _is_unicode(str(path)):
        raise UnreadableImage(messages.NAME_SPARK_PASSES_OVER, RENAME_IT, path)


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def key_of(uri: str) -> str:
    """Return the same for all that Spark makes of one `uri`: `file:/a` and `file:///a`."""
    scheme, _, rest = uri.partition(":")
    return f"{scheme}:/{rest.lstrip('/')}"


def escaped(uri: str) -> str:
    """Return `uri` so that Hadoop takes no sign in it for a pattern."""
    return _GLOBS.sub(r"\\\1", uri)


def listed(spark: "SparkSession", places: Sequence[str]) -> list[SparkFilm]:
    """Return the images in `places` of Hadoop's and below, in natural order, by the rules of `imaging.find`.

    Where a name does not tell, the first bytes do. Raises InvalidRequest if there is none.
    """
    reader = spark.read.format("binaryFile").options(recursiveFileLookup=True)
    found = [row.path for row in reader.load([escaped(place) for place in places]).select("path").collect()]
    sure: list[str] = []
    asked: list[str] = []
    for uri in _without_masks(found, places):
        known = named_like_an_image(PurePosixPath(uri).name)
        (asked if known is None else sure if known else []).append(uri)
    if asked:
        frame = reader.load([escaped(uri) for uri in asked]).select("path", "length", "content")
        sure += [row.path for row in frame.mapInArrow(_images, "path string").collect()]
    if not sure:
        raise InvalidRequest(messages.NO_IMAGES_ON_CLUSTER(place=places[0]))
    return [
        SparkFilm(uri, uri)
        for uri in sorted(sure, key=lambda uri: [natural_key(part) for part in uri.split("/")])
    ]


def _images(batches: "Iterable[pyarrow.RecordBatch]") -> "Iterable[pyarrow.RecordBatch]":
    import pyarrow

    for batch in batches:
        paths = [
            row["path"]
            for row in batch.to_pylist()
            if begins_like_an_image(PurePosixPath(row["path"]).name, row["content"][:HEAD], row["length"])
        ]
        yield pyarrow.RecordBatch.from_arrays([pyarrow.array(paths, pyarrow.string())], ["path"])


def _without_masks(uris: Sequence[str], places: Sequence[str]) -> list[str]:
    """Return `uris` without those in folders that are passed over, or hold masks of what is beside them."""
    below: dict[str, set[str]] = {}
    beside: set[str] = set()  # folders with files in them
    for uri in uris:
        folder, _, _name = uri.rpartition("/")
        beside.add(folder)
        while "/" in folder:
            above, _, name = folder.rpartition("/")
            below.setdefault(above, set()).add(name)
            folder = above
    left_out = {
        f"{above}/{name}"
        for above, names in below.items()
        for name in (*mask_folders(sorted(names), above in beside), *(names & FOLDERS_PASSED_OVER))
    }
    named = {key_of(place).rstrip("/") for place in places}
    return [uri for uri in uris if not _lies_in(uri, left_out, named)]


def _lies_in(uri: str, folders: set[str], named: set[str]) -> bool:
    folder = uri
    while (folder := folder.rpartition("/")[0]) and key_of(folder) not in named:
        if folder in folders:
            return True
    return False


def labelled(films: Sequence[SparkFilm], place: str) -> dict[str, Item]:
    """Return what the folders below `place` say of `films`, by what these are called.

    The folder is the label, and one above it that is called like a part of a split is that.
    """
    top = key_of(place).rstrip("/") + "/"
    items = {}
    for film in films:
        file = key_of(film.uri).removeprefix(top)
        *folders, _name = file.split("/")
        split = SPLITS.get(folders[0].casefold(), "") if len(folders) > 1 else ""
        label = folders[1 if split else 0] if folders else ""
        items[film.called] = Item(Path(file), file, (label,) if label else (), split=split)
    return items
