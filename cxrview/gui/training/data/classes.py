"""The classes of the images: how many each has, and what they look like."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from cxrview.gui import theme as themes
from cxrview.gui.studies.thumbnails import Key, Thumbnails
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.i18n import fixed, tr, trn

SIDE = 40  # of a thumbnail, logical pixels
GAP = 4
SHOWN = 6  # thumbnails of a class
ROUND = 3
BAR = 3  # height of the bar of a class's share
MAX_BYTES = 8 * 2**20  # of thumbnails


def grouped(number: int) -> str:
    """Return a count with thin spaces between the thousands, which every language reads alike."""
    return f"{number:,}".replace(",", "\u202f")


class ClassStrip(QWidget):
    """A few images of a class.

    Signals:
        show_images: carries the paths of the images that the user wants to see.
    """

    show_images = Signal(list)

    def __init__(self, name: str, paths: Sequence[Path], thumbnails: Thumbnails) -> None:
        super().__init__()
        step = max(1, len(paths) // SHOWN)
        self.paths = list(paths[::step][:SHOWN])  # from all over the class: neighbours look alike
        self._thumbnails = thumbnails
        self.setFixedSize(SHOWN * (SIDE + GAP) - GAP, SIDE)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Images of {name}").format(name=name))
        self.setToolTip(tr("Click an image to see it in the viewer"))
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def wanted(self) -> set[Key]:
        """Return what is painted, if it can be seen."""
        return set() if self.visibleRegion().isEmpty() else {(path, 0) for path in self.paths}

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        ratio = self.devicePixelRatioF()
        for number, path in enumerate(self.paths):
            cell = QRectF(number * (SIDE + GAP), 0, SIDE, SIDE)
            outline = QPainterPath()
            outline.addRoundedRect(cell, ROUND, ROUND)
            painter.save()
            painter.setClipPath(outline)
            painter.fillRect(cell, QColor(themes.current().field))
            pixmap = self._thumbnails.get(path, 0, round(1.5 * SIDE * ratio))
            if pixmap is not None and not pixmap.isNull():
                part = min(pixmap.width(), pixmap.height())
                middle = QPointF((pixmap.width() - part) / 2, (pixmap.height() - part) / 2)
                painter.drawPixmap(cell, pixmap, QRectF(middle.x(), middle.y(), part, part))
            painter.restore()
        if self.hasFocus():
            painter.setPen(QColor(themes.current().accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ROUND, ROUND)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = int(event.position().x()) // (SIDE + GAP)
        if event.button() is Qt.MouseButton.LeftButton and 0 <= number < len(self.paths):
            self.show_images.emit([self.paths[number]])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.show_images.emit(list(self.paths))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


class ShareBar(QWidget):
    """How large a class is beside the largest one."""

    def __init__(self, number: int, share: float) -> None:
        super().__init__()
        self._number, self._share = number, share
        self.setFixedHeight(BAR)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().mid())
        painter.drawRoundedRect(self.rect(), BAR / 2, BAR / 2)
        painter.setBrush(QColor(themes.current().class_colour(self._number)))
        wide = max(BAR, self._share * self.width())
        painter.drawRoundedRect(QRectF(0, 0, wide, BAR), BAR / 2, BAR / 2)


class Dot(QWidget):
    """The colour of a class."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self.setFixedSize(QSize(10, 10))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(themes.current().class_colour(self._number)))
        painter.drawEllipse(QRect(0, 0, 10, 10))


class ClassTable(QWidget):
    """A row for each class, in the order that the model will have them.

    Signals:
        show_images: carries the paths of the images that the user wants to see.
    """

    show_images = Signal(list)

    def __init__(self, runner: TaskRunner) -> None:
        super().__init__()
        self._thumbnails = Thumbnails(runner, self._seen, lambda: False, MAX_BYTES, self)
        self._thumbnails.made.connect(self._repaint)
        self.strips: dict[str, ClassStrip] = {}
        self.counts: dict[str, QLabel] = {}
        self.total = QLabel(objectName="muted", wordWrap=True)
        self._inside = QWidget()
        self._column = QVBoxLayout(self, spacing=8)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.addWidget(self._inside)
        self._column.addWidget(self.total)

    def show_classes(self, classes: dict[str, tuple[Path, ...]], images: int) -> None:
        """Show how many of the `images` each class has."""
        self._inside.setParent(None)
        self._inside.deleteLater()
        self._inside = QWidget()
        self.strips, self.counts = {}, {}
        grid = QGridLayout(self._inside, horizontalSpacing=14, verticalSpacing=8)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(1, 1)
        largest = max(map(len, classes.values()), default=1)
        for row, (name, paths) in enumerate(classes.items()):
            self._add(grid, row, name, paths, len(paths) / largest, len(paths) / max(1, images))
        self._column.insertWidget(0, self._inside)
        count = trn("{count} image", "{count} images", images).format(count=grouped(images))
        kinds = trn("{count} class", "{count} classes", len(classes)).format(count=len(classes))
        self.total.setText(tr("{images} in {classes}").format(images=count, classes=kinds))

    def _add(
        self, grid: QGridLayout, row: int, name: str, paths: Sequence[Path], length: float, share: float
    ) -> None:
        dot, bar = Dot(row), ShareBar(row, length)
        label = ElidedLabel(QSizePolicy.Policy.Expanding)
        label.setText(name)
        label.setToolTip(name)
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        count = self.counts[name] = QLabel(grouped(len(paths)), alignment=right)
        percent = QLabel(tr("{percent} %").format(percent=fixed(100 * share, 0 if share >= 0.1 else 1)))
        percent.setObjectName("muted")
        percent.setAlignment(right)
        percent.setMinimumWidth(44)
        strip = self.strips[name] = ClassStrip(name, paths, self._thumbnails)
        strip.show_images.connect(self.show_images)
        middle = QVBoxLayout(spacing=5)
        middle.addStretch()
        middle.addWidget(label)
        middle.addWidget(bar)
        middle.addStretch()
        grid.addWidget(dot, row, 0)
        grid.addLayout(middle, row, 1)
        grid.addWidget(count, row, 2)
        grid.addWidget(percent, row, 3)
        grid.addWidget(strip, row, 4)

    def _seen(self) -> set[Key]:
        return {key for strip in self.strips.values() for key in strip.wanted()}

    def _repaint(self) -> None:
        for strip in self.strips.values():
            strip.update()
