"""The figures of a result: headlines, a table class by class, and how far probabilities can be believed."""

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from cxrview.evaluation.names import METRICS
from cxrview.gui.training.result.table import Cell, FigureTable
from cxrview.gui.training.result.texts import FORMS, PER_CLASS, decimal, interval, share, written
from cxrview.gui.widgets.share_plot import ShareLine, SharePlot
from cxrview.i18n import say, tr, trn
from cxrview.training.run.result import FEW, ResultPart, RunResult

HEADLINES = ("balanced_accuracy", "accuracy", "macro_f1", "macro_auc", "ece")
AVERAGES = ("macro", "weighted")
LARGEST = 22.0  # pixels of a dot


class Headlines(QWidget):
    """The large figures, each with its 95 % interval."""

    def __init__(self) -> None:
        super().__init__()
        self._row = QHBoxLayout(self, spacing=30)
        self._row.setContentsMargins(0, 0, 0, 0)
        self.values: dict[str, QLabel] = {}
        self.intervals: dict[str, QLabel] = {}
        for name in HEADLINES:
            column = QVBoxLayout(spacing=1)
            column.addWidget(QLabel(say(METRICS[name]), objectName="muted"))
            line = QHBoxLayout(spacing=7)
            self.values[name] = QLabel(objectName="figure", accessibleName=say(METRICS[name]))
            self.intervals[name] = QLabel(objectName="muted")
            line.addWidget(self.values[name])
            line.addWidget(self.intervals[name], 1, Qt.AlignmentFlag.AlignBottom)
            column.addLayout(line)
            self._row.addLayout(column)
        self._row.addStretch()
        self.setToolTip(tr("The interval holds the true figure in 95 of 100 such samples of patients."))

    def show_part(self, part: ResultPart) -> None:
        """Show the figures of `part`."""
        figures = part.measured.get("figures", {})
        nothing = {"value": None, "low": None, "high": None}
        for name in HEADLINES:
            figure, form = figures.get(name, nothing), FORMS[name]
            self.values[name].setText(written(figure["value"], form))
            self.intervals[name].setText(interval(figure, form))


class ClassPage(QWidget):
    """The table class by class."""

    def __init__(self) -> None:
        super().__init__()
        self.table = FigureTable(tr("Figures class by class"))
        self.note = QLabel(objectName="muted", wordWrap=True)
        column = QVBoxLayout(self, spacing=10)
        column.setContentsMargins(0, 12, 0, 4)
        column.addWidget(self.table, 1)
        column.addWidget(self.note)

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Show the figures of `part`."""
        measured = part.measured
        figures, support = measured.get("figures", {}), measured.get("support", {})
        heads = [tr("Class"), tr("Images"), *(say(METRICS[kind]) for kind in PER_CLASS)]
        rows: list[list[Cell]] = [
            [
                (result.card.label(name), ""),
                (str(support.get(name, 0)), ""),
                *(_cell(figures.get(f"{kind}.{name}")) for kind in PER_CLASS),
            ]
            for name in result.classes
        ]
        for average, title in zip(
            AVERAGES, (tr("Mean of the classes"), tr("Weighted by images")), strict=True
        ):
            cells = [_cell(figures.get(f"{average}_{kind}")) for kind in PER_CLASS]
            rows.append([(title, ""), (str(measured["images"]), ""), *cells])
        self.table.show_rows(heads, rows, range(len(result.classes)))
        self.note.setText(
            tr(
                "Below each figure its 95 % interval, from drawing the {count} patients or groups again."
            ).format(count=measured["groups"])
        )


class CalibrationPage(QWidget):
    """How often the model is right where it is so sure."""

    def __init__(self) -> None:
        super().__init__()
        self.plot = SharePlot(tr("Calibration curve"), tr("The model says"), tr("It is so"))
        self.plot.guide = ((0, 0), (1, 1))
        self.error = QLabel(objectName="figure")
        self.range = QLabel(objectName="muted")
        self.table = FigureTable(tr("Calibration by probability"))
        note = QLabel(
            tr(
                "On the dashed line a probability means what it says. Below the line the model is too sure "
                "of itself, above it too cautious. Large dots stand for many images."
            ),
            objectName="muted",
            wordWrap=True,
        )
        side = QVBoxLayout(spacing=6)
        title = tr("{metric} (ECE)").format(metric=say(METRICS["ece"]))
        side.addWidget(QLabel(title, objectName="muted"))
        line = QHBoxLayout(spacing=7)
        line.addWidget(self.error)
        line.addWidget(self.range, 1, Qt.AlignmentFlag.AlignBottom)
        side.addLayout(line)
        side.addWidget(note)
        side.addWidget(self.table, 1)
        row = QHBoxLayout(self, spacing=24)
        row.setContentsMargins(0, 12, 0, 4)
        row.addWidget(self.plot, 3)
        row.addLayout(side, 2)

    def show_part(self, result: RunResult, part: ResultPart) -> None:
        """Show the calibration on `part`."""
        curves = part.measured.get("calibration", [])
        lines, rows = [], []
        for number, curve in enumerate(curves):
            bins = curve["bins"]
            sizes = [min(LARGEST, 5 + 2.2 * math.sqrt(b["images"])) for b in bins]
            x, y = [b["confidence"] for b in bins], [b["right"] for b in bins]
            lines.append(ShareLine(x, y, number if curve["name"] else None, sizes=sizes))
            rows += [_bin(result.card.label(curve["name"]) if curve["name"] else "", b) for b in bins]
        self.plot.show_lines(lines)
        figure = part.measured.get("figures", {}).get("ece", {"value": None, "low": None, "high": None})
        self.error.setText(share(figure["value"]))
        self.range.setText(interval(figure, "percent"))
        heads = (tr("The model says"), tr("Images"), tr("On average"), tr("It is so"))
        self.table.show_rows(heads, rows)


def few_text(result: RunResult, part: str) -> str:
    """Return a warning if there are few images of a class, else ""."""
    few = result.few(part)
    if not few:
        return ""
    counts = ", ".join(f"{result.card.label(name)} {count}" for name, count in few.items())
    words = tr(
        "Few images to judge by ({counts}; fewer than {few} of a class): the intervals are wide, and the "
        "figures may be far off."
    )
    return words.format(counts=counts, few=FEW)


def about_text(part: ResultPart) -> str:
    """Return what the figures rest on."""
    images, groups = part.measured["images"], part.measured["groups"]
    words = trn("{count} image", "{count} images", images).format(count=images)
    of = trn("{count} patient or group", "{count} patients or groups", groups).format(count=groups)
    return tr("{images} of {groups}").format(images=words, groups=of)


def _cell(figure: dict[str, float | None] | None) -> Cell:
    return ("–", "") if figure is None else (decimal(figure["value"]), interval(figure))


def _bin(name: str, found: dict[str, float]) -> list[Cell]:
    low, high = share(found["low"]).removesuffix(" %"), share(found["high"])
    title = f"{name} {low}–{high}".strip()
    return [
        (title, ""),
        (str(found["images"]), ""),
        (share(found["confidence"]), ""),
        (share(found["right"]), ""),
    ]
