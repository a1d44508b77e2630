"""Before the start: what will happen."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from cxrview.evaluation.names import called
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.texts import CHOSEN_BY, frame_text, network_text, phase_text, side_counts
from cxrview.i18n import say, tr, trn
from cxrview.training.names import EPOCH_METRICS, SIDES


class RunSummary(QWidget):
    """A table of what will be trained on what, and the button that starts it.

    Signals:
        start_asked: the user wants to begin.
    """

    start_asked = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.rows: dict[str, QLabel] = {}
        self.problem = QLabel(wordWrap=True, objectName="notes")
        self.start = QPushButton(tr("Start training"), objectName="primary")
        self.start.clicked.connect(self.start_asked)
        self._table = QGridLayout(horizontalSpacing=24, verticalSpacing=10)
        self._table.setContentsMargins(18, 16, 18, 16)
        self._table.setColumnStretch(1, 1)
        for key, title in (
            ("images", tr("Images")),
            ("name", tr("Name")),
            ("network", tr("Network")),
            ("reads", tr("What it reads")),
            ("phases", tr("Phases")),
            ("best", tr("Best epoch")),
            ("folder", tr("Kept in")),
        ):
            self._add_row(key, title)
        told = tr("It runs by itself: this window may be closed, and you can go on reading radiographs.")
        foot = QHBoxLayout(spacing=12)
        foot.addWidget(self.start)
        foot.addWidget(QLabel(told, objectName="muted", wordWrap=True), 1)
        column = QVBoxLayout(self, spacing=18)
        column.setContentsMargins(0, 0, 0, 0)
        card = QFrame(objectName="card")
        card.setLayout(self._table)
        column.addWidget(card)
        column.addWidget(self.problem)
        column.addLayout(foot)
        column.addStretch()
        self.refresh()

    def _add_row(self, key: str, title: str) -> None:
        value = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.rows[key] = value
        row, top = len(self.rows), Qt.AlignmentFlag.AlignTop
        self._table.addWidget(QLabel(title, objectName="muted"), row, 0, top)
        self._table.addWidget(value, row, 1, top)

    def refresh(self) -> None:
        """Tell the draft as it is now."""
        config, recipe = self._draft.config, self._draft.config.recipe
        self.rows["images"].setText(self._images())
        self.rows["name"].setText(config.model.name or tr("Made from the folder and the network"))
        self.rows["network"].setText(network_text(config))
        self.rows["reads"].setText(frame_text(self._draft.frame_read))
        self.rows["phases"].setText("\n".join(phase_text(phase) for phase in recipe.phases))
        best = tr("the one with the best {metric} on the validation images").format(
            metric=say(EPOCH_METRICS[CHOSEN_BY[recipe.choose_by]])
        )
        if recipe.patience:
            early = trn(
                "a phase ends early after {count} epoch without improvement",
                "a phase ends early after {count} epochs without improvement",
                recipe.patience,
            )
            best = f"{best}; {early.format(count=recipe.patience)}"
        self.rows["best"].setText(best[:1].upper() + best[1:])
        self.rows["folder"].setText(str(self._draft.folder))
        problem = self._obstacle()
        self.say(problem)
        self.start.setEnabled(not problem)

    def say(self, problem: str) -> None:
        """Show why it cannot begin, or with "" nothing."""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))

    def _obstacle(self) -> str:
        if not self._draft.config.data.path:
            return tr("Choose images in the first step.")
        if self._draft.blocking:
            return tr("A finding about the images stands in the way; see the first step.")
        return ""

    def _images(self) -> str:
        report = self._draft.report
        if report is None:
            return tr("Not looked at yet: this is done first.")
        parts = [
            f"{say(called(SIDES, side))} {count}" for side, count in side_counts(report).items() if count
        ]
        return " · ".join(parts)
