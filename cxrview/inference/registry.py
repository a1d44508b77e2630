"""The engines in order of preference, and the choice among them."""

import pkgutil
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np

from cxrview.bundle import Card
from cxrview.bundle.load import read_card
from cxrview.errors import BadRequest, EngineUnavailable, UnusableModel
from cxrview.inference import messages
from cxrview.inference.arrays import load_arrays
from cxrview.inference.calibration import probabilities
from cxrview.inference.engine import Engine
from cxrview.message import Message, joined
from cxrview.words import say, tr

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
        advice = messages.DEVICES_ARE(devices=", ".join(DEVICES), engines=", ".join(ENGINES))
        raise BadRequest(messages.NO_DEVICE(device=text), advice)
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
            refusals.append(messages.REFUSAL(name=name, reason=error.whole))
            continue
        return Choice(engine, _reason(engine, asked, where, refusals))
    problem = messages.NO_ENGINE(refusals=joined(refusals))
    raise EngineUnavailable(problem, messages.DOCTOR_OR_OTHER_DEVICE)


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


def _reason(engine: Engine, asked: str | None, where: str, refusals: list[Message]) -> str:
    if asked is not None or where != "auto":
        return tr("{name} on {device}, as you chose.").format(name=engine.name, device=engine.device)
    if refusals:
        return tr("{name} on {device}, because the better choices failed. {refusals}").format(
            name=engine.name, device=engine.device, refusals=say(joined(refusals))
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
        raise UnusableModel(messages.SELF_TEST_OF_ANOTHER, messages.EXPORT_MODEL_AGAIN, folder)
    outputs = engine.predict(image.astype(np.uint8))
    maps, embedding = outputs.activation_maps, outputs.embedding
    if outputs.logits.shape != (1, classes):
        problem = messages.OTHER_CLASS_COUNT(given=outputs.logits.shape[-1], named=classes)
        raise UnusableModel(problem, path=folder)
    if maps.ndim != 4 or maps.shape[:2] != (1, classes) or embedding.ndim != 2:
        raise UnusableModel(messages.NO_HEATMAPS, messages.EXPORT_MODEL_AGAIN, folder)
    answers = probabilities(outputs.logits, card), probabilities(expected.astype(np.float32), card)
    difference = float(np.abs(answers[0] - answers[1]).max())
    if not difference < SELF_TEST_TOLERANCE:  # NaN fails too
        problem = messages.OTHER_ANSWERS(name=engine.name, device=engine.device, difference=difference)
        raise EngineUnavailable(problem)
