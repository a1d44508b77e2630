"""Change entries of a bundle's card, so that the bundle is whole at every moment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxrview.atomic_file import write_atomically
from cxrview.bundle import messages
from cxrview.bundle.card import Card, parse
from cxrview.bundle.load import load
from cxrview.errors import InvalidRequest
from cxrview.messages import CANNOT_BE_WRITTEN

CARD = "card.json"
CHOSEN = "chosen"  # the operating point that a user has set
BY_HAND = "The operating point “chosen” was set by hand, looking at {images}: expect a little less elsewhere."
_BY_HAND_START = BY_HAND.partition("{")[0]


def rewrite_card(folder: Path, entries: Mapping[str, Any]) -> Card:
    """Replace `entries` of the card of the bundle in `folder` and return the new card.

    The files that it lists, and their hashes, stay as they are: the bundle is checked before, and the new
    card is checked before it takes the place of the old one. Raises UnusableModel if either check fails,
    InvalidRequest if the card cannot be written; then nothing has changed.
    """
    before = load(folder).card.raw
    text = json.dumps({**before, **entries, "files": before["files"]}, indent=1, ensure_ascii=False) + "\n"
    path = folder / CARD
    card = parse(text, path)
    replace_text(path, text)
    return card


def replace_text(path: Path, text: str) -> None:
    """Write `text` to `path`, whole or not at all. Raises InvalidRequest."""
    try:
        write_atomically(path, text)
    except OSError as error:
        problem = CANNOT_BE_WRITTEN(reason=error.strerror)
        raise InvalidRequest(problem, messages.MAKE_ROOM_OR_ASK, path) from error


def choose_point(folder: Path, name: str, threshold: float, images: str) -> Card:
    """Store that class `name` counts as called from `threshold` on, chosen looking at `images`.

    It becomes the class's entry in the operating point "chosen", and the limits say how it came about.
    Raises InvalidRequest if the card has no such class, and as `rewrite_card`.
    """
    card = load(folder).card
    if name not in card.class_names or not 0 <= threshold <= 1:
        raise InvalidRequest(messages.NO_OPERATING_POINT)
    chosen = {**card.raw["operating_points"].get(CHOSEN, {}), name: threshold}
    limits = [limit for limit in card.limits if not limit.startswith(_BY_HAND_START)]
    return rewrite_card(
        folder,
        {
            "operating_points": {**card.raw["operating_points"], CHOSEN: chosen},
            "limits": [*limits, BY_HAND.format(images=images)],
        },
    )
