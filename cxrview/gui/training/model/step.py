"""The second step: what the training starts from, which network, how it learns, what changes the images."""

from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QTabWidget, QVBoxLayout, QWidget

from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.theme import wrapped
from cxrview.gui.training.draft import CUSTOM, Draft
from cxrview.gui.training.helper_process import HelperProcess
from cxrview.gui.training.model import texts
from cxrview.gui.training.model.augmentation_panel import AugmentationPanel
from cxrview.gui.training.model.cards import ArchitectureCard, Cards, ChoiceCard
from cxrview.gui.training.model.expert import SOLVER_FIELD, ExpertPanel
from cxrview.gui.training.model.foot import ModelFoot
from cxrview.gui.training.model.labels import PRESETS
from cxrview.gui.training.model.lungs import LungSwitch
from cxrview.gui.training.model.start import StartBox
from cxrview.gui.training.runs import TrainingRuns
from cxrview.gui.training.step import WizardStep
from cxrview.i18n import fixed, mark, tr
from cxrview.progress import Report
from cxrview.training import config as configuration
from cxrview.training.network.architectures import ARCHITECTURES, Architecture
from cxrview.training.preflight import Examined, examine, installed, to_measure
from cxrview.training.run import benchmark_records
from cxrview.training.run.benchmark_records import BenchmarkRecord

SETTLED = 60  # ms without a change, after which its consequences are worked out
WARM = 300  # ms on this page, after which the pictures of the changes are prepared
LANE = "training"
WIDEST = 1500  # of the page, on wide screens


