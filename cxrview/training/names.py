"""What things are called: metrics, sides, depths, starts, stages, options. Light to import.

A key that no table has is of another version and stands for itself.
"""

from cxrview.evaluation.names import METRICS, named
from cxrview.i18n import mark
from cxrview.message import Message

STAGES = named(
    "stages",
    {
        "starting": mark("Getting ready"),
        "reading": mark("Reading and checking the images"),
        "features": mark("Computing the features of every image"),
        "solving": mark("Solving for the best head"),
        "calibrating": mark("Calibrating the probabilities"),
        "domain": mark("Learning what a usual image is"),
        "measuring": mark("Measuring the finished model"),
        "reporting": mark("Writing the report"),
        "exporting": mark("Writing the model"),
    },
)
DEPTHS = named(
    "depths",
    {"head": mark("Head"), "last-block": mark("Head and last block"), "all": mark("All layers")},
)
SIDES = named(
    "sides",
    {
        "train": mark("Training"),
        "validation": mark("Validation"),
        "test": mark("Test"),
        "external": mark("Other hospitals"),
        "out_of_distribution": mark("Outside the task"),
    },
)
STARTS = named(
    "starts",
    {"bundled": mark("The model of cxrview"), "imagenet": mark("ImageNet weights"), "none": mark("Nothing")},
)
STARTS_FROM = named(  # in a sentence
    "starts-from",
    {
        "bundled": mark("from the weights that come with cxrview"),
        "imagenet": mark("from ImageNet weights"),
        "none": mark("from nothing"),
    },
)
PARTS = named(
    "parts",
    {
        "test": mark("Test images"),
        "validation": mark("Validation images"),
        "external": mark("Images of other hospitals"),
        "train": mark("Training images"),
    },
)
SEARCHED = named(  # what a search varies
    "searched",
    {
        "learning_rate": mark("Learning rate"),
        "batch_size": mark("Batch size"),
        "optimizer": mark("Optimiser"),
        "start": mark("Start"),
        "architecture": mark("Network"),
        "augmentation": mark("Augmentation"),
    },
)
SEARCHED_IN_SENTENCE = named(  # not those above in small letters: German nouns keep their capitals
    "searched-in-sentence",
    {
        "learning_rate": mark("learning rate"),
        "batch_size": mark("batch size"),
        "optimizer": mark("optimiser"),
        "start": mark("start"),
        "architecture": mark("network"),
        "augmentation": mark("augmentation"),
    },
)
TRIAL_STATES = named(
    "trial-states",
    {"complete": mark("Complete"), "pruned": mark("Cut short"), "failed": mark("Failed")},
)
AUGMENTATIONS = named(
    "augmentations", {"none": mark("None"), "light": mark("Mild"), "strong": mark("Strong")}
)
EPOCH_METRICS = {  # of the events of an epoch
    "loss": Message("epoch-metrics-loss", "Training loss"),
    "val_loss": Message("epoch-metrics-val-loss", "Validation loss"),
    "accuracy": Message("epoch-metrics-accuracy", "Training accuracy"),
    "val_accuracy": METRICS["accuracy"],
    "val_balanced_accuracy": METRICS["balanced_accuracy"],
    "val_macro_f1": METRICS["macro_f1"],
    "val_macro_auc": METRICS["macro_auc"],
}
CHOICES = {  # values of options
    **named(
        "choices",
        {
            "auto": mark("As for the model that it starts from"),
            "architecture": mark("As the authors of the network did"),
            "source-suppression": mark("Source suppression, in bands of detail"),
            "standardised": mark("Source suppression, standardised as a whole"),
            "average": mark("Average"),
            "flatten": mark("Flatten"),
            "film": mark("The whole film"),
            "lungs": mark("The lungs"),
            "head": mark("The head"),
            "last-block": mark("The last block and the head"),
            "all": mark("Every layer"),
            "constant": mark("Constant"),
            "cosine": mark("Cosine"),
            "plateau": mark("Lower on a plateau"),
            "adam": "Adam",
            "adamw": "AdamW",
            "sgd": "SGD",
            "rmsprop": "RMSprop",
            "lbfgs": mark("L-BFGS (solves the head)"),
            "none": mark("None"),
            "class-weights": mark("Class weights"),
            "sampling": mark("Sampling"),
            "train": mark("Learns"),
            "frozen": mark("Frozen"),
        },
    ),
    **METRICS,
}
SIDE_HEADINGS = {**SIDES, "external": Message("side-headings-external", "Elsewhere")}
