"""A search: what it chooses from, that it survives stops and kills, and that it ends with the best recipe."""

import dataclasses
import errno
import math
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from cxrview import messages as shared
from cxrview import paths
from cxrview.datasets import messages as data_messages
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import (
    AUGMENTATIONS,
    ModelConfig,
    PhaseConfig,
    RecipeConfig,
    SearchConfig,
    TrainingConfig,
)
from cxrview.training.run.events import Trial, TrialStarted, dump, parse
from cxrview.training.search import study as search_study
from cxrview.training.search.folder import SearchFolder
from cxrview.training.search.run import try_all
from cxrview.training.search.space import space_of, with_choice
from cxrview.training.search.study import Study, TrialOutcome, storage_errors
from cxrview.training.search.trial import Hopeless
from tests.refusals import refused

RATES = (1e-5, 1e-3)


def config_of(**search) -> TrainingConfig:
    """Return a configuration with two phases and this search."""
    recipe = RecipeConfig(phases=(PhaseConfig("head", 1), PhaseConfig("all", 3)))
    return TrainingConfig(recipe=recipe, search=SearchConfig(**search))


def rate_of(config: TrainingConfig) -> float:
    return config.recipe.phases[-1].learning_rate


def merit(config: TrainingConfig) -> float:
    """Return what a training would reach if a learning rate of 1e-4, and Adam, were best."""
    away = abs(math.log10(rate_of(config)) + 4)
    return 0.9 - 0.2 * away - (0.1 if config.recipe.optimizer != "adam" else 0.0)


class Searching:
    """A search in a folder, whose trainings are functions of the configuration."""

    def __init__(self, folder: Path, config: TrainingConfig) -> None:
        self.config, self.folder, self.events = config, SearchFolder(folder), []
        folder.mkdir(exist_ok=True)
        self.trained: list[TrainingConfig] = []

    def study(self) -> Study:
        return Study(self.folder.database, space_of(self.config), self.config.search)

    def run(self, train=merit) -> list[TrialOutcome]:
        def one(config, folder, _is_hopeless):
            self.trained.append(config)
            folder.path.mkdir(parents=True, exist_ok=True)
            (folder.path / "best-0001.npz").write_bytes(b"weights")
            (folder.path / "history.json").write_text("{}")
            return train(config)

        return self.run_with(one)

    def run_with(self, train) -> list[TrialOutcome]:
        study = self.study()
        try_all(study, self.config, self.folder, self.events.append, train)
        return study.outcomes()

    def chosen(self) -> list[tuple]:
        return [tuple(outcome.chosen.values()) for outcome in self.study().outcomes()]


@pytest.fixture
def searching(tmp_path):
    def make(name="search", **search) -> Searching:
        return Searching(tmp_path / name, config_of(**search))

    return make


def test_the_space_is_what_is_listed():
    searched = {"learning_rate": (1e-4, 1e-2, 1e-3), "batch_size": (8, 16, 8), "start": ("none",)}
    bayesian = space_of(config_of(method="bayesian", **searched))
    assert bayesian.ranges == {"learning_rate": (1e-4, 1e-2)}
    assert bayesian.choices == {"batch_size": (8, 16), "start": ("none",)}
    assert bayesian.points is None
    grid = space_of(config_of(method="grid", **searched))
    assert grid.choices["learning_rate"] == (1e-4, 1e-2, 1e-3)
    assert grid.points == 6


def test_where_nothing_is_listed_the_usual_things_are_searched():
    space = space_of(config_of())
    assert space.ranges["learning_rate"] == pytest.approx((2e-5, 2e-3))
    assert set(space.choices) == {"optimizer", "augmentation"}


def test_a_choice_becomes_the_configuration_of_one_run():
    chosen = {
        "learning_rate": 0.01,
        "batch_size": 4,
        "optimizer": "sgd",
        "start": "none",
        "architecture": "small-cnn",
        "augmentation": "strong",
    }
    run = with_choice(config_of(batch_size=(4,)), chosen)
    assert [phase.learning_rate for phase in run.recipe.phases] == [2e-4, 0.01]
    assert (run.recipe.batch_size, run.recipe.optimizer) == (4, "sgd")
    assert (run.model.start, run.model.architecture) == ("none", "small-cnn")
    assert run.augmentation == AUGMENTATIONS["strong"]
    assert run.search == SearchConfig()


