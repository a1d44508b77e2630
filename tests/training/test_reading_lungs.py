"""A whole training that reads lungs: films, boxes and soft labels in, a bundle that every engine runs out."""

import json

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.progress import Cancelled
from cxrview.training.config import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    RecipeConfig,
    TrainingConfig,
)
from cxrview.training.export.phantom import chest_phantom, framed_phantom
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.run import worker
from cxrview.training.run.events import Epoch, PhaseStarted
from cxrview.training.run.fit import fit
from tests.training.runs import Listener

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIDE = 48
MODEL = ModelConfig(name="lungs", architecture="small-cnn", start="none", input_size=SIDE, frame="lungs")
HEAD, ALL = PhaseConfig("head", 1, 1e-2), PhaseConfig("all", 1, 3e-3)
CHANGES = AugmentationConfig(source=0.5, markers=0.5)


def written(folder):
    """Write 24 chests, half with an opacity that the table names and shows, and return the table."""
    random, lines = np.random.default_rng(0), ["file,label,boxes"]
    folder.mkdir()
    for number in range(24):
        picture = chest_phantom(240) + random.normal(0, 4, (240, 240))
        label, boxes = "normal", "[]"
        if number % 2:
            x, y = int(random.choice([65, 165])), int(random.integers(70, 140))
            picture[y : y + 40, x : x + 30] += 90
            label, boxes = "opaque" if number > 5 else "opaque|other", f"[[{x}, {y}, {x + 30}, {y + 40}]]"
        elif number > 15:
            label, boxes = "other", ""
        lines.append(f'{number}.png,{label},"{boxes}"')
        assert cv2.imwrite(str(folder / f"{number}.png"), picture.clip(0, 255).astype(np.uint8))
    (folder / "list.csv").write_text("\n".join(lines), "utf-8")
    return folder / "list.csv"


def test_a_training_is_stopped_goes_on_and_makes_a_bundle_that_reads_lungs(tmp_path):
    listed = written(tmp_path / "data")
    config = TrainingConfig(
        data=DataConfig(path=str(listed), near_duplicates=False, validation=0.2, test=0.2),
        model=MODEL,
        recipe=RecipeConfig(phases=(HEAD, ALL), batch_size=8, cache_features=True, feature_copies=1),
        augmentation=CHANGES,
        card={"watch_class": "opaque"},
    )
    stopped = Listener(lambda event: isinstance(event, PhaseStarted) and event.phase == 2, Cancelled())
    with pytest.raises(Cancelled):
        worker.run(config, tmp_path / "run", stopped, register=False)
    resumed = Listener()
    done = worker.run(config, tmp_path / "run", resumed, resume=True, register=False)
    assert [event.epoch for event in (*stopped.of(Epoch), *resumed.of(Epoch))] == [1, 2]
    card = json.loads((tmp_path / "run" / "bundle" / "lungs" / "card.json").read_text("utf-8"))
    assert (card["frame"], card["map_field"]) == ("lungs", [0, 0, 1, 1])
    for engine in ("openvino", "onnxruntime", "keras_file"):
        differences = card["engine_agreement"][engine]
        assert set(differences) == {*("logits", "activation_maps", "embedding", "features", "probabilities")}
        assert max(differences.values()) < 1e-4
    with np.load(tmp_path / "run" / "bundle" / "lungs" / "selftest.npz") as archive:
        np.testing.assert_array_equal(archive["image"], framed_phantom(SIDE)[None])
    check_what_is_said_of_readings(card, tmp_path / "run")
    predictor = Predictor.load(done.bundle, "cpu")
    prediction = predictor.predict(read(tmp_path / "data" / "1.png"))[0]
    assert prediction.activation_maps.shape == (3, 12, 12)
    assert prediction.letterbox.crop != (0, 0, 240, 240)


def check_what_is_said_of_readings(card, run):
    """The card scales every map, knows the noise, and says where the heat lies; no film travels with it."""
    assert card["watch_class"] == "opaque"
    assert set(card["map_scale"]) == {"normal", "opaque", "other"}
    assert all(scale > 0 for scale in card["map_scale"].values())
    assert card["reading_noise"]["log_odds"] > 0
    own = json.loads((run / "report" / "metrics.json").read_text("utf-8"))["localization"]["test"]
    told = card["metrics"]["localization"]["test"]
    assert told["with_boxes"] == own["with_boxes"] > 0
    assert told["own"] == own["own"]
    assert 0 <= told["own"]["pointing_game"]["value"] <= 1
    assert told["own"]["in_lungs"]["value"] > 0.3
    assert (run / "report" / "boxes.csv").is_file()
    assert "data:image" in (run / "report" / "report.html").read_text("utf-8")
    shared = (run / "bundle" / "lungs" / "report.html").read_text("utf-8")
    assert "Heat and boxes" in shared
    assert "data:image" not in shared
    assert "<img" not in shared


def films(count, seed):
    """Return framed films, half of them with a bright square in a lung and its box, the others normal."""
    random = np.random.default_rng(seed)
    images = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    images[..., :2] = framed_phantom(SIDE)
    for number in range(0, count, 2):
        row, column = random.integers(14, 24), random.choice([10, 30])
        images[number, row : row + 8, column : column + 8, 0] = 230
        images[number, row : row + 8, column : column + 8, 2] = 255
    images[..., 0] += random.integers(0, 20, images.shape[:3], dtype=np.uint8)
    names = np.array([f"{seed}-{number}" for number in range(count)])
    labels = np.arange(count) % 2
    sources = np.full(count, "")
    return LabelledImages(
        ("ill", "normal"), images, one_hot(labels, 2), names, sources, names, images[..., 2].any((1, 2))
    )


def trained(folder, train, until=lambda _event: False):
    phase = PhaseConfig("all", 2, 1e-2, "constant", 0.0)
    config = TrainingConfig(
        model=MODEL,
        recipe=RecipeConfig(phases=(phase,), batch_size=8, choose_by="loss"),
        augmentation=AugmentationConfig(markers=0.5),
    )
    keras.utils.set_random_seed(4)
    model = zoo.build(resolve(MODEL), 2)
    try:
        fit(model, train, films(8, 2), config, folder, Listener(until, Cancelled()))
    except Cancelled:
        fit(model, train, films(8, 2), config, folder, Listener())
    return model


def test_a_resumed_training_with_boxes_ends_where_an_unbroken_one_does(tmp_path):
    train = films(24, 1)
    whole = trained(tmp_path / "whole", train)
    broken = trained(tmp_path / "broken", train, lambda event: isinstance(event, Epoch))
    for one, other in zip(whole.get_weights(), broken.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
