"""What the model saw: its actual input, which is far smaller than the radiograph."""

import dataclasses
from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, QTimer
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from cxrview.bundle.card import LUNGS
from cxrview.explain.style import HeatStyle
from cxrview.gui.dialogs.seen_picture import SeenPicture
from cxrview.gui.panels.heatmap import UNLIKE
from cxrview.gui.state import AppState
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.widgets.window_size import fitted
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.anatomy import Anatomy
    from cxrview.bundle import Card
    from cxrview.explain.model_input_view import ModelInputView
    from cxrview.imaging import Letterbox, Radiograph
    from cxrview.progress import Report

PREPARED = {
    "standardised": mark("Then the grey levels of the whole are brought to the mean 0 and the spread 1."),
    "source-suppression": mark(
        "Then bands of detail are brought to equal strength, and each place is shown relative to its "
        "surroundings, so that the scanner's grey scale and sharpness matter less."
    ),
    "architecture": mark("Then the grey levels are scaled as the authors of the architecture did it."),
}


def _look(
    card: "Card", radiograph: "Radiograph", anatomy: "Anatomy | None", _report: "Report"
) -> "ModelInputView":
    """Return what the model of `card` sees; runs in a worker thread."""
    from cxrview.explain.model_input_view import seen_by

    return seen_by(card, radiograph, anatomy)


