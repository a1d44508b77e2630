"""What leaves the window: pictures as files and on the clipboard, the report, and paper."""

import os
from collections.abc import Callable
from datetime import datetime
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QFileDialog, QLabel

from cxrview.gui import error_text
from cxrview.gui.commands.measure import measuring
from cxrview.gui.commands.texts import texts
from cxrview.gui.messages import LEFT_ALONE
from cxrview.gui.viewer.export_choices import (
    FORMATS,
    SUFFIXES,
    ExportChoices,
    burned_in,
    names_shown,
    proposed_name,
    remember,
    remembered,
)
from cxrview.gui.workbench import Workbench
from cxrview.i18n import say, tr
from cxrview.message import joined
from cxrview.messages import CHOOSE_ANOTHER_NAME

if TYPE_CHECKING:
    from cxrview.annotations.annotation import Annotation
    from cxrview.gui.dialogs.export import ExportDialog
    from cxrview.gui.report.contents import ReportOrder
    from cxrview.gui.report.page import ReportFacts
    from cxrview.gui.tasks import Job
    from cxrview.progress import Report

ESTIMATE_DELAY = 250  # ms of no change before the size of the file is worked out
FOLDER = "export/folder"  # where the last file went, in the store


class Exporter(QObject):
    """Asks, works and writes for the commands that save, copy and print what the active canvas shows."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        self._bench, self._window, self._store = bench, bench.window, bench.store
        self._dialog: ExportDialog | None = None
        self._estimate: Job | None = None
        bench.state.shown_changed.connect(self._leave_dialog)
        self._estimate_soon = QTimer(self, singleShot=True, interval=ESTIMATE_DELAY, timeout=self._weigh)

    # Commands

    def save_picture(self) -> None:
        """Ask what is to be in the picture, and where it goes."""
        from cxrview.gui.actions.secondary import attend
        from cxrview.gui.dialogs.export import ExportDialog

        canvas, state = self._bench.canvas, self._bench.state
        radiograph = canvas.view.shown.radiograph
        if radiograph is None or self._dialog is not None:
            return
        dialog = ExportDialog(
            self._window,
            remembered(self._store, state.settings.hide_identity),
            preview=self._preview,
            sizes=self._sizes(),
            remarks=self._remarks,
            possible=self._possible(),
        )
        attend(dialog, self._bench, "sharing")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.changed.connect(self._estimate_soon.start)
        dialog.save_wanted.connect(self._save)
        dialog.copy_wanted.connect(self._copy_from_dialog)
        dialog.finished.connect(self._dialog_closed)
        self._dialog = dialog
        dialog.open()
        self._estimate_soon.start()

    def copy_picture(self) -> None:
        """Put the view on the clipboard as it is on the screen, or the words that are selected."""
        labels = self._window.findChildren(QLabel)
        words = next((label.selectedText() for label in labels if label.hasFocus()), "")
        if words:
            QGuiApplication.clipboard().setText(words)
        elif self._bench.canvas.has_image():
            self._copy_view(identity=True)

    def copy_anonymous(self) -> None:
        """Put the view on the clipboard without saying who the patient is."""
        if self._bench.canvas.has_image():
            self._copy_view(identity=False)

    def save_report(self) -> None:
        """Save the report as PDF, where the user wants it."""
        self._ask_for_report(not self._bench.state.settings.hide_identity)

    def save_anonymous_report(self) -> None:
        """Save the report as PDF without saying who the patient is."""
        self._ask_for_report(identity=False)

    def save_heat_numbers(self) -> None:
        """Save the numbers of the heatmap that the active canvas shows, where the user wants them."""
        view, card = self._bench.canvas.view, self._bench.state.model.card
        heat, name = view.heat, view.heat_class
        if card is None:
            return
        if heat is None or name not in heat.class_names or self._bench.state.withholds_heat(view):
            self._say(tr("There is no heatmap to save."))
            return

        def work(path: Path) -> None:
            from cxrview.explain.saved import save_numbers

            save_numbers(path, heat, name, card.graph_hash)

        self.save(tr("Save the heatmap's numbers"), tr("NumPy (*.npz)"), ".npz", work)

    def save(self, title: str, filters: str, suffix: str, work: Callable[[Path], None]) -> None:
        """Ask where a file about the image goes, and let a worker do the `work` of writing it there."""
        shown = self._bench.canvas.view.shown
        if shown.radiograph is None or shown.path is None:
            return
        identity = not self._bench.state.settings.hide_identity
        proposed = proposed_name(shown.radiograph, identity, suffix, self._folder(shown.path))
        if (path := self._ask(title, proposed, filters, (suffix,))) is not None:

            def in_worker(report: "Report") -> None:
                report(-1.0, path.name)
                work(path)

            self._write(path, in_worker)

    def print_report(self) -> None:
        """Show the report as it will be on paper, and print it if the user wants."""
        self._with_facts(self._print_page)

    def print_picture(self) -> None:
        """Show the picture alone as it will be on paper, and print it if the user wants."""
        choices = ExportChoices(identity=not self._bench.state.settings.hide_identity)
        if (order := self._whole(choices)) is not None:
            from cxrview.gui.viewer.export_whole import image

            self._run(tr("Preparing the page"), partial(image, order), self._print_image)

    # Pictures

    def _preview(self, choices: ExportChoices, room: QSize, ratio: float) -> QImage:
        from cxrview.gui.viewer.export_view import view_image, whole_preview

        canvas, state = self._bench.canvas, self._bench.state
        pixels = room * ratio
        if choices.whole:
            return whole_preview(canvas, state, choices, pixels)
        image = view_image(canvas, state, choices)
        keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        return image.scaled(pixels, keep, smooth) if image.width() > pixels.width() else image

    def _sizes(self) -> tuple[str, str]:
        """Return how many pixels the whole image and the view have."""
        from cxrview.gui.viewer.export_view import whole_size

        view = self._bench.canvas.size() * self._bench.canvas.placement.ratio
        words = tr("{width} × {height} pixels")
        width, height = whole_size(self._bench.canvas)
        whole = words.format(width=width, height=height)
        return whole, words.format(width=view.width(), height=view.height())

    def _remarks(self, choices: ExportChoices) -> str:
        radiograph = self._bench.canvas.view.shown.radiograph
        if radiograph is None:
            return ""
        shown = choices.identity or not self._bench.state.settings.show_overlays
        overlays = "" if shown or not radiograph.overlays else tr("Overlays of the file are in the picture.")
        parts = (names_shown(radiograph, choices), burned_in(radiograph, choices.identity), overlays)
        return " ".join(part for part in parts if part)

    def _possible(self) -> frozenset[str]:
        from cxrview.gui.viewer.export_view import has_heat

        found = {"heatmap": has_heat(self._bench.canvas, self._bench.state)}
        found["annotations"] = bool(self._annotations()) and self._bench.part(measuring).annotations.shown
        return frozenset(name for name, there in found.items() if there)

    def _whole(self, choices: ExportChoices) -> Any:
        from cxrview.gui.viewer.export_view import whole

        canvas = self._bench.canvas
        return whole(canvas, self._bench.state, choices) if canvas.has_image() else None

    def _pixels(self, choices: ExportChoices) -> "Callable[[], Any]":
        """Return what gives the picture in a worker; what is on the screen is taken now."""
        if choices.whole:
            from cxrview.gui.viewer.export_whole import compose

            return partial(compose, self._whole(choices))
        from cxrview.gui.viewer.export_view import view_image
        from cxrview.gui.viewer.export_whole import pixels_of

        return partial(pixels_of, view_image(self._bench.canvas, self._bench.state, choices))

    def _save(self, choices: ExportChoices) -> None:
        dialog, shown = self._dialog, self._bench.canvas.view.shown
        if shown.radiograph is None or shown.path is None:
            return
        suffixes = SUFFIXES[choices.format]
        proposed = proposed_name(shown.radiograph, choices.identity, suffixes[0], self._folder(shown.path))
        filters = f"{tr(FORMATS[choices.format])} ({' '.join('*' + suffix for suffix in suffixes)})"
        path = self._ask(tr("Export picture"), proposed, filters, (*suffixes, *chain(*SUFFIXES.values())))
        if path is None:
            return
        from cxrview.gui.viewer.export_file import encode, write

        pixels = self._pixels(choices)
        kind = next(name for name, ends in SUFFIXES.items() if path.name.lower().endswith(ends))

        def work(report: "Report") -> None:
            report(-1.0, path.name)
            write(encode(pixels(), kind, choices.quality), path)

        self._write(path, work)
        if dialog is not None:
            dialog.accept()

    def _copy_from_dialog(self, choices: ExportChoices) -> None:
        from cxrview.gui.viewer.export_view import view_image
        from cxrview.gui.viewer.export_whole import image

        if choices.whole:
            self._run(tr("Copying the picture"), partial(image, self._whole(choices)), self._put)
        else:
            self._put(view_image(self._bench.canvas, self._bench.state, choices))
        if self._dialog is not None:
            self._dialog.accept()

    def _copy_view(self, identity: bool) -> None:
        from cxrview.gui.viewer.export_view import view_image

        choices = ExportChoices(whole=False, corners=True, identity=identity, caption=False)
        self._put(view_image(self._bench.canvas, self._bench.state, choices))

    def _put(self, image: QImage) -> None:
        QGuiApplication.clipboard().setImage(image)
        self._say(tr("Copied the picture."))

    def _weigh(self) -> None:
        """Work out how large the file will be."""
        if self._dialog is None:
            return
        from cxrview.gui.viewer.export_file import estimate

        runner, choices = self._bench.runner, self._dialog.choices
        pixels = self._pixels(choices)
        runner.cancel(self._estimate)
        self._estimate = runner.start(
            tr("Working out the size"),
            lambda _report: estimate(pixels(), choices.format, choices.quality),
            done=self._dialog.show_estimate,
            failed=lambda _error: None,  # saving will say it
            lane="estimate",
            quiet=True,
        )

    def _leave_dialog(self, *_news: object) -> None:
        """Another image is shown: the dialog was about the one before."""
        if self._dialog is not None:
            self._dialog.reject()

    def _dialog_closed(self) -> None:
        dialog, self._dialog = self._dialog, None
        if dialog is None:
            return
        self._estimate_soon.stop()
        self._bench.runner.cancel(self._estimate)
        remember(self._store, dialog.choices, self._bench.state.settings.hide_identity)

    # The report

    def _ask_for_report(self, identity: bool) -> None:
        shown = self._bench.canvas.view.shown
        if shown.radiograph is None or shown.path is None:
            return
        proposed = proposed_name(shown.radiograph, identity, ".pdf", self._folder(shown.path))
        path = self._ask(tr("Save report"), proposed, tr("PDF (*.pdf)"), (".pdf",))
        if path is None:
            return
        from cxrview.gui.report import page
        from cxrview.gui.report.contents import facts

        order = self._order(identity)
        self._write(path, lambda report: page.write(path, facts(order, report)))

    def _with_facts(self, then: "Callable[[ReportFacts], None]") -> None:
        if self._bench.canvas.has_image():
            from cxrview.gui.report.contents import facts

            order = self._order(not self._bench.state.settings.hide_identity)
            self._run(tr("Preparing the page"), partial(facts, order), then)

    def _order(self, identity: bool) -> "ReportOrder":
        from cxrview.gui.report.contents import LOGICAL_SIDE, SIDE, ReportOrder
        from cxrview.gui.viewer import corner_text
        from cxrview.gui.viewer.export_view import has_heat, whole

        canvas, state = self._bench.canvas, self._bench.state
        view = canvas.view
        assert view.shown.radiograph is not None  # a report is made only of an image that is shown
        zoom = min(1.0, SIDE / max(canvas.placement.shown_size))
        plain = ExportChoices(heatmap=False, identity=identity, caption=False)
        with_heat = ExportChoices(identity=identity, caption=False)
        return ReportOrder(
            view.shown.radiograph,
            whole(canvas, state, plain, zoom, LOGICAL_SIDE),
            whole(canvas, state, with_heat, zoom, LOGICAL_SIDE) if has_heat(canvas, state) else None,
            state.settings.heatmap_visible and state.withholds_heat(view),
            corner_text.shown_text(view),
            view.reading.prediction,
            view.reading.call,
            state.model.card,
            self._annotations(),
            identity,
            datetime.now().astimezone(),
            self._bench.part(texts).fetch(),
        )

    def _annotations(self) -> "tuple[Annotation, ...]":
        return self._bench.part(measuring).annotations.on(self._bench.canvas.view)

    def _print_page(self, facts: "ReportFacts") -> None:
        from cxrview.gui.report import printing

        printing.preview_page(self._window, facts, self.save_report)

    def _print_image(self, image: QImage) -> None:
        from cxrview.gui.report import printing

        printing.preview_image(self._window, image, self.save_picture)

    # Files and workers

    def _folder(self, path: Path) -> Path:
        """Return where the last file went, or where the image is, if something can be written there."""
        last = str(self._store.value(FOLDER, "", str))
        entry = self._bench.state.entries.get(path)
        home = (entry.origin if entry is not None else path).parent
        for folder in (Path(last) if last else home, home):
            if os.access(folder, os.W_OK):
                return folder
        return Path.home()

    def _ask(self, title: str, proposed: Path, filters: str, suffixes: tuple[str, ...]) -> Path | None:
        """Return where the user wants the file; None if nowhere, or where another file is."""
        name, _ = QFileDialog.getSaveFileName(self._dialog or self._window, title, str(proposed), filters)
        if not name:
            return None
        path = Path(name) if name.lower().endswith(suffixes) else Path(f"{name}{suffixes[0]}")
        # The file dialog asks about the name as typed, not about the one with the suffix.
        opened = path in self._bench.state.entries or path == self._bench.canvas.view.shown.path
        if opened or (path != Path(name) and path.exists()):
            self._say(say(joined([LEFT_ALONE(name=path.name), CHOOSE_ANOTHER_NAME])))
            return None
        self._store.setValue(FOLDER, str(path.parent))
        return path

    def _write(self, path: Path, work: "Callable[[Report], None]") -> None:
        title = tr("Writing {name}").format(name=path.name)
        saved = tr("Saved {name}.").format(name=path.name)
        self._run(title, work, lambda _nothing: self._say(saved, str(path)), str(path))

    def _run(
        self, title: str, work: "Callable[[Report], Any]", done: Callable[[Any], None], details: str = ""
    ) -> None:
        """Do what the user asked for in a worker: neither Stop nor closing the window takes it back."""
        self._bench.runner.start(
            title,
            work,
            done=done,
            failed=lambda error: self._say(error_text.whole(error), details),
            lane="export",
        )

    def _say(self, text: str, details: str = "") -> None:
        self._bench.say(text, details=details)
