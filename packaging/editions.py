"""The two editions of the frozen program: what each needs, what each leaves out, and how large it may be."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent
WORK = REPOSITORY / "dist" / "work"  # what is made on the way
MEGABYTE = 1_000_000
# Of the package's requirements: what only training and the Keras engine need.
TRAINING = ("tensorflow", "keras", "onnx", "tf2onnx", "scikit-learn", "scipy", "optuna")
# Modules that libraries import where they are there, and that nothing here asks them for.
NEVER = (
    "tkinter", "IPython", "pytest", "pandas", "setuptools", "pip", "numpy.f2py", "matplotlib.tests",
    "readline", "curses",  # the library beneath the first is GPL-3.0, and there is no prompt here
    "PySide6.QtNetwork", "PySide6.QtQml", "PySide6.QtQuick", "PySide6.QtDBus", "PySide6.QtSql",
    "PySide6.QtOpenGL", "PySide6.QtOpenGLWidgets", "PySide6.QtTest", "PySide6.QtDesigner", "PySide6.QtHelp",
    "openvino_telemetry", "openvino.torch", "openvino.frontend.pytorch", "openvino.frontend.tensorflow",
    "openvino.frontend.jax", "openvino.tools", "torch", "jax", "paddle", "tensorboard", "tensorflow.lite",
)  # fmt: skip
TRAINING_MODULES = ("tensorflow", "keras", "onnx", "tf2onnx", "sklearn", "scipy", "optuna")
# Files that hooks bring along and that the program never opens.
LEFT_OUT_FILES = re.compile(
    r"openvino_(tensorflow|tensorflow_lite|pytorch|paddle|jax|gguf)_frontend|libopenvino_c\."
    r"|Qt6?(Quick|Qml|VirtualKeyboard|Pdf|Sql|Network|Test|Designer|Help)[A-Za-z]*[.\d]"
    r"|plugins/(networkinformation|tls|sqldrivers|virtualkeyboard|qmltooling|designer|platforminputcontexts/libqtvirtual)"
    r"|Qt/(qml|translations/(?!qt(base)?_(de|en)))"
    # GTK's look of dialogs, and the forty libraries beneath it: the window has a look of its own.
    r"|libqgtk3|lib(gtk-3|gdk-3|gdk_pixbuf-2|atk-1|atk-bridge-2|atspi|cairo|cairo-gobject|pango|pangocairo|pangoft2)[-.]"
    r"|lib(epoxy|pixman-1|thai|datrie|fribidi|graphite2|harfbuzz|Xcomposite|Xdamage|Xinerama|Xcursor|Xi|Xrandr)\.so"
    r"|mpl-data/(sample_data|images|plot_directive|fonts/(afm|pdfcorefonts))|plugins/generic/libqevdev"
    r"|plugins/egldeviceintegrations|libq(eglfs|linuxfb|vnc|minimalegl|vkkhrdisplay)|Qt6(Eglfs|EglFs)"
)


@dataclass(frozen=True, slots=True)
class Edition:
    """One of the two, and the bounds that its build is held to, in bytes; None where none is set yet."""

    name: str
    training: bool
    unpacked: int | None
    compressed: int | None

    def requirements(self) -> list[str]:
        """Return what pip installs for it, without cxrview itself, as pyproject.toml says it."""
        project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
        needed = [text for text in project["dependencies"] if self.training or name_of(text) not in TRAINING]
        return [*needed, *project["optional-dependencies"]["demo"]]

    def excluded(self) -> list[str]:
        """Return the modules that PyInstaller leaves out."""
        return [*NEVER, *(() if self.training else TRAINING_MODULES)]


EDITIONS = {
    "light": Edition("light", False, 620 * MEGABYTE, 215 * MEGABYTE),
    "full": Edition("full", True, None, None),
}


# With symbols for a debugger, which no one needs who does not build them. Wheels of others come without.
STRIPPED = ("libpython*.so*", "_CharLS*.so", "_openjpeg*.so", "rle/*.so", "kiwisolver/*.so",
    "matplotlib/*.so", "python3.*/lib-dynload/*.so")  # fmt: skip


def name_of(requirement: str) -> str:
    """Return the package that "name[extra]>=1; marker" asks for, in lower letters."""
    return re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0].lower()


def is_left_out(target: str) -> bool:
    """Return whether the frozen program does without the file that would lie at `target` in it."""
    return LEFT_OUT_FILES.search(target.replace("\\", "/")) is not None
