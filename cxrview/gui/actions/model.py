"""The commands of the Model menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec, has_card
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec(
        "train",
        mark("&Train a model…"),
        ("Ctrl+Shift+M",),
        "training.show",
        icon="graduation-cap",
        tip=mark("From your own images to a model, without a line of code"),
    ),
    ActionSpec("library", mark("Model &library…"), ("Ctrl+M",), "training.show_library", icon="library"),
    SEPARATOR,
    ActionSpec("model_folder", mark("Use model from &folder…"), (), "choosing.model"),
    ActionSpec("card", mark("Model &card…"), (), "show_card", icon="file-text", when=has_card),
    ActionSpec("stop", mark("&Stop what is running"), ("Esc",), "cancel_all"),
)
