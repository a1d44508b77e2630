"""`cxrview tune`: what it asks for, prints and leaves behind."""

import json
from pathlib import Path

import cv2
import pytest

from cxrview.__main__ import main
from cxrview.bundle import store
from cxrview.cli import console
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.run import events, history
from cxrview.training.search.folder import SearchFolder
from tests.training.lesions import lesion_phantoms

SIDE = 32
RECIPE = f"""
[data]
near_duplicates = false
[model]
architecture = "small-cnn"
start = "none"
input_size = {SIDE}
[recipe]
batch_size = 8
phases = [{{ depth = "all", epochs = 2, learning_rate = 1e-3, schedule = "constant" }}]
[search]
method = "grid"
learning_rate = [1e-3, 3e-3]
optimizer = ["adam", "sgd"]
"""


@pytest.fixture
def asked(tmp_path) -> list[str]:
    """A command line that searches on 48 drawn chests, half of them with a lesion."""
    phantoms = lesion_phantoms(48, SIDE, seed=3)
    for number, (image, label) in enumerate(zip(phantoms.images, phantoms.labels, strict=True)):
        path = tmp_path / "chests" / ("lesion" if label else "clear") / f"{number:02d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(path), image)
    (tmp_path / "recipe.toml").write_text(RECIPE)
    data, out, recipe = (str(tmp_path / name) for name in ("chests", "out", "recipe.toml"))
    return ["tune", "--data", data, "--out", out, "--config", recipe]


def cxrview(*arguments: str) -> int:
    return main(list(arguments))


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_tune_finds_a_recipe_goes_on_for_more_and_makes_the_best_a_model(asked, tmp_path, capsys):
    assert cxrview(*asked, "--trials", "1", "--events", "jsonl") == console.OK
    told = [events.parse(line).event for line in capsys.readouterr().out.splitlines()]
    assert [type(event) for event in told[-2:]] == [events.Trial, events.Searched]
    assert sum(isinstance(event, events.Epoch) for event in told) == 2
    best = configuration.load(Path(told[-1].config))
    assert best.recipe.optimizer == told[-1].parameters["optimizer"]
    assert best.data.path == str(tmp_path / "chests")

    assert cxrview("tune", "--out", asked[4], "--resume", "--trials", "2") == console.OK
    printed = capsys.readouterr()
    assert printed.out.startswith("2 trials complete, 0 cut short, 0 failed.\nBest: trial ")
    assert f"cxrview train --config {tmp_path / 'out' / 'best.toml'}" in printed.out
    assert "Trial 2 of 2: learning rate 0.00" in printed.err
    assert "Trial 1 of" not in printed.err

    assert cxrview("tune", "--out", asked[4], "--resume", "--bundle", "--events", "jsonl") == console.OK
    told = [events.parse(line).event for line in capsys.readouterr().out.splitlines()]
    assert isinstance(told[-1], events.Finished)
    assert not any(isinstance(event, events.Epoch) for event in told)  # the weights were there already
    found = next(event for event in told if isinstance(event, events.Searched))
    story = history.load(SearchFolder(tmp_path / "out").trial(found.best).path / history.NAME)
    assert told[-1].best_epoch == story.best_epoch
    card = json.loads((store.find(told[-1].registered) / "card.json").read_text("utf-8"))
    assert card["training"]["recipe"]["optimizer"] == found.parameters["optimizer"]
    assert card["training"]["search"] == {"method": "grid", "trials": 2, "val_macro_f1": found.value}

    assert cxrview("tune", "--out", asked[4], "--resume", "--bundle") == console.OK  # once more is no harm
    assert f"cxrview score --model {told[-1].registered} FILES" in capsys.readouterr().out
    assert cxrview(*asked, "--trials", "3") == console.USAGE
    said = capsys.readouterr().err
    assert str(messages.SEARCH_HERE(folder=Path(asked[4]).resolve())) in said
    assert str(messages.RESUME_OR_OTHER_FOLDER) in said


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('optimizer = ["adam", "magic"]', "magic"),
        ('augmentation = ["heavy"]', str(messages.NO_SUCH_AUGMENTATION(name="heavy"))),
        ("learning_rate = [-1.0]", "learning_rate"),
        ("trials = 0", "search.trials"),
        ("colour = 1", "search.colour"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused_before_it_begins(asked, tmp_path, line, words, capsys):
    (tmp_path / "recipe.toml").write_text(f"[search]\n{line}\n")
    assert cxrview(*asked) == console.USAGE
    assert words in capsys.readouterr().err
    assert not SearchFolder(tmp_path / "out").database.exists()


def test_tune_without_images_says_so(tmp_path, capsys):
    assert cxrview("tune", "--out", str(tmp_path / "out")) == console.USAGE
    assert str(messages.NO_DATA) in capsys.readouterr().err
