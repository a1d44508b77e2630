"""The whole chain finds what it should: a network trained on drawn chests looks at the opacity.

Images on disk → cxrview's training → bundle → inference engine → heatmap over the image.
"""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.explain.overlay import overlay
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.training.config import AugmentationConfig, PhaseConfig
from cxrview.training.run import worker
from tests.training.lesions import lesion_phantoms
from tests.training.runs import Listener, tiny_config, with_model, write_phantoms

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

SIZE = 48


@pytest.fixture(scope="module")
def predictor(tmp_path_factory):
    """A model trained within a minute on 300 drawn chests, the way a user trains one."""
    folder = tmp_path_factory.mktemp("chests")
    write_phantoms(folder / "images", 300, SIZE, seed=1)
    config = tiny_config(
        folder / "images",
        PhaseConfig("all", 40, 3e-3, "constant", 0.0),
        cache_features=False,
        batch_size=16,
        optimizer="adam",
        label_smoothing=0.0,
        choose_by="loss",
        recalibrate_bias=True,
    )
    config = with_model(config, input_size=SIZE, hidden=(), dropout=0.0)
    config = replace(config, augmentation=AugmentationConfig(plain_share=1.0))
    done = worker.run(config, folder / "run", Listener(), register=False)
    return Predictor.load(done.bundle, "cpu")


def test_the_heatmap_peaks_inside_the_opacity(predictor, tmp_path):
    phantoms = lesion_phantoms(100, SIZE, seed=2)
    hits, called = [], []
    for image, label, mask in zip(*phantoms, strict=True):
        path = tmp_path / "chest.png"
        assert cv2.imwrite(str(path), image)
        prediction = predictor.predict(read(path))[0]
        called.append(prediction.predicted == ("clear", "lesion")[label])
        if label:
            heat = overlay(prediction, "lesion")
            cell = SIZE / prediction.activation_maps.shape[1]
            hits.append(heat.max() > 0 and near(mask, heat, cell / 2))
    assert np.mean(hits) >= 0.9, f"{sum(hits)} of {len(hits)}"
    assert np.mean(called) >= 0.8


def near(mask: np.ndarray, heat: np.ndarray, tolerance: float) -> bool:
    """Whether the peak of `heat` lies in `mask`, or at most `tolerance` pixels beside it."""
    rows, columns = np.nonzero(mask)
    row, column = np.unravel_index(heat.argmax(), heat.shape)
    return bool(np.hypot(rows - row, columns - column).min() <= tolerance)


def test_a_peak_elsewhere_would_be_noticed(predictor):
    """By chance a peak hits seldom, so the test above means something."""
    masks = lesion_phantoms(100, SIZE, seed=2).masks[1::2]
    random = np.random.default_rng(0)
    assert np.mean([near(mask, random.random((SIZE, SIZE)), 2) for mask in masks]) < 0.2


def test_the_drawn_chests_are_what_they_say(tmp_path: Path):
    phantoms = lesion_phantoms(20, 64, seed=4)
    assert phantoms.labels.tolist() == [0, 1] * 10
    assert (phantoms.masks.any((1, 2)) == phantoms.labels.astype(bool)).all()
    for image, mask in zip(phantoms.images[1::2], phantoms.masks[1::2], strict=True):
        assert image[mask].mean() > image[~mask].mean() + 60
    again = lesion_phantoms(20, 64, seed=4)
    np.testing.assert_array_equal(again.images, phantoms.images)
    assert (lesion_phantoms(20, 64, seed=5).images != phantoms.images).any()
