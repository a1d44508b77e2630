"""Where things are: in a checkout, an installed wheel, or a frozen application."""

from pathlib import Path

import platformdirs

PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    installed = PACKAGE / f"_{name}"  # wheel and frozen app carry the top-level folders inside the package
    return installed if installed.is_dir() else PACKAGE.parent / name


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
