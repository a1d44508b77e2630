"""Models from elsewhere are tried: in another process, for a while, in batches, as what they say they are."""

import io
import json
import sys
import zipfile

import h5py
import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from cxrview import bundle, paths
from cxrview.bundle import messages as bundle_messages
from cxrview.bundle import transfer
from cxrview.bundle.load import read_card
from cxrview.engines import messages as engine_messages
from cxrview.engines import onnx_form
from cxrview.engines.arrays import load_all
from cxrview.engines.graph import hdf5
from cxrview.engines.graph.keras_config import read_config
from cxrview.errors import CxrviewError, InvalidRequest, UnusableModel
from cxrview.file_lock import file_lock
from cxrview.inference import contract, messages, trial
from cxrview.progress import Cancelled, silent
from tests.conftest import make_tiny_bundle, tiny_graph, write_card
from tests.refusals import refused


@pytest.fixture
def foreign(tmp_path):
    return make_tiny_bundle(tmp_path / "foreign")


@pytest.fixture
def own_cache(monkeypatch, tmp_path):
    monkeypatch.setattr(paths, "cache", lambda: tmp_path / "cache")


def for_one(folder):
    """Let the graph in `folder` take one image and no more, as many exporters write it."""
    model = onnx.load(folder / "model.onnx")
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    for value in model.graph.output:
        value.type.tensor_type.shape.dim[0].dim_value = 1
    onnx.save(model, folder / "model.onnx")
    write_card(folder)
    return folder


def mixing(folder):
    """Let the graph in `folder` take the mean over the batch away, which is nothing for one image only."""
    model = onnx.load(folder / "model.onnx")
    for node in model.graph.node:
        if list(node.output) == ["logits"]:
            node.output[0] = "raw"
    axes = helper.make_tensor("last", TensorProto.INT64, [1], [0])
    model.graph.initializer.append(axes)
    model.graph.node.extend(
        [
            helper.make_node("ReduceMax", ["raw"], ["most"], axes=[0], keepdims=1),
            helper.make_node("Identity", ["most"], ["mixed"]),
            helper.make_node("Add", ["raw", "mixed"], ["sum"]),
            helper.make_node("Sub", ["sum", "raw"], ["logits"]),
        ]
    )
    onnx.save(model, folder / "model.onnx")
    write_card(folder)
    return folder


@pytest.mark.trials
@pytest.mark.usefixtures("own_cache")
def test_a_model_from_elsewhere_is_tried_once_in_another_process(foreign):
    told = []
    assert contract.choose(foreign, "cpu", lambda *said: told.append(said)).engine.name == "openvino"
    assert told
    assert not trial.needed(foreign, read_card(foreign), "cpu")
    assert trial.needed(foreign, read_card(foreign), "gpu")
    write_card(foreign, temperature=2.0)
    assert trial.needed(foreign, read_card(foreign), "cpu")
    assert not trial.needed(paths.bundled_models() / "any", read_card(foreign), "gpu")


@pytest.mark.trials
@pytest.mark.usefixtures("own_cache")
def test_what_the_other_process_found_is_said_here_and_nothing_is_installed(foreign):
    for_one(foreign)

    def check(folder):
        contract.choose(folder, "openvino:cpu")

    with refused(CxrviewError, engine_messages.ONE_AT_A_TIME, engine_messages.OPENVINO_FAILED):
        bundle.install(foreign, check)
    assert list(paths.user_models().iterdir()) == []
    assert trial.needed(foreign, read_card(foreign), "openvino:cpu")


@pytest.mark.parametrize(
    ("program", "limit", "message"),
    [
        ("import time; time.sleep(60)", 0.2, messages.TRIAL_TOO_LONG),
        ("import os; os.abort()", 60.0, messages.TRIAL_ENDED),
        ("print('{')", 60.0, messages.TRIAL_ENDED(code=0)),
    ],
)
@pytest.mark.usefixtures("own_cache")
def test_a_model_that_hangs_or_crashes_is_given_up(foreign, monkeypatch, program, limit, message):
    monkeypatch.setattr(trial, "_command", lambda *_: [sys.executable, "-S", "-c", program])
    monkeypatch.setattr(trial, "LIMIT", limit)
    with refused(UnusableModel, message):
        trial.run(foreign, read_card(foreign), "cpu", silent)


