"""What Qt lacks to show a window is said in one sentence before Qt is asked, which would abort."""

import pytest

from cxrview import display, messages
from cxrview.__main__ import main
from cxrview.message import NOTHING


def without(*absent):
    """Return a loader of libraries on a system that lacks `absent`."""

    def load(name):
        if name in absent:
            raise OSError(f"{name}: cannot open shared object file")

    return load


X11 = {"DISPLAY": ":0"}
BOTH = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}


@pytest.mark.parametrize(
    ("environment", "system", "found"),
    [
        (X11, "linux", display.ON_X11),
        (BOTH, "linux", display.ON_WAYLAND),
        (BOTH | {"QT_QPA_PLATFORM": "xcb"}, "linux", display.ON_X11),
        (X11 | {"QT_QPA_PLATFORM": "offscreen"}, "linux", display.OFF_SCREEN),
        ({}, "linux", display.NONE),
        ({}, "win32", display.OF_THE_SYSTEM),
    ],
)
def test_it_is_known_which_display_qt_will_use(environment, system, found):
    assert display.kind(environment, system) == found


def test_what_is_absent_on_x11_is_named_with_the_package_to_install():
    problem = display.problem(X11, "linux", without("libxcb-cursor.so.0", "libxcb-icccm.so.4"))
    assert problem.code == messages.DISPLAY_LACKS.code
    assert problem.values["packages"] == "libxcb-cursor0 libxcb-icccm4"


def test_what_only_x11_needs_is_not_asked_for_elsewhere():
    load = without("libxcb-cursor.so.0")
    assert display.problem(BOTH, "linux", load) == NOTHING
    assert display.problem(X11 | {"QT_QPA_PLATFORM": "offscreen"}, "linux", load) == NOTHING
    assert display.problem({}, "win32", without(*display.ALWAYS)) == NOTHING


def test_wayland_without_its_library_falls_back_to_x11_where_that_is_whole():
    load = without("libwayland-client.so.0")
    assert display.problem(BOTH, "linux", load) == NOTHING
    alone = {"WAYLAND_DISPLAY": "wayland-0"}
    assert display.problem(alone, "linux", load).values["packages"] == "libwayland-client0"


def test_starting_there_says_so_and_opens_nothing(monkeypatch, capsys):
    sentence = messages.DISPLAY_LACKS(
        display="X11", libraries=["libxcb-cursor.so.0"], packages="libxcb-cursor0"
    )
    monkeypatch.setattr(display, "problem", lambda: sentence)
    monkeypatch.setattr("cxrview.gui.app.run", lambda *_, **__: pytest.fail("Qt was asked"))
    assert main([]) == 2
    assert capsys.readouterr().err == f"cxrview: {sentence}\n"
