"""The commands of the Model menu: training, the library, the card of the model in use."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.training.windows import Training


def training(bench: Workbench) -> "Training":
    """Make training and the models; a training that runs stands in the status bar."""
    from cxrview.gui.training.windows import Training

    made = Training(bench)
    bench.status.addPermanentWidget(made.indicator)
    return made


def show_training(bench: Workbench) -> None:
    """Open the training window, or bring it to the front."""
    bench.part(training).show()


def show_library(bench: Workbench) -> None:
    """Open the model library, or bring it to the front."""
    bench.part(training).show_library()


def say_unusable(bench: Workbench, words: str, reason: str) -> None:
    """Say above the viewer that a model cannot be used, and the way to others; "" takes that back."""
    if not words:
        bench.strips.take("model")
        return
    from cxrview.gui.panels.strips import Strip

    library = (tr("Open the library"), lambda: show_library(bench))
    bench.strips.put("model", Strip("triangle-alert", "warning", f"{words} {reason}".strip(), [library]))


def show_card(bench: Workbench) -> None:
    """Open the card of the model in use."""
    from PySide6.QtCore import QSize, Qt

    from cxrview.gui.actions.secondary import attend
    from cxrview.gui.dialogs.pages import model_card
    from cxrview.gui.widgets.text import TextDialog

    card = bench.state.model.card
    if card is not None:
        dialog = TextDialog(bench.window, tr("Model card"), model_card(card), QSize(720, 640))
        attend(dialog, bench, "models")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
