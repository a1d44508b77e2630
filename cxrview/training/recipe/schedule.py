"""How fast to learn at each step, and when a phase is over: pure functions of what has happened so far.

Nothing here remembers anything, so a resumed run needs no state of a scheduler.
"""

import math
from collections.abc import Sequence

from cxrview.training.config import PhaseConfig

PLATEAU_PATIENCE = 2
LOWEST = 0.01  # of the learning rate, where the cosine ends


def learning_rate(phase: PhaseConfig, step: int, steps: int, merits: Sequence[float]) -> float:
    """Return the learning rate of step number `step` (from 0, over the phase) with `steps` an epoch.

    `merits` are those of the phase's epochs so far, higher being better; only the plateau reads them.
    """
    warmup = round(phase.warmup_epochs * steps)
    if step < warmup:
        return phase.learning_rate * (step + 1) / (warmup + 1)
    if phase.schedule == "plateau":
        return phase.learning_rate * plateau_factor(merits)
    if phase.schedule == "cosine":
        done = min(1.0, (step - warmup) / max(1, phase.epochs * steps - warmup))
        return phase.learning_rate * (LOWEST + (1 - LOWEST) * (1 + math.cos(math.pi * done)) / 2)
    return phase.learning_rate


def plateau_factor(merits: Sequence[float]) -> float:
    """Return ½ to the power of the times that `PLATEAU_PATIENCE` epochs went by without improvement."""
    factor, best, waited = 1.0, -math.inf, 0
    for merit in merits:
        waited = 0 if merit > best else waited + 1
        best = max(best, merit)
        if waited == PLATEAU_PATIENCE:
            factor, waited = factor / 2, 0
    return factor


def epochs_without_improvement(merits: Sequence[float]) -> int:
    """Return how many epochs have gone by since the phase's best."""
    return len(merits) - 1 - merits.index(max(merits)) if merits else 0


def is_over(phase: PhaseConfig, patience: int, merits: Sequence[float]) -> bool:
    """Return whether a phase with these epochs behind it has ended, early or not."""
    return len(merits) >= phase.epochs or (patience > 0 and epochs_without_improvement(merits) >= patience)
