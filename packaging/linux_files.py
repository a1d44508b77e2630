"""What a desktop of Linux is told about the program: desktop file, MIME types, where each file lies."""

from datetime import UTC, datetime

from editions import REPOSITORY
from file_types import FILE_TYPES

LINUX = REPOSITORY / "packaging" / "linux"


def desktop_file(command: str = "cxrview") -> str:
    """Return the desktop file of a program that is started as `command`, with the file types of the code."""
    mimes = "".join(f"{kind.mime};" for kind in FILE_TYPES)
    text = (LINUX / "cxrview.desktop").read_text("utf-8").replace("@MIME@", mimes)
    return text.replace("Exec=cxrview ", f"Exec={command} ")


def mime_file() -> str:
    """Return the suffixes of what cxrview is the reader of, as shared-mime-info takes them."""
    entries = "".join(
        f'  <mime-type type="{kind.mime}">\n    <comment>{kind.title}</comment>\n'
        + "".join(f'    <glob pattern="*{suffix}"/>\n' for suffix in kind.suffixes)
        + "  </mime-type>\n"
        for kind in FILE_TYPES
        if kind.ours
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n'
    return f'{head}<mime-info xmlns="http://www.freedesktop.org/standards/shared-mime-info">\n{entries}</mime-info>\n'


def metainfo(desktop: str, version: str, day: str) -> str:
    """Return what software centres show of the program with the desktop file `desktop`, built on `day`."""
    text = (LINUX / "org.cxrview.cxrview.metainfo.xml").read_text("utf-8")
    return text.replace("@DESKTOP@", desktop).replace("@VERSION@", version).replace("@DATE@", day)


def today() -> str:
    """Return today's date as YYYY-MM-DD."""
    return datetime.now(UTC).date().isoformat()


def beside(version: str) -> dict[str, bytes]:
    """Return the files in `share` of the archive by their names: its installer, and what desktops need."""
    metainfo_name = "org.cxrview.cxrview.metainfo.xml"
    return {
        "cxrview.desktop": desktop_file().encode(),
        metainfo_name: metainfo("org.cxrview.cxrview.desktop", version, today()).encode(),
        "cxrview.svg": (REPOSITORY / "resources" / "icons" / "cxrview.svg").read_bytes(),
        "install.sh": (LINUX / "install.sh").read_bytes(),
    }