@pytest.mark.usefixtures("own_cache")
def test_a_model_that_takes_too_much_memory_is_given_up(foreign, monkeypatch):
    monkeypatch.setattr(trial, "MOST_MEMORY", 150_000_000)
    program = "import time; held = bytearray(b'1') * 300_000_000; time.sleep(60)"
    monkeypatch.setattr(trial, "_command", lambda *_: [sys.executable, "-S", "-c", program])
    with refused(UnusableModel, messages.TRIAL_TOO_LARGE(limit=0)):
        trial.run(foreign, read_card(foreign), "auto", silent)


@pytest.mark.parametrize(
    ("layer", "built"),
    [
        ({"units": 2**40}, [None, 10]),
        ({"kernel_size": [3, 10**9]}, [None, 8, 8, 3]),
        ({"batch_shape": [None, 1e30]}, None),
        ({"units": 60_000}, [None, 60_000]),  # each is allowed, and their product is not
        ({"units": 60_000}, None),  # of an input that is not told
        ({"filters": 30_000, "kernel_size": [5, 5]}, [None, 8, 8, 3000]),
    ],
)
def test_layers_beyond_all_measure_are_refused_before_they_are_made(tmp_path, layer, built):
    config = {"class_name": "Dense", "module": "keras.layers", "registered_name": None, "config": layer}
    config |= {"build_config": {"input_shape": built}} if built else {}
    with zipfile.ZipFile(tmp_path / "x.keras", "w") as archive:
        archive.writestr(
            "config.json", json.dumps({"class_name": "Functional", "config": {"layers": [config]}})
        )
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"")
    with refused(UnusableModel, engine_messages.KERAS_TOO_LARGE):
        read_config(tmp_path / "x.keras")


def test_a_trial_ends_when_nobody_waits_for_it(foreign, monkeypatch):
    monkeypatch.setattr(
        trial, "_command", lambda *_: [sys.executable, "-S", "-c", "import time; time.sleep(60)"]
    )

    def report(*_):
        raise Cancelled

    with pytest.raises(Cancelled):
        trial.run(foreign, read_card(foreign), "cpu", report)


def test_what_is_remembered_bears_damage(foreign, own_cache):
    paths.cache().mkdir()
    for content in ("[", "{}", "[1, 2]"):
        (paths.cache() / "tried-models.json").write_text(content)
        assert trial.needed.__name__
        trial.remember(read_card(foreign), "cpu")
        assert trial._kept()


@pytest.mark.parametrize("harm", [for_one, mixing])
def test_a_graph_must_answer_for_several_films_as_for_one(foreign, harm):
    if harm is mixing:
        with np.load(foreign / "selftest.npz") as stored:
            image = stored["image"]
        mixing(foreign)
        assert image.shape[0] == 1
    else:
        harm(foreign)
    with refused(CxrviewError, engine_messages.ONE_AT_A_TIME, engine_messages.NO_ENGINE):
        contract.choose_here(foreign, "openvino:cpu")


@pytest.mark.parametrize(
    "content", [b"", b"not a graph", b"<net name='ir' version='11'></net>", b"\x08\x08", b"\x80" * 40]
)
def test_a_graph_that_is_no_onnx_is_not_given_to_an_engine(foreign, content):
    (foreign / "model.onnx").write_bytes(content)
    write_card(foreign)
    with refused(UnusableModel, engine_messages.NO_ONNX):
        contract.choose_here(foreign, "cpu")


def test_a_graph_takes_no_numbers_from_other_files(tmp_path):
    model = tiny_graph()
    tensor = model.graph.initializer[2]
    tensor.data_location = TensorProto.EXTERNAL
    entry = tensor.external_data.add()
    entry.key, entry.value = "location", "../../etc/passwd"
    (tmp_path / "m.onnx").write_bytes(model.SerializeToString())
    with refused(UnusableModel, engine_messages.NUMBERS_ELSEWHERE):
        onnx_form.check(tmp_path / "m.onnx")
    inner = helper.make_node("Constant", [], ["c"], value=tensor)
    model = tiny_graph()
    model.graph.node.append(inner)
    (tmp_path / "n.onnx").write_bytes(model.SerializeToString())
    with refused(UnusableModel, engine_messages.NUMBERS_ELSEWHERE):
        onnx_form.check(tmp_path / "n.onnx")


def test_our_own_graphs_are_onnx(tiny_bundle):
    onnx_form.check(tiny_bundle / "model.onnx")
    onnx_form.check(paths.bundled_models() / "lungs" / "model.onnx")


