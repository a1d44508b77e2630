"""What a desktop of Linux is told about the program: desktop file, MIME types, where each file lies."""

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