class ModelViewDialog(QDialog):
    """Follows the active viewport. The picture is worked out beside the window, only while this is open."""

    def __init__(self, parent: QWidget | None, state: AppState, runner: TaskRunner) -> None:
        super().__init__(parent, windowTitle=tr("What the model saw"))
        self._state, self._runner = state, runner
        self._job: Job | None = None
        self._seen: ModelInputView | None = None
        self._asked: tuple[object, object, object] | None = None
        self.picture = SeenPicture()
        self.title = QLabel(objectName="pageTitle", wordWrap=True)
        self.words = QLabel(objectName="muted", wordWrap=True)
        self.whole = QRadioButton(tr("Its input"))
        self.kept = QRadioButton(tr("What it keeps"))
        self.heatmap = QCheckBox(tr("Heatmap"))
        self.grid = QCheckBox(tr("Grid of the cells"))
        self.whole.setChecked(True)
        self.grid.setChecked(True)
        self._lay_out()
        self._soon = QTimer(self, singleShot=True, interval=0, timeout=self._follow)
        for signal in (
            state.shown_changed,
            state.reading_changed,
            state.heat_changed,
            state.model_changed,
            state.heat_class_changed,
            state.heat_asked_changed,
            state.settings_changed,
            state.hiding_changed,
        ):
            signal.connect(self._start)
        for button in (self.whole, self.kept, self.heatmap, self.grid):
            button.toggled.connect(self._start)

    def _lay_out(self) -> None:
        choices = QHBoxLayout(spacing=16)
        for button in (self.whole, self.kept, self.heatmap, self.grid):
            choices.addWidget(button)
            if button is self.kept:
                choices.addStretch()
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(self.title)
        column.addWidget(self.picture, 1)
        column.addLayout(choices)
        column.addWidget(self.words)
        column.addWidget(buttons)
        self.resize(fitted(QSize(520, 700), self))

    def _start(self, *_news: object) -> None:
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()

    def _follow(self) -> None:
        """Work out what the model saw of another image, or show it otherwise."""
        if not self.isVisible():
            return
        radiograph, card = self._state.shown.radiograph, self._state.model.card
        if radiograph is None or card is None:
            self._forget(tr("No image, or no model") if card is None else tr("No image"))
            return
        prediction = self._state.reading.prediction
        anatomy = prediction.anatomy if prediction is not None and card.frame == LUNGS else None
        if card.frame == LUNGS and anatomy is None:  # the lungs are found when the film is read
            hidden = self._state.hides_here
            self._forget(tr("Hidden until you ask.") if hidden else tr("The model has not read this image."))
            return
        wanted = (radiograph, card, anatomy)
        if self._asked != wanted:
            self._forget(tr("Preparing the model's input …"))
            self._asked = wanted
            self._job = self._runner.start(
                tr("Preparing the model's input"),
                partial(_look, card, radiograph, anatomy),
                done=self._take,
                failed=lambda _error: self._forget(tr("The model's input could not be prepared.")),
                lane="explain",
                quiet=True,
            )
        elif self._seen is not None:
            self._show(self._seen)

    def _forget(self, title: str) -> None:
        self._runner.cancel(self._job)
        self._seen, self._job, self._asked = None, None, None
        self.picture.clear()
        self.title.setText(title)
        self.words.clear()
        self._enable(False)

    def _take(self, seen: "ModelInputView") -> None:
        self._seen = seen
        self._show(seen)

    def _enable(self, on: bool) -> None:
        prediction = self._state.reading.prediction
        self.whole.setEnabled(on)
        self.kept.setEnabled(on)
        self.grid.setEnabled(on and prediction is not None)
        withheld = self._state.withholds_heat(self._state.active)
        self.heatmap.setEnabled(on and prediction is not None and not withheld)
        self.heatmap.setToolTip(tr(UNLIKE) if withheld else "")

    def _show(self, seen: "ModelInputView") -> None:
        radiograph = self._state.shown.radiograph
        if radiograph is None:  # it was closed while this was made
            return
        heat, settings = self._state.heat, self._state.settings
        self._enable(True)
        style = HeatStyle.of(settings)
        heated = self.heatmap.isChecked() and self.heatmap.isEnabled()
        opacity = style.opacity if heated else 0.0
        style = dataclasses.replace(style, grid=self.grid.isChecked(), opacity=opacity)
        self.picture.show_seen(seen, heat, self._state.heat_class, style, self.kept.isChecked())
        side, given = seen.seen.shape[0], seen.given.shape[0]
        self.title.setText(tr("The model saw {side} × {side} pixels").format(side=side))
        self.whole.setText(tr("Its input, {side} × {side}").format(side=given))
        self.kept.setText(tr("What it keeps, {side} × {side}").format(side=side))
        self.words.setText(" ".join(self._sentences(radiograph.shape, seen, side, given)))
        self.picture.setAccessibleName(self.title.text())
        self.picture.setAccessibleDescription(self.words.text())

    def _reduction(self, shape: tuple[int, int], box: "Letterbox", given: int) -> Iterator[str]:
        """Yield how the radiograph of `shape` came into the square of `given` pixels a side."""
        rows, columns = shape
        sizes = {"columns": columns, "rows": rows, "given": given}
        sizes |= {"wide": box.inner_width, "high": box.inner_height}
        prediction = self._state.reading.prediction
        anatomy = prediction.anatomy if prediction is not None else None
        if anatomy is not None and anatomy.found:
            yield tr(
                "The radiograph of {columns} × {rows} pixels is cropped to the lungs. The {across} × {down} "
                "pixels around them are brought to {wide} × {high} in a square of {given} × {given}, in the "
                "file's own window, whatever is set on the screen."
            ).format(across=box.crop_width, down=box.crop_height, **sizes)
            yield tr("The line shows where the lungs were found: the model averages what it sees inside it.")
            return
        yield tr(
            "The radiograph of {columns} × {rows} pixels is reduced to {wide} × {high} in a square of "
            "{given} × {given}, in the file's own window, whatever is set on the screen."
        ).format(**sizes)
        if anatomy is not None:
            yield tr("No lungs were found: the model was given the whole film.")

    def _sentences(self, shape: tuple[int, int], seen: "ModelInputView", side: int, given: int) -> list[str]:
        sentences = [*self._reduction(shape, seen.letterbox, given)]
        left, top, right, bottom = seen.frame
        if (right - left, bottom - top) != (given, given):
            sentences.append(
                tr("The model cuts off the border and keeps {wide} × {high}, reduced to {side} × {side}.")
                .format(wide=right - left, high=bottom - top, side=side)
            )  # fmt: skip
        if seen.preprocessing in PREPARED:
            sentences.append(tr(PREPARED[seen.preprocessing]))
        prediction = self._state.reading.prediction
        if prediction is not None:
            heat = self._state.heat
            high, wide = (prediction.activation_maps if heat is None else heat.maps).shape[1:]
            sentences.append(tr("Its heatmap has {wide} × {high} cells.").format(wide=wide, high=high))
            if self._state.withholds_heat(self._state.active):
                sentences.append(tr(UNLIKE))
        return sentences