def test_a_file_to_start_from_lies_beside_the_configuration(tmp_path):
    (tmp_path / "c.toml").write_text('[search]\nstart = ["none", "own.keras", "bundled"]\n')
    found = configuration.load(tmp_path / "c.toml").search.start
    assert found == ("none", str(tmp_path / "own.keras"), "bundled")


@pytest.mark.parametrize(
    ("search", "message"),
    [
        (
            {"optimizer": ("adam", "magic")},
            data_messages.NO_SUCH_CHOICE(entry="recipe.optimizer", found="magic"),
        ),
        ({"learning_rate": (1e-3, -1.0)}, data_messages.OUT_OF_RANGE(entry="recipe.phases[1].learning_rate")),
        ({"batch_size": (0,)}, data_messages.OUT_OF_RANGE(entry="recipe.batch_size")),
        ({"augmentation": ("light", "heavy")}, messages.NO_SUCH_AUGMENTATION(name="heavy")),
    ],
)
def test_what_makes_no_sense_is_said_before_anything_is_tried(search, message):
    with refused(InvalidRequest, message):
        space_of(config_of(**search))


def test_the_grid_is_tried_point_by_point(searching):
    search = searching(method="grid", trials=50, learning_rate=(1e-5, 1e-4, 1e-3), optimizer=("adam", "sgd"))
    outcomes = search.run()
    assert sorted(search.chosen()) == [
        (rate, name) for rate in (1e-5, 1e-4, 1e-3) for name in ("adam", "sgd")
    ]
    assert {outcome.state for outcome in outcomes} == {"complete"}
    assert search.study().best().chosen == {"learning_rate": 1e-4, "optimizer": "adam"}
    assert configuration.load(search.folder.best) == with_choice(
        search.config, {"learning_rate": 1e-4, "optimizer": "adam"}
    )


def test_the_bayesian_search_comes_close_to_the_best_rate(searching):
    search = searching(trials=20, learning_rate=(1e-6, 1.0), optimizer=("adam", "sgd", "rmsprop"))
    best = max(search.run(), key=lambda outcome: outcome.value)
    assert best.chosen["optimizer"] == "adam"
    assert abs(math.log10(best.chosen["learning_rate"]) + 4) < 0.4


@pytest.mark.parametrize("method", ["bayesian", "grid"])
def test_a_stopped_search_ends_like_one_that_was_not(searching, method):
    space = {"learning_rate": (1e-5, 1e-4, 1e-3), "optimizer": ("adam", "sgd"), "batch_size": (4, 8)}
    whole = searching("whole", method=method, trials=5, **space)
    whole.run()
    stopped = searching("stopped", method=method, trials=5, **space)

    def stop_at(count):
        def train(config):
            if len(stopped.trained) == count:
                raise Cancelled
            return merit(config)

        return train

    for count in (2, 4):
        with pytest.raises(Cancelled):
            stopped.run(stop_at(count))
    stopped.run()
    assert stopped.chosen() == whole.chosen()
    assert stopped.study().outcomes() == whole.study().outcomes()
    assert len(stopped.trained) == len(set(stopped.chosen())) + 2  # the two that were stopped began twice


KILLED = """if True:
    import os, sys
    from pathlib import Path
    from tests.training.test_search import Searching, config_of, merit
    search = Searching(Path(sys.argv[1]), config_of(trials=5, learning_rate=(1e-5, 1e-3)))
    def train(config):
        if len(search.trained) == int(sys.argv[2]):
            os._exit(9)
        return merit(config)
    search.run(train)
"""


