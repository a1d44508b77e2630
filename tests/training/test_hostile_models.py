"""Models and weights made to do harm: each is refused with a sentence, and nothing in them runs."""

import io
import json
import pickle
import zipfile

import h5py
import numpy as np
import pytest

from cxrview.engines import messages as engine_messages
from cxrview.training import messages
from tests.refusals import refused

keras = pytest.importorskip("keras")  # before the modules that need it
# ruff: noqa: E402

from cxrview.engines.graph import gradcam_layer, lungs, preprocessing, scaling
from cxrview.engines.graph.keras_config import OWN
from cxrview.engines.graph.load import load_model
from cxrview.errors import UnusableModel
from cxrview.progress import silent
from cxrview.training.export.bundle import write_keras
from cxrview.training.network import zoo
from cxrview.training.network.initial_weights import start_from
from cxrview.training.network.starting_point import resolve
from tests.training.test_zoo import small

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return open, (str(self.path), "w")


@pytest.fixture
def model():
    return zoo.build(resolve(small("small-cnn")), 2)


def check_refused(model, path, *wanted):
    """Assert that neither a training nor an engine takes what is in `path`."""
    with refused(UnusableModel, *wanted):
        start_from(model, resolve(small("small-cnn", start=str(path), preprocessing="architecture")), silent)
    if path.suffix == ".keras":
        with refused(UnusableModel, *wanted, engine_messages.KERAS_CANNOT_LOAD):
            load_model(path)


def rewritten(source, target, change):
    """Copy a .keras file with its parts changed by `change`, a function of the dict of parts."""
    with zipfile.ZipFile(source) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target


def test_the_own_layers_that_are_let_in_are_those_that_there_are():
    kinds = (
        *(gradcam_layer.GradCamMaps, preprocessing.SourceSuppression, scaling.ChannelScaling),
        *(lungs.LungFraming, lungs.LungMask, lungs.LungPooling),
    )
    assert {keras.saving.get_registered_name(kind) for kind in kinds} == OWN


@pytest.mark.parametrize("name", ["evil.pkl", "assets/evil.pkl", "model.weights.pkl", "../evil.py"])
def test_a_keras_file_with_more_in_it_than_a_model_is_refused(model, tmp_path, name):
    write_keras(model, tmp_path / "model.keras")
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    path = rewritten(
        tmp_path / "model.keras", tmp_path / "evil.keras", lambda parts: parts.update({name: trap})
    )
    check_refused(model, path, engine_messages.NOT_ONE_KERAS_MODEL)
    assert not (tmp_path / "sprung").exists()


def test_weights_that_are_a_pickle_are_refused(model, tmp_path):
    write_keras(model, tmp_path / "model.keras")
    trap = pickle.dumps(Trap(tmp_path / "sprung"))
    path = rewritten(
        tmp_path / "model.keras",
        tmp_path / "evil.keras",
        lambda parts: parts.update({"model.weights.h5": trap}),
    )
    check_refused(model, path, messages.NO_HDF5)
    assert not (tmp_path / "sprung").exists()


def test_a_lambda_layer_is_refused_and_does_not_run(tmp_path, model):
    image = keras.Input((32, 32), dtype="uint8")
    target = str(tmp_path / "sprung")
    value = keras.layers.Lambda(lambda x: (__import__("pathlib").Path(target).touch(), x)[1])(image)
    (tmp_path / "sprung").unlink()  # building the layer ran it once
    keras.Model(image, keras.layers.Flatten()(value)).save(tmp_path / "evil.keras")
    check_refused(model, tmp_path / "evil.keras", engine_messages.COULD_RUN_CODE(name="Lambda"))
    assert not (tmp_path / "sprung").exists()


@pytest.mark.filterwarnings("ignore:You are saving your model as an HDF5 file")
def test_a_whole_model_in_the_old_format_is_refused(tmp_path, model):
    model.save(tmp_path / "old.h5")
    check_refused(model, tmp_path / "old.h5", engine_messages.WHOLE_OLD_MODEL)


def test_a_pickled_archive_is_refused(tmp_path, model):
    np.savez(tmp_path / "evil.npz", **{"features.conv0.weight": np.array([Trap(tmp_path / "sprung")])})
    with refused(UnusableModel, messages.NO_ARCHIVE):
        start_from(model, resolve(small("densenet121", start=str(tmp_path / "evil.npz"))), silent)
    assert not (tmp_path / "sprung").exists()


