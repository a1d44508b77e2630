"""Measuring and annotating, as the window commands it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QAction, QGuiApplication

from cxrview.annotations.annotation import Annotation, Text, calibration_of
from cxrview.annotations.results import MeasurementResult, table
from cxrview.annotations.units import scale_of
from cxrview.gui.session.annotations import Annotations
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.view_state import ViewState
from cxrview.gui.viewer.annotate.all_tools import draw_tools
from cxrview.gui.viewer.annotate.layer import AnnotationLayer
from cxrview.gui.viewer.annotate.ratio_tool import Propose
from cxrview.gui.viewer.annotate.shapes import shape_of
from cxrview.gui.viewer.annotate.values import Values
from cxrview.gui.viewer.canvas import Canvas
from cxrview.gui.viewer.tools import Tool
from cxrview.i18n import tr


class Measuring(QObject):
    """What is drawn on the image of the active viewport, and the commands about it.

    `canvas` finds the active canvas and `use_tool` changes what the left button does; both are looked up
    when needed, for they are made after this. `propose_thorax` says where the thorax is widest.

    Signals:
        changed: what is drawn on the active image, or what it says, changed.
        said: a sentence for the user.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        path: Path,
        canvas: Callable[[], Canvas],
        use_tool: Callable[[str], None],
        propose_thorax: Propose,
    ) -> None:
        super().__init__()
        self._state, self._canvas = state, canvas
        self.annotations = Annotations(runner, path, self)
        self.values = Values(runner, self)
        leave = partial(use_tool, "window")
        self.tools: dict[str, Tool] = dict(draw_tools(layer_of, leave, self.said.emit, propose_thorax))
        self.annotations.said.connect(self.said)
        self.annotations.changed.connect(self._look)
        self.annotations.key_known.connect(self._look)
        self.annotations.selected_changed.connect(self._look)
        self.values.arrived.connect(self._look)
        state.active_changed.connect(self._look)
        state.views_changed.connect(lambda: self.annotations.keep_only(state.views))

    def make_layer(self, canvas: Canvas) -> AnnotationLayer:
        """Return the layer of annotations for `canvas`."""
        self.annotations.follow(canvas.view)
        return AnnotationLayer(canvas, self.annotations, self.values)

    def connect_actions(self, actions: dict[str, QAction]) -> None:
        """Keep the commands in step: what can be done, and what undo would take back."""
        self._actions = actions
        group = self.annotations.undo_group
        group.canUndoChanged.connect(actions["undo"].setEnabled)
        group.canRedoChanged.connect(actions["redo"].setEnabled)
        group.undoTextChanged.connect(lambda text: _name(actions["undo"], tr("&Undo"), text))
        group.redoTextChanged.connect(lambda text: _name(actions["redo"], tr("&Redo"), text))
        actions["undo"].setEnabled(group.canUndo())
        actions["redo"].setEnabled(group.canRedo())
        actions["show_annotations"].setChecked(self.annotations.shown)
        self.annotations.shown_changed.connect(actions["show_annotations"].setChecked)
        self.changed.connect(self._enable)
        self._enable()

    def _enable(self) -> None:
        items, selected = self.items(), self.selected() is not None
        for name, possible in (
            ("delete_annotation", selected),
            ("rename_annotation", selected),
            ("next_annotation", bool(items)),
            ("copy_values", bool(items)),
            ("clear_annotations", bool(items)),
            ("uncalibrate", calibration_of(items) is not None),
        ):
            self._actions[name].setEnabled(possible)

    def _look(self, news: object = None) -> None:
        if isinstance(news, ViewState) and news is not self._state.active:
            return
        self.annotations.activate(self.key)
        self.changed.emit()

    # What there is

    @property
    def key(self) -> str:
        """The key of the image in the active viewport; "" if there is none."""
        return self.annotations.key(self._state.active)

    def items(self) -> tuple[Annotation, ...]:
        """Return what is drawn on the active image, oldest first."""
        return self.annotations.of(self.key)

    def selected(self) -> Annotation | None:
        """Return what is selected on the active image."""
        return next((item for item in self.items() if item.id == self.annotations.selected), None)

    def results(self) -> list[tuple[Annotation, MeasurementResult]]:
        """Return what is drawn on the active image with what it says."""
        radiograph, items = self._state.shown.radiograph, self.items()
        if radiograph is None:
            return []
        scale = scale_of(radiograph, items)
        return [(item, self.values.of(item, radiograph, scale)) for item in items]

    # Commands

    def undo(self) -> None:
        """Take back the last change to the active image's annotations."""
        self.annotations.undo_group.undo()

    def redo(self) -> None:
        """Do again what was taken back."""
        self.annotations.undo_group.redo()

    def delete(self) -> None:
        """Remove the selected annotation."""
        if (chosen := self.selected()) is not None:
            self.annotations.remove(self.key, [chosen.id], tr("Removal"))

    def rename(self) -> None:
        """Let the user write a label beside the selected annotation."""
        layer_of(self._canvas()).edit()

    def relabel(self, annotation: Annotation) -> None:
        """Give the annotation with this id another label; a text without words goes."""
        if isinstance(annotation, Text) and not annotation.label:
            self.annotations.remove(self.key, [annotation.id], tr("Removal"))
        else:
            self.annotations.replace(self.key, annotation, tr("Label"))

    def select_next(self) -> None:
        """Select the next annotation of the active image, after the last the first."""
        items = self.items()
        ids = [item.id for item in items]
        place = ids.index(self.annotations.selected) + 1 if self.annotations.selected in ids else 0
        if ids:
            self.annotations.set_shown(True)
            self.annotations.select(ids[place % len(ids)])
            self._canvas().setFocus()

    def bring_into_view(self, annotation: Annotation) -> None:
        """Move the active canvas so that the whole of `annotation` is seen, if it is not."""
        canvas = self._canvas()
        bounds = shape_of(annotation, canvas.placement).bounds()
        if not QRectF(canvas.rect()).contains(bounds):
            canvas.move_by(QPointF(canvas.width() / 2, canvas.height() / 2) - bounds.center())

    def show(self, shown: bool) -> None:
        """Show or hide all annotations."""
        self.annotations.set_shown(shown)

    def copy_values(self) -> None:
        """Put the measurements of the active image on the clipboard."""
        QGuiApplication.clipboard().setText(table(self.results()))
        self.said.emit(tr("Copied the values of this image."))

    def clear(self) -> None:
        """Remove all annotations of the active image; undo brings them back."""
        self.annotations.remove(self.key, [item.id for item in self.items()], tr("Removal of all"))

    def remove_calibration(self) -> None:
        """Take back the calibration by hand: the file's own spacing holds again."""
        line = calibration_of(self.items())
        if line is not None:
            self.annotations.remove(self.key, [line.id], tr("Removal of the calibration"))


def layer_of(canvas: Canvas) -> AnnotationLayer:
    """Return the annotation layer of `canvas`."""
    return next(layer for layer in canvas.layers if isinstance(layer, AnnotationLayer))


def _name(action: QAction, command: str, what: str) -> None:
    action.setText(f"{command}: {what}" if what else command)