def test_a_killed_search_goes_on_with_the_trial_that_was_running(searching, tmp_path):
    for trial in ("3", "2"):  # the second process goes on with trial 3, and is killed in its second: trial 4
        result = subprocess.run(
            [sys.executable, "-c", KILLED, tmp_path / "killed", trial],
            cwd=paths.PACKAGE.parent,
            timeout=60,
            check=False,
        )
        assert result.returncode == 9
    search = searching("killed", trials=5, learning_rate=RATES)
    outcomes = search.run()
    assert [(event.number, event.trials) for event in search.events if isinstance(event, TrialStarted)] == [
        (4, 5),
        (5, 5),
    ]
    whole = searching("whole", trials=5, learning_rate=RATES)
    assert outcomes == whole.run()


def test_a_trial_that_ends_the_process_again_and_again_is_given_up(searching):
    search = searching(trials=2, learning_rate=RATES)
    for _ in range(3):
        assert search.study().begin().number == 1  # and the process is gone
    assert [(outcome.state, outcome.number) for outcome in search.run()] == [("failed", 1), ("complete", 2)]
    assert search.events[0].problem == messages.ENDED_IN_TRIAL(count=3)
    assert search.study().best().number == 2


def test_a_trial_that_was_stopped_politely_is_not_given_up(searching):
    search = searching(trials=1, learning_rate=RATES)

    def stop(_config):
        raise Cancelled

    for _ in range(4):
        with pytest.raises(Cancelled):
            search.run(stop)
    assert [outcome.state for outcome in search.run()] == ["complete"]


def test_hopeless_trials_are_cut_short(searching):
    search = searching(trials=5, method="grid", batch_size=(1, 2, 3, 4, 5))
    epochs = []

    def train(config, _folder, is_hopeless):
        quality = 0.9 if len(epochs) != 4 else 0.2
        epochs.append(0)
        for epoch in (1, 2, 3):
            epochs[-1] = epoch
            if is_hopeless(epoch, quality * epoch / 3 + config.recipe.batch_size * 1e-6) and epoch < 3:
                raise Hopeless
        return quality

    states = [outcome.state for outcome in search.run_with(train)]
    assert states[4] == "pruned"
    assert epochs[4] == 1
    assert search.study().best().value == 0.9


def test_without_pruning_every_trial_is_whole(searching):
    search = searching(trials=4, method="grid", batch_size=(1, 2, 3, 4), prune=False)
    qualities = iter((0.9, 0.8, 0.2, 0.1))
    outcomes = search.run_with(lambda _config, _folder, is_hopeless: float(is_hopeless(1, next(qualities))))
    assert [outcome.value for outcome in outcomes] == [0.0] * 4


def test_a_resumed_trial_reports_an_epoch_only_once(searching):
    search = searching(trials=1, learning_rate=RATES)
    attempt = search.study().begin()
    attempt.is_hopeless(1, 0.5)
    again = search.study().begin()
    assert (again.number, again.chosen) == (attempt.number, attempt.chosen)
    assert not again.is_hopeless(1, 0.5)  # Optuna would warn, and warnings are errors here
    assert not again.is_hopeless(2, 0.6)
    assert again.complete(0.6).value == 0.6


@pytest.mark.parametrize(
    "error",
    [InvalidRequest(messages.NO_MEMORY_FOR_BATCH(size=16)), MemoryError(), CxrviewError("NaN.")],
)
def test_a_trial_that_fails_is_taken_down_and_the_search_goes_on(searching, error):
    search = searching(trials=4, method="grid", batch_size=(2, 4, 8, 16))

    def train(config):
        if config.recipe.batch_size == 16:
            raise error
        return config.recipe.batch_size / 10

    outcomes = search.run(train)
    failed = next(outcome for outcome in outcomes if outcome.state == "failed")
    assert failed.chosen == {"batch_size": 16}
    assert failed.problem == getattr(error, "whole", messages.OUT_OF_MEMORY)
    assert len(outcomes) == 4
    assert search.study().best().chosen == {"batch_size": 8}
    told = [event for event in search.events if isinstance(event, Trial)]
    assert [event.number for event in told] == [1, 2, 3, 4]
    assert told[-1].best == search.study().best().number
    assert parse(dump(told[failed.number - 1])).event.problem == failed.problem


