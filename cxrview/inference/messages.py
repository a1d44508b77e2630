"""Why a model cannot be read with, and what to do about it."""

from cxrview.message import Message

DOMAIN_OF_ANOTHER = Message("domain-of-another", "The model's domain statistics belong to another model.")
DOMAIN_WRONG_SHAPE = Message("domain-wrong-shape", "holds statistics of the wrong shape.")
DOMAIN_DOES_NOT_FIT = Message("domain-does-not-fit", "holds statistics that do not fit together.")
OTHER_CLASS_COUNT = Message("other-class-count", "gives {given} classes; its card names {named}.")
NO_HEATMAPS = Message("no-heatmaps", "gives no heatmap of every class.")
LACKS_OUTPUT = Message("lacks-output", "lacks one of the outputs {names}.")
GIVES_NO_NUMBERS = Message("gives-no-numbers", "The model {name} gives values that are not numbers.")
OTHER_ANSWERS = Message(
    "other-answers",
    "{name} on {device} gives other answers than the model should "
    "(a probability differs by {difference:.4f}).",
)
