"""The commands of the Model menu."""

from cxrview.gui.actions.spec import SEPARATOR, ActionSpec
from cxrview.gui.actions.when import has_card, has_entries, has_prediction, is_hidden
from cxrview.gui.commands import batch, heatmap, network, training, window
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
    ActionSpec(
        "similar",
        mark("&Similar films…"),
        ("Ctrl+Shift+L",),
        batch.show_similar,
        tip=mark("The films of a batch that the model takes for most like this one"),
        when=has_prediction,
    ),
    ActionSpec("library", mark("Model &library…"), ("Ctrl+M",), training.show_library, icon="library"),
    SEPARATOR,
    ActionSpec("model_folder", mark("Use model from &folder…"), (), use_model_folder),
    ActionSpec("card", mark("Model &card…"), (), training.show_card, icon="file-text", when=has_card),
    ActionSpec(
        "network",
        mark("Look into the &network…"),
        (),
        network.show_network,
        icon="list-tree",
        tip=mark("Its layers, what they give for the film in view, and filters that do nothing"),
        when=has_card,
    ),
    SEPARATOR,
    ActionSpec(
        "hide_model",
        mark("&Hide the model until I ask"),
        ("Shift+X",),
        switch=heatmap.hide_model,
        icon="eye-off",
        tip=mark("For learning to read: first you, then the model"),
        checked=lambda bench: bench.state.settings.hide_model,
    ),
    ActionSpec(
        "reveal",
        mark("Re&veal"),
        ("X",),
        heatmap.reveal,
        tip=mark("Show what the model says of this image"),
        when=is_hidden,
    ),
    SEPARATOR,
    ActionSpec("stop", mark("&Stop what is running"), ("Esc",), window.stop),
)
