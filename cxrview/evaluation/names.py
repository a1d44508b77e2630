"""What the figures of an evaluation are called: one table, for reports, the command line and the window.

A key that no table has is of another version and stands for itself.
"""

from collections.abc import Mapping

from cxrview.i18n import mark
from cxrview.message import Message, as_message


def named(table: str, titles: Mapping[str, str]) -> dict[str, Message]:
    """Return messages for the `titles`; a key of `table` becomes the code "table-key"."""
    return {key: Message(f"{table}-{key.replace('_', '-')}", title) for key, title in titles.items()}


def called(table: Mapping[str, Message], key: str) -> Message:
    """Return what `key` is called in `table`."""
    return as_message(table.get(key, key))


METRICS = named(
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
LOCALIZATION = named(
    "localization",
    {
        "pointing_game": mark("Pointing game"),
        "chance_lungs": mark("By chance in the lungs"),
        "chance_seen": mark("By chance on the film"),
        "energy_inside": mark("Heat in the boxes"),
        "iou": mark("Best overlap (IoU)"),
        "in_lungs": mark("Heat in the lungs"),
        "in_drawn_lungs": mark("Heat in the drawn lungs"),
        "empty": mark("Empty maps"),
    },
)
AUDIT_REGIONS = named(
    "audit-regions",
    {
        "lungs": mark("Lungs"),
        "between": mark("Between the lungs"),
        "around": mark("Above and beside the lungs"),
        "below": mark("Below the lungs"),
        "border": mark("Border of the film"),
        "text": mark("Text and markers"),
    },
)
AUDIT_READINGS = named(
    "audit-readings",
    {
        "whole": mark("Whole films"),
        "lungs_alone": mark("The lungs alone"),
        "without_lungs": mark("Without the lungs"),
        "without_border": mark("Without the border"),
        "without_text": mark("Without text and markers"),
    },
)
