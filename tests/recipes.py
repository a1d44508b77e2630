"""What has become possible when the recipes of CONTRIBUTING.md were carried out: run in such a copy.

`python -m tests.recipes FOLDER` prints what went wrong with each recipe, as JSON, or "" where nothing did;
`python -m tests.recipes keras` does so for the one that needs TensorFlow.
"""

import json
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np


def colour_map(_folder: Path) -> None:
    """The new one has colours, and the preferences offer it."""
    import dataclasses

    from cxrview.explain.colour import colour_table
    from cxrview.settings import Settings

    assert len(np.unique(colour_table("turbo"), axis=0)) > 200
    (field,) = (field for field in dataclasses.fields(Settings) if field.name == "heatmap_colours")
    assert field.metadata["choices"]["turbo"].startswith("Turbo")


def architecture(_folder: Path) -> None:
    """It is known by its name, on the command line too."""
    from cxrview.cli import main
    from cxrview.training.network import architectures

    assert architectures.find("mobilenet").title == "MobileNet"
    chosen = main.parse(["train", "--data", "d", "--out", "o", "--arch", "mobilenet"])
    assert "mobilenet" in repr(chosen)


def built_architecture(_folder: Path) -> None:
    """It can be built, with what the table says of it, and a stored one may be opened again."""
    from cxrview.engines.graph import keras_config
    from cxrview.engines.graph.build import BACKBONE
    from cxrview.training.config import ModelConfig
    from cxrview.training.network import zoo
    from cxrview.training.network.starting_point import resolve

    model = zoo.build(resolve(ModelConfig(architecture="mobilenet", start="none", input_size=32)), 3)
    backbone, entry = model.get_layer(BACKBONE), zoo.ARCHITECTURES["mobilenet"]
    assert backbone.count_params() == entry.parameters
    assert entry.last_block in {layer.name for layer in backbone.layers}
    assert {type(layer).__name__ for layer in backbone.layers} <= keras_config.KERAS


def image_format(folder: Path) -> None:
    """A picture of 16 bits is found in a folder and keeps its bits."""
    from cxrview.imaging import find_images, read

    (path,) = find_images([picture(folder).parent])
    (radiograph,) = read(path)
    assert radiograph.values.max() == 60_000
    assert radiograph.format.startswith("PPM")


def explanation_method(folder: Path) -> None:
    """The command line takes it, and its picture is another one than Grad-CAM's."""
    from cxrview import paths
    from cxrview.__main__ import main

    film, pictures = str(paths.sample_radiograph()), []
    for method in ("gradcam", "squared"):
        out = folder / f"{method}.png"
        assert main(["explain", film, "--out", str(out), "--method", method]) == 0
        pictures.append(cv2.imread(str(out)))
    assert (pictures[0] != pictures[1]).any()


def score_column(folder: Path) -> None:
    """It stands in the header of a table, last, with a value below."""
    from cxrview.__main__ import main

    out = folder / "results.csv"
    assert main(["score", str(picture(folder)), "--out", str(out)]) == 0
    header, row = out.read_text("utf-8").splitlines()
    assert header.endswith(",lungs_found,objections")
    assert row.rpartition(",")[2].isdecimal()


def language(_folder: Path) -> None:
    """It is offered; what is translated is said in it, what is not in English."""
    from cxrview import i18n
    from cxrview.settings import LANGUAGES

    assert LANGUAGES["fr"] == "Français"
    i18n.use("fr")
    try:
        assert i18n.tr("&Double pixels") == "Pixels &doubles"
        assert i18n.tr("&Fit to window") == "&Fit to window"
        assert i18n.trn("{count} image found", "{count} images found", 2) == "{count} images found"
        assert i18n.fixed(1.5, 1) == "1,5"
    finally:
        i18n.use("en")


def command(folder: Path) -> None:
    """It is in the menu with its key, in the palette, and does what it says; its key is nobody else's."""
    from PySide6.QtCore import QDeadlineTimer
    from PySide6.QtWidgets import QApplication

    from cxrview.gui import app
    from cxrview.gui.actions.table import SHORTCUTS
    from cxrview.gui.main_window import MainWindow

    assert SHORTCUTS.owner("Ctrl+3", {}) == "double_pixels"
    app.application()
    home = folder / "home"
    home.mkdir()
    window = MainWindow(home)
    window.show()
    action = window.bench.actions["double_pixels"]
    assert action in window.bench.menus["view"].actions()
    assert [keys.toString() for keys in action.shortcuts()] == ["Ctrl+3"]
    window.bench.open([picture(folder)])
    deadline = QDeadlineTimer(20_000)
    while not action.isEnabled() and not deadline.hasExpired():
        QApplication.processEvents()
    action.trigger()
    assert window.bench.canvas.zoom == 2.0
    window.close()
    window.training.close()
    window.runner.close(wait=True)


def picture(folder: Path) -> Path:
    """Return a grey picture of 16 bits in the new format, alone in its folder."""
    path = folder / "pictures" / "film.pgm"
    if not path.exists():
        path.parent.mkdir(exist_ok=True)
        rows, columns = np.mgrid[0:200, 0:180]
        values = (rows * columns % 997 * 60_000 // 996).astype(">u2")
        path.write_bytes(b"P5\n180 200\n65535\n" + values.tobytes())
    return path


CHECKS: dict[str, Callable[[Path], None]] = {
    "A colour map": colour_map,
    "An architecture": architecture,
    "An explanation method": explanation_method,
    "A score column": score_column,
    "A language": language,
    "A command with its key": command,
    "An image format": image_format,
}


def outcome(check: Callable[[Path], None], folder: Path) -> str:
    """Return why `check` fails, or ""."""
    try:
        check(folder)
    except Exception:  # noqa: BLE001 - told by the test that asked
        return traceback.format_exc()
    return ""


def main(where: str) -> None:
    """Print what went wrong with each recipe."""
    if where == "keras":
        found = {"An architecture": outcome(built_architecture, Path())}
    else:
        found = {name: outcome(check, Path(where)) for name, check in CHECKS.items()}
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
