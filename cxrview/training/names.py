"""What things are called: metrics, sides, depths, starts, stages, options. Light to import.

A key that no table has is of another version and stands for itself.
"""

from collections.abc import Mapping

from cxrview.message import Message, as_message
from cxrview.words import mark


def _table(table: str, titles: Mapping[str, str]) -> dict[str, Message]:
    return {key: Message(f"{table}-{key.replace('_', '-')}", title) for key, title in titles.items()}


def name(table: Mapping[str, Message], key: str) -> Message:
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
