"""The window as a whole: themes, what is remembered, starting up, and the picture for documents."""

import inspect
import itertools
import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QFileDialog

from cxrview import paths, settings
from cxrview.bundle.messages import NO_SUCH_MODEL
from cxrview.errors import UnreadableImage
from cxrview.gui import app, theme
from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.gui.actions.table import SHORTCUTS
from cxrview.gui.main_window import FIRST_SIZE
from cxrview.gui.panels import notice
from cxrview.gui.session.workers import load_predictor as load_for_real
from cxrview.i18n import say
from cxrview.imaging.messages import DOES_NOT_EXIST
from tests.gui.commands_of_menus import SPECS


def test_a_command_changes_the_theme_and_back_and_a_bare_letter_does_not(window, qtbot):
    assert QApplication.palette().window().color().name() == theme.DARK.panel
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert theme.current() is theme.DARK
    window.menus.actions["light"].trigger()
    assert theme.current() is theme.LIGHT
    assert QApplication.palette().window().color().name() == theme.LIGHT.panel
    assert window.menus.actions["light"].isChecked()
    window.menus.actions["light"].trigger()
    assert QApplication.palette().window().color().name() == theme.DARK.panel


def test_the_canvas_is_black_in_both_themes(opened, qtbot):
    for _ in range(2):
        qtbot.keyClick(opened, Qt.Key.Key_T)
        corner = opened.canvas.grab().toImage().pixelColor(1, 1)
        assert corner.name() == "#000000"


def test_settings_and_layout_are_remembered(make_window, home):
    first = make_window()
    first.state.change_settings(theme="light", heatmap_opacity=0.3, heatmap_colours="viridis")
    first.menus.actions["studies"].trigger()
    first.resize(780, 640)  # the off-screen screen is small
    first.close()
    stored, complaints = settings.load(home / "settings.toml")
    assert complaints == []
    assert (stored.theme, stored.heatmap_opacity, stored.heatmap_colours) == ("light", 0.3, "viridis")
    again = make_window()
    assert theme.current() is theme.LIGHT
    assert again.reading.heatmap.opacity.value() == 30
    assert not again.studies.isVisible()
    assert not again.menus.actions["studies"].isChecked()
    assert again.size().toTuple() == (780, 640)


def test_bad_settings_are_said_and_passed_over(make_window, home):
    (home / "settings.toml").write_text('theme = "pink"\nheatmap_opacity = 0.2\n')
    window = make_window()
    assert theme.current() is theme.DARK
    assert window.state.settings.heatmap_opacity == 0.2
    assert "theme" in window.statusBar().message.text()


def test_a_slip_in_the_settings_does_not_cost_them(make_window, home):
    mine = 'heatmap_opacity = 0.2\nheatmap_colours = "viridis\n'
    (home / "settings.toml").write_text(mine)
    make_window().close()
    assert (home / "settings.toml.bak").read_text() == mine
    assert settings.load(home / "settings.toml")[1] == []


def test_the_notice_stands_in_full_until_it_is_put_away_and_never_again(make_window, qtbot):
    for put_away in (False, True):
        window = make_window(complete=False)
        notice.show_once(window.bench)
        strip = window.strips.lines["notice"]
        assert "must not be used for diagnosis, treatment or triage" in strip.words.text()
        if put_away:
            qtbot.mouseClick(strip.buttons[0], Qt.MouseButton.LeftButton)
            assert not window.strips.lines
        window.close()
    window = make_window(complete=False)
    notice.show_once(window.bench)
    assert not window.strips.lines


def test_the_command_line_decides_for_one_session_only(make_window, home, qtbot):
    asked = []

    def load(model, device, _report):
        asked.append((model, device))
        raise UnreadableImage("not needed here.")

    window = make_window(model="other", device="onnxruntime:cpu", load_predictor=load)
    qtbot.waitUntil(lambda: bool(asked))
    assert asked[0] == ("other", "onnxruntime:cpu")
    window.close()
    stored, _ = settings.load(home / "settings.toml")
    assert (stored.model, stored.device) == ("", "auto")


