"""What happened in each epoch, and which was best: light to import, because reports draw it too."""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from cxrview.errors import CxrviewError
from cxrview.training import messages
from cxrview.training.config import RecipeConfig

NAME = "history.json"


@dataclass(frozen=True, slots=True)
class EpochRow:
    """One epoch. `metrics`: `loss` and `accuracy`, `val_loss`, `val_accuracy`, `val_balanced_accuracy`,
    `val_macro_f1`, `val_macro_auc`, and with external images `external_wrong`.

    `loss` and `accuracy` are means over the epoch, with augmentation and dropout, the loss with smoothing;
    where the features are computed once, those of the images as they are after the epoch, as `val_loss`
    is. Early runs have no such accuracy.

    NaN stands for a figure that does not exist, such as an AUC where only one class is present.
    """

    phase: int  # from 1
    epoch: int  # from 1, over all phases
    learning_rate: float  # of the last step
    metrics: dict[str, float]
    seconds: float


@dataclass(frozen=True, slots=True)
class History:
    """The epochs so far, in order and without a gap; a `best_epoch` of 0 means that there is none."""

    rows: tuple[EpochRow, ...] = ()
    best_epoch: int = 0
    stopped_early: bool = False  # a phase ended before its last epoch

    def of_phase(self, phase: int) -> tuple[EpochRow, ...]:
        """Return the epochs of phase number `phase` (from 1)."""
        return tuple(row for row in self.rows if row.phase == phase)

    def with_row(self, row: EpochRow, recipe: RecipeConfig) -> "History":
        """Return the history with one more epoch, which becomes the best if it beats the best so far."""
        best = self.best_epoch == 0 or merit(row.metrics, recipe) > merit(
            self.rows[self.best_epoch - 1].metrics, recipe
        )
        return replace(self, rows=(*self.rows, row), best_epoch=row.epoch if best else self.best_epoch)


def merit(metrics: Mapping[str, float], recipe: RecipeConfig) -> float:
    """Return what epochs are compared by: `choose_by` minus the penalty for external images called wrongly.

    Higher is better, so a loss counts negative. A figure that does not exist counts as the lowest.
    """
    value = metrics[f"val_{recipe.choose_by}"]
    if math.isnan(value):
        return -math.inf
    wrong = metrics.get("external_wrong", 0.0)
    return (-value if recipe.choose_by == "loss" else value) - recipe.external_penalty * wrong


def dump(history: History) -> str:
    """Return `history` as JSON; NaN becomes null."""
    values = asdict(history)
    for row in values["rows"]:
        row["metrics"] = {
            name: value if math.isfinite(value) else None for name, value in row["metrics"].items()
        }
    return json.dumps(values, indent=1, allow_nan=False)


def parse(text: str) -> History:
    """Return the history in `text`. Raises ValueError, KeyError or TypeError if it is none."""
    values: dict[str, Any] = json.loads(text)
    rows = tuple(
        EpochRow(
            int(row["phase"]),
            int(row["epoch"]),
            float(row["learning_rate"]),
            {name: math.nan if value is None else float(value) for name, value in row["metrics"].items()},
            float(row["seconds"]),
        )
        for row in values["rows"]
    )
    return History(rows, int(values["best_epoch"]), bool(values["stopped_early"]))


def load(path: Path) -> History:
    """Return the history stored at `path`. Raises CxrviewError."""
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CxrviewError(messages.NO_HISTORY, path=path) from error
