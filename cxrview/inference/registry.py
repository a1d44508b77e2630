"""The engines in order of preference, and the choice among them."""

import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from cxrview.bundle import Card
from cxrview.bundle.load import read_card
from cxrview.errors import BadRequest, EngineUnavailable, UnusableModel
from cxrview.inference.arrays import load_arrays
from cxrview.inference.calibration import probabilities
from cxrview.inference.engine import Engine
from cxrview.words import tr

ENGINES = {
    "openvino": "cxrview.inference.openvino_engine:OpenVinoEngine",
    "onnxruntime": "cxrview.inference.onnxruntime_engine:OnnxRuntimeEngine",
    "keras": "cxrview.inference.keras_engine:KerasEngine",
}
DEVICES = ("auto", "cpu", "gpu", "npu")
SELF_TEST_TOLERANCE = 1e-3  # greatest difference of a probability that is let through


@dataclass(frozen=True, slots=True)
class Choice:
    """An engine that proved itself, and why it was taken, as a sentence."""

    engine: Engine
    reason: str


def engine_type(name: str) -> type[Engine]:
    """Return the class of engine `name`, importing its module (but not yet the library behind it)."""
    return cast(type[Engine], pkgutil.resolve_name(ENGINES[name]))


def parse_device(text: str) -> tuple[str | None, str]:
    """Return (engine or None, device) of "auto", "gpu", "onnxruntime" or "onnxruntime:cpu".

    Raises BadRequest.
    """
    engine, _, device = text.strip().lower().rpartition(":")
    if not engine and device in ENGINES:
        engine, device = device, "auto"
    if (engine and engine not in ENGINES) or device not in DEVICES:
        advice = tr("Choose {value}, or one of {value2}, or both as onnxruntime:cpu.").format(
            value=", ".join(DEVICES), value2=", ".join(ENGINES)
        )
        raise BadRequest(tr("There is no device “{text}”.").format(text=text), advice)
    return engine or None, device


def choose(folder: Path, device: str = "auto") -> Choice:
    """Return the first engine that runs the bundle in `folder` on `device` and proves itself.

    `device` is "auto", "cpu", "gpu", "npu", an engine's name, or "engine:device". Every engine must give
    the stored answer to the bundle's stored input (`selftest.npz`) before it is used. Raises
    EngineUnavailable, with every engine's reason, if there is none, and UnusableModel.
    """
    asked, where = parse_device(device)
    card = read_card(folder)
    refusals = []
    for name, target in _candidates(asked, where):
        kind = engine_type(name)
        try:
            if (missing := kind.missing()) is not None:
                raise EngineUnavailable(missing)
            engine = kind(folder, target)
            prove(engine, folder, card)
        except EngineUnavailable as error:
            refusals.append(f"{name}: {error}")
            continue
        return Choice(engine, _reason(engine, asked, where, refusals))
    advice = tr("Run “cxrview doctor” to see what works here, or choose another device.")
    raise EngineUnavailable(
        tr("No engine can run the model. {value}").format(value=" ".join(refusals)), advice
    )


def _candidates(asked: str | None, where: str) -> list[tuple[str, str]]:
    """Return the engines and devices to try, best first."""
    if asked is not None:
        return [(asked, where)]
    tries = [(name, where) for name in ENGINES]
    # Whoever installed a CUDA or DirectML build of ONNX Runtime wants it used.
    onnxruntime = engine_type("onnxruntime")
    if where == "auto" and onnxruntime.missing() is None and getattr(onnxruntime, "has_own_gpu", bool)():
        tries.insert(0, ("onnxruntime", "gpu"))
    return tries


def _reason(engine: Engine, asked: str | None, where: str, refusals: list[str]) -> str:
    if asked is not None or where != "auto":
        return tr("{name} on {device}, as you chose.").format(name=engine.name, device=engine.device)
    if refusals:
        return tr("{name} on {device}, because the better choices failed. {value}").format(
            name=engine.name, device=engine.device, value=" ".join(refusals)
        )
    return tr("{name} on {device}: the fastest engine found here that gives the stored answers.").format(
        name=engine.name, device=engine.device
    )


def prove(engine: Engine, folder: Path, card: Card) -> None:
    """Run the bundle's stored input and compare the probabilities with those of its stored logits.

    Raises EngineUnavailable if they differ, and UnusableModel if the graph does not keep the contract.
    """
    image, expected = load_arrays(folder / "selftest.npz", "image", "logits")
    size, classes = card.input_size, len(card.classes)
    if image.shape != (1, size, size) or image.dtype != np.uint8 or expected.shape != (1, classes):
        raise UnusableModel(tr("holds a self-test for another model."), tr("Export the model again."), folder)
    outputs = engine.predict(image.astype(np.uint8))
    maps, embedding = outputs.activation_maps, outputs.embedding
    if outputs.logits.shape != (1, classes):
        raise UnusableModel(
            tr("gives {value} classes; its card names {classes}.").format(
                value=outputs.logits.shape[-1], classes=classes
            ),
            path=folder,
        )
    if maps.ndim != 4 or maps.shape[:2] != (1, classes) or embedding.ndim != 2:
        raise UnusableModel(tr("gives no heatmap of every class."), tr("Export the model again."), folder)
    answers = probabilities(outputs.logits, card), probabilities(expected.astype(np.float32), card)
    difference = float(np.abs(answers[0] - answers[1]).max())
    if not difference < SELF_TEST_TOLERANCE:  # NaN fails too
        problem = tr("{name} on {device} gives other answers than the model should").format(
            name=engine.name, device=engine.device
        )
        raise EngineUnavailable(
            tr("{problem} (a probability differs by {difference:.4f}).").format(
                problem=problem, difference=difference
            )
        )
