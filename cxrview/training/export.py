"""Write a trained model as a bundle: a folder that any engine can run and that says what it is."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.card import SCHEMA, Card, parse
from cxrview.errors import UnusableModel
from cxrview.inference.graph import preprocessing
from cxrview.inference.graph.build import inference_graph
from cxrview.inference.graph.load import load_model
from cxrview.inference.onnxruntime_engine import OnnxRuntimeEngine
from cxrview.inference.openvino_engine import OpenVinoEngine
from cxrview.progress import Report, silent
from cxrview.training import onnx_file
from cxrview.training.domain_statistics import DomainStatistics
from cxrview.training.keras_file import round_weights, write_keras
from cxrview.training.phantom import chest_phantom

LARGEST_DIFFERENCE = 1e-3  # of a logit between engines
_LIBRARIES = ("keras", "tensorflow", "tensorflow-cpu", "tf2onnx", "onnx", "onnxruntime", "openvino", "numpy")


def write_bundle(
    folder: Path,
    model: keras.Model,
    description: Mapping[str, Any],
    domain: DomainStatistics | None = None,
    report: Report = silent,
) -> Card:
    """Write `model` to `folder` and return its card; an earlier bundle there is replaced once all is well.

    `description` holds the entries of the card that do not follow from the model (name, classes,
    temperature, metrics …). The weights are rounded to half precision in place. Raises UnusableModel if
    the files do not agree with the model, or if the card is not valid.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        card = _write_files(made, model, description, domain, report)
        if folder.exists():
            folder.rename(Path(scratch) / "earlier")
        made.rename(folder)
    report(1.0, "written")
    return card


def _write_files(
    folder: Path,
    model: keras.Model,
    description: Mapping[str, Any],
    domain: DomainStatistics | None,
    report: Report,
) -> Card:
    round_weights(model)
    report(0.0, "exporting to ONNX")
    graph = inference_graph(model)
    onnx_file.write_onnx(graph, folder / "model.onnx")
    report(0.6, "writing the Keras model")
    write_keras(model, folder / "model.keras")
    report(0.8, "comparing the engines")
    image = chest_phantom(model.input_shape[1])[None]
    agreement = prove_files(folder, graph, image)
    logits = onnx_file.run_with_keras(graph)(image)["logits"]
    np.savez_compressed(folder / "selftest.npz", image=image, logits=logits)
    names = ["model.onnx", "model.keras", "selftest.npz"]
    if domain is not None:
        domain.save(folder / "domain.npz")
        names.append("domain.npz")
    size = model.input_shape[1]
    card = {
        "schema": SCHEMA,
        **description,
        "architecture": model.name,
        "input_size": size,
        "map_field": list(preprocessing.map_field(size)),
        "preprocessing_version": preprocessing.VERSION,
        "engine_agreement": agreement,
        "libraries": library_versions(_LIBRARIES),
        "files": {name: file_entry(folder / name) for name in names},
    }
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    parsed = parse(text, folder / "card.json")
    (folder / "card.json").write_text(text, "utf-8")
    return parsed


def prove_files(folder: Path, graph: keras.Model, phantom: NDArray[np.uint8]) -> dict[str, dict[str, float]]:
    """Return how far each installed engine is from Keras on the phantom, noise, black and white, by output.

    Raises UnusableModel if a logit differs by more than `LARGEST_DIFFERENCE`, naming the engine.
    """
    noise = np.random.default_rng(0).integers(0, 256, (2, *phantom.shape[1:]), dtype=np.uint8)
    images = np.concatenate([phantom, noise, np.zeros_like(phantom), np.full_like(phantom, 255)])
    wanted = onnx_file.run_with_keras(graph)(images)
    runs = {
        kind.name: onnx_file.run_with_engine(kind(folder, "cpu"))
        for kind in (OpenVinoEngine, OnnxRuntimeEngine)
        if kind.missing() is None
    }
    runs["keras_file"] = onnx_file.run_with_keras(inference_graph(load_model(folder / "model.keras")))
    agreement = {}
    for name, run in runs.items():
        agreement[name] = onnx_file.largest_difference(wanted, run(images))
        if not agreement[name]["logits"] < LARGEST_DIFFERENCE:
            problem = f"gives other logits in {name}: they differ by {agreement[name]['logits']:.2g}."
            raise UnusableModel(problem, "Report this with the versions of the libraries.", folder)
    return agreement


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
