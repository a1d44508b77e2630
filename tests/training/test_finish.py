"""What follows training: biases that go into the network, the domain check, and an honest card."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cxrview.message import verbatim
from cxrview.training import messages

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview import bundle
from cxrview.bundle import card as cards
from cxrview.datasets.config import DataConfig
from cxrview.datasets.labelled import LabelledImages, Split, one_hot
from cxrview.datasets.report import DataReport, Finding
from cxrview.training.config import ModelConfig, RecipeConfig, TrainingConfig
from cxrview.training.export import calibrate, card_entries, finish
from cxrview.training.export.domain_choice import Embedded, domain_of
from cxrview.training.network import zoo
from cxrview.training.network.starting_point import resolve
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.history import EpochRow, History
from cxrview.training.run.journal import Journal
from cxrview.training.run.predict import BatchPredictor, shift_logits
from cxrview.training.run.prepare import Prepared
from tests.conftest import make_tiny_bundle
from tests.training.lesions import lesion_phantoms

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

MODEL = ModelConfig(name="mine", architecture="small-cnn", start="none", input_size=32, hidden=(8,))
HISTORY = History((EpochRow(1, 1, 1e-3, {"loss": 0.7, "val_loss": 0.6, "val_macro_f1": 0.5}, 1.0),), 1)
LEAK = Finding("leak-patient", "block", verbatim("3 patients are on both sides of the split."))


def images(count, names=("clear", "lesion"), seed=1, source="here"):
    phantoms = lesion_phantoms(count, 32, seed)
    files = np.array([f"p{number}.png" for number in range(count)])
    targets = one_hot(phantoms.labels, len(names))
    return LabelledImages(tuple(names), phantoms.images, targets, files, np.full(count, source), files)


def prepared(count=60, **changes):
    order = np.arange(count)
    data = changes.pop("data", images(count))
    split = Split(order[: count // 2], order[count // 2 : 3 * count // 4], order[3 * count // 4 :])
    parts = {"external": None, "out_of_distribution": None, "report": DataReport(findings=(LEAK,))} | changes
    return Prepared(data, split, **parts)


@pytest.fixture(scope="module")
def model():
    keras.utils.set_random_seed(3)
    return zoo.build(resolve(MODEL), 2)


def test_shifted_logits_are_shifted_and_nothing_else(model):
    twin = keras.models.clone_model(model)
    twin.set_weights(model.get_weights())
    shift_logits(twin, np.array([0.5, -1.5]))
    data = images(6)
    before, after = BatchPredictor(model)(data), BatchPredictor(twin)(data)
    np.testing.assert_allclose(after.logits - before.logits, [[0.5, -1.5]] * 6, atol=1e-6)
    np.testing.assert_array_equal(after.embeddings, before.embeddings)


@pytest.mark.parametrize("count", [1, 33])
def test_every_image_is_answered_and_in_order_whatever_their_number(model, count):
    data = images(count)
    raw = BatchPredictor(model)(data)
    expected = keras.ops.convert_to_numpy(model(data.images, training=False))
    assert raw.embeddings.shape[0] == count
    np.testing.assert_allclose(raw.logits, expected, atol=1e-5)


def test_the_domain_check_is_chosen_by_half_of_the_ood_images_and_reported_on_the_other():
    random = np.random.default_rng(0)
    train, validation = random.standard_normal((2, 80, 6)).astype(np.float32)
    far = (random.standard_normal((41, 6)) + 9).astype(np.float32)
    groups = (np.arange(41) // 2).astype(np.str_)
    ood = Embedded(far, groups, np.where(np.arange(41) % 3, "ct", "lateral"))
    statistics, entry = domain_of(train, np.arange(80) % 2, validation, ood)
    assert entry["choosing"]["images"] + entry["reporting"]["images"] == 41
    assert not set(ood.half(0).groups) & set(ood.half(1).groups)
    assert entry["reporting"]["auc"] > 0.99
    assert (
        sum(int(text.split(" of ")[1]) for text in entry["reporting"]["recognised"].values())
        == (entry["reporting"]["images"])
    )
    assert (statistics.distances(far) > statistics.threshold).mean() > 0.95


@pytest.mark.parametrize("ood", [None, 1])
def test_without_enough_ood_images_the_usual_check_is_taken_and_the_card_says_so(ood):
    random = np.random.default_rng(0)
    train, validation = random.standard_normal((2, 12, 40)).astype(np.float32)
    few = None if ood is None else Embedded(train[:1], np.array(["a"]), np.array([""]))
    statistics, entry = domain_of(train, np.arange(12) % 2, validation, few)
    assert "no images of other kinds" in entry["choosing"]
    assert (statistics.distances(validation) <= statistics.threshold).mean() >= 0.9


def test_a_network_that_answers_the_same_to_all_still_has_a_usable_domain_check(tmp_path):
    same = np.ones((10, 4), np.float32)
    statistics, _ = domain_of(same, np.arange(10) % 2, same, None)
    assert statistics.threshold > 0
    assert np.isfinite(statistics.distances(same)).all()


def test_the_card_of_a_users_model_is_frank():
    config = TrainingConfig(DataConfig(path="/home/jane/patients", allow=("leak-patient",)), MODEL)
    entry = card_entries.entries(config, prepared(), HISTORY, "None: random weights.")
    text = json.dumps(entry)
    assert "/home/jane" not in text
    assert entry["status"] == "user"
    assert any("must not be used" in limit for limit in entry["limits"])
    assert f"in spite of this finding about the images: {LEAK.text}" in " ".join(entry["limits"])
    assert any("only 15 test images" in limit for limit in entry["limits"])
    assert entry["findings"] == [
        {"kind": LEAK.kind, "severity": "block", "overridden": True, "text": LEAK.text}
    ]
    assert entry["training"]["starting_weights"] == "None: random weights."
    assert entry["training"]["recipe"]["batch_size"] == RecipeConfig().batch_size
    assert entry["data"] == [
        {"source": "here", "images": {"clear": 30, "lesion": 30}, "use": "training, validation, test"}
    ]


def test_the_card_names_files_without_their_folders():
    file = "Jane Doe/p3.png"
    torn = Finding("torn", "warning", verbatim(f"Something is odd with {file}."), (file,))
    report = DataReport(findings=(torn, replace(torn, kind="confounded")))
    entry = card_entries.entries(TrainingConfig(DataConfig(), MODEL), prepared(report=report), HISTORY, "")
    assert "Jane" not in json.dumps(entry)
    assert "Something is odd with p3.png." in entry["limits"]
    assert entry["findings"][0]["text"] == "Something is odd with p3.png."


def test_what_the_configuration_says_goes_before_what_is_made_up():
    said = {
        "version": "2.1.0",
        "title": "A real title",
        "status": "release",
        "license": "Apache-2.0",
        "limits": ["It is for mice."],
        "watch_class": "lesion",
        "classes": [{"name": n, "label": n.title(), "meaning": f"{n}."} for n in ("clear", "lesion")],
        "data": [{"source": "a zoo", "images": {"clear": 2}}],
    }
    entry = card_entries.entries(TrainingConfig(model=MODEL, card=said), prepared(), HISTORY, "")
    for name in ("version", "title", "status", "license", "classes", "data"):
        assert entry[name] == said[name]
    assert entry["watch_class"] == "lesion"
    plain = card_entries.entries(TrainingConfig(model=MODEL), prepared(), HISTORY, "")
    assert "watch_class" not in plain
    assert entry["limits"][0] == "It is for mice."
    assert not any("by a user" in limit for limit in entry["limits"])


def test_a_model_takes_the_licence_of_the_weights_that_it_began_with_along(tmp_path):
    start = make_tiny_bundle(tmp_path / "theirs", license="CC BY-NC 4.0, teaching only")
    (start / "model.keras").write_bytes(b"")

    def licence(model):
        entry = card_entries.entries(TrainingConfig(model=model), prepared(), HISTORY, "")
        return entry.get("license", "")

    said = licence(replace(MODEL, start=str(start)))
    assert said == "That of the weights it began with (theirs 1.2.3): CC BY-NC 4.0, teaching only"
    assert licence(replace(MODEL, start=str(start / "model.keras"))) == said
    assert licence(replace(MODEL, start="none")) == ""
    assert licence(replace(MODEL, start=str(tmp_path / "gone.keras"))) == ""


@pytest.mark.parametrize("exclusive", [True, False])
def test_a_finished_model_is_what_was_measured(model, tmp_path, exclusive):
    """Several classes at once, external and OOD images, biases: the card's figures are the bundle's."""
    data = replace(images(60), sources=np.where(np.arange(60) % 6 < 4, "here", "near"))
    if not exclusive:
        both = data.targets.copy()
        both[::5] = 1
        data = replace(data, targets=both)
    whole = prepared(
        data=data, external=images(48, seed=9, source="there"), out_of_distribution=images(8, seed=5)
    )
    config = TrainingConfig(
        model=replace(MODEL, exclusive=exclusive),
        recipe=RecipeConfig(recalibrate_bias=True, calibrate_on=("he",)),
        card={"watch_class": "lesion", "map_scale": {"clear": 2.0, "lesion": 3.0}},
    )
    folder = RunFolder(tmp_path)
    with Journal(folder.events, lambda _: None) as tell:
        done = finish.finish(model, whole, config, HISTORY, folder, tell)
    assert done.registered == "mine"
    made = bundle.load(bundle.find("mine")).card
    assert made.exclusive == exclusive
    assert made == cards.parse((Path(done.bundle) / "card.json").read_text("utf-8"), Path(done.bundle))
    added = made.raw["training"]["added_to_logits"]
    assert tuple(added) == made.class_names
    assert any(added.values())
    one_of_them = any("the name of one of its 2 classes" in limit for limit in made.limits)
    assert one_of_them == exclusive
    check_what_is_said_of_readings(made, exclusive)
    home = whole.validation.sources == "here"
    again = calibrate.fit_calibration(
        BatchPredictor(model)(whole.validation).logits[home],
        whole.validation.targets[home],
        exclusive=exclusive,
        with_bias=True,
    )
    assert again.temperature == pytest.approx(made.temperature, rel=0.02)
    np.testing.assert_allclose(again.biases, 0, atol=0.02)  # they are in the network
    raw = BatchPredictor(model)(whole.test)
    probabilities = calibrate.apply_temperature(raw.logits, made.temperature, exclusive)
    if exclusive:
        accuracy = (probabilities.argmax(1) == whole.test.labels).mean()
        assert done.metrics["accuracy"]["value"] == pytest.approx(accuracy, abs=1e-4)
    assert {"validation", "test", "external", "out_of_distribution"} <= made.raw["metrics"].keys()
    assert made.raw["domain"]["reporting"]["images"] == 4
    assert {"report.html", "metrics.json", "domain.npz"} <= made.files.keys()
    page = (Path(done.bundle) / "report.html").read_text("utf-8")
    assert "p45.png" not in page  # a model travels without the names of its images
    assert (tmp_path / "report" / "predictions.csv").is_file()
    assert not list(tmp_path.glob(".report-*"))


def check_what_is_said_of_readings(card, exclusive):
    """Noise and what became of the calls elsewhere, where classes exclude each other; nothing made up."""
    assert card.watch_class == "lesion"
    assert (card.reading_noise > 0) == exclusive
    assert set(card.elsewhere) == ({"balanced", "sensitive"} if exclusive else set())
    assert all(told.of == 10 for classes in card.elsewhere.values() for told in classes.values())
    assert card.map_scale == {"clear": 2.0, "lesion": 3.0}  # as the configuration says
    assert "frame" not in card.raw
    assert card.raw["metrics"]["choices"].endswith("set on validation images of he alone.")


def test_a_model_that_cannot_be_listed_is_still_finished(model, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(finish.store, "install", refuse)
    with Journal(tmp_path / "events.jsonl", said.append) as tell:
        assert finish._register(tmp_path, tell) == ""
    assert said[0].message.code == messages.NOT_LISTED.code
    assert str(said[0].message.values["reason"]) == "mine is taken."


def refuse(_folder):
    raise finish.CxrviewError("mine is taken.")
