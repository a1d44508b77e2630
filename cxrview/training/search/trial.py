"""One trial of a search: a training by one configuration, on images that all trials share."""

import gc
import math
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from cxrview.atomic_file import write_atomically
from cxrview.errors import CxrviewError
from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.network.starting_point import ResolvedModel, resolve
from cxrview.training.run import worker
from cxrview.training.run.events import Emit, Epoch, Event
from cxrview.training.run.journal import Journal
from cxrview.training.run.memory import memory_errors
from cxrview.training.search.folder import SearchFolder, TrialFolder

if TYPE_CHECKING:
    from cxrview.training.run.prepare import Prepared

METRIC = "val_macro_f1"
IsHopeless = Callable[[int, float], bool]
"""Called with an epoch and the macro F1 reached in it; whether the trial had better end."""


class Hopeless(Cancelled):
    """A trial that is not worth its time."""


class Trainer:
    """Trains the trials of the search in `folder`, one after the other, and tells what happens."""

    def __init__(self, resolved: ResolvedModel, folder: SearchFolder, tell: Journal) -> None:
        """`resolved` is the first model: the images are split as for its size."""
        self._folder, self._tell = folder, tell
        self._usual = resolved.input.size
        self._kept: dict[int, Prepared] = {}  # the images, by their side; of one size at a time

    def data(self, config: TrainingConfig, resolved: ResolvedModel) -> "Prepared":
        """Return the images for the network of `config`: read, checked and split alike for every network.

        `resolved` is that network. Raises InvalidRequest.
        """
        side, usual = resolved.input.size, self._usual
        if side not in self._kept:
            self._kept.clear()
            folder = self._folder if side == usual else self._folder.of_size(side)
            folder.path.mkdir(parents=True, exist_ok=True)
            if side != usual:  # split as the images of the usual size, which have been checked
                split = str(self._folder.split)
                data = replace(config.data, path=split, exclude=(), near_duplicates=False)
                config = replace(config, data=data)
            self._kept[side] = worker.prepare_in(config, resolved, folder, self._tell)
        return self._kept[side]

    def __call__(self, config: TrainingConfig, folder: TrialFolder, is_hopeless: IsHopeless) -> float:
        """Return the best macro F1 on validation images that `config` reaches; what was begun goes on.

        Raises Hopeless, CxrviewError, OSError, and Cancelled when a listener does.
        """
        import keras

        from cxrview.training.run.fit import fit

        folder.path.mkdir(parents=True, exist_ok=True)
        write_atomically(folder.config, configuration.dumps(config))
        keras.utils.clear_session(free_memory=True)  # of the network before
        gc.collect()
        resolved = resolve(config.model)
        data = self.data(config, resolved)
        emit = self._watched(is_hopeless)
        with memory_errors(config.recipe.batch_size):
            model = worker.new_model(config, resolved, data, folder, self._tell)
            story = fit(
                model, data.train, data.validation, config, folder.checkpoints, emit, external=data.external
            )
        value = story.rows[story.best_epoch - 1].metrics[METRIC]
        if not math.isfinite(value):
            raise CxrviewError(messages.NO_F1)
        return value

    def _watched(self, is_hopeless: IsHopeless) -> Emit:
        """Return what passes the events on, and raises Hopeless after an epoch that leaves no hope."""

        def watch(event: Event) -> None:
            self._tell(event)
            if isinstance(event, Epoch) and math.isfinite(value := event.metrics.get(METRIC, math.nan)):
                hopeless = is_hopeless(event.epoch, value)
                if hopeless and event.epoch < event.epochs:
                    raise Hopeless

        return watch
