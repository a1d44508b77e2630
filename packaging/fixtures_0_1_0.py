"""Make `tests/data/made_by_0_1_0` again, as version 0.1.0 left it on a disk. Run it with that version only.

Everything is made in ROOT; where a file names that folder, the fixture says `@folder@` instead.
"""

import dataclasses
import json
import os
import shutil
from pathlib import Path

ROOT = Path("/tmp/cxrview-0.1.0")
KEPT = Path(__file__).parent.parent / "tests" / "data" / "made_by_0_1_0"
for kind in ("DATA", "CONFIG", "CACHE"):
    os.environ[f"XDG_{kind}_HOME"] = str(ROOT / "xdg" / kind.lower())
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np  # noqa: E402

from cxrview.__main__ import main as cxrview  # noqa: E402
from cxrview.imaging import read  # noqa: E402
from cxrview.inference.predictor import Predictor  # noqa: E402
from cxrview.progress import Cancelled  # noqa: E402
from cxrview.training import config as configuration  # noqa: E402
from cxrview.training.run import events, worker  # noqa: E402
from tests.training.runs import write_phantoms  # noqa: E402

BUNDLE = ROOT / "finished" / "bundle" / "old-lungs"
TEXTS = {".toml", ".json", ".jsonl", ".csv", ".txt", ".html", ".ini"}
LEFT_OUT = ("xdg", "*.npy", "run.lock", "*.lock", "cache", "figures")  # caches, and what is only looked at


def train() -> None:
    """Let one run finish, and another one stop after its fifth epoch."""
    write_phantoms(ROOT / "images", 40, 48)
    preset = configuration.PRESETS["scratch"][1]
    config = dataclasses.replace(
        preset,
        data=configuration.DataConfig(path=str(ROOT / "images"), near_duplicates=False),
        model=dataclasses.replace(preset.model, name="old-lungs", input_size=32, resolution=32, hidden=(8,)),
        recipe=dataclasses.replace(
            preset.recipe,
            phases=(configuration.PhaseConfig("all", 8, 1e-3, "constant", 0.0),),
            batch_size=8,
            choose_by="loss",
        ),
    )
    worker.run(config, ROOT / "finished", lambda _event: None, register=False)

    def stop(event: events.Event) -> None:
        if isinstance(event, events.Epoch) and event.epoch == 5:
            raise Cancelled

    try:
        worker.run(config, ROOT / "interrupted", stop, register=False)
    except Cancelled:
        return
    raise SystemExit("The run was not interrupted.")


def answer() -> None:
    """Keep what the bundle says of two images, results that were stopped half way, and an evaluation."""
    files = sorted((ROOT / "images").rglob("*.png"))
    predictor = Predictor.load(str(BUNDLE), "openvino:cpu")
    logits = {
        str(file.relative_to(ROOT)): predictor.predict(read(file))[0].logits.tolist()
        for file in (files[0], files[-1])
    }
    (ROOT / "logits.json").write_text(json.dumps(logits, indent=1), "utf-8")
    (ROOT / "score").mkdir()
    for end in ("csv", "jsonl"):
        out = ROOT / "score" / f"results.{end}"
        options = ("--model", str(BUNDLE), "--device", "openvino:cpu", "--out", str(out))
        assert cxrview(["score", str(ROOT / "images" / "lesion"), *options]) == 0
        lines = out.read_bytes().splitlines(keepends=True)
        cut = lines[8][:40] if end == "jsonl" else b""  # one was stopped, the other killed
        out.write_bytes(b"".join(lines[:8]) + cut)
    out = ROOT / "evaluation"
    options = ("--model", str(BUNDLE), "--device", "openvino:cpu", "--repeats", "20", "--out", str(out))
    assert cxrview(["evaluate", "--data", str(ROOT / "images"), *options]) == 0


def look() -> None:
    """Use the window: draw, change settings and keys, fold a panel, and close it with files open."""
    from PySide6.QtCore import QEventLoop

    from cxrview.annotations.annotation import CalibrationLine, CardiothoracicRatio, Length, Point, Text
    from cxrview.gui.app import application
    from cxrview.gui.main_window import MainWindow

    drawn = (
        Length(points=(Point(10, 10), Point(30, 25)), label="a line"),
        CardiothoracicRatio(points=(Point(15, 30), Point(33, 30), Point(4, 32), Point(44, 32))),
        CalibrationLine(points=(Point(0, 0), Point(20, 0)), known_mm=50.0),
        Text(points=(Point(24, 24),), label="größer als früher"),
    )
    app = application()

    def wait(condition) -> None:
        while not condition():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)

    window = MainWindow(ROOT / "home", model=str(BUNDLE), device="openvino:cpu")
    window.show()
    wait(lambda: window.is_complete and window.state.model.card is not None)
    window.state.change_settings(
        theme="light", language="de", restore_session=True, heatmap_mode="contour", heatmap_opacity=0.6,
        heatmap_colours="viridis", prefetch=0, memory_budget_mb=512, model=str(BUNDLE), device="openvino:cpu",
        shortcuts={"invert": ("Ctrl+I",), "fit": (), "open": ("Ctrl+O", "F3")},
    )  # fmt: skip
    window.resize(1100, 700)
    window.menus.actions["histogram"].trigger()
    window.menus.actions["studies"].trigger()
    window.menus.actions["two_columns"].trigger()
    films = sorted((ROOT / "images" / "clear").iterdir())[:3]
    window.open(films)
    wait(lambda: window.state.reading.prediction is not None and window.measuring.key)
    for number, annotation in enumerate(drawn):
        created = annotation.created.replace(microsecond=number)
        annotation = dataclasses.replace(annotation, id=f"{number:032x}", created=created)
        window.annotations.add(window.measuring.key, annotation, "Drawing")
    wait(lambda: (ROOT / "home" / "recent.json").exists())
    window.close()
    window.training.close()
    window.runner.close(wait=True)


def keep() -> None:
    """Copy what was made, without caches, and with a placeholder for ROOT."""
    shutil.rmtree(KEPT, ignore_errors=True)
    shutil.copytree(ROOT, KEPT, ignore=shutil.ignore_patterns(*LEFT_OUT))
    for path in (KEPT / "finished" / "checkpoints").glob("*.npz"):
        path.unlink()
    for path in KEPT.rglob("*"):
        if path.suffix in TEXTS and "bundle" not in path.parts:
            path.write_bytes(path.read_bytes().replace(str(ROOT).encode(), b"@folder@"))


if __name__ == "__main__":
    np.random.seed(0)
    shutil.rmtree(ROOT, ignore_errors=True)
    train()
    answer()
    look()
    keep()
