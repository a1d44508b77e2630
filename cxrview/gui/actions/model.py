"""The commands of the Model menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_card, has_entries
from cxrview.gui.commands import batch, training, window
from cxrview.gui.commands.open import use_model_folder
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark

ACTIONS: tuple[ActionSpec[Workbench] | None, ...] = (
    ActionSpec(
        "train",
        mark("&Train a model…"),
        ("Ctrl+Shift+M",),
        training.show_training,
        icon="graduation-cap",
        tip=mark("From your own images to a model, without a line of code"),
    ),
    ActionSpec(
        "batch",
        mark("&Read a folder…"),
        ("Ctrl+Shift+B",),
        batch.show_batches,
        icon="layers",
        tip=mark("Thousands of films, in the background, to a table"),
    ),
    ActionSpec("read_listed", mark("Read &all listed films…"), (), batch.read_listed, when=has_entries),
    ActionSpec("library", mark("Model &library…"), ("Ctrl+M",), training.show_library, icon="library"),
    SEPARATOR,
    ActionSpec("model_folder", mark("Use model from &folder…"), (), use_model_folder),
    ActionSpec("card", mark("Model &card…"), (), training.show_card, icon="file-text", when=has_card),
    ActionSpec("stop", mark("&Stop what is running"), ("Esc",), window.stop),
)
