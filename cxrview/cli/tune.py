"""`cxrview tune`: a search for a good recipe and, if asked for, the model that it leads to."""

import argparse
import dataclasses
from collections.abc import Callable

from cxrview.cli import console
from cxrview.cli.training_console import recipe_text
from cxrview.cli.training_options import configure
from cxrview.cli.training_process import training_process
from cxrview.errors import InvalidRequest
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.export import naming
from cxrview.training.run import worker
from cxrview.training.run.events import Emit, Finished, Searched
from cxrview.training.search.folder import SearchFolder


def run(arguments: argparse.Namespace) -> int:
    """Search, and return 0. Raises CxrviewError, and Cancelled if the user stops the search."""
    folder = SearchFolder(arguments.out.resolve())
    with training_process(arguments) as emit:
        search = _searcher()
        config = _configure(arguments, folder.stored_config() if arguments.resume else None)
        found = search(config, arguments.out, emit, resume=arguments.resume)
        finished = None
        if arguments.bundle:
            finished = _finish(found, folder, config.search.method, emit, not arguments.no_register)
    if not arguments.events:
        _put(found, finished)
    return console.OK


def _searcher() -> Callable[..., Searched]:
    """Return what searches. Raises InvalidRequest where its library is missing."""
    try:
        from cxrview.training.search.run import search
    except ImportError as error:
        raise InvalidRequest(messages.NO_OPTUNA, messages.INSTALL_OPTUNA) from error
    return search


def _configure(arguments: argparse.Namespace, stored: TrainingConfig | None) -> TrainingConfig:
    """Return what the options ask for; those of the search go before the configuration's."""
    config = configure(arguments, stored)
    search = config.search
    if arguments.trials is not None:
        search = dataclasses.replace(search, trials=arguments.trials)
    if arguments.method is not None:
        search = dataclasses.replace(search, method=arguments.method)
    return dataclasses.replace(config, search=search)


def _finish(found: Searched, folder: SearchFolder, method: str, emit: Emit, register: bool) -> Finished:
    """Make a model of the best trial, whose weights are there already."""
    run_folder = folder.best_run(found.best)
    config = run_folder.stored_config()
    if config is None:
        config = _named(configuration.load(folder.best), found, method, register)
        folder.hand_over(found.best, config)
    return worker.run(config, run_folder.path, emit, resume=True, register=register)


def _named(config: TrainingConfig, found: Searched, method: str, register: bool) -> TrainingConfig:
    """Return `config` with a name for the model, whose card says out of how many trials it was chosen."""
    name = naming.model_name(config, must_be_free=register)
    trials = found.complete + found.pruned + found.failed
    search = {"method": method, "trials": trials, "val_macro_f1": found.value}
    card = config.card | {"training": {**config.card.get("training", {}), "search": search}}
    return dataclasses.replace(config, model=dataclasses.replace(config.model, name=name), card=card)


def _put(found: Searched, finished: Finished | None) -> None:
    counts = f"{found.complete} trials complete, {found.pruned} cut short, {found.failed} failed"
    console.put(f"{counts}.")
    console.put(f"Best: trial {found.best}, macro F1 {found.value:.4f}: {recipe_text(found.parameters)}")
    if finished is None:
        console.put(f"Train with it: cxrview train --config {found.config} --out DIR")
        return
    console.put(f"Model: {finished.bundle}")
    console.put(f"Report: {finished.report}")
    if finished.registered:
        console.put(f"Use it: cxrview score --model {finished.registered} FILES")
