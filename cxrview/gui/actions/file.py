"""The commands of the File menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec, Scope
from cxrview.gui.actions.when import has_failed, has_files, has_image
from cxrview.gui.commands import export, studies, window
from cxrview.gui.commands.open import open_files, open_folder, open_sample
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec("open", mark("&Open…"), ("Ctrl+O",), open_files, icon="image", tip=mark("Open files")),
    ActionSpec(
        "open_folder",
        mark("Open &folder…"),
        ("Ctrl+Shift+O",),
        open_folder,
        icon="folder-open",
        tip=mark("Open a folder"),
    ),
    ActionSpec("sample", mark("Open &sample radiograph"), (), open_sample),
    ActionSpec("again", mark("&Try again"), ("F5",), studies.try_again, icon="rotate-ccw", when=has_failed),
    SEPARATOR,
    ActionSpec(
        "export",
        mark("&Export picture…"),
        ("Ctrl+S",),
        export.save_picture,
        icon="image-down",
        tip=mark("Save what is shown as PNG, JPEG or TIFF"),
        when=has_image,
    ),
    ActionSpec("copy", mark("&Copy picture"), ("Ctrl+C",), export.copy_picture, icon="copy", when=has_image),
    ActionSpec(
        "copy_anonymous",
        mark("Copy picture &without identity"),
        ("Ctrl+Shift+C",),
        export.copy_anonymous,
        when=has_image,
    ),
    SEPARATOR,
    ActionSpec(
        "report",
        mark("Save &report as PDF…"),
        ("Ctrl+Shift+S",),
        export.save_report,
        icon="file-text",
        tip=mark("One page: the picture, what the model says, what was measured"),
        when=has_image,
    ),
    ActionSpec(
        "report_anonymous",
        mark("Save report without &identity…"),
        (),
        export.save_anonymous_report,
        when=has_image,
    ),
    ActionSpec(
        "print", mark("&Print report…"), ("Ctrl+P",), export.print_report, icon="printer", when=has_image
    ),
    ActionSpec("print_picture", mark("Pri&nt picture…"), (), export.print_picture, when=has_image),
    SEPARATOR,
    ActionSpec("close_all", mark("Close &all files"), ("Ctrl+W",), studies.close_all, when=has_files),
    ActionSpec("quit", mark("&Quit"), ("Ctrl+Q",), window.leave, scope=Scope.EVERYWHERE),
)
