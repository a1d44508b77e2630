"""Write a trained model as a bundle: a folder that any engine can run and that says what it is."""

import hashlib
import json
import shutil
import zipfile
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.card import LUNGS, SCHEMA, Card, parse
from cxrview.engines.graph import preprocessing
from cxrview.engines.graph.build import inference_graph, reads_lungs, to_float32
from cxrview.engines.graph.load import load_model
from cxrview.engines.onnxruntime_engine import OnnxRuntimeEngine
from cxrview.engines.openvino_engine import OpenVinoEngine
from cxrview.errors import EngineUnavailable, UnusableModel
from cxrview.message import Message, joined
from cxrview.progress import Report, silent
from cxrview.training import messages
from cxrview.training.export import onnx_file
from cxrview.training.export.calibrate import apply_temperature
from cxrview.training.export.domain_statistics import DomainStatistics
from cxrview.training.export.phantom import chest_phantom, framed_phantom
from cxrview.training.network import zoo

LARGEST_DIFFERENCE = 1e-3  # of a probability between engines
LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu", "tf2onnx", "onnx", "onnxruntime", "openvino", "numpy")


def write_bundle(
    folder: Path,
    model: keras.Model,
    description: Mapping[str, Any],
    domain: DomainStatistics | None = None,
    report: Report = silent,
    *,
    attachments: Sequence[Path] = (),
    warn: Callable[[Message], None] = lambda _complaint: None,
) -> Card:
    """Write `model` to `folder` and return its card; an earlier bundle there is replaced once all is well.

    `description` holds the entries of the card that do not follow from the model (name, classes,
    temperature, metrics …); `attachments` are files that travel along. The weights are rounded to half
    precision in place. `warn` gets a sentence about an engine that fails here while another one works.
    Raises UnusableModel if the files do not agree with the model, or if the card is not valid, and OSError.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        for path in attachments:
            shutil.copyfile(path, made / path.name)
        card = _write_files(made, model, description, domain, report, warn)
        if folder.exists():
            folder.rename(Path(scratch) / "earlier")
        made.rename(folder)
    report(1.0, messages.WRITTEN)
    return card


def _write_files(
    folder: Path,
    model: keras.Model,
    description: Mapping[str, Any],
    domain: DomainStatistics | None,
    report: Report,
    warn: Callable[[Message], None],
) -> Card:
    round_weights(model)
    model = to_float32(model)
    report(0.0, messages.EXPORTING)
    graph = inference_graph(model)
    onnx_file.write_onnx(graph, folder / "model.onnx")
    report(0.6, messages.WRITING_KERAS)
    write_keras(model, folder / "model.keras")
    report(0.8, messages.COMPARING_ENGINES)
    lungs, size = reads_lungs(model), model.input_shape[1]
    image = (framed_phantom(size) if lungs else chest_phantom(size))[None]
    calibrated = partial(
        apply_temperature,
        temperature=float(description["temperature"]) or 1.0,  # 0 is for the card's own check to refuse
        exclusive=bool(description["exclusive"]),
    )
    agreement = prove_files(folder, graph, image, calibrated, warn)
    logits = onnx_file.run_with_keras(graph)(image)["logits"]
    np.savez_compressed(folder / "selftest.npz", image=image, logits=logits)
    if domain is not None:
        domain.save(folder / "domain.npz")
    card = {
        "schema": SCHEMA,
        **description,
        **({"frame": LUNGS} if lungs else {}),
        "architecture": model.name,
        "input_size": size,
        "map_field": list(zoo.map_field(model)),
        "preprocessing_version": preprocessing.VERSION,
        "engine_agreement": agreement,
        "libraries": library_versions(LIBRARIES),
        "files": {path.name: file_entry(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    parsed = parse(text, folder / "card.json")
    (folder / "card.json").write_text(text, "utf-8")
    return parsed


def prove_files(
    folder: Path,
    graph: keras.Model,
    phantom: NDArray[np.uint8],
    calibrated: Callable[[NDArray[np.float32]], NDArray[np.float64]],
    warn: Callable[[Message], None] = lambda _complaint: None,
) -> dict[str, dict[str, float]]:
    """Return how far each installed engine is from Keras on the phantom, noise, black and white, by output.

    `calibrated` turns logits into probabilities. Raises UnusableModel if one of these differs by more than
    `LARGEST_DIFFERENCE`, naming the engine, or if no engine works.
    """
    noise = np.random.default_rng(0).integers(0, 256, (2, *phantom.shape[1:]), dtype=np.uint8)
    images = np.concatenate([phantom, noise, np.zeros_like(phantom), np.full_like(phantom, 255)])
    wanted = onnx_file.run_with_keras(graph)(images)
    answers = _ask_engines(folder, images, warn)
    restored = inference_graph(load_model(folder / "model.keras"))
    answers["keras_file"] = onnx_file.run_with_keras(restored)(images)
    agreement = {}
    for name, found in answers.items():
        agreement[name] = onnx_file.largest_difference(wanted, found)
        difference = np.abs(calibrated(found["logits"]) - calibrated(wanted["logits"])).max()
        agreement[name]["probabilities"] = float(difference)
        if not difference < LARGEST_DIFFERENCE:  # NaN fails too
            problem = messages.ENGINE_DISAGREES(engine=name, difference=f"{difference:.2g}")
            raise UnusableModel(problem, messages.REPORT_LIBRARIES, folder)
    return agreement


def _ask_engines(
    folder: Path, images: NDArray[np.uint8], warn: Callable[[Message], None]
) -> dict[str, dict[str, NDArray[np.float32]]]:
    """Return the outputs of every installed engine. Raises UnusableModel if none works."""
    answers, complaints = {}, []
    for kind in (OpenVinoEngine, OnnxRuntimeEngine):
        if kind.missing() is not None:
            continue
        try:
            answers[kind.name] = onnx_file.run_with_engine(kind(folder, "cpu"))(images)
        except (EngineUnavailable, UnusableModel) as error:
            complaints.append(messages.ENGINE_FAILS(engine=kind.name, reason=error.whole))
    if not answers:
        raise UnusableModel(joined((messages.NO_ENGINE_RUNS, *complaints)), messages.ASK_DOCTOR, folder)
    for complaint in complaints:
        warn(complaint)
    return answers


def file_entry(path: Path) -> dict[str, str | int]:
    """Return the card's entry for a file: its SHA-256 and its size in bytes."""
    data = path.read_bytes()
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}


def library_versions(names: Sequence[str]) -> dict[str, str]:
    """Return the versions of those of the distributions `names` that are installed."""
    versions = {}
    for name in names:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


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
