"""A search for a good recipe: many trainings on the same images, of which hopeless ones are cut short.

In the folder of a search lie `search.db`, one folder `trials/NNN` a trial (`config.toml`, `history.json`, and
of the best trial the weights), and `best.toml`, which `cxrview train --config` reads.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from cxrview.atomic_file import write_atomically
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.message import NOTHING
from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.network.starting_point import resolve
from cxrview.training.run import worker
from cxrview.training.run.events import Emit, Searched, Started, Trial, TrialStarted, Warned
from cxrview.training.search.folder import SearchFolder, TrialFolder
from cxrview.training.search.space import first_of, space_of, with_choice
from cxrview.training.search.study import Attempt, Study, TrialOutcome, storage_errors
from cxrview.training.search.trial import Hopeless, IsHopeless, Trainer

Train = Callable[[TrainingConfig, TrialFolder, IsHopeless], float]


def search(config: TrainingConfig, out: Path, emit: Emit, *, resume: bool = False) -> Searched:
    """Search for the best recipe around `config` in the folder `out` and return which that is.

    With `resume`, a search that was stopped or killed there goes on, in the middle of its last trial; the
    trials wanted may have become more. The last event is Searched, Failed or Stopped. Raises CxrviewError,
    and Cancelled when `emit` does.
    """
    folder = SearchFolder(out.resolve())
    config = _absolute(config)
    with worker.told(folder, config, emit) as tell, storage_errors(folder.database):
        space = space_of(config)
        folder.enter(config, resume)
        study = Study(folder.database, space, config.search)
        if len(study.outcomes()) < study.total:
            device, backend = worker.find_device()
            first = with_choice(config, first_of(space))
            resolved = resolve(first.model)
            # Which frame it is follows from the first start; the images are those of all trials.
            config = replace(config, model=replace(config.model, frame=resolved.input.frame))
            trainer = Trainer(resolved, folder, tell)
            # Before any trial is taken down: what the images lack concerns them all.
            trainer.data(first, resolved)
            epochs = sum(phase.epochs for phase in config.recipe.phases)
            tell(Started(str(folder.path), epochs, 0, device, backend))
            try_all(study, config, folder, tell, trainer)
        else:
            tell(Warned(messages.SEARCH_FINISHED(folder=folder.path)))
        done = _result(study, folder)
        tell.last(done)
    return done


def try_all(study: Study, config: TrainingConfig, folder: SearchFolder, emit: Emit, train: Train) -> None:
    """Let `train` loose on what `study` proposes until there have been enough trials.

    A trial that fails is taken down as such; one that is stopped, or meets a full disk, is left to be
    resumed, and what stopped it is raised.
    """
    while (begun := study.begin()) is not None:
        outcome = (
            begun if isinstance(begun, TrialOutcome) else _try(begun, study, config, folder, emit, train)
        )
        best = study.best()
        _keep(study, config, folder)
        told = (outcome.number, outcome.state, outcome.value, outcome.chosen)
        emit(Trial(*told, best.number if best is not None else None, outcome.problem))


def _try(
    attempt: Attempt, study: Study, config: TrainingConfig, folder: SearchFolder, emit: Emit, train: Train
) -> TrialOutcome:
    if (twin := study.twin(attempt)) is not None:  # nothing new would come of it
        return attempt.fail(twin.problem) if twin.value is None else attempt.complete(twin.value)
    try:
        emit(TrialStarted(attempt.number, study.total, attempt.chosen))
        chosen = with_choice(config, attempt.chosen)
        return attempt.complete(train(chosen, folder.trial(attempt.number), attempt.is_hopeless))
    except Hopeless:
        return attempt.prune()
    except (Cancelled, KeyboardInterrupt, OSError):
        attempt.put_back()
        raise
    except (CxrviewError, MemoryError) as error:
        if _is_of_the_disk(error):
            attempt.put_back()
            raise
        return attempt.fail(error.whole if isinstance(error, CxrviewError) else messages.OUT_OF_MEMORY)


def _keep(study: Study, config: TrainingConfig, folder: SearchFolder) -> None:
    """Store the best recipe so far, and drop the weights of all other trials that are over."""
    best = study.best()
    for outcome in study.outcomes():
        if best is None or outcome.number != best.number:
            folder.trial(outcome.number).drop_weights()
    if best is not None:
        write_atomically(folder.best, configuration.dumps(with_choice(config, best.chosen)))


def _result(study: Study, folder: SearchFolder) -> Searched:
    """Return the best trial. Raises InvalidRequest if none came to its end."""
    best, outcomes = study.best(), study.outcomes()
    if best is None or best.value is None:
        last = next((item.problem for item in reversed(outcomes) if item.problem), NOTHING)
        raise InvalidRequest(messages.NO_TRIAL_COMPLETE(number=len(outcomes), last=last))
    states = [outcome.state for outcome in outcomes]
    counts = {name: states.count(name) for name in ("complete", "pruned", "failed")}
    return Searched(best.number, best.value, best.chosen, str(folder.best), **counts)


def _absolute(config: TrainingConfig) -> TrainingConfig:
    """Return `config` fit to be stored in another folder."""
    data = config.data
    path, external, ood = (
        str(Path(text).resolve()) if text else ""
        for text in (data.path, data.external, data.out_of_distribution)
    )
    return replace(config, data=replace(data, path=path, external=external, out_of_distribution=ood))


def _is_of_the_disk(error: BaseException | None) -> bool:
    while error is not None and not isinstance(error, OSError):
        error = error.__cause__
    return error is not None
