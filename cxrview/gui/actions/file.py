"""The commands of the File menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec, has_failed, has_files, has_image
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec("open", mark("&Open…"), ("Ctrl+O",), "choosing.files", icon="image", tip=mark("Open files")),
    ActionSpec(
        "open_folder",
        mark("Open &folder…"),
        ("Ctrl+Shift+O",),
        "choosing.folder",
        icon="folder-open",
        tip=mark("Open a folder"),
    ),
    ActionSpec("sample", mark("Open &sample radiograph"), (), "choosing.sample"),
    ActionSpec("again", mark("&Try again"), ("F5",), "try_again", icon="rotate-ccw", when=has_failed),
    SEPARATOR,
    ActionSpec(
        "export",
        mark("&Export picture…"),
        ("Ctrl+S",),
        "exporter.save_picture",
        icon="image-down",
        tip=mark("Save what is shown as PNG, JPEG or TIFF"),
        when=has_image,
    ),
    ActionSpec(
        "copy", mark("&Copy picture"), ("Ctrl+C",), "exporter.copy_picture", icon="copy", when=has_image
    ),
    ActionSpec(
        "copy_anonymous",
        mark("Copy picture &without identity"),
        ("Ctrl+Shift+C",),
        "exporter.copy_anonymous",
        when=has_image,
    ),
    SEPARATOR,
    ActionSpec(
        "report",
        mark("Save &report as PDF…"),
        ("Ctrl+Shift+S",),
        "exporter.save_report",
        icon="file-text",
        tip=mark("One page: the picture, what the model says, what was measured"),
        when=has_image,
    ),
    ActionSpec(
        "report_anonymous",
        mark("Save report without &identity…"),
        (),
        "exporter.save_anonymous_report",
        when=has_image,
    ),
    ActionSpec(
        "print", mark("&Print report…"), ("Ctrl+P",), "exporter.print_report", icon="printer", when=has_image
    ),
    ActionSpec("print_picture", mark("Pri&nt picture…"), (), "exporter.print_picture", when=has_image),
    SEPARATOR,
    ActionSpec("close_all", mark("Close &all files"), ("Ctrl+W",), "close_all", when=has_files),
    ActionSpec("quit", mark("&Quit"), ("Ctrl+Q",), "close"),
)