def test_a_device_from_the_menu_is_used_and_remembered(window, home, qtbot):
    cpu = next(action for action in window.menus.devices.actions() if action.text() == "&CPU")
    cpu.trigger()
    assert not cpu.isChecked()  # not before it works
    qtbot.waitUntil(lambda: window.session.models.choice.device == "cpu")
    assert cpu.isChecked()
    window.close()
    assert settings.load(home / "settings.toml")[0].device == "cpu"


def test_full_screen_comes_and_goes_and_keeps_the_window_maximised(make_window, qtbot):
    window = make_window()
    action = window.menus.actions["full_screen"]
    window.showMaximized()
    action.trigger()
    assert window.isFullScreen()
    assert action.isChecked()
    qtbot.waitUntil(lambda: not window.runner.jobs)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not window.isFullScreen()
    assert not action.isChecked()
    qtbot.waitUntil(window.isMaximized)  # as soon as a window manager has said so
    action.trigger()
    window.close()
    assert not make_window().isFullScreen()


def test_a_long_message_does_not_widen_the_window(window):
    before = window.minimumSizeHint().width()
    window.statusBar().say("word " * 200)
    assert window.minimumSizeHint().width() <= before + 30


def test_space_presses_no_button_of_the_error_page(window, tmp_path, qtbot):
    window.activateWindow()
    window.stage.setFocus()
    window.open([tmp_path / "gone.dcm"])
    qtbot.waitUntil(lambda: window.stage.currentWidget() is window.stage.error_page)
    assert window.stage.hasFocus()


def test_selected_words_are_copied_before_the_picture(opened, qtbot):
    opened.activateWindow()
    opened.reading.model.setFocus()
    opened.reading.model.setSelection(0, 7)
    opened.menus.actions["copy"].trigger()
    assert QApplication.clipboard().text() == "phantom"


def test_every_action_of_the_table_does_one_thing():
    """What can be on or off gets the new state; what is done gets nothing but what it is about."""
    for spec in SHORTCUTS.specs.values():
        assert (spec.run is None) != (spec.switch is None), spec.name
        done = spec.run if spec.run is not None else spec.switch
        inspect.signature(done).bind(None, *([True] if spec.switch is not None else []))


def test_every_name_of_the_table_is_there_once():
    menus = (*SHORTCUTS.menus, *SHORTCUTS.others)
    names = [spec.name for _title, rows in menus for spec in rows if spec is not None]
    assert sorted(names) == sorted(set(names))


def test_no_key_means_two_things_in_one_scope():
    assert clashes(SHORTCUTS.specs.values()) == []


def test_the_check_above_finds_a_clash():
    key = ("Ctrl+K",)
    two = [ActionSpec("a", "", key), ActionSpec("b", "", key, scope=Scope.LIBRARY)]
    assert clashes(two) == []
    assert clashes([*two, ActionSpec("c", "", key, scope=Scope.EVERYWHERE)]) == [("a", "c"), ("b", "c")]
    assert clashes([*two, ActionSpec("c", "", key, scope=Scope.LIBRARY)]) == [("b", "c")]


def clashes(specs):
    """Return the pairs of commands that one key would give at the same time."""
    return [
        (one.name, other.name)
        for one, other in itertools.combinations(specs, 2)
        if set(one.keys) & set(other.keys) and one.scope.meets(other.scope)
    ]


def test_every_icon_of_the_table_is_there_and_drawn(window):
    for spec in SPECS:
        if spec.icon:
            image = window.menus.actions[spec.name].icon().pixmap(20, 20).toImage()
            alphas = {image.pixelColor(x, y).alpha() for x in range(20) for y in range(20)}
            assert max(alphas) > 100, spec.name


