"""Whether the model of a batch needs the lungs: a page of its evaluation, measured when it is asked for."""

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.anatomy import LungFinder
from cxrview.batch.messages import OTHER_MODEL_NOW
from cxrview.batch.run_folder import BatchFolder
from cxrview.batch.store import BatchStore
from cxrview.bundle.card import LUNGS
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.errors import CxrviewError
from cxrview.evaluation.audit.changes import CHANGES
from cxrview.evaluation.audit.films import READINGS, FilmsToAudit
from cxrview.evaluation.audit.page import audit_caveats
from cxrview.evaluation.audit.regions import REGIONS
from cxrview.evaluation.audit.report import audit_report
from cxrview.evaluation.names import AUDIT_READINGS, AUDIT_REGIONS, METRICS
from cxrview.evaluation.predict import answer_files, class_places
from cxrview.gui import error_text, messages
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training.result.table import Cell, FigureTable
from cxrview.gui.training.result.texts import ABSENT, decimal, interval, share
from cxrview.i18n import say, tr, trn
from cxrview.inference.predictor import Predictor
from cxrview.progress import Report

LANE = "audit"
MOST = 400  # films, drawn at random: a reading of each is five
ASKING = 0.9  # of the time goes into reading films
WORKERS = 2


def audit_batch(folder: BatchFolder, labels: str, report: Report) -> dict[str, Any]:
    """Return what `summarise_audit` says of films of `labels`, read anew by the model of the batch.

    At most MOST are drawn, always the same. Raises CxrviewError, and what `report` raises.
    """
    with BatchStore.open(folder.store) as store:
        model = store.about["model"], store.about["model_version"]
    request = folder.request()
    report(0.0, "")
    predictor = Predictor.load(request.model or model[0], request.device, report)
    if (predictor.card.name, predictor.card.version) != model:
        raise CxrviewError(messages.MODEL_GONE(name=model[0], version=model[1]), OTHER_MODEL_NOW)
    items = _drawn([item for item in find_items(DataConfig(labels)) if _known(item, predictor)])
    engine = f"{predictor.engine.name}:{predictor.engine.device}"
    finder = LungFinder.load(engine) if predictor.card.frame != LUNGS else None
    films = FilmsToAudit(predictor, items, finder)

    def asking(fraction: float, doing: Any) -> None:
        report(ASKING * fraction, doing)

    def summing(fraction: float, doing: Any) -> None:
        report(ASKING + (1 - ASKING) * fraction, doing)

    answer_files(predictor, items, asking, workers=WORKERS, watchers=(films,))
    found = audit_report({"all": films}, predictor.card.class_names, summing).metrics
    if not found:
        raise CxrviewError(messages.NO_LABELLED_FILMS)
    return dict(found["all"])


def _known(item: Item, predictor: Predictor) -> bool:
    return bool(item.labels) and len(class_places(item.labels, predictor.card)) == len(item.labels)


def _drawn(items: list[Item]) -> list[Item]:
    order = np.random.default_rng(0).permutation(len(items))[:MOST]
    return [items[place] for place in np.sort(order)]


class AuditPage(QWidget):
    """Asks before it begins, for it reads films again; a red sentence says that the lungs are not needed."""

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._runner = runner
        self._folder: BatchFolder | None = None
        self._labels = ""
        self._job: Job | None = None
        about = tr(
            "A model may know its classes by a marker, the frame or the border of a film. Here it reads up "
            "to {count} of these films again, with the lungs, the border, or text and markers taken away."
        ).format(count=MOST)
        self.start = QPushButton(tr("Does it need the lungs?"))
        self.stop = QPushButton(tr("Stop"))
        self.note = QLabel(objectName="muted", wordWrap=True)
        self.serious = QLabel(objectName="fieldProblem", wordWrap=True)
        self.said = QLabel(wordWrap=True)
        self.readings = FigureTable(tr("What is read with parts of the film taken away"))
        self.heat = FigureTable(tr("Where the heat lies"))
        self._about = QLabel(about, objectName="muted", wordWrap=True)
        self._lay_out()
        self.start.clicked.connect(self.begin)
        self.stop.clicked.connect(self.leave)
        runner.changed.connect(self._show_progress)
        self.show_batch(None, "")

    def _lay_out(self) -> None:
        top = QHBoxLayout(spacing=8)
        top.addWidget(self.start)
        top.addWidget(self.stop)
        top.addWidget(self.note, 1)
        tables = QHBoxLayout(spacing=24)
        tables.addWidget(self.readings, 3)
        tables.addWidget(self.heat, 2)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 12, 0, 4)
        column.addWidget(self._about)
        column.addLayout(top)
        for label in (self.serious, self.said):
            column.addWidget(label)
        column.addLayout(tables, 1)
        column.addStretch()

    def show_batch(self, folder: BatchFolder | None, labels: str) -> None:
        """Be about another batch with other labels: nothing is measured yet."""
        self._runner.cancel(self._job)
        self._job, self._folder, self._labels = None, folder, labels
        self.note.setText("")
        self._show_parts(found=False)
        self.start.setEnabled(folder is not None and bool(labels) and Path(labels).exists())

    def begin(self) -> None:
        """Measure."""
        if self._folder is None or (self._job is not None and self._runner.is_running(self._job)):
            return
        self._show_parts(found=False)
        self.note.setText(tr("Reading the films again…"))
        self._job = self._runner.start(
            tr("Looking for shortcuts"),
            partial(audit_batch, self._folder, self._labels),
            done=self._show,
            failed=self._fail,
            lane=LANE,
        )
        self._offer()

    def leave(self) -> None:
        """Measure no more."""
        self._runner.cancel(self._job)
        self._offer()

    def _offer(self) -> None:
        running = self._job is not None and self._runner.is_running(self._job)
        self.start.setVisible(not running)
        self.stop.setVisible(running)

    def _show_parts(self, *, found: bool) -> None:
        for widget in (self.readings, self.heat):
            widget.setVisible(found)
        for label in (self.serious, self.said):
            label.setVisible(found and bool(label.text()))
        self._offer()

    def _show_progress(self) -> None:
        job = self._job
        if job is None:
            return
        if self._runner.is_running(job):
            if job.fraction > 0:
                words = tr("Reading the films again: {share} %").format(share=round(100 * job.fraction))
                self.note.setText(words)
        elif job.cancelled:
            self._job = None
            self.note.setText(tr("It was stopped."))
        self._offer()

    def _fail(self, error: Exception) -> None:
        self.note.setText(error_text.whole(error))
        self._offer()

    def _show(self, part: dict[str, Any]) -> None:
        count = part["measured"]
        words = trn("Measured on {count} film.", "Measured on {count} films.", count).format(count=count)
        self.note.setText(words)
        caveats = audit_caveats(part)
        serious = [say(caveat.message) for caveat in caveats if caveat.serious]
        self.serious.setText("\n".join(serious))
        self.said.setText("\n".join(say(caveat.message) for caveat in caveats if not caveat.serious))
        if part.get("readings"):
            self._fill(part)
        self._show_parts(found=bool(part.get("readings")))
        for label in (self.serious, self.said):
            label.setVisible(bool(label.text()))

    def _fill(self, part: dict[str, Any]) -> None:
        rows: list[list[Cell]] = []
        for name in READINGS:
            of = part["readings"][name]
            changed = name in CHANGES
            auc, fall = of["auc"], of.get("fall")
            rows.append(
                [
                    (say(AUDIT_READINGS[name]), ""),
                    (decimal(auc["value"]), interval(auc)),
                    (decimal(fall["value"]), interval(fall)) if fall is not None else (ABSENT, ""),
                    (share(of["taken"]) if changed else ABSENT, ""),
                ]
            )
        heads = (tr("Reading of"), say(METRICS["auc"]), tr("Fall of the AUC"), tr("Changed"))
        self.readings.show_rows(heads, rows)
        heat: list[list[Cell]] = [
            [
                (say(AUDIT_REGIONS[name]), ""),
                (share(part["heat"][name]["value"]), interval(part["heat"][name], "percent")),
            ]
            for name in REGIONS
        ]
        self.heat.show_rows((tr("Region"), tr("Heat")), heat)
