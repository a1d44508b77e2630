"""The lung network as a bundle: its graph, its self-test and its card, and its figures in docs/model.md."""

import json
import warnings
from collections import Counter
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import keras
import numpy as np
import onnx
from lung_pairs import SIZE, TARGETS, UNKNOWN, Pairs

from cxrview.training.export.bundle import file_entry
from cxrview.training.export.phantom import chest_phantom

SHIPPED = ("lungs", "heart")  # of TARGETS, the first ones
CLASSES = {
    "lungs": ("Lungs", "Both lungs, with the part behind the heart"),
    "heart": ("Heart", "Heart and great vessels up to the arch of the aorta; learnt from few films"),
}
SOURCES = {
    "v7labs polygons on cohen": (
        "Lungs drawn by v7labs on the COVID-19 Image Data Collection (Cohen et al. 2020), adults",
        "masks CC BY 4.0; films per image, many non-commercial",
    ),
    "v7labs polygons on kermany": (
        "Lungs drawn by v7labs on Guangzhou children's radiographs (Kermany et al. 2018)",
        "masks CC BY 4.0; films CC BY 4.0",
    ),
    "General Blockchain on cohen": (
        "Lungs and heart drawn by General Blockchain on the COVID-19 Image Data Collection, adults",
        "masks CC BY 4.0; films per image, many non-commercial",
    ),
}
LIMITS = (
    "For research and teaching. It finds the lungs, so that a film can be cropped and a model told where to "
    "look; it says nothing of disease.",
    "It is meant for frontal chest radiographs: on lateral views, CT slices and other body parts it may find "
    "lungs where there are none.",
    "Lungs are outlined with their part behind the heart, but not below the domes of the diaphragm.",
    "Where a lung is white, because of fluid, a collapse or an operation, its outline is a guess, and that "
    "lung may be missing.",
    "Devices and cables over the chest, arms beside it, and strong rotation make the outline worse.",
    "Inverted films were never seen in training: the program turns their greys first.",
    "The children were nearly all of one hospital and one to five years old. Who they were is not known, so "
    "that unseen films may be of children who were seen on another film.",
    "The heart was learnt from few films, all of adults (see data), and was never measured on children.",
    "The outline comes from a picture of 112 pixels: it is good to a hundredth of the thorax, no better.",
)
NAMING = ("worst films", "failed films")  # entries of the figures that stay with the data
LIBRARIES = ("keras", "tensorflow", "onnx", "tf2onnx", "numpy")


def write(network: keras.Model, pairs: Pairs, folder: Path) -> None:
    """Write `network`, which was trained on `pairs`, to `folder`, with the masks of SHIPPED.

    Its figures are not in the card yet. Raises ValueError if the exporter has changed the names.
    """
    folder.mkdir(parents=True, exist_ok=True)
    graph = _inference_graph(network)
    image = chest_phantom(SIZE)[None]
    masks = keras.ops.convert_to_numpy(graph(image, training=False)["masks"])
    _write_onnx(graph, folder / "model.onnx")
    np.savez_compressed(folder / "selftest.npz", image=image, masks=masks)
    card = {
        "schema": 1,
        "kind": "segmenter",
        "name": "lungs",
        "version": "1.0.0",
        "title": "U-Net, lungs and heart on a frontal chest radiograph",
        "status": "release",
        "task": "Which pixels of a frontal chest radiograph are lung, and which are heart",
        "classes": [_class(name) for name in SHIPPED],
        "architecture": "U-Net of four scales, 12 to 96 channels (after Ronneberger et al. 2015)",
        "input_size": SIZE,
        "data": _data(pairs),
        "license": "CC BY-NC 4.0, research and teaching only: so are many of the films it learnt from",
        "limits": list(LIMITS),
        "libraries": {name: version(name) for name in LIBRARIES},
        "files": {path.name: file_entry(path) for path in (folder / "model.onnx", folder / "selftest.npz")},
    }
    _write_card(folder, card)


def add_figures(folder: Path, figures: dict[str, Any]) -> None:
    """Write `figures` into the card of the bundle in `folder`, without what names single films."""
    card = json.loads((folder / "card.json").read_text("utf-8"))
    _write_card(folder, card | {"metrics": _without_names(figures)})


def _without_names(figures: dict[str, Any]) -> dict[str, Any]:
    return {
        name: _without_names(value) if isinstance(value, dict) else value
        for name, value in figures.items()
        if name not in NAMING
    }


def _class(name: str) -> dict[str, str]:
    label, meaning = CLASSES[name]
    return {"name": name, "label": label, "meaning": meaning}


def _data(pairs: Pairs) -> list[dict[str, Any]]:
    heart = (pairs.masks[..., TARGETS.index("heart")] != UNKNOWN).any(axis=(1, 2))
    entries = []
    for source, (title, terms) in SOURCES.items():
        own = pairs.sources == source
        counts = Counter(np.where(pairs.held_out[own], "held out", "training").tolist())
        entry = {"source": source, "title": title, "terms": terms, "images": dict(sorted(counts.items()))}
        if (own & heart).any():
            entry["with heart"] = int((own & heart).sum())
        entries.append(entry)
    return entries


def _inference_graph(network: keras.Model) -> keras.Model:
    """Return `image` (N, S, S) uint8 → `masks` (N, K, S, S) float32, 0…1, those of SHIPPED in order."""
    image = keras.Input((SIZE, SIZE), dtype="uint8", name="image")
    masks = keras.ops.transpose(network(image), (0, 3, 1, 2))[:, : len(SHIPPED)]
    return keras.Model(image, {"masks": keras.layers.Identity(name="masks")(masks)})


def _write_onnx(graph: keras.Model, path: Path) -> None:
    with TemporaryDirectory() as scratch, warnings.catch_warnings():
        warnings.filterwarnings("ignore", r"In the future `np\.object`", FutureWarning)  # Keras's own
        plain = Path(scratch) / "model.onnx"
        graph.export(plain, format="onnx", verbose=False)
        model = onnx.load(plain)
    names = [item.name for item in (*model.graph.input, *model.graph.output)]
    if names != ["image", "masks"]:
        raise ValueError(f"the exporter named input and output {names}")
    del model.metadata_props[:]
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def _write_card(folder: Path, card: dict[str, Any]) -> None:
    text = json.dumps(card, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    (folder / "card.json").write_text(text, "utf-8")
