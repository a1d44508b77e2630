"""Where things are: in a checkout, an installed wheel, or a frozen application."""

import importlib.util
import sys
from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    installed = PACKAGE / f"_{name}"  # wheel and frozen app carry the top-level folders inside the package
    return installed if installed.is_dir() else PACKAGE.parent / name


def program() -> tuple[str, list[str]]:
    """Return the program that is cxrview, and what comes before its arguments."""
    if getattr(sys, "frozen", False):
        return sys.executable, []
    return sys.executable, ["-m", "cxrview"]


def resources() -> Path:
    """Return the folder of icons and style sheets."""
    return _bundled("resources")


def bundled_models() -> Path:
    """Return the folder of the model bundles that travel with the program."""
    return _bundled("models")


def user_models() -> Path:
    """Return the folder of the user's own model bundles; it may not exist yet."""
    return platformdirs.user_data_path("cxrview", appauthor=False) / "models"


def cache() -> Path:
    """Return the folder for what can be made again, such as compiled models; it may not exist yet."""
    return platformdirs.user_cache_path("cxrview", appauthor=False)


def settings_file() -> Path:
    """Return the user's settings file (TOML); it may not exist yet."""
    return platformdirs.user_config_path("cxrview", appauthor=False) / "settings.toml"


def user_translations() -> Path:
    """Return the folder of the languages that a user has made; it may not exist yet."""
    return platformdirs.user_config_path("cxrview", appauthor=False) / "translations"


def pseudonym_key() -> Path:
    """Return the file of the key from which patient pseudonyms are made; it may not exist yet."""
    return platformdirs.user_data_path("cxrview", appauthor=False) / "pseudonym.key"


def annotations_store() -> Path:
    """Return the file of what the user draws on images (SQLite); it may not exist yet."""
    return platformdirs.user_data_path("cxrview", appauthor=False) / "reading.sqlite"


def training_runs() -> Path:
    """Return the folder of the training runs that the window starts; it may not exist yet."""
    return platformdirs.user_data_path("cxrview", appauthor=False) / "training"


def batches() -> Path:
    """Return the folder of the batches that the window reads; it may not exist yet."""
    return platformdirs.user_data_path("cxrview", appauthor=False) / "batches"


def sample_radiograph() -> Path | None:
    """Return a real DICOM chest radiograph (CR, MONOCHROME1) if there is one.

    A frozen app has it inside; elsewhere the package pydicom-data brings it.
    """
    if (inside := PACKAGE / "_sample" / "RG1_J2KR.dcm").is_file():
        return inside
    package = importlib.util.find_spec("data_store")
    for folder in (package.submodule_search_locations or []) if package is not None else []:
        path = Path(folder) / "data" / "RG1_UNCR.dcm"
        if path.is_file():
            return path
    return None