def test_a_full_disk_ends_the_search_and_not_the_trial(searching):
    search = searching(trials=3, learning_rate=RATES)

    def train(config):
        if len(search.trained) == 2:
            try:
                raise OSError(errno.ENOSPC, "No space left on device")
            except OSError as error:
                raise CxrviewError(data_messages.NO_ROOM) from error
        return merit(config)

    with refused(CxrviewError, data_messages.NO_ROOM):
        search.run(train)
    assert len(search.study().outcomes()) == 1
    assert [outcome.state for outcome in search.run()] == ["complete"] * 3


def test_only_the_best_trial_keeps_its_weights_and_all_keep_their_history(searching):
    search = searching("a {b} %20 c#d", trials=4, learning_rate=RATES)  # which are paths, and no addresses
    search.run()
    best = search.study().best().number
    assert [path.parent.name for path in search.folder.path.glob("trials/*/*.npz")] == [f"{best:03d}"]
    assert len(list(search.folder.path.glob("trials/*/history.json"))) == 4


def test_the_same_recipe_is_not_trained_twice(searching):
    search = searching(trials=4, batch_size=(4, 8))
    search.run()
    assert search.study().total == 2  # there are no more
    more = searching("more", trials=9, method="bayesian", optimizer=("adam", "sgd"), batch_size=(4, 8))
    outcomes = more.run()
    assert len(outcomes) == 4
    assert len(more.trained) == len(set(more.chosen())) < 4


def test_a_search_can_go_on_for_longer_but_not_as_another(searching):
    search = searching(trials=2, learning_rate=RATES)
    search.folder.enter(search.config, resume=False)
    search.run()
    with refused(InvalidRequest, messages.SEARCH_HERE):
        search.folder.enter(search.config, resume=False)
    longer = searching(trials=4, learning_rate=RATES)
    longer.folder.enter(longer.config, resume=True)
    assert len(longer.run()) == 4
    assert len(longer.trained) == 2
    other = dataclasses.replace(longer.config, model=ModelConfig(architecture="resnet50"))
    with refused(InvalidRequest, messages.SEARCH_DIFFERS(entries=["model.architecture"])):
        longer.folder.enter(other, resume=True)


def test_a_folder_with_something_else_in_it_is_left_alone(searching):
    search = searching(trials=2)
    (search.folder.path / "thesis.docx").write_text("years of work")
    with refused(InvalidRequest, messages.OTHER_FILES_HERE(files=["thesis.docx"])):
        search.folder.enter(search.config, resume=True)


def test_a_database_in_use_is_said(searching, monkeypatch):
    monkeypatch.setattr(search_study, "_WAIT_S", 0.01)
    search = searching(trials=2, learning_rate=RATES)
    study = search.study()
    other = sqlite3.connect(search.folder.database)
    try:
        other.execute("BEGIN EXCLUSIVE")
        with (
            refused(CxrviewError, shared.IN_USE_BY_ANOTHER),
            storage_errors(search.folder.database),
        ):
            study.begin()
    finally:
        other.close()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"no database " * 1000, messages.DATABASE_DAMAGED),
        (None, messages.DATABASE_READ_ONLY),
    ],
)
def test_a_database_that_is_none_is_said(searching, content, message):
    search = searching(trials=2, learning_rate=RATES)
    if content is None:
        search.folder.database.mkdir()
    else:
        search.folder.database.write_bytes(content)
    with refused(CxrviewError, message), storage_errors(search.folder.database):
        search.study()


def test_optuna_says_nothing_itself(searching, capfd):
    search = searching(trials=3, method="grid", batch_size=(1, 2, 3))
    search.run(lambda config: config.recipe.batch_size / 10)
    with pytest.raises(Cancelled):
        searching("other", trials=1, learning_rate=RATES).run(
            lambda _config: (_ for _ in ()).throw(Cancelled)
        )
    assert capfd.readouterr() == ("", "")
