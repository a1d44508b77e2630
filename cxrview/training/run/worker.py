"""A whole training run in this process: read and check the images, train, finish, write the bundle."""

import dataclasses
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cxrview.atomic_file import is_full, write_atomically
from cxrview.engines import libraries
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.progress import Cancelled
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.export import naming
from cxrview.training.network.starting_point import ResolvedModel, resolve
from cxrview.training.run import same_images
from cxrview.training.run.events import (
    DataReported,
    Emit,
    Failed,
    Finished,
    Stage,
    Started,
    Stopped,
    Warned,
    dump,
)
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.journal import Journal

if TYPE_CHECKING:  # Keras takes seconds to import; what can be refused before is
    import keras

    from cxrview.training.run.prepare import Prepared


def run(
    config: TrainingConfig,
    out: Path,
    emit: Emit,
    *,
    resume: bool = False,
    register: bool = True,
    tensorboard: Path | None = None,
    learn_more: bool = True,
) -> Finished:
    """Train the model that `config` describes in the folder `out` and return where its bundle is.

    With `resume`, a run that was stopped or killed there goes on after its last epoch, or without
    `learn_more` makes a model of its best one; a finished run is only reported. Everything that `emit` gets
    stands in `out/events.jsonl` as well. The last event is Finished, Failed or Stopped. Raises CxrviewError,
    and Cancelled when `emit` does.
    """
    folder = RunFolder(out.resolve())
    with told(folder, config, emit) as tell:
        if resume and (done := folder.outcome()) is not None:
            folder.enter(_named(config, folder, register), resume)
            tell(Warned(messages.RUN_FINISHED(folder=folder.path)))
        else:
            config = _named(config, folder, register)
            folder.enter(config, resume)
            done = _run(config, folder, tell, register, tensorboard, learn_more)
        tell.last(done)
    return done


def check(config: TrainingConfig, out: Path, emit: Emit) -> None:
    """Read and check the images that `config` names, as `run` would, and end. Raises as `run` does."""
    folder = RunFolder(out.resolve())
    with told(folder, config, emit) as tell:
        folder.enter(config, resume=False)
        prepare_in(config, resolve(config.model), folder, tell)


@contextmanager
def told(folder: RunFolder, config: TrainingConfig, emit: Emit) -> Iterator[Journal]:
    """Hold the folder, and make an event of the way in which the work ends too early."""
    tell = None
    try:
        with _converted(config, folder), folder.held(), Journal(folder.events, emit) as tell:
            try:
                yield tell
            except (Cancelled, KeyboardInterrupt, BrokenPipeError):
                tell.last(Stopped(_epochs_done(folder)))
                raise
            except (CxrviewError, OSError, MemoryError) as error:
                tell.last(_failed(error, config, folder))
                raise
    except CxrviewError as error:
        if tell is None:
            emit(_failed(error, config, folder))
        raise


@contextmanager
def _converted(config: TrainingConfig, folder: RunFolder) -> Iterator[None]:
    """Make sentences of what the system refuses: room on the disk, memory, files."""
    try:
        yield
    except BrokenPipeError:  # nobody reads the events: not a matter of the run
        raise
    except (OSError, MemoryError) as error:
        raise _sentence(error, config, folder) from error


