"""The commands of the File menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec, has_failed, has_files, has_image
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec("open", mark("&Open…"), ("Ctrl+O",), "ask_for_files", icon="image", tip=mark("Open files")),
    ActionSpec(
        "open_folder",
        mark("Open &folder…"),
        ("Ctrl+Shift+O",),
        "ask_for_folder",
        icon="folder-open",
        tip=mark("Open a folder"),
    ),
    ActionSpec("sample", mark("Open &sample radiograph"), (), "open_sample"),
    ActionSpec("again", mark("&Try again"), ("F5",), "try_again", icon="rotate-ccw", when=has_failed),
    SEPARATOR,
    ActionSpec(
        "export",
        mark("&Export picture…"),
        ("Ctrl+S",),
        "exporter.save_picture",
        icon="image-down",
        tip=mark("Save what is shown as PNG"),
        when=has_image,
    ),
    ActionSpec(
        "copy", mark("&Copy picture"), ("Ctrl+C",), "exporter.copy_picture", icon="copy", when=has_image
    ),
    SEPARATOR,
    ActionSpec("close_all", mark("Close &all files"), ("Ctrl+W",), "close_all", when=has_files),
    ActionSpec("quit", mark("&Quit"), ("Ctrl+Q",), "close"),
)
