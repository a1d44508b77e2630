"""A short training of a small network: it learns, reports, can be stopped, and leaves usable files."""

import numpy as np
import pytest

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.progress import Cancelled, silent
from cxrview.training import recipe
from cxrview.training.dataset import LabelledImages, one_hot
from cxrview.training.recipe import Recipe
from cxrview.training.sampling import TrainingBatches, draw_weights

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

CHOICES = Recipe(epochs=2, batch_size=16, learning_rate=0.02, clean_share=1.0, recalibration_batches=10)


@pytest.fixture(scope="module")
def stripes():
    """Return 240 images of three classes: vertical, horizontal, no stripes, in unequal numbers."""
    random = np.random.default_rng(0)
    labels = np.repeat([0, 1, 2], [160, 60, 20])
    wave = (np.sin(np.arange(32) * 1.5) * 60).astype(int)
    images = random.integers(90, 130, (240, 32, 32))
    images[labels == 0] += wave[None, None, :]
    images[labels == 1] += wave[None, :, None]
    sources = np.where(np.arange(240) % 4, "large", "small")
    images = images.clip(0, 255).astype(np.uint8)
    names = np.arange(240).astype(np.str_)
    return LabelledImages(("a", "b", "c"), images, one_hot(labels, 3), names, sources, names)


def small_network():
    keras.utils.set_random_seed(2)
    layers = keras.layers
    image = keras.Input((32, 32), dtype="uint8", name="image")
    value = layers.Rescaling(1 / 64, -1.7)(layers.Reshape((32, 32, 1))(image))
    value = layers.Conv2D(8, 5, use_bias=False)(value)
    value = layers.ReLU()(layers.BatchNormalization(momentum=0.9)(value))
    return keras.Model(image, layers.Dense(3)(layers.GlobalAveragePooling2D()(value)))


def test_training_learns_and_leaves_a_file_an_epoch(stripes, tmp_path):
    model = small_network()
    seen, reports = [], []
    files = recipe.fit(
        model,
        stripes,
        CHOICES,
        tmp_path,
        lambda fraction, _text: reports.append(fraction),
        lambda epoch, path: seen.append((epoch, path)),
    )
    assert seen == list(enumerate(files, 1))
    assert reports == sorted(reports)
    assert reports[-1] == 1
    called = np.array(model(stripes.images, training=False)).argmax(1)
    assert (called == stripes.labels).mean() > 0.9
    again = small_network()
    again.load_weights(files[-1])
    np.testing.assert_array_equal(np.array(again(stripes.images)), np.array(model(stripes.images)))


def test_cancelling_stops_at_once(stripes, tmp_path):
    def stop_after_three(_fraction, text):
        if "step 3 " in text:
            raise Cancelled

    with pytest.raises(Cancelled):
        recipe.fit(small_network(), stripes, CHOICES, tmp_path, stop_after_three, lambda *_: None)
    assert not list(tmp_path.iterdir())


def test_recalibration_gives_the_statistics_of_plain_images(stripes, tmp_path):
    model = small_network()
    recipe.fit(model, stripes, CHOICES, tmp_path, silent, lambda *_: None)
    weights = [np.array(variable) for variable in model.trainable_variables]
    norm = next(layer for layer in model.layers if isinstance(layer, keras.layers.BatchNormalization))
    right = np.array(norm.moving_mean)
    norm.moving_mean.assign(right + 5)
    recipe.recalibrate_batchnorm(model, stripes, Recipe(recalibration_batches=100))
    np.testing.assert_allclose(np.array(norm.moving_mean), right, atol=0.05)
    for before, variable in zip(weights, model.trainable_variables, strict=True):
        np.testing.assert_array_equal(before, np.array(variable))


def test_classes_are_drawn_alike_and_small_sources_favoured(stripes):
    weights = draw_weights(stripes.labels, stripes.sources)
    assert weights.sum() == pytest.approx(1)
    for label in range(3):
        of_class = stripes.labels == label
        assert weights[of_class].sum() == pytest.approx(1 / 3)
        small = of_class & (stripes.sources == "small")
        share = weights[small].sum() * 3
        assert share == pytest.approx(1 / (1 + 3**0.5))  # √1 : √3


def test_an_epoch_holds_the_classes_evenly_and_the_next_differs(stripes):
    batches = TrainingBatches(stripes, 16, seed=1, clean_share=1.0)
    assert len(batches) == 15
    labels = np.concatenate([batches[index][1] for index in range(len(batches))])
    assert np.bincount(labels).tolist() == [80, 80, 80]
    first = batches[0][0].copy()
    batches.on_epoch_end()
    assert (batches[0][0] != first).any()


@pytest.mark.parametrize("clean", [0.0, 0.5, 1.0])
def test_the_share_of_plain_images_is_kept(stripes, clean):
    batches = TrainingBatches(stripes, 240, seed=1, clean_share=clean, exchange_share=0.5)
    originals = {image.tobytes() for image in stripes.images}
    drawn = batches[0][0]
    share = np.mean([image.tobytes() in originals for image in drawn])
    assert share == pytest.approx(clean, abs=0.1)
