"""Predictions: calibrated, in order, mapped back to the image, judged for domain."""

from pathlib import Path

import numpy as np
import pytest

from cxrview.errors import UnusableModel
from cxrview.imaging import Radiograph, Window
from cxrview.inference import domain, messages
from cxrview.inference.predictor import BATCH_SIZE, Predictor
from cxrview.progress import Cancelled
from tests.conftest import TINY_SIZE, make_tiny_bundle
from tests.refusals import refused


def phantom(pixels: np.ndarray) -> Radiograph:
    return Radiograph(Path("phantom.png"), 0, 1, pixels, Window(128, 256))


def noise(seed: int, shape=(190, 170)) -> Radiograph:
    return phantom(np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8))


@pytest.fixture(scope="module")
def predictor(tiny_bundle):
    return Predictor.load(str(tiny_bundle))


def test_probabilities_are_the_softmax_of_the_logits(predictor):
    prediction = predictor.predict([noise(0)])[0]
    powers = np.exp(prediction.logits.astype(np.float64))
    np.testing.assert_allclose(prediction.probabilities, powers / powers.sum(), rtol=1e-5)
    assert prediction.predicted == prediction.class_names[int(np.argmax(powers))]


def test_temperature_softens_the_probabilities_and_keeps_the_logits(tmp_path, predictor):
    hot = Predictor.load(str(make_tiny_bundle(tmp_path / "hot", temperature=4.0)))
    image = noise(1)
    cold, warm = predictor.predict([image])[0], hot.predict([image])[0]
    np.testing.assert_allclose(cold.logits, warm.logits, rtol=1e-5)
    assert warm.probabilities.max() < cold.probabilities.max()
    assert warm.predicted == cold.predicted


def test_the_scale_of_the_maps_is_that_of_the_card(tmp_path, predictor):
    scale = {"covid19": 2.0, "normal": 0.5, "pneumonia": 1.5}
    scaled = Predictor.load(str(make_tiny_bundle(tmp_path / "scaled", map_scale=scale)))
    assert scaled.predict([noise(1)])[0].map_scale == scale
    assert not predictor.predict([noise(1)])[0].map_scale


def test_classes_that_do_not_exclude_each_other_get_a_sigmoid_each(tmp_path):
    several = Predictor.load(str(make_tiny_bundle(tmp_path / "several", exclusive=False)))
    prediction = several.predict([noise(1)])[0]
    np.testing.assert_allclose(prediction.probabilities, 1 / (1 + np.exp(-prediction.logits)), rtol=1e-5)


def test_many_images_come_back_in_order_whatever_the_batches(predictor):
    images = [noise(seed) for seed in range(BATCH_SIZE + 3)]
    together = predictor.predict(images)
    for image, prediction in zip(images, together, strict=True):
        np.testing.assert_allclose(
            predictor.predict([image])[0].logits, prediction.logits, rtol=1e-3, atol=1e-4
        )


def test_no_images_give_no_predictions(predictor):
    assert predictor.predict([]) == []


def test_cancelling_stops_between_batches(predictor):
    def cancel(fraction: float, _text: str) -> None:
        if fraction > 0:
            raise Cancelled

    with pytest.raises(Cancelled):
        predictor.predict([noise(seed) for seed in range(2 * BATCH_SIZE)], cancel)


def test_a_prediction_names_its_model_and_engine(predictor):
    prediction = predictor.predict([noise(0)])[0]
    assert (prediction.model, prediction.model_version) == ("tiny", "1.2.3")
    assert (prediction.engine, prediction.device) == ("openvino", "CPU")
    assert prediction.elapsed_ms > 0
    assert prediction.letterbox.size == TINY_SIZE


def test_arrays_of_a_prediction_cannot_be_changed(predictor):
    with pytest.raises(ValueError, match="read-only"):
        predictor.predict([noise(0)])[0].probabilities[0] = 1


def domain_of(points: np.ndarray) -> domain.Domain:
    return domain.Domain(points, np.eye(points.shape[1], dtype=np.float32), np.arange(1, 11) / 10, 0.95)


def test_the_nearest_centre_decides_the_domain():
    verdict = domain_of(np.array([[0, 0], [10, 0]], np.float32)).judge(np.array([10, 0.5], np.float32))
    assert verdict.in_domain
    assert verdict.score == pytest.approx(0.5 / 0.95)
    assert verdict.percentile == pytest.approx(40)


def test_a_far_image_is_out_of_domain():
    verdict = domain_of(np.zeros((1, 2), np.float32)).judge(np.array([3, 4], np.float32))
    assert not verdict.in_domain
    assert verdict.score == pytest.approx(5 / 0.95)
    assert verdict.percentile == 100


def test_a_bundle_without_statistics_claims_nothing(tmp_path, predictor):
    from tests.conftest import write_card

    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "domain.npz").unlink()
    write_card(folder)
    prediction = Predictor.load(str(folder)).predict([noise(0)])[0]
    assert prediction.in_domain
    assert np.isnan(prediction.domain_score)


def test_statistics_that_do_not_fit_are_refused(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    np.savez(
        folder / "domain.npz", mean=np.zeros((1, 4)), whitening=np.eye(3), reference=[1.0], threshold=1.0
    )
    with refused(UnusableModel, messages.DOMAIN_DOES_NOT_FIT):
        domain.load(folder)


def test_statistics_with_pickles_are_refused(tmp_path):
    np.savez(tmp_path / "domain.npz", mean=np.array([{"evil": 1}], dtype=object))
    with pytest.raises(UnusableModel):
        domain.load(tmp_path)
