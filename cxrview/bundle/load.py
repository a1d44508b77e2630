"""Open a bundle: read its card and hold every file to the card's hash and size."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cxrview.bundle.card import Card, FileInfo, parse
from cxrview.errors import UnusableModel
from cxrview.words import mark, tr

MAX_CARD_BYTES = 4 * 2**20
MAX_FILE_BYTES = 2 * 2**30
_AGAIN = mark("Import the model again from where you got it.")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A verified bundle."""

    folder: Path
    card: Card


def read_card(folder: Path) -> Card:
    """Return the card of the bundle in `folder`, without looking at the other files.

    Raises UnusableModel.
    """
    path = folder / "card.json"
    try:
        if path.stat().st_size > MAX_CARD_BYTES:
            raise UnusableModel(tr("is far too large for a model card."), tr(_AGAIN), path)
        return parse(path.read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        problem = tr("is not a model bundle: it has no readable card.json.")
        raise UnusableModel(
            problem, tr("Choose the folder that holds model.onnx and card.json."), folder
        ) from error


def load(folder: Path) -> Bundle:
    """Return the bundle in `folder` after checking every listed file; raises UnusableModel.

    A file that the card does not list is refused, for nobody vouches for it; the folder `report` is for
    reading only.
    """
    card = read_card(folder)
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder)
        listed = str(place) == "card.json" or str(place) in card.files
        if path.is_file() and not listed and place.parts[0] != "report" and not place.name.startswith("."):
            raise UnusableModel(
                tr("holds the file {place}, which its card does not list.").format(place=place),
                tr(_AGAIN),
                folder,
            )
    for name, expected in card.files.items():
        _verify(folder / name, expected)
    return Bundle(folder, card)


def _verify(path: Path, expected: FileInfo) -> None:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            raise UnusableModel(
                tr("is larger than {value} GiB.").format(value=MAX_FILE_BYTES >> 30), tr(_AGAIN), path
            )
        if size != expected.bytes:
            raise UnusableModel(
                tr("has {size} bytes and the card says {bytes}.").format(size=size, bytes=expected.bytes),
                tr(_AGAIN),
                path,
            )
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnusableModel(
            tr("cannot be read: {strerror}.").format(strerror=error.strerror), tr(_AGAIN), path
        ) from error
    if digest != expected.sha256.lower():
        raise UnusableModel(
            tr("is not the file that the card was written for (its hash differs)."), tr(_AGAIN), path
        )