def _sentence(error: OSError | MemoryError, config: TrainingConfig, folder: RunFolder) -> InvalidRequest:
    if isinstance(error, MemoryError):
        smaller = max(1, config.recipe.batch_size // 2)
        return InvalidRequest(messages.OUT_OF_MEMORY, messages.TRAIN_WITH_SMALLER_BATCH(size=smaller))
    if is_full(error):
        return InvalidRequest(messages.DISK_FULL(folder=folder.path), messages.MAKE_ROOM_AND_GO_ON)
    place = error.filename if isinstance(error.filename, str) else folder.path
    problem = messages.PLACE_UNUSABLE(place=place, reason=error.strerror or str(error))
    return InvalidRequest(problem, messages.START_AGAIN)


def _failed(error: CxrviewError | OSError | MemoryError, config: TrainingConfig, folder: RunFolder) -> Failed:
    said = error if isinstance(error, CxrviewError) else _sentence(error, config, folder)
    return Failed(said.problem, said.advice, str(said.path or ""), folder.checkpoints.is_dir())


def _epochs_done(folder: RunFolder) -> int:
    try:
        return len(json.loads((folder.checkpoints / "history.json").read_text("utf-8"))["rows"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0


def _named(config: TrainingConfig, folder: RunFolder, register: bool) -> TrainingConfig:
    """Return `config` with a name for the model; one that was chosen before stays."""
    stored = folder.stored_config()
    before = stored.model.name if stored is not None else ""
    if before and config.model.name in ("", before):
        name = before
    else:
        name = naming.model_name(config, must_be_free=register)
    return dataclasses.replace(config, model=dataclasses.replace(config.model, name=name))


def _run(
    config: TrainingConfig,
    folder: RunFolder,
    tell: Journal,
    register: bool,
    tensorboard: Path | None,
    learn_more: bool,
) -> Finished:
    tell(Stage("starting", 0.0, messages.LOADING_KERAS))
    device, backend = find_device()  # where it is missing, that is said before the images are read
    resolved = resolve(config.model)
    prepared = prepare_in(config, resolved, folder, tell)
    from cxrview.training.export.finish import finish
    from cxrview.training.run.fit import fit
    from cxrview.training.run.memory import memory_errors

    total = sum(phase.epochs for phase in config.recipe.phases)
    tell(Started(str(folder.path), total, _epochs_done(folder), device, backend))
    with memory_errors(config.recipe.batch_size):
        model = new_model(config, resolved, prepared, folder, tell)
        history = fit(
            model,
            prepared.train,
            prepared.validation,
            config,
            folder.checkpoints,
            tell,
            external=prepared.external,
            tensorboard=tensorboard,
            learn_more=learn_more,
        )
        done = finish(model, prepared, config, history, folder, tell, register=register)
    write_atomically(folder.finished, dump(done))
    return done


def prepare_in(
    config: TrainingConfig, resolved: ResolvedModel, folder: RunFolder, tell: Journal
) -> "Prepared":
    """Return the checked images; what was found is told even where it forbids the training.

    It does without Keras, which takes seconds to load. Raises InvalidRequest, also where
    a training has begun with other images.
    """
    from cxrview.training.run.prepare import prepare

    tell(Stage("reading", 0.0))
    folder.data_report.unlink(missing_ok=True)
    begun_with = same_images.remembered(folder)
    try:
        prepared = prepare(
            config, resolved.input.size, folder.path, tell.stage("reading"), resolved.input.frame
        )
    except InvalidRequest:
        if folder.data_report.is_file():
            tell(DataReported(json.loads(folder.data_report.read_text("utf-8"))))
        raise
    same_images.check(folder, begun_with)
    tell(DataReported(prepared.report.as_dict()))
    return prepared


@cache
def find_device() -> tuple[str, str]:
    """Return what Keras computes on and with which backend. Raises InvalidRequest if Keras is not here."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    libraries.house_matplotlib()
    try:
        import keras
    except ImportError as error:
        raise InvalidRequest(messages.NO_KERAS, messages.INSTALL_KERAS) from error
    backend = str(keras.backend.backend())
    if backend == "tensorflow":
        import tensorflow

        tensorflow.get_logger().setLevel("ERROR")  # its remarks on its own graphs help no user
        for gpu in tensorflow.config.list_physical_devices("GPU"):
            # Else the first process takes the whole memory of the card.
            tensorflow.config.experimental.set_memory_growth(gpu, True)
    devices: list[Any] = keras.distribution.list_devices()
    return (str(devices[0]) if devices else "cpu:0"), backend


def new_model(
    config: TrainingConfig, resolved: ResolvedModel, prepared: "Prepared", folder: RunFolder, tell: Journal
) -> "keras.Model":
    """Return the model before its first step; where it starts from is kept for the card."""
    import keras

    from cxrview.training.network import initial_weights, zoo

    keras.utils.set_random_seed(config.recipe.seed)
    tell(Stage("starting", 0.5, messages.BUILDING_NETWORK))
    model = zoo.build(
        resolved,
        len(prepared.train.class_names),
        batchnorm_momentum=config.recipe.batchnorm_momentum,
        mixed_precision=config.recipe.mixed_precision,
    )
    if not (_epochs_done(folder) and folder.start.is_file()):
        write_atomically(folder.start, initial_weights.start_from(model, resolved, tell.stage("starting")))
    return model
