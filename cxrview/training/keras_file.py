"""The trainable model as a `.keras` file: weights rounded to half precision so that they pack well."""

import zipfile
from pathlib import Path

import keras
import numpy as np


def round_weights(model: keras.Model) -> None:
    """Round kernels and other arrays of two or more axes to what float16 holds, in place.

    Vectors stay as they are: they are small, and half precision cannot hold a variance of 1e-8.
    """
    for variable in model.variables:
        if len(variable.shape) >= 2:
            values = keras.ops.convert_to_numpy(variable)
            variable.assign(values.astype(np.float16).astype(np.float32))


def write_keras(model: keras.Model, path: Path) -> None:
    """Write `model` to `path`, without optimizer state, and compress it: Keras itself does not.

    Whatever was frozen while it was trained may learn again, in `model` as in the file.
    """
    plain = path.with_name(f"plain-{path.name}")
    for layer in model._flatten_layers():  # the model's own switch leaves layers of layers as they are
        layer.trainable = True
    keras.Model(model.input, model.output, name=model.name).save(plain)
    # Fixed dates make equal models equal files.
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(path, "w") as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name)
            target.writestr(entry, source.read(name), zipfile.ZIP_DEFLATED, compresslevel=9)
    plain.unlink()
