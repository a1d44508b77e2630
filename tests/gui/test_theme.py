"""Colours: legible in both themes, and told apart by readers who see colours differently."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QWidget

from cxrview import paths
from cxrview.explain.class_colours import CLASS_COLOURS
from cxrview.gui import theme
from cxrview.gui.widgets.themed import Themed
from tests.conftest import make_tiny_bundle
from tests.gui.theme_walk import Walk, differing, lay_out

# Machado, Oliveira, Fernandes 2009, severity 1.0, for linear RGB.
VISION = {
    "usual": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = XYZ.sum(axis=1)


def linear(colour: str) -> np.ndarray:
    """Return "#rrggbb" as linear RGB, 0…1 (IEC 61966-2-1)."""
    parts = np.array([int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Return linear RGB as CIELAB."""
    ratios = XYZ @ np.clip(rgb, 0, 1) / WHITE
    f = np.where(ratios > 0.008856, np.cbrt(ratios), 7.787 * ratios + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def contrast(one: str, other: str) -> float:
    """Return the WCAG 2.1 contrast of two colours."""
    light, dark = sorted((float(linear(one) @ XYZ[1]), float(linear(other) @ XYZ[1])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("vision", VISION)
def test_class_colours_are_told_apart(vision, name):
    """CIE76 differences: 2 is just seen side by side, and these are seen apart."""
    seen = [lab(np.array(VISION[vision]) @ linear(colour)) for colour in CLASS_COLOURS[name]]
    differences = {
        (first, second): np.linalg.norm(seen[first] - seen[second])
        for first, second in itertools.combinations(range(len(seen)), 2)
    }
    assert min(value for pair, value in differences.items() if max(pair) < 3) > 30
    assert min(differences.values()) > 9


@pytest.mark.parametrize("name", theme.THEMES)
def test_class_colours_are_seen_on_the_panel(name):
    """WCAG 2.1, 1.4.11."""
    paper = theme.THEMES[name].panel
    assert min(contrast(colour, paper) for colour in CLASS_COLOURS[name]) >= 3


@pytest.mark.parametrize("one", theme.THEMES.values(), ids=theme.THEMES)
@pytest.mark.parametrize(
    ("ink", "paper", "least"),
    [
        ("text", "panel", 7),
        ("text", "window", 7),
        ("muted", "panel", 4.5),
        ("warning", "warning_back", 4.5),
        ("error", "panel", 4.5),
        ("on_selection", "selection", 4.5),
        ("text", "field", 7),
        ("accent", "panel", 3),
        ("faint", "panel", 3),
        ("faint", "field", 3),
        ("faint", "window", 3),
    ],
)
def test_text_has_enough_contrast(one, ink, paper, least):
    """WCAG 2.1, 1.4.3, 1.4.6 and 1.4.11."""
    assert contrast(getattr(one, ink), getattr(one, paper)) >= least


def test_tool_tips_are_broken_into_lines():
    lines = theme.wrapped("word " * 60).splitlines()
    assert len(lines) > 3
    assert max(map(len, lines)) <= theme.TIP_WIDTH


@pytest.fixture
def walked(make_window, home, chest_pa, tmp_path, qtbot, qapp):
    """Opens everything there is in a theme and turns to another; returns pictures of it in both."""
    flash = qapp.cursorFlashTime()
    qapp.setCursorFlashTime(0)
    for name in ("alpha", "beta"):
        make_tiny_bundle(paths.user_models() / name, name=name, title=name)
    finished = lay_out(home / "training", tmp_path)

    def pictures(first: str, second: str):
        (home / "window.ini").unlink(missing_ok=True)
        (home / "settings.toml").write_text(f'theme = "{first}"\n', "utf-8")
        window = make_window()
        qtbot.waitUntil(lambda: window.state.model.card is not None)
        window.open([chest_pa])
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
        walk = Walk(window, finished, qtbot)
        walk.pictures()  # after which every page was seen
        assert walk.nameless == []
        before = walk.pictures()
        window.state.change_settings(theme=second)
        after = walk.pictures()
        window.close()
        window.training.close()
        window.runner.close(wait=True)
        return before, after

    yield pictures
    qapp.setCursorFlashTime(flash)


def test_a_change_of_theme_leaves_nothing_of_the_one_before(walked):
    """Every window, dialog and page looks as after a start in that theme, to the last pixel."""
    dark, turned_light = walked("dark", "light")
    light, turned_dark = walked("light", "dark")
    assert len(dark) > 25
    assert set(dark) - set(differing(dark, light)) <= {"second"}  # which is black
    assert differing(light, turned_light) == []
    assert differing(dark, turned_dark) == []


def test_an_icon_follows_the_theme_by_itself(qapp):
    icon, size = theme.icon("flag"), QSize(20, 20)
    for one in (theme.DARK, theme.LIGHT):
        theme.apply(qapp, one)
        for mode, colour in ((QIcon.Mode.Normal, one.text), (QIcon.Mode.Disabled, one.faint)):
            assert icon.pixmap(size, mode).toImage() == theme.pixmap("flag", colour, 20).toImage()
    assert icon.availableSizes() == [size]


class Counting(Themed, QWidget):
    """Counts how often it is recoloured."""

    times = 0

    def recolour(self) -> None:
        self.times += 1


def test_a_widget_is_recoloured_once_and_a_hidden_one_when_it_is_shown(qapp, qtbot):
    parent, shown, hidden = QWidget(), Counting(), Counting()
    qtbot.addWidget(parent)
    for child in (shown, hidden):
        child.setParent(parent)
    hidden.hide()
    parent.show()
    theme.apply(qapp, theme.LIGHT)
    assert (shown.times, hidden.times) == (1, 0)
    hidden.show()
    assert (shown.times, hidden.times) == (1, 1)
    theme.apply(qapp, theme.LIGHT)  # it is already
    hidden.hide()
    hidden.show()
    assert (shown.times, hidden.times) == (1, 1)
