"""What the file says against its being a frontal chest radiograph is heard."""

from pathlib import Path

import numpy as np
import pytest

from cxrview.imaging import Identity, Pictured, Radiograph, Window, read
from cxrview.inference.predictor import Predictor
from cxrview.inference.suitability import objections
from tests.imaging.samples import sample


def film(shape=(400, 300), *, modality="", body_part="", view="", rgb=None) -> Radiograph:
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    return Radiograph(
        Path("film.dcm"),
        0,
        1,
        values,
        Window(128, 256),
        rgb=rgb,
        identity=Identity(modality=modality),
        pictured=Pictured(body_part=body_part, view_position=view),
    )


@pytest.mark.parametrize("modality", ["", "CR", "DX", "dx ", "OT"])
@pytest.mark.parametrize("body_part", ["", "CHEST", "Thorax", "PORT CHEST"])
@pytest.mark.parametrize("view", ["", "PA", "AP", "LLD"])
def test_nothing_speaks_against_a_frontal_chest_radiograph(modality, body_part, view):
    assert objections(film(modality=modality, body_part=body_part, view=view)) == ()


@pytest.mark.parametrize(
    ("traits", "sentence"),
    [
        ({"modality": "MR"}, "The file says MR, not radiography."),
        ({"body_part": "FOOT"}, "The file says FOOT, not chest."),
        ({"view": "LL"}, "The file says that the view is lateral."),
        ({"shape": (8, 8)}, "It has only 8 × 8 pixels."),
    ],
)
def test_each_reason_is_a_sentence(traits, sentence):
    assert objections(film(**traits)) == (sentence,)


def test_a_colour_picture_is_noticed_and_a_tinted_scan_is_not():
    grey = np.random.default_rng(0).integers(20, 230, (400, 300, 1), dtype=np.uint8)
    tinted = np.concatenate([grey + 6, grey, grey - 4], axis=2)
    vivid = np.random.default_rng(0).integers(0, 256, (400, 300, 3), dtype=np.uint8)
    assert objections(film(rgb=tinted)) == ()
    assert objections(film(rgb=vivid)) == ("It is a colour picture.",)


@pytest.mark.parametrize(
    "name", ["MR2_UNCI.dcm", "693_UNCI.dcm", "color3d_jpeg_baseline.dcm", "OT-PAL-8-face.dcm", "RG3_UNCR.dcm"]
)
def test_the_bundled_model_does_not_take_other_pictures_for_chest_films(name):
    prediction = Predictor.load().predict(read(sample(name))[:1])[0]
    assert not prediction.in_domain


def test_a_chest_film_stays_one(chest_pa):
    assert Predictor.load().predict(read(chest_pa))[0].objections == ()
