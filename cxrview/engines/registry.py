"""The engines in order of preference, and the choice among them: for any network, whatever it is for."""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from cxrview.bundle.messages import IMPORT_AGAIN
from cxrview.engines import messages, onnx_form
from cxrview.engines.arrays import load_all
from cxrview.engines.engine import Engine, Outputs
from cxrview.errors import EngineUnavailable, InvalidRequest, UnusableModel
from cxrview.i18n import say, tr
from cxrview.message import Message, joined
from cxrview.messages import UNREADABLE_FILE

ENGINES = {
    "openvino": "cxrview.engines.openvino_engine:OpenVinoEngine",
    "onnxruntime": "cxrview.engines.onnxruntime_engine:OnnxRuntimeEngine",
    "keras": "cxrview.engines.keras_engine:KerasEngine",
}
DEVICES = ("auto", "cpu", "gpu", "npu")
# Of the largest number of an output, and at least of 1. Single precision differs in the fifth digit, the
# shortened products of graphics processors (TF32) in the third; a graph that is run wrongly in the first.
TOLERANCE = 1e-2
BATCH = 5  # images that a foreign graph must answer for at once


@dataclass(frozen=True, slots=True, eq=False)
class SelfTest:
    """An input, (1, S, S) or (1, S, S, 2) uint8, and what a graph gave for it: some outputs or all."""

    image: NDArray[np.uint8]
    outputs: dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """An engine that proved itself, and why it was taken, as a sentence."""

    engine: Engine
    reason: str


Check = Callable[[Engine, SelfTest, Outputs], None]
"""Raises EngineUnavailable if an engine's outputs will not do, UnusableModel if no engine's could."""


def unchecked(_engine: Engine, _test: SelfTest, _outputs: Outputs) -> None:
    """Ask no more than that the stored outputs come back."""


def engine_type(name: str) -> type[Engine]:
    """Return the class of engine `name`, importing its module (but not yet the library behind it)."""
    return cast(type[Engine], pkgutil.resolve_name(ENGINES[name]))


def parse_device(text: str) -> tuple[str | None, str]:
    """Return (engine or None, device) of "auto", "gpu", "onnxruntime" or "onnxruntime:cpu".

    Raises InvalidRequest.
    """
    engine, _, device = text.strip().lower().rpartition(":")
    if not engine and device in ENGINES:
        engine, device = device, "auto"
    if (engine and engine not in ENGINES) or device not in DEVICES:
        advice = messages.DEVICES_ARE(devices=", ".join(DEVICES), engines=", ".join(ENGINES))
        raise InvalidRequest(messages.NO_DEVICE(device=text), advice)
    return engine or None, device


def choose(
    folder: Path,
    device: str = "auto",
    check: Check = unchecked,
    *,
    foreign: bool = False,
    many: bool = False,
) -> EngineChoice:
    """Return the first engine that runs the graph in `folder` on `device` and proves itself.

    `device` is "auto", "cpu", "gpu", "npu", an engine's name, or "engine:device". Every engine must give
    the stored outputs for the stored input (`selftest.npz`) before it is used, and pass `check`, which knows
    what the graph is for. One that is `foreign` must be ONNX by its content, and give the stored outputs in a
    batch of several as well. With `many` it is made for many images, see `Engine`. Raises EngineUnavailable,
    with every engine's reason, if there is none, and UnusableModel.
    """
    asked, where = parse_device(device)
    test = self_test(folder)
    if foreign:
        onnx_form.check(folder / "model.onnx")
    refusals = []
    for name, target in _candidates(asked, where):
        kind = engine_type(name)
        try:
            if (missing := kind.missing()) is not None:
                raise EngineUnavailable(missing)
            engine = kind(folder, target, many=many)
            prove(engine, folder, test, check)
            if foreign:
                _prove_batch(engine, folder, test)
        except EngineUnavailable as error:
            refusals.append(messages.REFUSAL(name=name, reason=error.whole))
            continue
        return EngineChoice(engine, _reason(engine, asked, where, refusals))
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


def self_test(folder: Path) -> SelfTest:
    """Return what the graph in `folder` must give, and for which input. Raises UnusableModel."""
    path = folder / "selftest.npz"
    arrays = load_all(path)
    image = arrays.pop("image", None)
    if image is None or not arrays:
        raise UnusableModel(UNREADABLE_FILE, IMPORT_AGAIN, path)
    if image.dtype != np.uint8:
        raise of_another_model(folder)
    return SelfTest(image.astype(np.uint8, copy=False), arrays)


def prove(engine: Engine, folder: Path, test: SelfTest, check: Check) -> None:
    """Run the stored input, let `check` judge what the engine gives, and compare it with the stored outputs.

    Raises EngineUnavailable if an output differs, UnusableModel if the graph has none of that shape, and what
    `check` raises.
    """
    outputs = engine.predict(test.image)
    check(engine, test, outputs)
    for name, expected in test.outputs.items():
        given = outputs.get(name)
        if given is None or given.shape != expected.shape:
            raise of_another_model(folder)
        difference = float(np.abs(given - expected).max(initial=0.0))
        largest = float(np.abs(expected).max(initial=1.0))
        if not difference <= TOLERANCE * largest:  # NaN fails too
            where = messages.OUTPUT_DIFFERS(name=engine.name, device=engine.device, difference=difference)
            raise EngineUnavailable(where)


def _prove_batch(engine: Engine, folder: Path, test: SelfTest) -> None:
    """Run the stored input among others, and compare what comes for it with the stored outputs, as `prove`.

    A graph may answer for one image alone, or mix those of a batch.
    """
    image = test.image[0]
    others = [255 - image, image[::-1], np.zeros_like(image)]
    outputs = engine.predict(np.ascontiguousarray(np.stack([image, *others, image])))
    for name, expected in test.outputs.items():
        given = outputs[name]
        if given.shape != (BATCH, *expected.shape[1:]):
            raise UnusableModel(messages.ONE_AT_A_TIME, messages.EXPORT_MODEL_AGAIN, folder)
        difference = float(np.abs(given[[0, -1]] - expected).max(initial=0.0))
        if not difference <= TOLERANCE * float(np.abs(expected).max(initial=1.0)):
            raise UnusableModel(messages.ONE_AT_A_TIME, messages.EXPORT_MODEL_AGAIN, folder)


def of_another_model(folder: Path) -> UnusableModel:
    """Return the error for a self-test that does not go with the graph in `folder`."""
    return UnusableModel(messages.SELF_TEST_OF_ANOTHER, messages.EXPORT_MODEL_AGAIN, folder)
