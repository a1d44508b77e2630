"""The noise of a reading: changes that are none to a reader, and how far the log odds go with them."""

import numpy as np
import pytest

pytest.importorskip("keras")  # before the modules that need it

from scipy.special import softmax

from cxrview.datasets.labelled import LabelledImages, one_hot
from cxrview.training.export.phantom import chest_phantom, framed_phantom
from cxrview.training.export.reading_noise import AGAIN, FILMS, changed, log_odds, reading_noise
from cxrview.training.run.predict import RawAnswers

pytestmark = pytest.mark.tensorflow


def films(count):
    images = np.stack([np.roll(chest_phantom(48), number % 5, axis=1) for number in range(count)])
    names = np.arange(count).astype(np.str_)
    return LabelledImages(("a", "b"), images, one_hot(np.arange(count) % 2, 2), names, names, names)


def test_a_changed_film_is_nearly_the_same_and_its_mask_moves_with_it():
    image = np.concatenate([framed_phantom(96), framed_phantom(96)[..., 1:]], axis=-1)
    random = np.random.default_rng(0)
    for _ in range(5):
        other = changed(image, random)
        assert other.shape == image.shape
        assert (other[..., 0] != image[..., 0]).any()
        np.testing.assert_array_equal(other[..., 1], other[..., 2])
        assert np.corrcoef(other[..., 1].ravel(), image[..., 1].ravel())[0, 1] > 0.9
        assert abs(other[..., 0].mean() / image[..., 0].mean() - 1) < 0.1
    plain = np.full((32, 32), 255, np.uint8)
    np.testing.assert_array_equal(changed(plain, random), plain)  # no black rim comes in


def test_log_odds_are_those_of_the_calibrated_probability():
    logits = np.random.default_rng(1).normal(0, 3, (20, 3))
    share = softmax(logits / 1.7, axis=1)[:, 1]
    np.testing.assert_allclose(log_odds(logits, 1, 1.7), np.log(share / (1 - share)))


def test_the_noise_is_the_standard_deviation_within_films():
    random = np.random.default_rng(2)
    asked = []

    def ask(data, report):
        """Answer by a number of each film, and with noise of 0.5 in the difference of the logits."""
        asked.append(data)
        report(0.0, "reading")
        own = 3.0 * data.files.astype(int) + random.normal(0, 0.5, len(data))
        logits = np.stack([own, np.zeros(len(data))], axis=1).astype(np.float32)
        return RawAnswers(logits, logits, logits)

    said = []
    found = reading_noise(ask, films(100), 0, 2.0, lambda done, _doing: said.append(done))
    assert found["log_odds"] == pytest.approx(0.25, rel=0.2)  # the temperature halves it
    assert (found["films"], found["readings"]) == (FILMS, 1 + AGAIN)
    assert said == [0.0]
    (data,) = asked
    assert len(data) == FILMS * (1 + AGAIN)
    assert len(np.unique(data.files)) == FILMS
    np.testing.assert_array_equal(data.images[0], films(100).images[int(data.files[0])])
    reading_noise(ask, films(100), 0, 2.0)
    np.testing.assert_array_equal(asked[0].images, asked[1].images)  # the same changes every time


def test_fewer_films_are_all_read():
    def ask(data, _report):
        logits = np.stack([data.images.mean((1, 2)), np.zeros(len(data))], axis=1).astype(np.float32)
        return RawAnswers(logits, logits, logits)

    found = reading_noise(ask, films(4), 1, 1.0)
    assert found["films"] == 4
    assert found["log_odds"] > 0
