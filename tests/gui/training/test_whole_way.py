"""The whole way with real widgets and a real training: from an empty window to a model that is used."""

import time
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from cxrview import bundle
from cxrview.gui.session.workers import load_predictor
from cxrview.gui.training.run.step import TrainingStep
from tests.training.runs import write_phantoms

pytestmark = [pytest.mark.tensorflow, pytest.mark.timeout(300)]

LEFT = Qt.MouseButton.LeftButton
PATIENCE = 120_000  # ms for each of the two processes
LIMIT = 240  # seconds for all of it


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Drawn chests in two classes, one of them in both."""
    root = tmp_path / "images"
    write_phantoms(root, 48, 64)
    classes = sorted(path for path in root.iterdir())
    original = sorted(classes[0].iterdir())[0]
    (classes[1] / "again.png").write_bytes(original.read_bytes())
    return root


@pytest.fixture
def own_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app and its training process keep models and caches in folders of the test's own."""
    for kind in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "xdg" / kind.lower()))


def test_from_two_folders_to_a_model_that_reads_images(own_folders, make_window, images, qtbot):
    begin = time.monotonic()
    window = make_window(load_predictor=load_predictor)
    window.menus.actions["train"].trigger()
    qtbot.waitUntil(lambda: window.training.window is not None)
    training = window.training.window
    qtbot.waitExposed(training)
    data, model, run, result, search = training.steps
    assert not training.next.isEnabled()

    line = data.page.source.line
    line.setFocus()
    qtbot.keyClicks(line, str(images))
    qtbot.keyClick(line, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: data.check.state in ("done", "refused"), timeout=PATIENCE)
    assert data.obstacle() == "1 finding stops the training."  # the picture that is in both classes
    assert not training.next.isEnabled()
    assert not training.rail[1].isEnabled()
    assert not training.rail[training.steps.index(search)].isEnabled()
    (leak,) = [row for row in data.page.findings.rows if row.kind == "label-conflict"]
    qtbot.mouseClick(leak.buttons["exclude"], LEFT)
    qtbot.waitUntil(training.next.isEnabled, timeout=PATIENCE)

    qtbot.mouseClick(training.next, LEFT)
    qtbot.mouseClick(model.presets.cards["scratch"], LEFT)
    epochs = model.expert.phases.rows[0]["epochs"].control
    epochs.setValue(3)
    qtbot.waitUntil(training.next.isEnabled)
    qtbot.mouseClick(training.next, LEFT)

    assert isinstance(run, TrainingStep)
    qtbot.mouseClick(run.summary.start, LEFT)
    training.close()  # it goes on behind the closed window
    qtbot.waitUntil(window.training.indicator.isVisible)
    qtbot.waitUntil(lambda: window.training.runs.current.outcome is not None, timeout=PATIENCE)
    assert window.training.runs.current.outcome.kind == "finished"
    qtbot.mouseClick(window.training.indicator.button, LEFT)
    qtbot.waitUntil(lambda: training.pages.currentWidget() is result and result.result is not None)

    qtbot.mouseClick(result.page.use, LEFT)
    name = bundle.load(Path(window.training.runs.current.progress.finished.bundle)).card.name
    qtbot.waitUntil(
        lambda: window.state.model.card is not None and window.state.model.card.name == name, timeout=30_000
    )
    assert set(window.state.model.card.class_names) == {path.name for path in images.iterdir()}
    window.open([next(path for path in sorted(images.rglob("*.png")))])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None, timeout=30_000)
    assert window.state.reading.prediction.model == name
    assert window.state.reading.prediction.activation_maps.max() > 0
    assert time.monotonic() - begin < LIMIT
