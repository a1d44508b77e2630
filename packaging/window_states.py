"""Grab the window in its many states, so that a change that should change nothing can be held to that.

    python packaging/window_states.py FOLDER

It writes a picture of every state in both themes and both languages, the report as PDF and an exported
picture to FOLDER, and their sha256 to FOLDER/SHA256SUMS. On one machine two runs give the same bytes: the
clock stands still, everything lies in one folder that is made anew, and of a PDF day and identifier are
taken out. Other machines have other fonts, so only pictures of one machine can be compared.

Each theme and language has a process of its own, which is this file with their names:

    python packaging/window_states.py FOLDER dark en
"""

import datetime
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from states_camera import NOW, Camera, lasting, of_kind, stop_the_clock
from states_disk import FIXTURES, ROOT, films, stored_run, training_images

MAIN, TRAINING, LIBRARY = (1280, 800), (1120, 760), (1240, 720)


def review(camera: Camera, app: object, sample: Path, drawn: dict[str, Path]) -> None:
    """Looking at images."""
    window = camera.window
    give = lambda name: window.menus.actions[name].trigger()  # noqa: E731 - it is short
    camera.take("empty")
    for name in window.menus.menus:
        camera.take(f"menu-{name}", window.menus.menus[name])
    window.open([sample])
    camera.wait(lambda: window.state.reading.prediction is not None)
    camera.take("reading")
    give("heatmap_smooth")
    camera.take("smooth")
    give("heatmap_cells")
    give("heatmap_grid")
    camera.take("cells")
    give("heatmap_contour")
    give("heatmap_grid")
    for name, kind in (
        ("all_classes", "MultiplesDialog"),
        ("model_view", "ModelViewDialog"),
        ("compare_maps", "CompareDialog"),
        ("cover", "CoverDialog"),
        ("card", "TextDialog"),
        ("tags", "TagDialog"),
    ):
        give(name)
        camera.settle()
        dialog = of_kind(app, kind)
        dialog.resize(900, 640)
        camera.take(name, dialog)
        dialog.close()
    give("twins")
    camera.take("twins")
    give("twins")
    give("histogram")
    give("clahe")
    give("turn_right")
    camera.take("turned")
    give("reset")
    give("clahe")
    give("histogram")
    study_list(camera, drawn, give)


def study_list(camera: Camera, drawn: dict[str, Path], give: Callable[[str], None]) -> None:
    """Several patients, several viewports, and measuring."""
    from PySide6.QtTest import QTest

    window = camera.window
    window.open([ROOT / "films"])
    camera.wait(lambda: len(window.state.entries) == len(drawn) + 1)
    camera.settle()
    window.session.select(drawn["IM0004"])
    camera.wait(lambda: window.state.reading.prediction is not None)
    to_top = window.studies.tree.scrollToTop  # where the list stands depends on when its parts came
    for name in ("studies", "prior"):
        if name == "prior":
            give("compare_prior")
        camera.settle()
        to_top()
        camera.take(name)
    give("four")
    for view, name in zip(window.state.views, ("IM0001", "IM0002", "IM0003", "picture"), strict=True):
        window.session.select(drawn[name], 0, view)
    camera.settle()
    to_top()
    camera.take("four")
    give("one")
    give("search")
    QTest.keyClicks(window.studies.search, "doe")
    camera.take("searched")
    window.studies.search.clear()
    give("hide_identity")
    camera.take("nameless")
    give("hide_identity")
    window.session.select(drawn["IM0005"])
    camera.wait(lambda: window.state.shown.path == drawn["IM0005"])
    measure(camera)


def measure(camera: Camera) -> None:
    """Draw one of each kind."""
    from cxrview.annotations import annotation as kinds

    window, point = camera.window, kinds.Point
    camera.wait(lambda: window.measuring.key)
    moment = datetime.datetime.fromtimestamp(NOW, datetime.UTC)
    for number, drawing in enumerate(
        (
            kinds.Length(points=(point(60, 100), point(200, 160)), label="a length"),
            kinds.Angle(points=(point(300, 60), point(260, 140), point(420, 150))),
            kinds.CobbAngle(points=(point(40, 200), point(120, 210), point(40, 280), point(120, 250))),
            kinds.CardiothoracicRatio(
                points=(point(150, 420), point(320, 430), point(40, 470), point(440, 460))
            ),
            kinds.EllipseRoi(points=(point(250, 230), point(420, 330))),
            kinds.FreehandRoi(points=(point(60, 520), point(160, 500), point(130, 580))),
            kinds.PointValue(points=(point(400, 400),)),
            kinds.Arrow(points=(point(240, 300), point(180, 380))),
            kinds.Text(points=(point(300, 540),), label="größer als früher"),
        )
    ):  # fmt: skip
        created = moment + datetime.timedelta(seconds=number)
        fixed = type(drawing)(
            points=drawing.points, label=drawing.label, id=f"{number:032x}", created=created
        )
        window.annotations.add(window.measuring.key, fixed, "Drawing")
    camera.take("measured")


