"""One step of a training on drawn pictures, for the self-test: whether TensorFlow computes gradients here."""

import numpy as np

from cxrview.engines import libraries
from cxrview.errors import EngineUnavailable
from cxrview.training import messages
from cxrview.training.config import ModelConfig

PICTURES, CLASSES, SEED = 4, 2, 7


def one_step() -> float:
    """Train the smallest network by one step and return its loss before. Takes some seconds.

    Raises EngineUnavailable if TensorFlow is not whole, or the step changes nothing or gives no number.
    """
    libraries.tensorflow()
    import keras

    from cxrview.training.network import zoo
    from cxrview.training.network.starting_point import resolve

    keras.utils.set_random_seed(SEED)
    config = ModelConfig(architecture="small-cnn", start="none", frame="film", preprocessing="architecture")
    model = zoo.build(resolve(config), CLASSES)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    model.compile(optimizer=keras.optimizers.SGD(0.01), loss=loss)
    before = [np.array(weights) for weights in model.get_weights()]
    size = model.input_shape[1]
    pictures = np.random.default_rng(SEED).integers(0, 256, (PICTURES, size, size), dtype=np.uint8)
    value = float(model.train_on_batch(pictures, np.arange(PICTURES) % CLASSES))
    changed = any((new != old).any() for new, old in zip(model.get_weights(), before, strict=True))
    if not (np.isfinite(value) and changed):
        raise EngineUnavailable(messages.STEP_CHANGES_NOTHING)
    return value
