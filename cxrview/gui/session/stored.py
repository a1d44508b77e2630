"""What window.ini holds, whatever somebody or a crash has made of it: a value of the right kind, or none."""

from PySide6.QtCore import QByteArray, QSettings


def flag(store: QSettings, name: str, default: bool) -> bool:
    """Return whether `name` is on; `default` where nothing sensible is stored."""
    value = store.value(name)
    words = {"true": True, "false": False}
    return value if isinstance(value, bool) else words.get(str(value).casefold(), default)


def shape(store: QSettings, name: str) -> QByteArray | None:
    """Return the geometry or the state of a window that is stored as `name`, None if it is none."""
    value = store.value(name)
    return value if isinstance(value, QByteArray) else None


def texts(store: QSettings, name: str) -> list[str]:
    """Return the list of texts stored as `name`; [] where there is none."""
    value = store.value(name)
    several = value if isinstance(value, list) else [value]
    return [text for text in several if isinstance(text, str)]
