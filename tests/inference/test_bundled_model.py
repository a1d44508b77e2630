"""The bundled model on the real radiograph: whole, frank, and the same answer however the film is stored."""

import json
import re

import cv2
import numpy as np
import pytest
from pydicom import dcmread

from cxrview import bundle, paths
from cxrview.imaging import read, render
from cxrview.inference.predictor import Predictor
from tests.imaging.samples import sample


@pytest.fixture(scope="module")
def predictor():
    return Predictor.load()


@pytest.fixture(scope="module")
def original(predictor, chest_pa):
    return predictor.predict(read(chest_pa))[0]


def monochrome2_copy(path):
    """Write RG1 with its polarity turned round: pixels and window mirrored about the stored range."""
    dataset = dcmread(sample("RG1_UNCR.dcm"))
    stored = dataset.pixel_array
    top = 2 ** int(dataset.BitsStored) - 1
    dataset.PixelData = (top - stored).astype(stored.dtype).tobytes()
    dataset.PhotometricInterpretation = "MONOCHROME2"
    # LINEAR is mirrored about its centre less one half (PS3.3 C.11.2.1.2).
    dataset.WindowCenter = top - float(dataset.WindowCenter) + 1
    dataset.save_as(path)
    return path


@pytest.mark.parametrize("form", ["lossless JPEG 2000", "lossy JPEG 2000", "PNG export", "MONOCHROME2 copy"])
def test_a_film_gets_the_same_probabilities_however_it_is_stored(
    predictor, original, chest_pa, tmp_path, form
):
    if form == "PNG export":
        radiograph = read(chest_pa)[0]
        path = tmp_path / "export.png"
        cv2.imwrite(str(path), render(radiograph, radiograph.default_voi))
    elif form == "MONOCHROME2 copy":
        path = monochrome2_copy(tmp_path / "copy.dcm")
    else:
        path = sample("RG1_J2KR.dcm" if form.startswith("lossless") else "RG1_J2KI.dcm")
    prediction = predictor.predict(read(path))[0]
    np.testing.assert_allclose(prediction.probabilities, original.probabilities, atol=0.02)


def test_turning_the_polarity_round_would_be_noticed(predictor, original, chest_pa, tmp_path):
    """The test above means something only if the model minds what it is shown."""
    radiograph = read(chest_pa)[0]
    path = tmp_path / "negative.png"
    cv2.imwrite(str(path), 255 - render(radiograph, radiograph.default_voi))
    negative = predictor.predict(read(path))[0]
    assert np.abs(negative.probabilities - original.probabilities).max() > 0.02


def test_a_chest_is_in_the_domain_and_a_leg_is_not(predictor, original):
    assert original.in_domain
    assert not predictor.predict(read(sample("RG3_UNCR.dcm")))[0].in_domain


@pytest.mark.parametrize("name", ["RG3_UNCR.dcm", "MR2_UNCR.dcm", "US1_UNCR.dcm", "CT_small.dcm"])
def test_features_alone_tell_other_kinds_of_images(predictor, original, name):
    """Whatever the header says: the distance of the features is beyond its limit."""
    assert original.domain_score < 1 < predictor.predict(read(sample(name))[:1])[0].domain_score


def test_the_card_says_what_the_model_is_and_where_it_fails():
    folder = bundle.find()
    assert folder.parent == paths.bundled_models()
    card = bundle.load(folder).card
    assert card.status == "release"
    assert card.class_names == ("covid19", "normal", "pneumonia")
    assert card.limits
    figures = card.raw["metrics"]["test"]["figures"]
    for name in ("accuracy", "macro_auc", "ece"):
        assert figures[name]["low"] <= figures[name]["value"] <= figures[name]["high"]
    assert card.raw["seeds"]["split"] > 0
    external = card.raw["metrics"]["external"]["operating_points"]["balanced"]["covid19"]
    support = json.loads((folder / "metrics.json").read_text("utf-8"))["parts"]["external"]["support"]
    others = sum(support.values()) - support["covid19"]
    wrong = round((1 - external["specificity"]["value"]) * others)
    numbers = [re.findall(r"\d+", limit) for limit in card.limits]
    assert any({str(others), str(wrong)} <= set(found) for found in numbers), "the limits quote the figures"


def test_the_bundle_is_small_enough_to_travel():
    assert sum(path.stat().st_size for path in bundle.find().iterdir()) < 40e6
