"""Two themes: tokens, the palette and style sheet made from them, and icons in their colours.

`apply` dresses the whole application; nobody hands a theme on. What paints itself asks for `current()` while
it paints, icons are drawn anew by themselves, and what keeps colours of its own is `Themed` (gui/themed.py).
"""

import html
import textwrap
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from string import Template

from PySide6.QtCore import QByteArray, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from cxrview import paths
from cxrview.explain.class_colours import class_colour

TIP_WIDTH = 72  # characters


@dataclass(frozen=True, slots=True)
class Theme:
    """The colours of the chrome. The canvas is black in both themes: the image decides the eye."""

    name: str
    window: str
    panel: str
    field: str
    hover: str
    pressed: str
    line: str
    text: str
    muted: str
    faint: str
    accent: str
    on_accent: str
    selection: str
    on_selection: str
    warning: str
    warning_back: str
    error: str
    good: str

    def class_colour(self, index: int) -> str:
        """Return the colour of the class at `index` of a model's card: the same hue in both themes."""
        return class_colour(self.name, index)


DARK = Theme(
    name="dark",
    window="#15171a",
    panel="#1b1e22",
    field="#24282d",
    hover="#2b3036",
    pressed="#343a42",
    line="#2c3137",
    text="#d3d8de",
    muted="#929ba6",
    faint="#717a85",
    accent="#4d8fd6",
    on_accent="#ffffff",
    selection="#2c435c",
    on_selection="#eef2f6",
    warning="#f0b44c",
    warning_back="#332a18",
    error="#e5676b",
    good="#7fa98c",
)
LIGHT = Theme(
    name="light",
    window="#e9ebee",
    panel="#f5f6f8",
    field="#ffffff",
    hover="#e2e6ea",
    pressed="#d3d9df",
    line="#cfd4da",
    text="#1e2329",
    muted="#5a636e",
    faint="#7f8892",
    accent="#2b6cb8",
    on_accent="#ffffff",
    selection="#c9dcf2",
    on_selection="#14202c",
    warning="#8a5a00",
    warning_back="#fbecc8",
    error="#b3262b",
    good="#2f7a4a",
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}
_current = DARK


def current() -> Theme:
    """Return the theme of the application, dark until another is applied."""
    return _current


def wrapped(text: str) -> str:
    """Return `text` in lines short enough for a tool tip, which does not break plain text by itself."""
    return plain_tip(filled(text))


def filled(text: str) -> str:
    """Return the same lines before anything is made of what looks like HTML."""
    return "\n".join(textwrap.fill(line, TIP_WIDTH) for line in text.splitlines())


def plain_tip(text: str) -> str:
    """Return `text` for a tool tip that shows it as it is: Qt takes for HTML what looks like that."""
    if not GuiQt.mightBeRichText(text):
        return text
    lines = html.escape(text).replace(" ", "&nbsp;").splitlines()
    return f"<p>{'<br>'.join(lines)}</p>"


def running() -> QApplication:
    """Return the application, which is there before any window."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app


def apply(app: QApplication, theme: Theme) -> None:
    """Give the whole application `theme`; every widget is told by an event that its palette has changed."""
    global _current
    _current = theme  # before the palette, for what is drawn anew asks for it
    schemes = {"dark": Qt.ColorScheme.Dark, "light": Qt.ColorScheme.Light}
    QGuiApplication.styleHints().setColorScheme(schemes[theme.name])
    app.setPalette(palette(theme))
    sheet = style_sheet(theme)
    if sheet != app.styleSheet():  # it takes a tenth of a second to dress every widget anew
        app.setStyleSheet(sheet)


def palette(theme: Theme) -> QPalette:
    """Return the palette; set explicitly because off screen and on bare X the scheme stays unknown."""
    role = QPalette.ColorRole
    colours = {
        role.Window: theme.panel,
        role.WindowText: theme.text,
        role.Base: theme.field,
        role.AlternateBase: theme.panel,
        role.Text: theme.text,
        role.Button: theme.field,
        role.ButtonText: theme.text,
        role.BrightText: theme.on_accent,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.on_selection,
        role.ToolTipBase: theme.field,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.faint,
        role.Link: theme.accent,
        role.Light: theme.hover,
        role.Midlight: theme.hover,
        role.Mid: theme.line,
        role.Dark: theme.line,
        role.Shadow: theme.window,
    }
    result = QPalette()
    for key, colour in colours.items():
        result.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.faint))
    return result


def style_sheet(theme: Theme) -> str:
    """Return the style sheet template of resources/style with the theme's colours."""
    folder = paths.resources() / "style"
    template = Template((folder / "cxrview.qss").read_text("utf-8"))
    return template.substitute(asdict(theme), style=folder.as_posix())


def icon(name: str) -> QIcon:
    """Return icon `name` of resources/icons in the colours of text, greyed out when disabled."""
    return redrawn(partial(_in_text_colours, name))


def redrawn(draw: Callable[[Theme], QIcon]) -> QIcon:
    """Return an icon that shows what `draw` returns for the theme in which it is seen."""
    return QIcon(_RedrawnIcon(draw))


class _RedrawnIcon(QIconEngine):
    """Draws whenever Qt asks, so that no button has to be given its icon again in another theme.

    It has no `clone`, which PySide6 would free at once: nothing may be added to an icon that shows it.
    """

    def __init__(self, draw: Callable[[Theme], QIcon]) -> None:
        super().__init__()
        self._draw = draw

    def paint(self, painter: QPainter, place: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        self._draw(_current).paint(painter, place, Qt.AlignmentFlag.AlignCenter, mode, state)

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        return self._draw(_current).pixmap(size, 1.0, mode, state)  # `size` is in pixels of the screen

    def actualSize(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QSize:  # noqa: N802
        return self._draw(_current).actualSize(size, mode, state)

    def availableSizes(  # noqa: N802
        self, mode: QIcon.Mode = QIcon.Mode.Normal, state: QIcon.State = QIcon.State.Off
    ) -> list[QSize]:
        return self._draw(_current).availableSizes(mode, state)


def _in_text_colours(name: str, theme: Theme) -> QIcon:
    ratio = running().devicePixelRatio()  # of the sharpest screen
    return _icon(name, theme.text, theme.faint, theme.accent, ratio)


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, disabled: str, checked: str, ratio: float) -> QIcon:
    drawn = QIcon()
    drawn.addPixmap(pixmap(name, colour, 20, ratio))
    drawn.addPixmap(pixmap(name, disabled, 20, ratio), QIcon.Mode.Disabled)
    drawn.addPixmap(pixmap(name, checked, 20, ratio), QIcon.Mode.Normal, QIcon.State.On)
    return drawn


@lru_cache
def _drawing(name: str) -> str:
    return (paths.resources() / "icons" / f"{name}.svg").read_text("utf-8")


@lru_cache(maxsize=512)
def pixmap(name: str, colour: str, side: int, ratio: float = 1.0) -> QPixmap:
    """Return icon `name` in `colour`, `side` logical pixels on a screen of `ratio`."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace("currentColor", colour).encode()))
    drawn = QPixmap(round(side * ratio), round(side * ratio))
    drawn.setDevicePixelRatio(ratio)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn
