"""The first page: which images, what they look like, what is wrong with them, and who judges."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent

from cxrview.datasets.survey import Survey, file_of, survey
from cxrview.errors import InvalidRequest
from cxrview.gui import error_text
from cxrview.gui.actions.window_actions import WindowActions
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.training import messages
from cxrview.gui.training.data import check as data_check
from cxrview.gui.training.data import fixes
from cxrview.gui.training.data.actions import ACTIONS
from cxrview.gui.training.data.check import DataCheck
from cxrview.gui.training.data.classes import grouped
from cxrview.gui.training.data.edits import DataEdits
from cxrview.gui.training.data.fixes import Fix
from cxrview.gui.training.data.images import FindingImages, FindingPage, ShownFile, paired
from cxrview.gui.training.data.lungs import LungLook
from cxrview.gui.training.data.page import DataPage
from cxrview.gui.training.data.source import choose_folder, dropped_paths
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.run.interrupted import InterruptedRuns
from cxrview.gui.training.runs import TrainingRuns
from cxrview.gui.training.step import WizardStep
from cxrview.i18n import tr, trn

EMPTY = Survey(())


class DataStep(WizardStep):
    """Chooses, checks and splits the images of `draft`.

    Signals:
        show_images: carries the paths of images that the user wants to see in the viewer.
        beside_made: the window for the images of findings has been made; carries it.
    """

    show_images = Signal(list)
    beside_made = Signal(object)

    def __init__(self, draft: Draft, runs: TrainingRuns, runner: TaskRunner, parent: Any = None) -> None:
        super().__init__(parent)
        self.title = tr("Images")
        self._draft, self._runner = draft, runner
        self._job: Job | None = None
        self._surveyed: tuple[str, tuple[str, ...]] | None = None  # path and exclusions of `survey`
        self._last_obstacle = ""
        self._excluded: tuple[str, ...] | None = None  # as listed
        self.survey, self.problem = EMPTY, ""
        self.check = DataCheck(draft, runs, self)
        self.lungs = LungLook(draft, runner, self._tell_ready)
        self.edits = DataEdits(draft, runs, runner, self)
        self.beside: FindingImages | None = None
        self.interrupted = InterruptedRuns(runs)
        self.page = DataPage(self, runner, self.interrupted)
        self.setAcceptDrops(True)
        self.commands = WindowActions(self, ACTIONS, self)
        self._connect()
        self._changed(frozenset({"data"}))

    def _connect(self) -> None:
        page, edits, check, draft = self.page, self.edits, self.check, self._draft
        draft.changed.connect(self._changed)
        draft.report_changed.connect(self._reported)
        draft.frame_read_changed.connect(lambda _frame: self._check_anew())
        check.changed.connect(self._show_state)
        page.source.chosen.connect(edits.choose)
        page.drop_area.clicked.connect(self._ask_for_folder)
        page.status.cancelled.connect(self._cancel)
        page.status.again.connect(self._look)
        page.status.undone.connect(edits.undo)
        page.classes.show_images.connect(self.show_images)
        page.several.clicked.connect(lambda on: draft.change("model", exclusive=not on))
        page.findings.fix_asked.connect(self._fix)
        page.findings.allowed.connect(edits.allow)
        page.findings.show_files.connect(self._show_beside)
        page.excluded.chosen.connect(edits.take_back)
        page.excluded.show_asked.connect(self._show_beside)
        page.split.changed.connect(lambda name, value: draft.change("data", **{name: value}))
        page.split.split_anew.connect(edits.split_anew)
        page.patients.pattern_chosen.connect(lambda pattern: draft.change("data", group_pattern=pattern))
        page.patients.checked.connect(self._tell_ready)
        page.external.chosen.connect(lambda path: draft.change("data", external=path))
        page.out_of_distribution.chosen.connect(lambda path: draft.change("data", out_of_distribution=path))
        edits.undo_changed.connect(page.show_undo)
        edits.noted.connect(page.show_note)
        edits.failed.connect(lambda words: page.show_note(words, "error"))

    def entered(self) -> None:
        """The page has come to the front: look again at what was chosen and not checked elsewhere."""
        self.interrupted.refresh()
        if not self.check.fits() and self.survey.classes and not self.problem:
            self.check.want(0)

    def let_go(self) -> None:
        """End what looks at the images, and begin nothing of it again."""
        self._runner.cancel(self._job)
        self._job = None
        self.lungs.want(())
        self.check.drop()

    def obstacle(self) -> str:
        """Return why the training cannot be set up yet, in one sentence, or ""."""
        states = {
            data_check.WAITING: tr("The images are being checked."),
            data_check.RUNNING: tr("The images are being checked."),
            data_check.REFUSED: tr("The images could not be checked."),
            data_check.CANCELLED: tr("The images have not been checked."),
        }
        if not self._draft.config.data.path:
            return tr("Choose the images first.")
        if self._job is not None:
            return tr("The images are being looked for.")
        if self.problem:
            return tr("These images cannot be learnt from as they are.")
        if self.page.patients.problem:
            return tr("The pattern for patients cannot be used.")
        if self.check.state in states:
            return states[self.check.state]
        count = len(self._draft.blocking)
        words = trn("{count} finding stops the training.", "{count} findings stop the training.", count)
        if not count and self.lungs.is_busy:
            return tr("It is being looked whether the images show lungs.")
        return words.format(count=count) if count else ""

    def paths_of(self, files: Sequence[str]) -> list[Path]:
        """Return where files are that the report or the exclusions name."""
        known = {item.file: item.path for item in self.survey.items}
        return [known.get(file) or self._elsewhere(file) for file in files]

    def _show_beside(self, files: Sequence[str]) -> None:
        """Show images of a finding, or left out ones, in a window beside this one."""
        if not files:
            return
        if self.beside is None:
            self.beside = FindingImages(self.window(), self._runner)
            self.beside.left_out.connect(lambda file: self.edits.apply(Fix(fixes.EXCLUDE, "", "", (file,))))
            self.beside.viewer_asked.connect(self.show_images)
            self.beside_made.emit(self.beside)
        findings = self._draft.report["findings"] if self._draft.report is not None else ()
        labels = {item.file: ", ".join(item.labels) for item in self.survey.items}
        self.beside.show_pages(
            [
                FindingPage(
                    tuple(
                        ShownFile(file, path, labels.get(file, ""))
                        for file, path in zip(page, self.paths_of(page), strict=True)
                    ),
                    similarity,
                )
                for page, similarity in paired(files, findings)
            ]
        )

    def _elsewhere(self, file: str) -> Path:
        """Return where a file is that is left out, or of another collection."""
        data = self._draft.config.data
        roots = [Path(path) for path in (data.path, data.external, data.out_of_distribution) if path]
        places = [(root if root.is_dir() else root.parent) / file for root in roots]
        return next((place for place in places if place.exists()), places[0])

    def _ask_for_folder(self) -> None:
        if path := choose_folder(self, ""):
            self.edits.choose(path)

    def _fix(self, fix: Fix) -> None:
        if fix.action == fixes.GROUP:
            self.page.patients.line.setFocus()
            self.page.scroll.ensureWidgetVisible(self.page.patients)
        else:
            self.edits.apply(fix)

    def _changed(self, tables: frozenset[str]) -> None:
        data = self._draft.config.data
        self.page.show_config(self._draft.config, self.survey)
        if "data" in tables and self._surveyed != (data.path, data.exclude):
            self._look()
        elif tables & {"data", "model"}:
            self._check_anew()
        if tables & {"recipe", "augmentation"} and self._draft.report is not None:
            self._show_findings()
        if self._excluded != data.exclude:
            self._excluded = data.exclude
            self.page.show_excluded([file_of(entry) for entry in data.exclude])
        if self._draft.report is None and self.survey.classes:
            self.page.show_expected(self.survey, data)
        self.page.findings.show_allowed(self._draft.config)
        self._show_state()

    def _check_anew(self) -> None:
        """Have the images looked at again if what is known of them is about another choice."""
        if not self.check.fits() and self._may_check():
            self.check.want()

    def _look(self) -> None:
        """Count the images, which is quick, before they are checked, which is not."""
        data = self._draft.config.data
        before, self._surveyed = self._surveyed, (data.path, data.exclude)
        self.check.drop()
        self._draft.set_report(None)
        self._runner.cancel(self._job)
        self._job, self.problem = None, ""
        if before is None or before[0] != data.path or before[1] == data.exclude:
            self.lungs.want(())  # of others, or of what may have changed; some left out are the same images
        if before is None or before[0] != data.path:
            self.survey = EMPTY
            self.page.show_findings((), self._draft.config, EMPTY)
            self.page.show_survey(EMPTY, self._draft.config)
        if data.path:
            self._job = self._runner.start(
                tr("Looking for images"),
                partial(survey, data),
                done=self._surveyed_is,
                failed=self._not_surveyed,
                lane="training",
                quiet=True,
            )

    def _surveyed_is(self, found: Survey) -> None:
        self._job, self.survey = None, found
        if self._draft.lungs is None:
            self.lungs.want(found.items)
        self.page.show_survey(found, self._draft.config)
        if self._may_check():
            self.check.want()
        self._show_state()

    def _may_check(self) -> bool:
        """Whether the images have labels that a check can begin with; else `problem` says what is missing."""
        if self._job is not None or not self.survey.items:
            return False
        self.problem = ""
        if not self.survey.classes:
            self.problem = tr(
                "There are {count} images, but no classes. Drop the folder of another class as well, or "
                "choose the folder that holds a folder for each class."
            ).format(count=grouped(len(self.survey.items)))
        elif self.survey.several and self._draft.config.model.exclusive:
            self.problem = trn(
                "{count} image has several labels, or none.",
                "{count} images have several labels, or none.",
                self.survey.several,
            ).format(count=grouped(self.survey.several))
            self.problem += " " + tr("Allow that below, or give each image one.")
        if self.problem:
            self.check.drop()
        return not self.problem

    def _cancel(self) -> None:
        if self._job is None:
            self.check.cancel()
            return
        self._runner.cancel(self._job)
        self._not_surveyed(InvalidRequest(messages.SEARCH_CANCELLED))

    def _not_surveyed(self, error: Exception) -> None:
        self._job, self.survey = None, EMPTY
        self.lungs.want(())
        self.problem = error_text.whole(error)
        self.page.show_survey(EMPTY, self._draft.config)
        self._show_state()

    def _reported(self, report: dict[str, Any] | None) -> None:
        self.page.findings.setEnabled(report is not None)
        if report is not None:
            self._show_findings()
            if report["counts"].get("train"):
                self.page.split.show_counts(report["counts"])
        elif self.survey.classes:
            self.page.show_expected(self.survey, self._draft.config.data)
        self._show_state()

    def _show_findings(self) -> None:
        report = self._draft.report
        assert report is not None
        self.page.show_findings(report["findings"], self._draft.config, self.survey)

    def _show_state(self) -> None:
        page, path = self.page, self._draft.config.data.path
        page.status.setVisible(bool(path))
        if self._job is not None:
            page.status.say("busy", tr("Looking for images…"))
        elif self.problem:
            page.status.say("error", self.problem, again=True)
        elif path:
            page.status.show_check(self.check, self._verdict())
        self._tell_ready()

    def _verdict(self) -> tuple[str, str]:
        """Return tone and sentence on what the check found."""
        report = self._draft.report
        if report is None:
            return "busy", ""
        used = report["facts"].get("used", 0)
        images = trn("{count} image was checked.", "{count} images were checked.", used)
        start = images.format(count=grouped(used))
        if count := len(self._draft.blocking):
            words = trn("{count} finding stops the training.", "{count} findings stop the training.", count)
            return "error", f"{start} {words.format(count=count)}"
        blocks = sum(finding["severity"] == "block" for finding in report["findings"])
        if blocks:
            words = trn("{count} finding is overridden.", "{count} findings are overridden.", blocks)
            return "warning", f"{start} {words.format(count=blocks)}"
        if count := sum(finding["severity"] == "warning" for finding in report["findings"]):
            words = trn("{count} warning is worth a look.", "{count} warnings are worth a look.", count)
            return "warning", f"{start} {words.format(count=count)}"
        return "good", start + " " + tr("Nothing speaks against learning from them.")

    def _tell_ready(self) -> None:
        obstacle = self.obstacle()
        if obstacle != self._last_obstacle:
            self._last_obstacle = obstacle
            self.ready_changed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if dropped_paths(event.mimeData()):
            event.acceptProposedAction()
            self.page.show_dragging(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        super().dragLeaveEvent(event)
        self.page.show_dragging(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self.page.show_dragging(False)
        event.acceptProposedAction()
        flat = bool(self.survey.items) and not self.survey.classes
        self.edits.drop(dropped_paths(event.mimeData()), flat)