def files(camera: Camera, app: object, folder: Path) -> None:
    """What leaves the window, and what could not come in."""
    from PySide6.QtWidgets import QFileDialog

    window, chosen = camera.window, []
    QFileDialog.getSaveFileName = staticmethod(lambda *_arguments: (str(chosen[-1]), ""))
    camera.wait(lambda: window.state.reading.prediction is not None)
    for name in ("report", "report_anonymous"):
        chosen.append(folder / f"{name}.pdf")
        window.menus.actions[name].trigger()
        camera.wait(chosen[-1].exists)
        camera.settle()
        chosen[-1].write_bytes(lasting(chosen[-1].read_bytes()))
    chosen.append(folder / "exported.png")
    window.menus.actions["export"].trigger()
    camera.settle()
    dialog = of_kind(app, "ExportDialog")
    dialog.resize(920, 620)
    camera.take("export", dialog)
    dialog.save.click()
    camera.wait(chosen[-1].exists)
    window.open([ROOT / "broken.dcm"])
    camera.wait(lambda: window.state.shown.path == ROOT / "broken.dcm")
    camera.take("unreadable")
    window.menus.actions["again"].trigger()
    camera.settle()
    window.menus.actions["close_all"].trigger()
    camera.take("closed")


def helpers(camera: Camera, app: object) -> None:
    """Preferences, palette, help, about."""
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QTabWidget

    window = camera.window
    for page in ("general", "display", "corners", "heatmap", "model", "shortcuts"):
        window.preferences.show(page)
        camera.settle()
        dialog = of_kind(app, "PreferencesDialog")
        dialog.resize(760, 600)
        camera.take(f"preferences-{page}", dialog)
    dialog.close()
    window.activateWindow()
    window.menus.actions["commands"].trigger()
    camera.settle()
    QTest.keyClicks(window.commands.search, "he")
    camera.take("palette")
    window.commands.hide()
    for action in ("manual", "keys"):
        window.menus.actions[action].trigger()
        camera.settle()
        manual = of_kind(app, "HelpWindow")
        manual.resize(900, 700)
        camera.take(action, manual)
    manual.close()
    window.menus.actions["about"].trigger()
    camera.settle()
    about = of_kind(app, "AboutDialog")
    about.resize(720, 600)
    camera.take("about", about)
    about.findChild(QTabWidget).setCurrentIndex(1)
    camera.take("about-licences", about)
    about.close()


def library(camera: Camera, app: object) -> None:
    """The models."""
    window = camera.window
    window.menus.actions["library"].trigger()
    camera.settle()
    shown = of_kind(app, "LibraryWindow")
    shown.resize(*LIBRARY)
    camera.take("library", shown)
    entries = list(shown.list.entries)
    shown.list.choose_when_there(entries[-1].name)
    shown.library.refresh()
    camera.take("library-detail", shown)
    shown.commands["library_compare"].trigger()
    camera.take("library-compare", shown)
    shown.search.setText("no such model")
    camera.take("library-searched", shown)
    shown.close()


