"""The commands of the Model menu."""

from cxrview.gui.actions.spec import ActionSpec, has_card
from cxrview.words import mark

ACTIONS: tuple[ActionSpec | None, ...] = (
    ActionSpec("model_folder", mark("Use model from &folder…"), (), "ask_for_model"),
    ActionSpec("card", mark("Model &card…"), (), "show_card", icon="file-text", when=has_card),
    ActionSpec("stop", mark("&Stop what is running"), ("Esc",), "cancel_all"),
)
