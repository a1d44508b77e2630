"""A real window on a real predictor; only the engine under it is a small one made for the tests."""

import gc
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtWidgets import QApplication

from cxrview.bundle import Bundle
from cxrview.bundle.card import parse
from cxrview.engines.engine import Outputs
from cxrview.gui import theme as themes
from cxrview.gui.main_window import MainWindow
from cxrview.gui.widgets import fonts
from cxrview.inference.predictor import Predictor
from cxrview.isolation.decoders import decoders
from cxrview.progress import Report

# Off screen every window is active and nobody's mouse is in the way; set the variable to test elsewhere.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

CLASSES = (
    ("covid19", "COVID-19", "Opacities as in COVID-19."),
    ("normal", "Normal", "No finding."),
    ("pneumonia", "Other pneumonia", "Opacities of another pneumonia."),
)
CARD = {
    "schema": 1,
    "name": "phantom-reader",
    "version": "0.1",
    "title": "A reader of phantoms",
    "status": "user",
    "architecture": "block means",
    "classes": [{"name": name, "label": label, "meaning": meaning} for name, label, meaning in CLASSES],
    "exclusive": True,
    "input_size": 224,
    "map_field": [0.0, 0.0, 1.0, 1.0],
    "temperature": 1.0,
    "operating_points": {"balanced": {"covid19": 0.4}},
    "limits": ["It reads brightness and nothing else."],
    "metrics": {"accuracy": {"value": 0.5, "ci95": [0.4, 0.6]}},
    "files": {name: {"sha256": "", "bytes": 0} for name in ("model.onnx", "selftest.npz")},
}


class BrightnessEngine:
    """Finds the bright places of an image: class 0 in the left half, 1 everywhere, 2 in the right half.

    The embedding is the mean brightness, so that nearly white images are unlike the "training" ones.
    """

    name, device = "brightness", "CPU"

    @classmethod
    def missing(cls) -> str | None:
        return None

    def predict(self, batch: np.ndarray) -> Outputs:
        cells = np.stack([cv2.resize(image, (7, 7), interpolation=cv2.INTER_AREA) for image in batch])
        cells = cells.astype(np.float32) / 255
        maps = np.repeat(cells[:, None], 3, axis=1)
        maps[:, 0, :, 4:] = 0
        maps[:, 2, :, :3] = 0
        logits = np.stack([maps[:, 0].sum((1, 2)), maps[:, 1].sum((1, 2)) / 2, maps[:, 2].sum((1, 2))], 1) / 8
        embedding = np.stack([cells.mean((1, 2)), np.zeros(len(batch), np.float32)], 1)
        return {
            "logits": logits.astype(np.float32),
            "activation_maps": maps,
            "embedding": embedding.astype(np.float32),
        }


@pytest.fixture(scope="session", autouse=True)
def ready_decoder():
    """Have the first process that decodes get ready early, as the application does."""
    decoders().warm()


@pytest.fixture(scope="session")
def bundle_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle without a graph: a card, and what a usual film's brightness is."""
    folder = tmp_path_factory.mktemp("phantom-reader")
    (folder / "card.json").write_text(json.dumps(CARD), "utf-8")
    np.savez(
        folder / "domain.npz",
        mean=np.array([[0.45, 0.0]], np.float32),
        whitening=np.eye(2, dtype=np.float32),
        threshold=np.float32(0.4),
        reference=np.linspace(0.0, 0.4, 41, dtype=np.float32),
    )
    return folder


@pytest.fixture
def load_predictor(bundle_folder: Path) -> Callable[[str, str, Report], Predictor]:
    """Loads the predictor that the window gets, from the bundle above."""
    path = bundle_folder / "card.json"

    def load(_model: str, _device: str, _report: Report) -> Predictor:
        card = parse(path.read_text("utf-8"), path)
        return Predictor(Bundle(bundle_folder, card), BrightnessEngine(), "the only engine of the tests.")

    return load


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A settings folder of the test's own."""
    folder = tmp_path / "settings"
    folder.mkdir()
    return folder


@pytest.fixture(autouse=True)
def collected_here() -> Iterator[None]:
    """As in the app (gui.garbage) no worker collects what tests leave, and with it widgets."""
    gc.disable()
    yield
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def nothing_left() -> Iterator[None]:
    """No thread of a later test collects widgets either."""
    yield
    gc.collect()


@pytest.fixture(autouse=True)
def dark_again() -> Iterator[None]:
    """A test that changes the theme does not change it for the next one."""
    yield
    if themes.current() is not themes.DARK:
        themes.apply(QApplication.instance(), themes.DARK)


@pytest.fixture(scope="session")
def qapp(qapp: QApplication) -> QApplication:
    """The application, in the font of the program, for every machine has others of its own."""
    fonts.dress(qapp)
    return qapp


@pytest.fixture(scope="session")
def fusion(qapp: QApplication) -> None:
    """The style that the program uses everywhere."""
    qapp.setStyle("Fusion")


@pytest.fixture
def make_window(qtbot, fusion: None, home: Path, load_predictor) -> Iterator[Callable[..., MainWindow]]:
    """Makes real windows, `complete` ones unless asked not to wait for it.

    Each is closed, and its threads have ended, before the test is over.
    """
    windows = []

    def make(complete: bool = True, **options: object) -> MainWindow:
        window = MainWindow(home, **{"load_predictor": load_predictor} | options)
        windows.append(window)
        qtbot.addWidget(window)
        window.show()
        if complete:
            qtbot.waitExposed(window)
            qtbot.waitUntil(lambda: window.is_complete)
        return window

    yield make
    for window in windows:
        window.close()
        window.training.close()
        window.runner.close(wait=True)


@pytest.fixture
def window(make_window: Callable[..., MainWindow], qtbot) -> MainWindow:
    """A window whose model is loaded."""
    window = make_window()
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    return window


@pytest.fixture
def opened(window: MainWindow, phantom: Path, qtbot) -> MainWindow:
    """A window with the phantom read and predicted."""
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    return window


def write_png(path: Path, pixels: np.ndarray) -> Path:
    """Write `pixels`, (h, w) uint8 or uint16, and return `path`."""
    _, encoded = cv2.imencode(".png", pixels)
    path.write_bytes(encoded.tobytes())
    return path


def make_phantom(seed: int = 0, height: int = 300, width: int = 240) -> np.ndarray:
    """Return a grey phantom, (height, width) uint8: a ramp downwards and a bright disc at the left."""
    rows, columns = np.mgrid[:height, :width]
    image = 60 + 40 * rows / height
    image[(rows - height * 0.5) ** 2 + (columns - width * 0.3) ** 2 < (width * 0.2) ** 2] = 230
    noise = np.random.default_rng(seed).normal(0, 4, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.fixture
def phantom(tmp_path: Path) -> Path:
    """An 8-bit PNG with known pixels."""
    return write_png(tmp_path / "phantom.png", make_phantom())


@pytest.fixture
def second(tmp_path: Path) -> Path:
    """Another 8-bit PNG, of another size."""
    return write_png(tmp_path / "second.png", make_phantom(1, 200, 260))
