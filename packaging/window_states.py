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
import gc
import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path("/tmp/cxrview-states")
FIXTURES = Path(__file__).parent.parent / "tests" / "data" / "made_by_0_1_0"
NOW = 1_767_445_200  # 2026-01-03 13:00 UTC
DAYS = ("20240102", "20250304", "20260101")
SOON = 3000  # ms: a timer that waits longer has nothing to do with what is on the screen
STILL = 0.25  # seconds without a change
LIMIT = 120  # seconds for one state
MAIN, TRAINING, LIBRARY = (1280, 800), (1120, 760), (1240, 720)


def stop_the_clock() -> None:
    """Let it be one moment in this process, for all who ask later; what waits is not concerned."""

    class Day(datetime.date):
        @classmethod
        def today(cls) -> datetime.date:
            return cls.fromtimestamp(NOW)

    class Moment(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return cls.fromtimestamp(NOW, tz)

    strftime, localtime = time.strftime, time.localtime
    datetime.date, datetime.datetime = Day, Moment
    time.time, time.perf_counter = lambda: float(NOW), lambda: 0.0
    time.localtime = lambda seconds=NOW: localtime(seconds)
    time.strftime = lambda pattern, moment=None: strftime(pattern, moment or localtime(NOW))


def films() -> dict[str, Path]:
    """Draw the films of four patients, two of whom have been here before, and a file that is none."""
    import cv2
    import numpy as np
    from pydicom.dataset import Dataset, FileMetaDataset
    from pydicom.uid import DigitalXRayImageStorageForPresentation, ExplicitVRLittleEndian

    folder = ROOT / "films"
    folder.mkdir()
    rows, columns = np.mgrid[:600, :480]
    number = 0
    for patient, name, views in (
        ("1001", "DOE^JANE", (("PA", DAYS[0]), ("PA", DAYS[1]), ("LL", DAYS[2]), ("PA", DAYS[2]))),
        ("1002", "MUSTERMANN^ERIKA", (("AP", DAYS[1]), ("PA", DAYS[2]))),
        ("1003", "ROE^RICHARD", (("LATERAL", DAYS[2]),)),
    ):
        for view, day in views:
            number += 1
            values = 900 + 2 * rows + 300 * np.sin(columns / (25 + 5 * number))
            values[(rows - 300) ** 2 + (columns - 150) ** 2 < (60 + 10 * number) ** 2] = 3000
            pixels = (values + np.random.default_rng(number).normal(0, 20, values.shape)).astype(np.uint16)
            data = Dataset()
            data.file_meta = FileMetaDataset()
            data.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
            data.SOPClassUID = DigitalXRayImageStorageForPresentation
            data.SOPInstanceUID, data.SeriesInstanceUID = f"1.2.3.{number}.3", f"1.2.3.{number}.2"
            data.StudyInstanceUID = f"1.2.3.{patient}.{day}"
            data.PatientName, data.PatientID, data.PatientSex, data.PatientAge = name, patient, "F", "054Y"
            data.StudyDate, data.Modality, data.ViewPosition = day, "DX", view
            data.BodyPartExamined, data.ImagerPixelSpacing = "CHEST", [0.5, 0.5]
            data.SamplesPerPixel, data.PhotometricInterpretation = 1, "MONOCHROME2"
            data.Rows, data.Columns = pixels.shape
            data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 12, 11, 0
            data.WindowCenter, data.WindowWidth = 1800, 2600
            data.PixelData = pixels.tobytes()
            data.save_as(folder / f"IM{number:04d}.dcm", enforce_file_format=True)
    cv2.imwrite(str(folder / "picture.png"), (rows // 3).astype(np.uint8))
    (ROOT / "broken.dcm").write_bytes(b"\0" * 128 + b"DICM" + b"\x08\x00\x05\x00CS\x0a\x00ISO_IR")
    return {path.stem: path for path in sorted(folder.iterdir())}


def training_images() -> Path:
    """Return a folder of class folders with one picture in both, a tiny one and one that is none."""
    folder = ROOT / "images"
    shutil.copytree(FIXTURES / "images", folder)
    first = sorted((folder / "clear").iterdir())[0]
    wanting = ROOT / "wanting"
    shutil.copytree(folder, wanting)
    shutil.copyfile(first, wanting / "lesion" / "again.png")
    (wanting / "lesion" / "none.png").write_bytes(b"no picture")
    return wanting


def stored_run(name: str, folder: Path) -> Path:
    """Lay the run `name` of the fixtures down in `folder`, with the paths of this machine."""
    shutil.copytree(FIXTURES / name, folder)
    for path in folder.rglob("*"):
        if path.suffix in {".toml", ".json", ".jsonl", ".csv"} and "bundle" not in path.parts:
            path.write_text(path.read_text("utf-8").replace("@folder@", str(ROOT)), "utf-8")
    for path in (folder, *folder.rglob("*")):
        os.utime(path, (NOW, NOW))
    return folder


class Camera:
    """Waits until nothing moves, and takes a picture."""

    def __init__(self, app: object, window: object, folder: Path) -> None:
        self._app, self.window, self._folder = app, window, folder
        self._count = 0
        self.processes_end = True  # False where a page keeps one as long as it is shown

    def wait(self, condition: Callable[[], object]) -> None:
        """Let the program work until `condition` holds."""
        end = time.monotonic() + LIMIT
        while not condition():
            if time.monotonic() > end:
                raise SystemExit(f"after state {self._count}: waited too long")
            self._app.processEvents()
            time.sleep(0.002)  # other processes and threads want to work too

    def settle(self) -> None:
        """Let the program work until nothing is to be expected any more."""
        for _ in range(3):
            self.wait(lambda: not self._expected())

    def _expected(self) -> bool:
        from PySide6.QtCore import QProcess, QTimer

        self._app.processEvents()
        if any(not job.cancelled for job in self.window.runner._jobs):
            return True
        if self._hurry():
            return True
        for thing in gc.get_objects():
            try:
                if isinstance(thing, QTimer):
                    waiting = thing.isActive() and thing.interval() <= SOON
                    if waiting and (thing.isSingleShot() or thing.interval() == 0):
                        return True
                elif self.processes_end and isinstance(thing, QProcess):
                    running = thing.state() != QProcess.ProcessState.NotRunning
                    if running:
                        return True
            except RuntimeError:  # what it belongs to has gone
                continue
        return False

    def _hurry(self) -> bool:
        """Let the message in the status bar go at once, lest it goes between two pictures."""
        from PySide6.QtCore import QTimer

        late = [
            t for t in self.window.statusBar().findChildren(QTimer) if t.isActive() and t.interval() > SOON
        ]
        for timer in late:
            timer.start(0)
        return bool(late)

    def take(self, name: str, widget: object = None) -> None:
        """Save `widget`, or the main window, as the next state."""
        self.settle()
        self._count += 1
        path = self._folder / f"{self._count:02d}-{name}.png"
        if not self._still(widget or self.window).save(str(path)):
            raise SystemExit(f"{path} cannot be written.")

    def _still(self, widget: object) -> object:
        """Return the picture of `widget` when it has stopped changing: Qt fades some of its own parts in."""
        picture, since = widget.grab().toImage(), time.monotonic()
        while time.monotonic() - since < STILL:
            self._app.processEvents()
            if (now := widget.grab().toImage()) != picture:
                picture, since = now, time.monotonic()
        return picture


def dialogs(app: object) -> Iterator[object]:
    """Yield the windows that are open besides the main one, newest last."""
    from PySide6.QtWidgets import QMainWindow

    for widget in app.topLevelWidgets():
        if widget.isVisible() and widget.isWindow() and not isinstance(widget, QMainWindow):
            yield widget


def of_kind(app: object, kind: str) -> object:
    """Return the open window of the class called `kind`."""
    return next(widget for widget in dialogs(app) if type(widget).__name__ == kind)


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
    give("heatmap_contour")
    camera.take("contours")
    give("heatmap_cells")
    give("heatmap_grid")
    camera.take("cells")
    give("heatmap_smooth")
    give("heatmap_grid")
    for name, kind in (
        ("all_classes", "MultiplesDialog"),
        ("model_view", "ModelViewDialog"),
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


def lasting(pdf: bytes) -> bytes:
    """Return `pdf` without its day and its identifiers, which are others each time."""
    pdf = re.sub(rb"\(D:\d{14}[^)]*\)", lambda found: b"(" + b"0" * (len(found[0]) - 2) + b")", pdf)
    pdf = re.sub(
        rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|[+-]\d\d:\d\d)?", lambda found: b"0" * len(found[0]), pdf
    )
    pdf = re.sub(rb"(?<=<)[0-9a-f]{32,}(?=>)", lambda found: b"0" * len(found[0]), pdf)
    return re.sub(
        rb"[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}", lambda found: b"0" * len(found[0]), pdf, flags=re.I
    )


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
    shown.do_compare()
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
    data, model, run, result, search = shown.steps
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
    runs = window.runs_folder
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
    shown.close()


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