def claiming(path, shape, data=b""):
    """Write an archive with one array that says it has `shape`."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "|u1", "fortran_order": False, "shape": shape})
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("image.npy", head.getvalue() + data)
    return path


@pytest.mark.parametrize("shape", [(2**40,), (2**62, 2**62), (10,)])
def test_an_array_that_says_it_is_larger_than_it_is_gets_no_memory(tmp_path, shape):
    with refused(UnusableModel):
        load_all(claiming(tmp_path / "a.npz", shape))


def test_arrays_that_unpack_to_too_much_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("cxrview.engines.arrays.MAX_BYTES", 1000)
    with refused(UnusableModel, engine_messages.ARRAYS_TOO_LARGE):
        load_all(claiming(tmp_path / "a.npz", (2000,), bytes(2000)))


# Bringing one in


def test_a_killed_import_leaves_nothing_to_the_next(foreign, tmp_path):
    left = tmp_path / "models" / ".import-killed" / "made"
    left.mkdir(parents=True)
    (left / "model.onnx").write_bytes(b"half")
    assert bundle.import_bundle(foreign, tmp_path / "models").name == "foreign"
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["foreign"]
    left.mkdir(parents=True)
    transfer.remove_left_over(tmp_path / "models")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["foreign"]


def test_one_import_does_not_remove_what_another_is_at(foreign, tmp_path):
    models = tmp_path / "models"
    (models / ".import-other").mkdir(parents=True)
    with file_lock(models, models / transfer.LOCK):
        transfer.remove_left_over(models)
        with refused(InvalidRequest):
            bundle.import_bundle(foreign, models)
    assert (models / ".import-other").is_dir()


@pytest.mark.parametrize("name", ["evil.py", "run.exe", "other.onnx", "lib.so", "x.svg"])
def test_only_files_of_the_kinds_that_a_model_has_are_installed(foreign, tmp_path, name):
    (foreign / name).write_bytes(b"?")
    write_card(foreign)
    with refused(UnusableModel, bundle_messages.NO_KIND(name=name)):
        bundle.import_bundle(foreign, tmp_path / "models")


@pytest.mark.parametrize("name", ["metrics.json", "model.keras", "more.npz"])
def test_a_file_is_of_the_kind_that_its_name_says(foreign, tmp_path, name):
    (foreign / name).write_bytes(b"MZ\x90")
    write_card(foreign)
    with refused(UnusableModel, bundle_messages.NOT_ITS_KIND(name=name)):
        bundle.import_bundle(foreign, tmp_path / "models")


NAMES = {
    "model-1.0": True,
    "Lungen 2": True,
    "胸部": True,
    "a/b": False,
    "a\\b": False,
    ".a": False,
    "..": False,
}
NAMES |= {
    "a..b": False,
    "a\x1bb": False,
    "a\u202eb": False,
    "": False,
    "a\n": False,
    "C:a": False,
    "a ": False,
}


@pytest.mark.parametrize(("name", "allowed"), NAMES.items())
def test_names_follow_one_rule_in_cards_and_archives(tmp_path, name, allowed):
    folder = make_tiny_bundle(tmp_path / "m", name=name)
    archive = tmp_path / "m.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in folder.iterdir():
            file.write(path, path.name)
    if allowed:
        assert bundle.import_bundle(archive, tmp_path / "models").name == name
        return
    with refused(UnusableModel, bundle_messages.CARD_NAME):
        bundle.import_bundle(archive, tmp_path / "models")
    with zipfile.ZipFile(archive, "a") as file:
        file.writestr(zipfile.ZipInfo(f"{name}/x" if name else " /x"), b"")
    with refused(UnusableModel, bundle_messages.LEADS_ELSEWHERE, bundle_messages.CARD_NAME):
        bundle.import_bundle(archive, tmp_path / "models")


def test_a_folder_of_a_forbidden_name_is_no_model():
    make_tiny_bundle(paths.user_models() / ".hidden", name="a")
    make_tiny_bundle(paths.user_models() / "model-1.0")
    assert "model-1.0" in bundle.folders()
    assert ".hidden" not in bundle.folders()


def test_weights_that_say_they_are_more_than_the_file_get_no_memory(tmp_path):
    path = tmp_path / "w.h5"
    with h5py.File(path, "w") as file:
        file.create_dataset("w", shape=(50_000, 50_000), dtype="f4", chunks=(1000, 1000))
    with h5py.File(path) as file, refused(UnusableModel, engine_messages.WEIGHTS_TOO_LARGE):
        hdf5.check(file, path)
