"""How the weights of a layer are spread, and what it gives for the film in view."""

from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from cxrview.explain.network.figures import NumberSpread
from cxrview.gui.batch.texts import grouped
from cxrview.gui.network.spread_plot import SpreadPlot
from cxrview.i18n import fixed, significant, tr

WEIGHTS, GIVEN = "weights", "given"


class SpreadPage(QWidget):
    """Two plots, each with its figures above."""

    def __init__(self) -> None:
        super().__init__()
        self.sentence = QLabel(
            tr(
                "How the weights of the layer are spread, and below them what it gives for the film in view; "
                "what is exactly 0 is told in words and left out of the plot."
            ),
            objectName="muted",
            wordWrap=True,
        )
        titles = {WEIGHTS: tr("Weights"), GIVEN: tr("What it gives for this film")}
        self.plots = {name: SpreadPlot(title) for name, title in titles.items()}
        self.words = {name: QLabel(objectName="muted", wordWrap=True) for name in titles}
        column = QVBoxLayout(self, spacing=6)
        column.setContentsMargins(0, 12, 0, 0)
        column.addWidget(self.sentence)
        for name, title in titles.items():
            column.addSpacing(6)
            column.addWidget(QLabel(title, objectName="heading"))
            column.addWidget(self.words[name])
            column.addWidget(self.plots[name], 1)

    def show_spread(self, name: str, spread: NumberSpread | None, why: str = "") -> None:
        """Show the spread of WEIGHTS or of what is GIVEN, or say `why` there is none."""
        self.plots[name].show_spread(spread)
        self.words[name].setText(why if spread is None else _figures(spread))


def _figures(spread: NumberSpread) -> str:
    words = tr(
        "{count} numbers from {low} to {high}; mean {mean}, standard deviation {deviation}; {zeros} are "
        "exactly 0."
    )
    zeros = tr("{number} %").format(number=fixed(100 * spread.zeros, 0))
    numbers = {name: significant(getattr(spread, name), 3) for name in ("low", "high", "mean", "deviation")}
    return words.format(count=grouped(spread.count), zeros=zeros, **numbers)
