"""Where bundles are kept, and how one is named."""

from pathlib import Path

from cxrview import paths
from cxrview.bundle import messages, transfer
from cxrview.errors import InvalidRequest

DEFAULT = "cxr-densenet121"


def folders() -> dict[str, Path]:
    """Return the installed bundles' folders by name; a user's bundle hides a bundled one of that name."""
    found: dict[str, Path] = {}
    for parent in (paths.bundled_models(), paths.user_models()):
        if parent.is_dir():
            found |= {card.parent.name: card.parent for card in sorted(parent.glob("*/card.json"))}
    return found


def find(model: str = "") -> Path:
    """Return the folder of the bundle `model`: a name, a path, or "" for the default.

    Raises InvalidRequest if there is none.
    """
    installed = folders()
    if not model and installed:
        return installed.get(DEFAULT) or next(iter(installed.values()))
    if model in installed:
        return installed[model]
    if model and (Path(model) / "card.json").is_file():
        return Path(model)
    if not model:
        raise InvalidRequest(messages.NONE_INSTALLED, messages.INSTALL_AGAIN)
    names = ", ".join(installed) or messages.NONE
    raise InvalidRequest(messages.NO_SUCH_MODEL(model=model), messages.INSTALLED_ARE(names=names))


def install(path: Path) -> str:
    """Copy the bundle in `path`, a folder or a .zip, to the user's models and return its name there.

    Raises UnusableModel; then nothing has been added.
    """
    return transfer.import_bundle(path, paths.user_models()).name
