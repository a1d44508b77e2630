"""The commands of the Teach menu: reading sets, and what readings came to."""

from functools import partial

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_entries, has_image
from cxrview.gui.commands import checklist, labels, teaching, texts
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

CLASS_KEYS = ("F3", "F4", "F7", "F8", "F9", "F12")


def _call(number: int) -> ActionSpec[Workbench]:
    return ActionSpec(
        labels.CALLS[number],
        CLASS_TITLES[number],
        (CLASS_KEYS[number],),
        partial(labels.call, number=number),
        when=has_image,
        submenu="labels",
    )


CLASS_TITLES = (
    mark("Label: first class"),
    mark("Label: second class"),
    mark("Label: third class"),
    mark("Label: fourth class"),
    mark("Label: fifth class"),
    mark("Label: sixth class"),
)
ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "read_set",
        mark("&Read a set…"),
        ("Ctrl+B",),
        teaching.read_set,
        tip=mark("First your own answer, film by film, then the truth and the model"),
    ),
    ActionSpec(
        "introduction",
        mark("&Introduction"),
        (),
        teaching.introduction,
        tip=mark("Drawn chests with known lesions, for five minutes"),
    ),
    ActionSpec("readings", mark("&My readings…"), (), teaching.show_sessions),
    SEPARATOR,
    ActionSpec(
        "new_set",
        mark("&New reading set…"),
        (),
        teaching.new_set,
        tip=mark("From a folder with a folder a class, or from a table"),
    ),
    SEPARATOR,
    ActionSpec(
        "checklist",
        mark("C&hecklist"),
        ("Ctrl+Shift+K",),
        switch=checklist.show,
        checked=checklist.is_shown,
        tip=mark("What to look at on a chest film, to be ticked, under the reading"),
    ),
    ActionSpec(
        "film_text",
        mark("Find&ings and impression"),
        (),
        switch=texts.show,
        checked=texts.is_shown,
        tip=mark("In words of your own, under the reading and in the report"),
    ),
    ActionSpec("write_text", mark("&Write findings"), ("Ctrl+Shift+R",), texts.write, when=has_image),
    ActionSpec(
        "label_films",
        mark("&Label films"),
        ("Ctrl+J",),
        switch=labels.label_films,
        checked=labels.is_labelling,
        tip=mark("A class, a flag and a note for each film, under the reading"),
    ),
    *(_call(number) for number in range(len(CLASS_KEYS))),
    ActionSpec("label_flag", mark("&Flag the film"), ("J",), labels.flag, when=has_image),
    ActionSpec("label_note", mark("N&ote on the film"), ("Shift+J",), labels.note, when=has_image),
    ActionSpec("labels_table", mark("Labels as a &table…"), (), labels.export, when=has_entries),
    ActionSpec("labels_train", mark("&Train with the labels…"), (), labels.train, when=has_entries),
    ActionSpec("labels_set", mark("Rea&ding set from the labels…"), (), labels.new_set, when=has_entries),
)
