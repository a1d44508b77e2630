"""Every command of every window, once: menus, toolbar, shortcuts, palette and help are made from these."""

from cxrview.gui.actions import edit, file, heatmap, help, image, measure, model, teach, view  # noqa: A004
from cxrview.gui.actions.secondary import ACTIONS as SECONDARY
from cxrview.gui.actions.shortcuts import Shortcuts
from cxrview.gui.actions.spec import SEPARATOR, Menu
from cxrview.gui.batch import actions as batch_actions
from cxrview.gui.dialogs import manual_actions, tags_actions
from cxrview.gui.explain import cover_actions
from cxrview.gui.gallery import actions as gallery_actions
from cxrview.gui.library import actions as library
from cxrview.gui.teaching import actions as blind_actions
from cxrview.gui.training.data import actions as data_actions
from cxrview.gui.training.result import actions as result_actions
from cxrview.i18n import mark

MENUS: dict[str, Menu] = {
    "file": (mark("&File"), file.ACTIONS),
    "edit": (mark("&Edit"), edit.ACTIONS),
    "view": (mark("&View"), view.ACTIONS),
    "image": (mark("&Image"), (*image.ACTIONS, *image.PRESETS)),
    "measure": (mark("Meas&ure"), measure.ACTIONS),
    "heatmap": (mark("Hea&tmap"), heatmap.ACTIONS),
    "model": (mark("&Model"), model.ACTIONS),
    "teach": (mark("Tea&ch"), teach.ACTIONS),
    "help": (mark("&Help"), help.ACTIONS),
}
OTHERS: tuple[Menu, ...] = (  # what other windows have, by their titles
    (mark("Model library"), library.ACTIONS),
    (mark("Batches"), batch_actions.ACTIONS),
    (mark("Gallery"), gallery_actions.ACTIONS),
    (mark("Train a model"), (*data_actions.ACTIONS, *result_actions.ACTIONS)),
    (mark("DICOM tags"), tags_actions.ACTIONS),
    (mark("&Manual"), manual_actions.ACTIONS),
    (mark("Blind reading"), blind_actions.ACTIONS),
    (mark("Cover it"), cover_actions.ACTIONS),
    (mark("Every other window"), SECONDARY),
)
SHORTCUTS = Shortcuts(tuple(MENUS.values()), OTHERS)
TOOLBAR = (
    "open", "open_folder", SEPARATOR, "window", "pan", "zoom", "lens", SEPARATOR,
    "invert", "turn_right", "flip_sides", "fit", "actual", "reset", SEPARATOR,
    "one", "two_columns", "four", "twins", "synchronise", SEPARATOR, "heatmap", "hide_model", SEPARATOR,
    "studies", "reading",
)  # fmt: skip
PICTURE = (  # the menu of the picture, below the window presets
    "invert", "clahe", "sharpen", SEPARATOR, "turn_right", "turn_left", "flip_sides", SEPARATOR,
    "fit", "actual", "reset", SEPARATOR, "rename_annotation", "delete_annotation", SEPARATOR,
    "copy", "export", "tags", SEPARATOR, "hide_identity",
)  # fmt: skip