def training(camera: Camera, app: object, images: Path) -> None:
    """From images to a model."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QTabWidget

    window = camera.window
    window.menus.actions["train"].trigger()
    camera.settle()
    shown = of_kind(app, "TrainingWindow")
    shown.resize(*TRAINING)
    data, model, run, _result, search = shown.steps
    camera.take("train-data-empty", shown)
    for name, folder in (("findings", images), ("ready", ROOT / "images")):
        line = data.page.source.line
        line.clear()
        QTest.keyClicks(line, str(folder))
        QTest.keyClick(line, Qt.Key.Key_Return)
        camera.wait(lambda: data.check.state in ("done", "refused") and not data.check.is_busy)
        camera.wait(lambda: not window.training.runs.checking.is_running)
        camera.take(f"train-data-{name}", shown)
    shown.show_step(model)
    camera.take("train-model", shown)
    model.presets.cards["scratch"].click()
    tabs = model.findChild(QTabWidget)
    camera.processes_end = False
    for number, name in ((1, "augmentation"), (2, "expert")):
        tabs.setCurrentIndex(number)
        camera.wait(lambda number=number: number != 1 or model.augmentation.grid.pictures)
        camera.take(f"train-{name}", shown)
    shown.show_step(search)
    camera.processes_end = True
    camera.take("train-search", shown)
    shown.show_step(run)
    camera.take("train-summary", shown)
    stored_runs(camera, shown)
    shown.close()


def stored_runs(camera: Camera, shown: object) -> None:
    """What lies on the disk: a run that was interrupted, and a finished one."""
    from PySide6.QtWidgets import QTabWidget

    _data, _model, run, result, _search = shown.steps
    runs = camera.window.bench.places.runs
    stored_run("interrupted", runs / "20260102-120000-run")
    run.entered()
    camera.take("train-interrupted", shown)
    run.show_folder(runs / "20260102-120000-run")
    camera.take("train-run", shown)
    finished = stored_run("finished", runs / "20260101-120000-run")
    run.show_folder(finished)
    camera.take("train-finished", shown)
    shown.show_step(result)
    camera.wait(lambda: result.result is not None)
    tabs = result.findChild(QTabWidget)
    for number in range(tabs.count()):
        tabs.setCurrentIndex(number)
        camera.take(f"train-result-{number + 1}", shown)


def grab_all(folder: Path, theme: str, tongue: str) -> None:
    """Make the pictures of one theme and one language."""
    stop_the_clock()
    from PySide6.QtCore import QLocale, Qt

    from cxrview import paths
    from cxrview.gui import language
    from cxrview.gui.app import application
    from cxrview.gui.main_window import MainWindow

    shutil.rmtree(ROOT, ignore_errors=True)
    (ROOT / "home").mkdir(parents=True)
    drawn, images = films(), training_images()
    models = ROOT / "models"  # copies, because the library shows the days of the files
    shutil.copytree(paths.bundled_models(), models)
    paths.bundled_models = lambda: models
    shutil.copytree(FIXTURES / "finished" / "bundle" / "old-lungs", paths.user_models() / "old-lungs")
    for path in (*models.rglob("*"), *paths.user_models().rglob("*")):
        os.utime(path, (NOW, NOW))
    QLocale.setDefault(QLocale.c())
    app = application()
    app.setCursorFlashTime(0)
    for effect in Qt.UIEffect:
        app.setEffectEnabled(effect, False)
    language.speak(app, tongue)
    window = MainWindow(ROOT / "home", model="cxr-densenet121", device="openvino:cpu")
    window.state.change_settings(theme=theme, language=tongue)
    window.resize(*MAIN)
    window.show()
    camera = Camera(app, window, folder)
    camera.wait(lambda: window.is_complete and window.state.model.card is not None)
    review(camera, app, paths.sample_radiograph(), drawn)
    files(camera, app, folder)
    helpers(camera, app)
    library(camera, app)
    training(camera, app, images)
    window.close()
    window.training.close()
    window.runner.close(wait=True)


def main(folder: Path) -> None:
    """Make all pictures, each theme and language in a process of its own, and their sums."""
    pinned = {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_HASH_SEED": "0",
        "PYTHONHASHSEED": "0",
        "LC_ALL": "C.UTF-8",
        "LANGUAGE": "en",
        "TZ": "UTC",
        "NO_AT_BRIDGE": "1",
        **{f"XDG_{kind}_HOME": str(ROOT / "xdg" / kind.lower()) for kind in ("DATA", "CONFIG", "CACHE")},
    }
    shutil.rmtree(folder, ignore_errors=True)
    for theme in ("dark", "light"):
        for tongue in ("en", "de"):
            part = folder / f"{theme}-{tongue}"
            part.mkdir(parents=True)
            command = [sys.executable, __file__, str(part), theme, tongue]
            subprocess.run(command, env=os.environ | pinned, check=True)
    sums = [
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(folder).as_posix()}\n"
        for path in sorted(folder.rglob("*.p*"))
    ]
    (folder / "SHA256SUMS").write_text("".join(sums), "utf-8")
    print(f"{len(sums)} files in {folder}")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        grab_all(Path(sys.argv[1]), *sys.argv[2:])
    elif len(sys.argv) == 2:
        main(Path(sys.argv[1]))
    else:
        raise SystemExit(__doc__)
