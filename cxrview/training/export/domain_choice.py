"""The domain check of a finished model: fitted on training images, its limit set on validation images."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.training.export.domain_statistics import (
    FEWEST,
    QUANTILE,
    USUAL,
    DomainStatistics,
    choose_domain,
    fit_domain,
    separation,
)

FILE = "domain.npz"
_PRINCIPAL = "Mahalanobis distance of the embedding in principal components, shrunk"
_RESIDUAL = (
    "What is left of the standardised embedding beside the principal components of the training images"
)
_TOWARDS = "; with it the direction that best tells images outside the task from them"


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """Embeddings (N, D) of images, with the groups that must stay together and where they come from."""

    embeddings: NDArray[np.float32]
    groups: NDArray[np.str_]
    sources: NDArray[np.str_]

    def half(self, which: int) -> "Embedded":
        """Return the images of every second group: half 0 is for choosing, half 1 to report on."""
        rank = np.unique(self.groups, return_inverse=True)[1]
        chosen = rank % 2 == which
        return Embedded(self.embeddings[chosen], self.groups[chosen], self.sources[chosen])


def domain_of(
    train: NDArray[np.float32],
    labels: NDArray[np.int64],
    validation: NDArray[np.float32],
    ood: Embedded | None,
    quantile: float = QUANTILE,
) -> tuple[DomainStatistics, dict[str, Any]]:
    """Return the statistics, and what the card says about them.

    The limit is the `quantile` of the distances of `validation`. With `ood` (out-of-distribution images), the
    variant is chosen by half of them and the other half is reported on; without, it is the usual one.
    """
    entry: dict[str, Any] = {"file": FILE}
    halves = [ood.half(which) for which in (0, 1)] if ood is not None else []
    if all(len(half.embeddings) for half in halves) and halves:
        choosing, reporting = halves
        choice, statistics = choose_domain(train, labels, validation, choosing.embeddings, quantile)
        entry["choosing"] = {
            "images": len(choosing.embeddings),
            "auc": round(separation(statistics, choosing.embeddings), 4),
        }
        entry["reporting"] = _reported(statistics, reporting)
    else:
        choice, statistics = USUAL, fit_domain(train, labels, validation, USUAL, quantile)
        entry["choosing"] = "There were no images of other kinds to choose by or to report on."
    towards = _TOWARDS if choice.residual and halves and len(halves[0].embeddings) >= FEWEST else ""
    return statistics, entry | {
        "method": _RESIDUAL + towards if choice.residual else _PRINCIPAL,
        "means": "by class" if choice.by_class else "one",
        "components_left_out" if choice.residual else "components": choice.components,
        "shrinkage": choice.shrinkage,
        "threshold": round(statistics.threshold, 4),
        "threshold_quantile_of_validation": quantile,
    }


def _reported(statistics: DomainStatistics, ood: Embedded) -> dict[str, Any]:
    outside = statistics.distances(ood.embeddings) > statistics.threshold
    kinds = ood.sources
    return {
        "images": len(outside),
        "auc": round(separation(statistics, ood.embeddings), 4),
        "recognised": {
            str(kind) or "all": f"{int(outside[kinds == kind].sum())} of {int((kinds == kind).sum())}"
            for kind in np.unique(kinds)
        },
    }
