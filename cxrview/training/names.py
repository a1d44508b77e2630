"""What things are called: metrics, sides, depths, starts, stages, options. Light to import.

A key that no table has is of another version and stands for itself.
"""

from collections.abc import Mapping

from cxrview.message import Message, as_message
from cxrview.words import mark


def _table(table: str, titles: Mapping[str, str]) -> dict[str, Message]:
    return {key: Message(f"{table}-{key.replace('_', '-')}", title) for key, title in titles.items()}


def called(table: Mapping[str, Message], key: str) -> Message:
    """Return what `key` is called in `table`."""
    return as_message(table.get(key, key))


STAGES = _table(
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
DEPTHS = _table(
    "depths",
    {"head": mark("Head"), "last-block": mark("Head and last block"), "all": mark("All layers")},
)
SIDES = _table(
    "sides",
    {
        "train": mark("Training"),
        "validation": mark("Validation"),
        "test": mark("Test"),
        "external": mark("Other hospitals"),
        "strangers": mark("Outside the task"),
    },
)
STARTS = _table(
    "starts",
    {"bundled": mark("The model of cxrview"), "imagenet": mark("ImageNet weights"), "none": mark("Nothing")},
)
STARTS_FROM = _table(  # in a sentence
    "starts-from",
    {
        "bundled": mark("from the weights that come with cxrview"),
        "imagenet": mark("from ImageNet weights"),
        "none": mark("from nothing"),
    },
)
PARTS = _table(
    "parts",
    {
        "test": mark("Test images"),
        "validation": mark("Validation images"),
        "external": mark("Images of other hospitals"),
        "train": mark("Training images"),
    },
)
SEARCHED = _table(  # what a search varies
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
SEARCHED_IN_SENTENCE = _table(  # not those above in small letters: German nouns keep their capitals
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
TRIAL_STATES = _table(
    "trial-states",
    {"complete": mark("Complete"), "pruned": mark("Cut short"), "failed": mark("Failed")},
)
AUGMENTATIONS = _table(
    "augmentations", {"none": mark("None"), "light": mark("Mild"), "strong": mark("Strong")}
)
METRICS = _table(
    "metrics",
    {
        "accuracy": mark("Accuracy"),
        "balanced_accuracy": mark("Balanced accuracy"),
        "macro_f1": mark("Macro F1"),
        "macro_auc": mark("Macro AUC"),
        "ece": mark("Calibration error"),
        "brier": mark("Brier score"),
        "loss": mark("Loss"),
        "recall": mark("Sensitivity"),
        "specificity": mark("Specificity"),
        "precision": mark("Precision"),
        "f1": mark("F1"),
        "auc": mark("AUC"),
        "average_precision": mark("Average precision"),
    },
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
    **_table(
        "choices",
        {
            "auto": mark("As for the model that it starts from"),
            "architecture": mark("As the authors of the network did"),
            "source-suppression": mark("Source suppression, in bands of detail"),
            "standardised": mark("Source suppression, standardised as a whole"),
            "average": mark("Average"),
            "flatten": mark("Flatten"),
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
