"""The page on which an operating point of a class is looked for: curves, a slider, and what it would mean."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from cxrview.bundle.rewrite import CHOSEN
from cxrview.evaluation.names import METRICS
from cxrview.evaluation.operating_point import ClassCurve, OperatingPoint
from cxrview.evaluation.roc import thinned
from cxrview.gui.training.result.texts import decimal, share
from cxrview.gui.widgets.share_plot import ShareLine, SharePlot
from cxrview.i18n import fixed, mark, say, tr
from cxrview.inference.messages import POINTS
from cxrview.training.run.result import Answer, ResultPart, RunResult

MOST_FAINT = 6  # classes up to which the curves of the others are drawn as well
FACTS = (
    ("sensitivity", METRICS["recall"].text),
    ("specificity", METRICS["specificity"].text),
    ("ppv", mark("Positive predictive value")),
    ("npv", mark("Negative predictive value")),
)
COUNTS = (
    ("found", mark("There, called")),
    ("missed", mark("There, missed")),
    ("false", mark("Not there, called")),
    ("passed", mark("Not there, not called")),
)


class PointPage(QWidget):
    """ROC and precision–recall curves of the classes against the rest, and a movable point on them.

    Signals:
        store_asked: carries a class and the threshold that is to become its operating point.
        open_asked: carries answers whose images are to be opened.
    """

    store_asked = Signal(str, float)
    open_asked = Signal(list)

    def __init__(self) -> None:
        super().__init__()
        self._result: RunResult | None = None
        self._known: list[Answer] = []
        self._curves: dict[str, ClassCurve] = {}
        self.threshold = 0.5
        self.classes = QComboBox()
        self.classes.setAccessibleName(tr("Class"))
        self.roc = SharePlot(tr("ROC curve"), tr("1 − specificity"), say(METRICS["recall"]))
        self.roc.guide = ((0, 0), (1, 1))
        self.pr = SharePlot(
            tr("Precision–recall curve"), tr("Sensitivity (recall)"), say(METRICS["precision"])
        )
        self.area = QLabel(objectName="muted")
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName(tr("Operating point"))
        self.limit = QLabel(objectName="fact")
        self.facts = {name: QLabel(objectName="fact") for name, _ in FACTS}
        self.counts = {name: QPushButton(objectName="link") for name, _ in COUNTS}
        self.prevalence = QDoubleSpinBox(decimals=1, minimum=0.1, maximum=99.9, suffix=" %", singleStep=1)
        self.prevalence.lineEdit().setTextMargins(7, 0, 0, 0)  # which the style sheet cannot give it
        self.prevalence.setAccessibleName(tr("Share of cases where it will be used"))
        self.jumps = {name: QPushButton(say(title)) for name, title in POINTS.items()}
        self.store = QPushButton(tr("Use this point"))
        self.store.setToolTip(tr("Write it into the card of the model, as the operating point “chosen”"))
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        head = QHBoxLayout(spacing=10)
        head.addWidget(self.classes)
        head.addWidget(QLabel(tr("against the rest"), objectName="muted"))
        head.addWidget(self.area)
        head.addStretch()
        plots = QHBoxLayout(spacing=8)
        plots.addWidget(self.roc, 1)
        plots.addWidget(self.pr, 1)
        left = QVBoxLayout(spacing=8)
        left.addLayout(head)
        left.addLayout(plots, 1)
        ends = QHBoxLayout(spacing=10)
        ends.addWidget(QLabel(tr("more specific"), objectName="muted"))
        ends.addWidget(self.slider, 1)
        ends.addWidget(QLabel(tr("more sensitive"), objectName="muted"))
        left.addLayout(ends)
        row = QHBoxLayout(self, spacing=20)
        row.setContentsMargins(0, 12, 0, 4)
        row.addLayout(left, 1)
        row.addLayout(self._side())

    def _side(self) -> QVBoxLayout:
        side = QVBoxLayout(spacing=3)
        side.addWidget(QLabel(tr("Called from a probability of"), objectName="muted"))
        side.addWidget(self.limit)
        side.addSpacing(6)
        grid = QGridLayout(horizontalSpacing=14, verticalSpacing=1)
        for number, (name, title) in enumerate(FACTS):
            self.facts[name].setAccessibleName(tr(title))
            words = QLabel(tr(title), objectName="muted", wordWrap=True)
            grid.addWidget(words, number // 2 * 2, number % 2, Qt.AlignmentFlag.AlignBottom)
            grid.addWidget(self.facts[name], number // 2 * 2 + 1, number % 2)
        side.addLayout(grid)
        side.addSpacing(4)
        common = QHBoxLayout(spacing=8)
        common.addWidget(QLabel(tr("if cases are"), objectName="muted"))
        common.addWidget(self.prevalence)
        common.addWidget(QLabel(tr("of all images"), objectName="muted"))
        common.addStretch()
        side.addLayout(common)
        side.addSpacing(8)
        table = QGridLayout(horizontalSpacing=14, verticalSpacing=2)
        for number, (name, title) in enumerate(COUNTS):
            table.addWidget(QLabel(tr(title), objectName="muted"), number, 0)
            self.counts[name].setAccessibleName(tr(title))
            self.counts[name].setToolTip(tr("Open these images in the viewer"))
            table.addWidget(self.counts[name], number, 1, Qt.AlignmentFlag.AlignRight)
        table.setColumnStretch(0, 1)
        side.addLayout(table)
        hint = tr("A count opens its images; a double click on a curve opens those at that point.")
        side.addWidget(QLabel(hint, objectName="muted", wordWrap=True))
        side.addStretch()
        side.addWidget(QLabel(tr("Points of the model"), objectName="muted"))
        jumps = QHBoxLayout(spacing=6)
        for button in self.jumps.values():
            jumps.addWidget(button)
        side.addLayout(jumps)
        side.addSpacing(6)
        side.addWidget(self.store)
        return side

    def _connect(self) -> None:
        self.classes.currentIndexChanged.connect(lambda _row: self._show_class())
        self.slider.valueChanged.connect(self._slid)
        self.roc.dragged.connect(self.slider.setValue)
        self.pr.dragged.connect(self.slider.setValue)
        for plot in (self.roc, self.pr):
            plot.activated.connect(self._open_point)
        for name, count in self.counts.items():
            count.clicked.connect(lambda _on, name=name: self.open_asked.emit(self.answers(name)))
        self.prevalence.valueChanged.connect(lambda _value: self._tell())
        self.store.clicked.connect(lambda: self.store_asked.emit(self.class_name, self.threshold))
        for name, button in self.jumps.items():
            button.clicked.connect(lambda _on, name=name: self.use(self._thresholds[name]))

    @property
    def class_name(self) -> str:
        """The class whose point is looked for."""
        return self.classes.currentData() or ""

    @property
    def point(self) -> OperatingPoint | None:
        """What the threshold means on these images."""
        curve = self._curve(self.class_name)
        return curve.at(self.threshold) if curve is not None else None

    def _curve(self, name: str) -> ClassCurve | None:
        """Return the curve of class `name`, made when it is first asked for."""
        if self._result is None or not self._known or not name:
            return None
        if name not in self._curves:
            place = self._result.classes.index(name)
            scores = [answer.probabilities[place] for answer in self._known]
            self._curves[name] = ClassCurve(scores, [name in answer.labels for answer in self._known])
        return self._curves[name]

    def answers(self, name: str) -> list[Answer]:
        """Return the answers that one of COUNTS counts at the threshold."""
        if self._result is None:
            return []
        place = self._result.classes.index(self.class_name)
        is_case, is_called = name in ("found", "missed"), name in ("found", "false")
        return [
            answer
            for answer in self._known
            if (self.class_name in answer.labels) is is_case
            and (answer.probabilities[place] >= self.threshold) is is_called
        ]

    def _open_point(self, index: int) -> None:
        """Open the images that are called from point `index` of the curve on, and not before."""
        curve, result = self._curve(self.class_name), self._result
        score = curve.called_last(index) if curve is not None else None
        if result is not None and score is not None:
            place = result.classes.index(self.class_name)
            self.open_asked.emit([answer for answer in self._known if answer.probabilities[place] == score])

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Show the curves of the answers about `part`."""
        chosen, self._result = self.class_name, result
        self._known = [answer for answer in part.answers if answer.labels or not result.card.exclusive]
        self._curves = {}
        self.classes.blockSignals(True)
        self.classes.clear()
        for name in result.classes if self._known else ():
            self.classes.addItem(result.card.label(name), name)
        self.classes.setCurrentIndex(max(0, self.classes.findData(chosen)))
        self.classes.blockSignals(False)
        self.setEnabled(bool(self._known))
        self._show_class()

    def show_card(self, result: RunResult) -> None:
        """The card has changed: another operating point stands in it."""
        self._result = result
        self._offer()
        self._draw()

    def use(self, threshold: float) -> None:
        """Put the point at `threshold`."""
        curve = self._curve(self.class_name)
        if curve is None:
            return
        self.threshold = threshold
        self.slider.blockSignals(True)
        self.slider.setValue(curve.index(threshold))
        self.slider.blockSignals(False)
        self._tell()

    @property
    def _thresholds(self) -> dict[str, float]:
        """The card's thresholds of this class by operating point."""
        if self._result is None:
            return {}
        points = self._result.card.operating_points
        return {name: points[name][self.class_name] for name in points if self.class_name in points[name]}

    def _show_class(self) -> None:
        curve = self._curve(self.class_name)
        if curve is None:
            return
        self.slider.blockSignals(True)
        self.slider.setRange(0, curve.last)
        self.slider.setPageStep(max(1, curve.last // 10))
        self.slider.blockSignals(False)
        self.prevalence.blockSignals(True)
        self.prevalence.setValue(100 * curve.prevalence)
        self.prevalence.setToolTip(
            tr("Among these images it is {share}.").format(share=share(curve.prevalence))
        )
        self.prevalence.blockSignals(False)
        both = curve.cases and curve.others
        self.area.setText(tr("AUC {area}").format(area=decimal(curve.area if both else None)))
        self._offer()
        self._draw()
        found = self._thresholds
        self.use(found.get(CHOSEN, found.get("balanced", curve.threshold(curve.balanced()))))

    def _offer(self) -> None:
        found = self._thresholds
        for name, button in self.jumps.items():
            button.setVisible(name in found)
            if name in found:
                button.setToolTip(tr("From {threshold} on").format(threshold=fixed(found[name], 3)))

    def _draw(self) -> None:
        curve, result = self._curve(self.class_name), self._result
        if curve is None or result is None:
            return
        faint = result.classes if len(result.classes) <= MOST_FAINT else ()
        order = [*(name for name in faint if name != self.class_name), self.class_name]
        for plot, kind in ((self.roc, ClassCurve.roc), (self.pr, ClassCurve.precision_recall)):
            lines = []
            for name, known in ((name, self._curve(name)) for name in order):
                if known is None:
                    continue
                x, y = thinned(*kind(known))
                number = result.classes.index(name)
                lines.append(ShareLine(x, y, number, faint=name != self.class_name))
            plot.show_lines(lines)
            x, y = kind(curve)
            plot.track = (x, y)
            plot.marks = [(x[at], y[at]) for at in map(curve.index, self._thresholds.values())]
        self.pr.guide = ((0, curve.prevalence), (1, curve.prevalence))
        self.roc.show_point(self.slider.value())
        self.pr.show_point(self.slider.value())

    def _slid(self, index: int) -> None:
        curve = self._curve(self.class_name)
        if curve is not None:
            self.threshold = curve.threshold(index)
            self._tell()

    def _tell(self) -> None:
        point = self.point
        if point is None:
            return
        ppv, npv = point.predictive_values(self.prevalence.value() / 100)
        self.limit.setText(fixed(self.threshold, 3))
        values = {"sensitivity": point.sensitivity, "specificity": point.specificity, "ppv": ppv, "npv": npv}
        for name, value in values.items():
            self.facts[name].setText(share(value))
        for (name, title), button in zip(COUNTS, self.counts.values(), strict=True):
            count = getattr(point, name)
            button.setText(str(count))
            button.setEnabled(count > 0)
            button.setAccessibleName(f"{tr(title)}: {count}")
        words = tr("Sensitivity {sensitivity}, specificity {specificity}")
        self.slider.setToolTip(
            words.format(sensitivity=share(point.sensitivity), specificity=share(point.specificity))
        )
        self.roc.show_point(self.slider.value())
        self.pr.show_point(self.slider.value())
