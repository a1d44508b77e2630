"""Open a `.keras` file that may come from anywhere, without running anything that is in it."""

import io
import zipfile
from pathlib import Path

import h5py  # type: ignore[import-untyped]
import keras

from cxrview.engines import messages

# The layers register themselves when their modules are imported.
from cxrview.engines.graph import gradcam_layer, hdf5, lungs, preprocessing, scaling  # noqa: F401
from cxrview.engines.graph.keras_config import WEIGHTS, read_config
from cxrview.errors import UnusableModel

_UNREADABLE = (
    *(OSError, ValueError, TypeError, KeyError, AttributeError, NotImplementedError, RuntimeError),
    zipfile.BadZipFile,
)


def load_model(path: Path) -> keras.Model:
    """Return the trainable model stored at `path`, not compiled. Raises UnusableModel."""
    read_config(path)
    try:
        with zipfile.ZipFile(path) as archive, h5py.File(io.BytesIO(archive.read(WEIGHTS))) as weights:
            hdf5.check(weights, path)
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except _UNREADABLE as error:
        raise UnusableModel(messages.KERAS_CANNOT_LOAD, messages.ONLY_OWN_OR_PLAIN, path) from error