def test_the_first_window_waits_for_no_heavy_library():
    """NumPy, OpenCV, pydicom and the engines are imported behind the window; TensorFlow never is."""
    code = """if True:
        import sys, tempfile
        from pathlib import Path
        from cxrview.gui import app
        qt = app.application()
        from cxrview.gui.main_window import MainWindow
        window = MainWindow(Path(tempfile.mkdtemp()))
        heavy = {"numpy", "cv2", "pydicom", "openvino", "onnxruntime", "keras", "tensorflow", "PIL"}
        heavy |= {"contourpy", "filelock"}
        print(sorted(heavy & set(sys.modules)))
        window.runner.close()
    """
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=os.environ | {"QT_QPA_PLATFORM": "offscreen"},
        cwd=paths.PACKAGE.parent,
        timeout=60,
        check=False,
    )
    assert result.stdout.strip() == "[]", result.stderr


@pytest.mark.usefixtures("qapp")
def test_render_demo_saves_the_window_and_returns_the_reading(chest_pa, tiny_bundle, tmp_path):
    png = tmp_path / "demo.png"
    prediction = app.render_demo(
        chest_pa, png, (900, 600), "light", folder=tmp_path / "own", model=str(tiny_bundle), device="cpu"
    )
    assert prediction.model_version == "1.2.3"
    image = QImage(str(png))
    assert (image.width(), image.height()) == (900, 600)
    middle = {image.pixelColor(x, 300).name() for x in range(300, 600)}
    assert len(middle) > 20  # a radiograph, not a blank


@pytest.mark.usefixtures("qapp")
def test_render_demo_says_why_it_cannot(tmp_path, tiny_bundle):
    with pytest.raises(UnreadableImage) as caught:
        app.render_demo(
            tmp_path / "gone.dcm", tmp_path / "x.png", folder=tmp_path / "own", model=str(tiny_bundle)
        )
    assert say(DOES_NOT_EXIST) in str(caught.value)


def test_a_model_is_taken_from_a_folder_and_remembered(make_window, home, tiny_bundle, monkeypatch, qtbot):
    window = make_window(load_predictor=None, device="onnxruntime:cpu")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tiny_bundle))
    window.menus.actions["model_folder"].trigger()
    words = "tiny 1.2.3 (interim) · ONNX Runtime CPU"
    qtbot.waitUntil(lambda: window.statusBar().model.text() == words, timeout=10000)
    window.close()
    assert settings.load(home / "settings.toml")[0].model == str(tiny_bundle)


def test_a_folder_that_is_no_model_is_refused_with_a_sentence(window, tmp_path, monkeypatch, qtbot):
    monkeypatch.setattr(window.session.models, "_load", load_for_real)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(tmp_path))
    window.menus.actions["model_folder"].trigger()
    qtbot.waitUntil(lambda: bool(window.statusBar().message.text()), timeout=20000)
    assert "cannot be used; still phantom-reader." in window.statusBar().message.text()
    said = window.statusBar().message.toolTip().replace("\n", "")
    assert say(NO_SUCH_MODEL(model=str(tmp_path))).replace(" ", "") in said.replace(" ", "")
    assert window.state.model.card is not None


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere there is always a display")
def test_without_a_display_there_is_a_sentence_and_no_abort():
    bare = {key: value for key, value in os.environ.items() if key not in app.DISPLAYS}
    code = "import sys; from cxrview.gui import app; sys.exit(app.run([]))"
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env=bare,
        cwd=paths.PACKAGE.parent,
        timeout=60,
        check=False,
    )
    assert result.returncode == 2
    assert result.stderr.startswith("cxrview: there is no display")


def test_the_program_can_be_left_from_the_windows_beside(window, qtbot):
    window.training.show_library()
    qtbot.waitUntil(window.training.library.isActiveWindow)
    qtbot.keyClick(window.training.library, Qt.Key.Key_Q, Qt.KeyboardModifier.ControlModifier)
    assert not window.isVisible()
    assert not window.training.library.isVisible()


def test_the_first_size_is_no_larger_than_the_screen(make_window, monkeypatch):
    monkeypatch.setattr(QApplication, "platformName", lambda: "xcb")  # the platform here has a small screen
    window = make_window()
    room = window.screen().availableSize()
    if room.width() >= FIRST_SIZE.width():
        pytest.skip("this screen has room for it")
    assert window.width() <= room.width()
    assert window.height() <= room.height()