class ModelStep(WizardStep):
    """Everything stands in the draft; what follows from it is worked out in the background."""

    title = mark("Model")

    def __init__(
        self, draft: Draft, runs: TrainingRuns, runner: TaskRunner, store: Path | None = None
    ) -> None:
        super().__init__()
        self.title = tr(ModelStep.title)
        self._draft, self._runs, self._runner = draft, runs, runner
        self._store = store if store is not None else benchmark_records.store_file()
        self.examined: Examined | None = None  # None until it has been worked out
        self._job: Job | None = None
        self._measuring = ""  # the network under the clock
        self._scratch: TemporaryDirectory[str] | None = None
        self._settle = QTimer(self, singleShot=True, interval=SETTLED, timeout=self._examine)
        self._warm = QTimer(self, singleShot=True, interval=WARM, timeout=self._warm_up)
        self.start = StartBox(draft)
        self.lungs = LungSwitch(draft)
        self.presets = Cards(tr("How it learns"), len(PRESETS))
        self.networks = Cards(tr("Network"), 3)
        self._architectures: dict[str, ArchitectureCard] = {}  # the cards in `networks`
        self.augmentation = AugmentationPanel(draft)
        self.expert = ExpertPanel(draft)
        self.foot = ModelFoot(draft)
        self.tabs = QTabWidget(documentMode=True, accessibleName=tr("Pages"))
        self.helper = HelperProcess(self)
        self._make_cards()
        self._lay_out()
        self._connect()
        self._show_choices()
        self.foot.measure.hide()  # until it is known to be wanted
        self._settle.start()

    def obstacle(self) -> str:
        """Return why there can be no training yet, or an empty text."""
        if self.expert.problems:
            entry, why = next(iter(self.expert.problems.items()))
            label = tr("Phases") if entry == "recipe.phases" else self.expert.edits[entry].label
            return f"{label}: {why}"
        if self.examined is None:
            return tr("One moment: the choices are being checked.")
        return next(iter(self.examined.problems.values()), "")

    def entered(self) -> None:
        self._later(lambda _report: installed(), self.start.set_installed)
        self._settle.start()
        self._warm.start()

    def _warm_up(self) -> None:
        if self.isVisible() and not self._measuring:  # which is to have the computer for itself
            self.augmentation.warm()

    def _make_cards(self) -> None:
        for name, (title, words) in PRESETS.items():
            card = ChoiceCard(tr(title), tr(words))
            card.column.addStretch(1)
            self.presets.add(name, card)
        for name, entry in ARCHITECTURES.items():
            network = self._architectures[name] = ArchitectureCard(entry.title, _facts(entry), tr("Measure"))
            network.measure.clicked.connect(lambda _on=False, name=name: self.measure(name))
            self.networks.add(name, network)

    def _lay_out(self) -> None:
        inside = QWidget()
        column = QVBoxLayout(inside, spacing=8)
        column.setContentsMargins(24, 16, 16, 20)
        for title, part in (
            (tr("How it learns"), self.presets),
            (tr("Starting point"), self.start),
            (tr("What it reads"), self.lungs),
            (tr("Network"), self.networks),
        ):
            column.addWidget(QLabel(title, objectName="heading"))
            if part is self.networks:
                column.addWidget(self.start.switched)
            column.addWidget(part)
            column.addSpacing(12)
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="panelScroll")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside.setMaximumWidth(WIDEST)
        area.setWidget(inside)
        self.tabs.addTab(area, tr("Basics"))
        self.tabs.addTab(self.augmentation, tr("Random changes"))
        self.tabs.addTab(self.expert, tr("All settings"))
        whole = QVBoxLayout(self, spacing=0)
        whole.setContentsMargins(0, 8, 0, 0)
        whole.addWidget(self.tabs, 1)
        whole.addWidget(self.foot)

    def _connect(self) -> None:
        draft = self._draft
        draft.changed.connect(self._changed)
        draft.report_changed.connect(lambda _report: self._settle.start())
        draft.preset_changed.connect(self.presets.show_chosen)
        self.presets.chosen.connect(self._use_preset)
        self.networks.chosen.connect(self.start.choose_network)
        self.expert.problems_changed.connect(self.ready_changed)
        self.foot.measure.clicked.connect(lambda: self.measure(draft.config.model.architecture))
        self.helper.said.connect(self._take_measured)
        self.helper.ended.connect(self._measuring_ended)

    def _use_preset(self, name: str) -> None:
        if name != CUSTOM:
            self.expert.forget_problems()
            self._draft.use_preset(name)
        self._show_choices()

    def _changed(self, tables: frozenset[str]) -> None:
        self._show_choices()
        if tables & {"model", "recipe", "augmentation", "data"}:
            self._settle.start()

    def _show_choices(self) -> None:
        self.presets.show_chosen(self._draft.preset)
        self.presets.cards[CUSTOM].setEnabled(self._draft.preset == CUSTOM)
        self.networks.show_chosen(self._draft.config.model.architecture)

    # What follows from the choices.

    def _examine(self) -> None:
        config, images, store = self._draft.config, self._images(), self._store
        self._runner.cancel(self._job)
        self._job = self._later(lambda _report: examine(config, images, store), self._show_examined)

    def _later(self, work: Callable[[Report], Any], done: Callable[[Any], None]) -> Job:
        return self._runner.start("", work, done=done, failed=_raise, lane=LANE, quiet=True)

    def _images(self) -> Mapping[str, int]:
        report = self._draft.report
        found: Mapping[str, int] = (report or {}).get("facts", {}).get("images", {})
        return found

    def _show_examined(self, found: Examined) -> None:
        if found.config != self._draft.config:
            return
        self.examined = found
        self.start.show_examined(found)
        self.lungs.show_examined(found)
        if found.model is not None and found.config == self._draft.config:  # the switch may have changed it
            self._draft.set_frame_read(found.model.input.frame)
        self.expert.show_problem(SOLVER_FIELD, found.problems.get("solver", ""), kept=True)
        self.foot.show_examined(found, bool(self._images().get("train")))
        self._show_cards()
        self.ready_changed.emit()

    def _show_cards(self) -> None:
        cards = self.examined.cards if self.examined is not None else {}
        chosen = self._draft.config.model.architecture
        for name, card in self._architectures.items():
            measured = cards.get(name)
            busy = name == self._measuring
            if not busy:
                words = tr("Speed and memory here: not measured yet.")
                card.speed.setText(words if measured is None else texts.card_line(measured))
            card.setToolTip(wrapped(texts.card_tip(measured)))
            card.measure.setText(tr("Stop measuring") if busy else _measure_words(measured))
            card.measure.setEnabled(busy or not self._measuring)
        estimate = self.examined.estimate if self.examined is not None else None
        known = estimate is not None and estimate.seconds is not None
        self.foot.measure.setVisible((not known and chosen not in cards) or self._lacks_a_phase())
        self.foot.measure.setEnabled(not self._measuring)

    def _lacks_a_phase(self) -> bool:
        found = self.examined
        return (
            found is not None
            and found.measured is not None
            and not set(benchmark_records.depths(found.config)) <= set(found.measured.learning)
        )

    # Measuring.

    def measure(self, architecture: str) -> None:
        """Measure a network in a process of its own; a second time stops it."""
        if self._measuring:
            self.helper.stop()
            return
        if self._runs.current is not None and self._runs.current.is_running:
            self.foot.say(tr("A training is running: what is measured beside it would be too slow."))
            return
        self._scratch = TemporaryDirectory(prefix="cxrview-")
        file = Path(self._scratch.name) / "measure.toml"
        configuration.save(to_measure(self._draft.config, architecture), file)
        self._measuring = architecture
        self._architectures[architecture].speed.setText(tr("Measuring: starting…"))
        self._show_cards()
        self.helper.start("measure", ["--config", str(file)])

    def _take_measured(self, message: dict[str, Any]) -> None:
        if "measured" in message:
            try:
                benchmark_records.add(self._store, BenchmarkRecord(**message["measured"]))
            except OSError as error:
                self.foot.say(tr("What was measured cannot be kept: {reason}.").format(reason=error.strerror))
            return
        percent = round(100 * message["fraction"])
        words = tr("Measuring, {percent} % done; it takes a minute or two.").format(percent=percent)
        self._architectures[self._measuring].speed.setText(words)

    def _measuring_ended(self, problem: str) -> None:
        self._measuring = ""
        if self._scratch is not None:
            self._scratch.cleanup()
            self._scratch = None
        self.foot.say(tr("It could not be measured: {problem}").format(problem=problem) if problem else "")
        self._show_cards()
        self._examine()

    def let_go(self) -> None:
        """End what computes for this page."""
        self.helper.stop()
        self.augmentation.close_helper()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        if not event.spontaneous():  # as by the system, to a symbol
            self._warm.stop()
            self.augmentation.close_helper()
            self.helper.stop()  # it would halve the speed of a training, and measure half of its own


def _facts(entry: Architecture) -> tuple[str, ...]:
    from cxrview.training.run.estimate import bundle_bytes

    name = next(name for name, other in ARCHITECTURES.items() if other is entry)
    millions = entry.parameters / 1e6
    return (
        tr("{count} M parameters").format(count=fixed(millions, 1 if millions >= 1 else 2)),
        f"{entry.default_input_size} × {entry.default_input_size}",
        texts.size(bundle_bytes(name)).replace(" ", " "),
    )


def _measure_words(measured: BenchmarkRecord | None) -> str:
    return tr("Measure") if measured is None else tr("Measure again")


def _raise(error: Exception) -> None:
    raise error
