"""Whether Qt can show a window here, asked before Qt is: it would abort the process with a text of its own.

Each library is looked for as the system's loader does it, some milliseconds in all; what is found stays
loaded, as Qt needs it next.
"""

import ctypes
import os
import sys
from collections.abc import Callable, Iterable, Mapping

from cxrview import messages
from cxrview.message import NOTHING, Message

# What Qt's own libraries are linked to, and the package of Debian and Ubuntu that has it.
ALWAYS = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libX11.so.6": "libx11-6",
}
X11 = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxcb.so.1": "libxcb1",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}
NONE, OFF_SCREEN, ON_X11, ON_WAYLAND, OF_THE_SYSTEM = "none", "off screen", "X11", "Wayland", "the system's"
LIBRARIES: dict[str, dict[str, str]] = {
    ON_X11: ALWAYS | X11,
    ON_WAYLAND: ALWAYS | WAYLAND,
    OFF_SCREEN: ALWAYS,
}


def kind(environment: Mapping[str, str] = os.environ, system: str = sys.platform) -> str:
    """Return which display Qt will use in `environment`: one of the constants above."""
    if system in ("win32", "darwin"):
        return OF_THE_SYSTEM
    asked = environment.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if asked:
        named = {"xcb": ON_X11, "wayland": ON_WAYLAND, "wayland-egl": ON_WAYLAND}
        return named.get(asked, OFF_SCREEN)
    if environment.get("WAYLAND_DISPLAY"):
        return ON_WAYLAND
    return ON_X11 if environment.get("DISPLAY") else NONE


def missing(libraries: Iterable[str], load: Callable[[str], object] = ctypes.CDLL) -> list[str]:
    """Return those of `libraries` that the system's loader does not find, or that do not load."""
    absent = []
    for name in libraries:
        try:
            load(name)
        except OSError:
            absent.append(name)
    return absent


def problem(
    environment: Mapping[str, str] = os.environ,
    system: str = sys.platform,
    load: Callable[[str], object] = ctypes.CDLL,
) -> Message:
    """Return which packages Qt lacks to show a window in `environment`, or NOTHING.

    Without any display that is NOTHING too: whoever opens the window says so. From Wayland Qt falls back
    to X11.
    """
    found = kind(environment, system)
    wanted = LIBRARIES.get(found, {})
    absent = missing(wanted, load)
    if found == ON_WAYLAND and absent and environment.get("DISPLAY") and not missing(LIBRARIES[ON_X11], load):
        return NOTHING
    if not absent:
        return NOTHING
    packages = sorted({wanted[name] for name in absent})
    return messages.DISPLAY_LACKS(display=found, libraries=absent, packages=" ".join(packages))
