"""The commands of labelling: a class for the film on the screen, a flag, a note, and what to do with them."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.commands.sections import section_is_shown, show_section
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.panels.labels import LabelPanel
    from cxrview.gui.session.labels import FilmLabels

HANDED_ON = "labels"  # folder beside the annotations with the tables that trainings and sets were given
CALLS = tuple(f"label_{number}" for number in range(1, 7))
THEN = ("labels_table", "labels_train", "labels_set")


def labels(bench: Workbench) -> "FilmLabels":
    """Make what knows of labels."""
    from cxrview.annotations.labels import FILE, LabelStore
    from cxrview.gui.session.labels import FilmLabels

    store = LabelStore(bench.places.annotations_store.with_name(FILE))
    made = FilmLabels(bench.state, bench.runner, store, bench.store, bench.window)
    made.said.connect(bench.say)
    return made


def panel(bench: Workbench) -> "LabelPanel":
    """Make the section in which films are labelled, under the reading."""
    from cxrview.gui.panels.labels import LabelPanel

    actions = bench.actions
    made = LabelPanel(
        bench.part(labels),
        [actions[name] for name in CALLS],
        actions["label_flag"],
        [actions[name] for name in THEN],
    )
    bench.reading.add_section(made)
    return made


def is_labelling(bench: Workbench) -> bool:
    """Whether the section for labels is there."""
    return section_is_shown(bench, panel)


def label_films(bench: Workbench, on: bool) -> None:
    """Show the section for labels, or hide it."""
    show_section(bench, panel, on)


def call(bench: Workbench, number: int) -> None:
    """Call the film on the screen class `number`, or take that back."""
    _open(bench)
    bench.part(labels).call(number)


def flag(bench: Workbench) -> None:
    """Flag the film on the screen, or take that back."""
    _open(bench)
    bench.part(labels).flag()


def note(bench: Workbench) -> None:
    """Write a line about the film on the screen."""
    _open(bench)
    bench.part(panel).note.setFocus()


def _open(bench: Workbench) -> None:
    """What is labelled by a key is seen."""
    if not is_labelling(bench):
        bench.actions["label_films"].setChecked(True)
        label_films(bench, True)


def export(bench: Workbench) -> None:
    """Ask where, and write the labels of the listed films as a table."""
    from PySide6.QtWidgets import QFileDialog

    from cxrview.annotations.labels import write_table

    listed = bench.part(labels).listed()
    title, kinds = tr("Labels as a table"), tr("Tables (*.csv)")
    name, _ = QFileDialog.getSaveFileName(bench.window, title, "labels.csv", kinds)
    if name:
        path = Path(name) if Path(name).suffix else Path(f"{name}.csv")
        try:
            write_table(path, listed)
        except OSError as error:
            bench.say(tr("{name} cannot be written.").format(name=path.name), details=str(error))
        else:
            bench.say(tr("Saved {name}.").format(name=path.name))


def train(bench: Workbench) -> None:
    """Open the training window on the labelled films."""
    from cxrview.gui.commands.training import training

    if (table := _handed_on(bench)) is not None:
        bench.part(training).train_on(table)


def new_set(bench: Workbench) -> None:
    """Make a reading set of the labelled films."""
    from cxrview.gui.commands.teaching import teaching

    if (table := _handed_on(bench)) is not None:
        bench.part(teaching).new_set(table)


def _handed_on(bench: Workbench) -> Path | None:
    """Write the table of the listed films that have a class; return its path, None if there is none.

    It is a new one each time, so that a training that is gone on with later finds its own.
    """
    from cxrview.annotations.labels import write_table

    path = bench.places.annotations_store.with_name(HANDED_ON) / time.strftime("%Y%m%d-%H%M%S.csv")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if write_table(path, bench.part(labels).listed(), every=False):
            return path
    except OSError as error:
        bench.say(tr("{name} cannot be written.").format(name=path.name), details=str(error))
        return None
    bench.say(tr("No listed film has a class yet."))
    return None
