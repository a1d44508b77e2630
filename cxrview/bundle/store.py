"""Where bundles are kept, and how one is named."""

import json
from collections.abc import Callable
from pathlib import Path

from cxrview import paths
from cxrview.bundle import messages, naming, transfer
from cxrview.bundle.card import CLASSIFIER, SEGMENTER
from cxrview.errors import InvalidRequest

DEFAULT = "cxr-densenet121"


def folders(kind: str = CLASSIFIER) -> dict[str, Path]:
    """Return the installed bundles' folders by name; a user's bundle hides a bundled one of that name.

    They are those of one `kind`; one whose card cannot be read counts as a classifier, where it is missed.
    """
    return _in(paths.bundled_models(), kind) | _in(paths.user_models(), kind)


def _in(parent: Path, kind: str) -> dict[str, Path]:
    """Return the folders of the bundles of one `kind` in `parent` by name; none if it is not there."""
    cards = sorted(parent.glob("*/card.json"))
    found = (card.parent for card in cards if naming.is_allowed(card.parent.name))
    return {folder.name: folder for folder in found if kind_of(folder) == kind}


def kind_of(folder: Path) -> str:
    """Return what the card in `folder` says of its kind, CLASSIFIER if it says nothing or cannot be read."""
    try:
        kind = json.loads((folder / "card.json").read_text("utf-8")).get("kind", CLASSIFIER)
    except (OSError, ValueError, RecursionError, AttributeError):
        return CLASSIFIER
    return SEGMENTER if kind == SEGMENTER else CLASSIFIER


def find(model: str = "", *, any_kind: bool = False) -> Path:
    """Return the folder of the bundle `model`: a name, a path, or "" for the default.

    It is a classifier, unless `any_kind` will do. Raises InvalidRequest if there is none.
    """
    installed = folders()
    if not model and installed:
        return installed.get(DEFAULT) or next(iter(installed.values()))
    if not model:
        raise InvalidRequest(messages.NONE_INSTALLED, messages.INSTALL_AGAIN)
    advice = messages.INSTALLED_ARE(names=", ".join(installed) or messages.NONE)
    found = installed.get(model) or folders(SEGMENTER).get(model)
    if found is None and (Path(model) / "card.json").is_file():
        found = Path(model)
    if found is None:
        raise InvalidRequest(messages.NO_SUCH_MODEL(model=model), advice)
    if not any_kind and kind_of(found) == SEGMENTER:
        raise InvalidRequest(messages.READS_NO_FILMS(model=model), advice)
    return found


def install(path: Path, check: Callable[[Path], None] = transfer.unchecked) -> str:
    """Copy the bundle in `path`, a folder or a .zip, to the user's models and return its name there.

    Where a bundled model has its name, such as an earlier version of it, the version stands behind the name,
    and both can be used. `check` is given the folder before it is where anybody looks. Raises UnusableModel,
    InvalidRequest if another import is under way, and what `check` raises; then nothing has been added.
    """
    bundled = _in(paths.bundled_models(), CLASSIFIER)
    return transfer.import_bundle(path, paths.user_models(), check, bundled).name
