"""Write and remove the file types of the code in the registry of Windows, as macros of NSIS."""

from pathlib import Path

from file_types import FILE_TYPES

CLASSES = r"Software\Classes"
KEY = "cxrview.file"


def registry_macros() -> str:
    """Return REGISTER_TYPES, which takes the program, and UNREGISTER_TYPES.

    cxrview is offered under "Open with" for all that it reads; no other program loses its own files.
    """
    suffixes = [suffix for kind in FILE_TYPES for suffix in kind.suffixes]
    write = [
        rf'  WriteRegStr HKCU "{CLASSES}\{KEY}" "" "cxrview"',
        rf'  WriteRegStr HKCU "{CLASSES}\{KEY}\shell\open\command" "" ' + '\'"${PROGRAM}" view "%1"\'',
        *(rf'  WriteRegStr HKCU "{CLASSES}\{suffix}\OpenWithProgids" "{KEY}" ""' for suffix in suffixes),
    ]
    remove = [
        rf'  DeleteRegKey HKCU "{CLASSES}\{KEY}"',
        *(rf'  DeleteRegValue HKCU "{CLASSES}\{suffix}\OpenWithProgids" "{KEY}"' for suffix in suffixes),
    ]
    parts = ["!macro REGISTER_TYPES PROGRAM", *write, "!macroend"]
    return "\n".join([*parts, "!macro UNREGISTER_TYPES", *remove, "!macroend", ""])


def write(path: Path) -> Path:
    """Write the macros to `path` and return it; NSIS tells UTF-8 by the mark at its beginning."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(registry_macros(), "utf-8-sig")
    return path
