"""A search that really trains: small networks on drawn chests."""

import dataclasses
from pathlib import Path

import cv2
import pytest

from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import (
    DataConfig,
    ModelConfig,
    PhaseConfig,
    RecipeConfig,
    SearchConfig,
    TrainingConfig,
)
from cxrview.training.network.starting_point import resolve
from cxrview.training.run import events, history
from cxrview.training.run.journal import Journal
from cxrview.training.search.folder import SearchFolder
from cxrview.training.search.run import search
from cxrview.training.search.trial import Trainer
from tests.training.lesions import lesion_phantoms

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
SIDE, EPOCHS = 32, 3


@pytest.fixture(scope="module")
def chests(tmp_path_factory) -> Path:
    """A folder of 48 drawn chests, half of them with a lesion."""
    folder = tmp_path_factory.mktemp("chests")
    phantoms = lesion_phantoms(48, SIDE, seed=3)
    for number, (image, label) in enumerate(zip(phantoms.images, phantoms.labels, strict=True)):
        path = folder / ("lesion" if label else "clear") / f"{number:02d}.png"
        path.parent.mkdir(exist_ok=True)
        cv2.imwrite(str(path), image)
    return folder


def config_of(chests: Path, **searched) -> TrainingConfig:
    return TrainingConfig(
        data=DataConfig(str(chests), validation=0.25, test=0.1, near_duplicates=False),
        model=ModelConfig(architecture="small-cnn", start="none", input_size=SIDE),
        recipe=RecipeConfig(phases=(PhaseConfig("all", EPOCHS, 1e-3, "constant", 0.0),), batch_size=8),
        search=SearchConfig(**{"method": "grid", "prune": False} | searched),
    )


def rows(folder: SearchFolder, number: int) -> list[history.EpochRow]:
    return list(history.load(folder.trial(number).path / history.NAME).rows)


@pytest.mark.slow
def test_every_trial_is_trained_and_the_best_is_kept(chests, tmp_path):
    heard = []
    config = config_of(chests, learning_rate=(1e-4, 3e-3), start=("none", str(tmp_path / "gone.keras")))
    found = search(config, tmp_path / "out", heard.append)
    folder = SearchFolder(tmp_path / "out")
    trials = [event for event in heard if isinstance(event, events.Trial)]
    assert sorted(event.state for event in trials) == ["complete", "complete", "failed", "failed"]
    assert all("gone.keras" in str(event.problem) for event in trials if event.state == "failed")
    assert (found.complete, found.pruned, found.failed) == (2, 0, 2)
    for event in trials:
        if event.state == "complete":
            story = rows(folder, event.number)
            assert [row.epoch for row in story] == [1, 2, 3]
            assert event.value == max(row.metrics["val_macro_f1"] for row in story)
            assert story[0].learning_rate == pytest.approx(event.parameters["learning_rate"])
            stored = configuration.load(folder.trial(event.number).config)
            assert stored.recipe.phases[-1].learning_rate == event.parameters["learning_rate"]
    assert found.value == max(event.value for event in trials if event.value is not None)
    assert configuration.load(Path(found.config)) == configuration.load(folder.trial(found.best).config)
    assert sum(isinstance(event, events.DataReported) for event in heard) == 1
    assert heard[-1] == found
    kept = [events.parse(line).event for line in folder.events.read_text("utf-8").splitlines()]
    assert kept == heard


@pytest.mark.slow
def test_a_search_stopped_in_the_middle_of_a_trial_goes_on_with_it(chests, tmp_path):
    config = config_of(chests, learning_rate=(1e-3, 3e-3), trials=2)
    whole = search(config, tmp_path / "whole", lambda _event: None)

    def stop(event):
        if isinstance(event, events.Epoch) and event.epoch == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        search(config, tmp_path / "out", stop)
    folder = SearchFolder(tmp_path / "out")
    assert [row.epoch for row in rows(folder, 1)] == [1, 2]
    heard = []
    found = search(config, tmp_path / "out", heard.append, resume=True)
    assert [(event.epoch) for event in heard if isinstance(event, events.Epoch)] == [3, 1, 2, 3]
    assert [row.epoch for row in rows(folder, 1)] == [1, 2, 3]
    other = SearchFolder(tmp_path / "whole")
    for one, two in zip(rows(folder, 1), rows(other, 1), strict=True):
        assert one.metrics == pytest.approx(two.metrics, abs=1e-5)
    assert (found.best, found.parameters) == (whole.best, whole.parameters)
    again = search(config, tmp_path / "out", heard.append, resume=True)
    assert again == found
    assert any(
        isinstance(event, events.Warned) and event.message.code == messages.SEARCH_FINISHED.code
        for event in heard
    )


def test_networks_with_another_input_learn_from_the_same_images(chests, tmp_path):
    config = config_of(chests, learning_rate=(1e-3,))
    folder = SearchFolder(tmp_path / "out")
    folder.path.mkdir()
    larger = dataclasses.replace(config, model=dataclasses.replace(config.model, input_size=SIDE + 16))
    with Journal(folder.events, lambda _event: None) as tell:
        trainer = Trainer(resolve(config.model), folder, tell)
        one, other = (trainer.data(each, resolve(each.model)) for each in (config, larger))
    assert other.train.images.shape[1:] == (SIDE + 16, SIDE + 16)
    for part in ("train", "validation", "test"):
        names = [[Path(file).name for file in getattr(side, part).files] for side in (one, other)]
        assert names[0] == names[1]
        assert len(names[0]) > 0
