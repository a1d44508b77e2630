"""Open a bundle: read its card and hold every file to the card's hash and size."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from cxrview.bundle import messages
from cxrview.bundle.card import Card, FileInfo, parse
from cxrview.errors import UnusableModel
from cxrview.messages import CANNOT_BE_READ

MAX_CARD_BYTES = 4 * 2**20
MAX_FILE_BYTES = 2 * 2**30


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
            raise UnusableModel(messages.CARD_TOO_LARGE, messages.IMPORT_FROM_SOURCE, path)
        return parse(path.read_text("utf-8"), path)
    except (OSError, UnicodeDecodeError) as error:
        raise UnusableModel(messages.NO_BUNDLE, messages.CHOOSE_MODEL_FOLDER, folder) from error


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
            problem = messages.FILE_NOT_LISTED(name=str(place))
            raise UnusableModel(problem, messages.IMPORT_FROM_SOURCE, folder)
    for name, expected in card.files.items():
        _verify(folder / name, expected)
    return Bundle(folder, card)


def _verify(path: Path, expected: FileInfo) -> None:
    try:
        size = path.stat().st_size
        if size > MAX_FILE_BYTES:
            problem = messages.LARGER_THAN(limit=MAX_FILE_BYTES >> 30)
            raise UnusableModel(problem, messages.IMPORT_FROM_SOURCE, path)
        if size != expected.bytes:
            problem = messages.OTHER_SIZE(found=size, expected=expected.bytes)
            raise UnusableModel(problem, messages.IMPORT_FROM_SOURCE, path)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        problem = CANNOT_BE_READ(reason=error.strerror)
        raise UnusableModel(problem, messages.IMPORT_FROM_SOURCE, path) from error
    if digest != expected.sha256.lower():
        raise UnusableModel(messages.OTHER_HASH, messages.IMPORT_FROM_SOURCE, path)
