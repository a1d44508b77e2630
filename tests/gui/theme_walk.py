"""Every window, dialog and page of the program opened at once, to be grabbed in one theme and another."""

import dataclasses
import datetime
import re
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QWidget

from cxrview.annotations import annotation as kinds
from cxrview.gui.commands import export
from cxrview.gui.commands.training import show_card
from cxrview.gui.main_window import MainWindow
from cxrview.gui.studies.thumbnails import Thumbnails
from cxrview.gui.widgets.text import CrashDialog
from tests.gui.test_accessibility import nameless
from tests.gui.training import programs, test_search_step
from tests.gui.training.finished_run import finished_run

MOMENT = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
KINDS = {"small-image": "block", "few-images": "warning", "leak-duplicate": "info"}


def lay_out(root: Path, images: Path) -> Path:
    """Lay down in `root` an interrupted training and a search, in `images` a finished run; return that."""
    programs.lay_down(root / "20261120-101500", 3)
    test_search_step.lay_down(root, *test_search_step.whole_story())
    return finished_run(images)


class Walk:
    """Opens all of it in `window`, which has read a film; `finished` is the folder of a finished run."""

    def __init__(self, window: MainWindow, finished: Path, qtbot) -> None:
        self._window, self._wait = window, qtbot.waitUntil
        self._finished = finished
        self.nameless: list[str] = []  # what could take the focus and had no name for a screen reader
        self._open()

    def pictures(self) -> dict[str, QImage]:
        """Go to every page and return what is seen there."""
        found = {}
        for name, widget in self._stops():
            self._window.statusBar().say("")
            self._settle()
            status = self._window.bench.status.model
            status.setText(re.sub(r"[\d.,]+ (ms|s)$", r"1 \1", status.text()))  # which is never the same
            widget.grab()  # which begins to make the small pictures that it lacks
            self._settle()
            found[name] = widget.grab().toImage()
            self.nameless += nameless(widget, shown=True)
        return found

    def _settle(self) -> None:
        self._wait(lambda: not self._window.runner.jobs and not self._lacks_pictures())
        for _ in range(4):  # pages take a turn or two to fill
            QApplication.processEvents()

    def _lacks_pictures(self) -> bool:
        """Whether small pictures that are in sight are still to be made."""
        tops = (self._window, self._window.training.window)
        lists = [each for top in tops if top is not None for each in top.findChildren(Thumbnails)]
        return any(each._wanted.keys() & each.in_sight() for each in lists)

    def _open(self) -> None:
        window = self._window
        window.bench.parts.make_all()
        window.resize(1200, 780)
        window.histogram.set_open(True)
        window.viewports.show_second_window(True, [])
        self._settle()
        window.state.set_active(window.state.views[0])  # the film's
        self._settle()
        window.state.choose_class(window.state.reading.prediction.class_names[0])
        self._measure()
        window.tags.show()
        window.preferences.show()
        window.help.manual()
        window.help.about()
        window.heatmaps.show_all_classes()
        window.heatmaps.show_model_view()
        window.heatmaps.show_compare()
        window.heatmaps.show_cover()
        export.save_picture(window.bench)
        show_card(window.bench)
        CrashDialog(window, "Traceback").open()
        window.training.show_library()
        window.menus.actions["gallery"].trigger()
        window.menus.actions["hangings"].trigger()
        window.batches.show()
        self._wait(lambda: window.batches.window is not None)
        window.training.show()
        self._wait(lambda: window.training.window is not None)
        self._open_wizard()
        self._wait(lambda: bool(window.training.library.list.entries))
        self._settle()

    def _measure(self) -> None:
        """Draw one of each kind that has an icon in the list."""
        measuring, place = self._window.measuring, kinds.Point
        self._wait(lambda: bool(measuring.key))
        for number, drawn in enumerate(
            (
                kinds.Length(points=(place(200, 300), place(500, 400))),
                kinds.Angle(points=(place(300, 500), place(400, 600), place(600, 520))),
                kinds.EllipseRoi(points=(place(700, 700), place(900, 820))),
                kinds.Arrow(points=(place(900, 300), place(800, 400))),
                kinds.Text(points=(place(300, 900),), label="Words"),
            )
        ):
            named = dataclasses.replace(drawn, id=f"{number:032x}", created=MOMENT)
            self._window.annotations.add(measuring.key, named, "Drawing")

    def _open_wizard(self) -> None:
        data, _model, training, result, search = self._window.training.window.steps
        page = data.page
        page.stack.setCurrentIndex(1)
        page.classes.show_classes({"Normal": (self._finished,), "Pneumonia": (self._finished,) * 2}, 3)
        page.findings.show_findings(
            [
                {"kind": kind, "severity": severity, "text": "Words.", "files": [], "details": {}}
                for kind, severity in KINDS.items()
            ],
            data._draft.config,
            {},
        )
        page.status.say("error", "The images cannot be used.", again=True)
        training.show_folder(self._window.bench.places.runs / "20261120-101500")
        search.show_folder(next(self._window.bench.places.runs.glob("*-search")))
        result.show_folder(self._finished)

    def _stops(self) -> Iterator[tuple[str, QWidget]]:
        window = self._window
        yield "main", window
        window.commands.open()
        yield "commands", window
        window.commands.close()
        for dialog in window.findChildren(QWidget):
            if (
                dialog.isWindow()
                and dialog.isVisible()
                and not isinstance(dialog, type(window.training.window))
            ):
                yield type(dialog).__name__ + dialog.windowTitle(), dialog
        yield "second", window.viewports.second
        yield "batches", window.batches.window
        yield from self._library(window.training.library)
        yield from self._wizard()
        yield from self._tabs("preferences", window.preferences.dialog)

    def _tabs(self, name: str, dialog: QWidget) -> Iterator[tuple[str, QWidget]]:
        for row in range(dialog.names.count()):
            dialog.names.setCurrentRow(row)
            yield f"{name} {row}", dialog

    def _library(self, library: QWidget) -> Iterator[tuple[str, QWidget]]:
        rows = library.list
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        rows.selectionModel().select(rows.model().index(0, 0), flags)
        yield "library", library
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        rows.selectionModel().select(rows.model().index(1, 0), flags)
        yield "library compared", library

    def _wizard(self) -> Iterator[tuple[str, QWidget]]:
        wizard = self._window.training.window
        data, model, training, result, search = wizard.steps
        for step in (data, model, training, search):
            wizard.pages.setCurrentWidget(step)
            yield f"wizard {step.title}", wizard
        drop_area = data.page.stack
        wizard.pages.setCurrentWidget(data)
        drop_area.setCurrentIndex(0)
        yield "wizard empty", wizard
        drop_area.setCurrentIndex(1)
        wizard.pages.setCurrentWidget(result)
        for number in range(result.page.tabs.count()):
            result.page.tabs.setCurrentIndex(number)
            yield f"wizard result {number}", wizard


def differing(one: dict[str, QImage], other: dict[str, QImage]) -> list[str]:
    """Return the names of what is not seen alike."""
    assert one.keys() == other.keys()
    return [name for name, picture in one.items() if picture != other[name]]
