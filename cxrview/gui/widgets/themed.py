"""What keeps colours of the theme where Qt does not look after them: in curves, items, pixmaps."""

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QLabel, QWidget

from cxrview.gui import theme as themes

if TYPE_CHECKING:
    Widget = QWidget
else:
    Widget = object


class Themed(Widget):
    """Stands before a class of widgets: `recolour` is called after a change of theme, or once shown."""

    _coloured: themes.Theme | None = None  # what it is drawn in; None until it is made

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._coloured = themes.current()

    def recolour(self) -> None:
        """Take the colours of the theme."""
        raise NotImplementedError

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.PaletteChange and self.isVisible():
            self._catch_up()

    def showEvent(self, event: QShowEvent) -> None:
        self._catch_up()
        super().showEvent(event)

    def _catch_up(self) -> None:
        # Qt says it several times, and again when a style sheet gives the widget a palette.
        if self._coloured is not None and self._coloured is not themes.current():
            self._coloured = themes.current()
            self.recolour()


class IconLabel(Themed, QLabel):
    """An icon of resources/icons, in a colour of the theme."""

    def __init__(self, name: str = "", colour: str = "", side: int = 0, ratio: float = 0.0) -> None:
        """`ratio` is that of the screen where it is not given. For the rest see `show_icon`."""
        super().__init__()
        self._icon, self._side, self._ratio = (name, colour), side, ratio
        if name:
            self.show_icon(name, colour)

    def show_icon(self, name: str, colour: str) -> None:
        """Show icon `name` in `colour`, a token of the theme."""
        self._icon = (name, colour)
        self.recolour()

    def recolour(self) -> None:
        name, colour = self._icon
        if not name:
            return
        ratio = self._ratio or self.devicePixelRatioF()
        self.setPixmap(themes.pixmap(name, getattr(themes.current(), colour), self._side, ratio))
