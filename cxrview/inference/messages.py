"""Why a model cannot be read with, and what to do about it."""

from cxrview.message import Message

TRIAL_NOT_STARTED = Message("trial-not-started", "cannot be tried: {reason}.")
TRIAL_TOO_LONG = Message("trial-too-long", "took more than {seconds} seconds to be loaded and asked once.")
TRIAL_TOO_LARGE = Message(
    "trial-too-large", "took more than {limit} GB of memory to be loaded and asked once."
)
TRIAL_ENDED = Message("trial-ended", "ended the process that tried it (code {code}).")
DO_NOT_TRUST_MODEL = Message(
    "do-not-trust-model", "Do not trust this model, or get it again from its source."
)

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

# What a reading comes to
SAMPLE_HAS_NODULES = Message(
    "sample-has-nodules",
    "The sample film shows many nodules and no pneumonia. "
    "No name of this model fits it, so its reading is wrong.",
)
TOO_CLOSE = Message("too-close", "Too close to call: {one} or {other}")
NOT_READ = Message("not-read", "Not read: the model does not know such films")
POINTS = {
    "sensitive": Message("point-sensitive", "Sensitive"),
    "balanced": Message("point-balanced", "Balanced"),
    "chosen": Message("point-chosen", "Chosen"),
}
CALLED_FROM = Message("called-from", "{label} is called from {percent:.1f} % on.")
OPERATING_POINT = Message("operating-point", "Operating point: {point}.")
ELSEWHERE_HAD_IT = Message(
    "elsewhere-had-it",
    "At other hospitals, where every second film had it, {right} of {of} read so had it.",
)
ELSEWHERE_TRUE = Message(
    "elsewhere-true",
    "At other hospitals, where it was true of every second film, it was true of {right} of {of} read so.",
)
