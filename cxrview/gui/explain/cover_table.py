"""What the model says of the film, and of the film with places covered, class by class."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QWidget

from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import percent, tr

if TYPE_CHECKING:
    from cxrview.gui.state import ModelInfo
    from cxrview.inference.prediction import Prediction


class CoverTable(QWidget):
    """Empty until there is a film."""

    def __init__(self) -> None:
        super().__init__(accessibleName=tr("Probabilities, as it is and covered"))
        self._grid = QGridLayout(self, horizontalSpacing=14, verticalSpacing=6)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setColumnStretch(0, 1)
        self._strong = QFont(self.font())
        self._strong.setWeight(QFont.Weight.DemiBold)
        self.rows: dict[str, tuple[QLabel, QLabel, QLabel]] = {}
        self._widgets: list[QWidget] = []

    def begin(self, model: "ModelInfo", prediction: "Prediction | None") -> None:
        """Show what the model says of a film as it is; None: nothing."""
        for widget in self._widgets:
            self._grid.removeWidget(widget)
            widget.hide()
            widget.deleteLater()
        self._widgets, self.rows = [], {}
        if prediction is None:
            return
        heads = (tr("Class"), tr("as it is"), tr("covered"), tr("difference"))
        for column, head in enumerate(heads):
            self._put(QLabel(head, objectName="muted"), 0, column)
        for number, name in enumerate(prediction.class_names):
            title = ElidedLabel(QSizePolicy.Policy.Ignored)
            title.setText(model.label(name))
            self._put(title, number + 1, 0)
            self.rows[name] = labels = (QLabel(), QLabel(), QLabel())
            for column, label in enumerate(labels, 1):
                self._put(label, number + 1, column)
            labels[0].setText(percent(float(prediction.probabilities[number])))
            labels[2].setFont(self._strong)

    def show_covered(self, before: "Prediction", now: "Prediction | None") -> None:
        """Show what the model says with places covered, beside what it said `before`; None: none are."""
        for number, (_, covered, difference) in enumerate(self.rows.values()):
            covered.setText("" if now is None else percent(float(now.probabilities[number])))
            words = ""
            if now is not None:
                # Of what stands beside it, so that it is the difference that one sees.
                change = round(100 * float(now.probabilities[number])) - round(
                    100 * float(before.probabilities[number])
                )
                signed = f"{change:+d}".replace("-", "−") if change else "0"
                words = tr("{number} %").format(number=signed)
            difference.setText(words)

    def _put(self, widget: QLabel, row: int, column: int) -> None:
        if column:
            widget.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._grid.addWidget(widget, row, column)
        self._widgets.append(widget)
