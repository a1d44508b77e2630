"""What is to be said of the sample radiograph, on which a model of three names can only be wrong."""

from pathlib import Path
from typing import TYPE_CHECKING

from cxrview import paths
from cxrview.inference.messages import SAMPLE_HAS_NODULES
from cxrview.message import NOTHING, Message

if TYPE_CHECKING:
    from cxrview.bundle import Card

UNFIT = {"covid19", "normal", "pneumonia"}  # names that are wrong for a film with nodules and no pneumonia


def remark(path: Path | None, card: "Card | None") -> Message:
    """Return that the reading is wrong if `path` is the sample and `card` has no name that fits it.

    That is so of the bundled model; of other files and models nothing is said.
    """
    if path is None or card is None or not UNFIT.issuperset(card.class_names):
        return NOTHING
    sample = paths.sample_radiograph()
    return SAMPLE_HAS_NODULES if sample is not None and path.absolute() == sample.absolute() else NOTHING