def external_link(file, secret):
    file["layers/conv2d/vars/0"] = h5py.ExternalLink(secret, "numbers")


def soft_link(file, secret):
    file["layers/conv2d/vars/0"] = h5py.SoftLink("/elsewhere")


def external_data(file, secret):
    file.create_dataset("layers/conv2d/vars/0", (3, 3, 3, 32), "f4", external=[(secret, 0, 4 * 864)])


def virtual_data(file, secret):
    layout = h5py.VirtualLayout((3, 3, 3, 32), "f4")
    layout[:] = h5py.VirtualSource(secret, "numbers", (3, 3, 3, 32))
    file.create_virtual_dataset("layers/conv2d/vars/0", layout)


def looped(file, secret):
    file["layers/again"] = file["layers"]


REACHES = {
    external_link: engine_messages.LINKS_ELSEWHERE,
    soft_link: engine_messages.LINKS_ELSEWHERE,
    external_data: engine_messages.NUMBERS_ELSEWHERE,
    virtual_data: engine_messages.NUMBERS_ELSEWHERE,
    looped: engine_messages.TOO_DEEP,
}


@pytest.mark.parametrize("reach", REACHES, ids=lambda reach: reach.__name__)
@pytest.mark.parametrize("form", ["weights.h5", "model.keras"])
def test_weights_that_reach_outside_their_file_are_refused(model, tmp_path, form, reach):
    with h5py.File(tmp_path / "secret.h5", "w") as file:
        file["numbers"] = np.ones((3, 3, 3, 32), np.float32)
    model.get_layer("backbone").save_weights(tmp_path / "plain.weights.h5")
    path = tmp_path / "plain.weights.h5"
    with h5py.File(path, "r+") as file:
        del file["layers/conv2d/vars/0"]
        reach(file, str(tmp_path / "secret.h5"))
    if form == "model.keras":
        write_keras(model, tmp_path / "whole.keras")
        weights = path.read_bytes()
        path = rewritten(
            tmp_path / "whole.keras",
            tmp_path / "evil.keras",
            lambda parts: parts.update({"model.weights.h5": weights}),
        )
    check_refused(model, path, REACHES[reach])


def test_an_array_of_a_petabyte_is_not_read(model, tmp_path):
    with h5py.File(tmp_path / "huge.weights.h5", "w") as file:
        file.create_dataset("layers/conv2d/vars/0", (2**20, 2**20, 2**10), "f4", chunks=(1, 1, 2**10))
        file["layers/conv2d/vars/1"] = np.zeros(32, np.float32)
    check_refused(model, tmp_path / "huge.weights.h5", engine_messages.WEIGHTS_TOO_LARGE)


def test_weights_that_are_not_numbers_are_refused(model, tmp_path):
    model.set_weights([np.full(value.shape, np.nan) for value in model.get_weights()])
    model.save_weights(tmp_path / "nan.weights.h5")
    check_refused(model, tmp_path / "nan.weights.h5", messages.NOT_NUMBERS(layer="conv1"))


@pytest.mark.parametrize("content", [b"", b"\x89HDF\r\n\x1a\n", b"hello", b"PK\x03\x04"])
@pytest.mark.parametrize("name", ["x.h5", "x.keras"])
def test_damaged_files_are_refused(model, tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    check_refused(model, tmp_path / name, messages.NO_HDF5, engine_messages.NO_KERAS_MODEL)


@pytest.mark.parametrize(
    "config",
    [{"class_name": "Functional", "config": 7}, {"class_name": "Functional", "config": {"layers": 7}}, [], 7],
)
def test_a_senseless_configuration_is_refused(model, tmp_path, config):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("metadata.json", "{}")
        archive.writestr("config.json", json.dumps(config))
        archive.writestr("model.weights.h5", b"")
    (tmp_path / "x.keras").write_bytes(buffer.getvalue())
    for kind in ("auto", "architecture"):
        with pytest.raises(UnusableModel):
            start_from(
                model,
                resolve(small("small-cnn", start=str(tmp_path / "x.keras"), preprocessing=kind)),
                silent,
            )
