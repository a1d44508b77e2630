"""Quiet lines at the foot of the study list: an earlier study of the patient, and what was just removed."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from cxrview.gui.state import Entry
from cxrview.gui.studies import nodes
from cxrview.gui.theme import plain_tip
from cxrview.gui.viewer.corner_text import date
from cxrview.gui.widgets.elided import ElidedLabel
from cxrview.gui.widgets.identity import place
from cxrview.gui.widgets.themed import IconLabel
from cxrview.i18n import tr, trn


class Notice(QFrame):
    """An icon if there is one, a line of words, and something to do about it at the right."""

    def __init__(self, button: QWidget, icon: str = "") -> None:
        super().__init__(objectName="strip")
        self._icon = IconLabel(icon, "muted", 16)
        self.words = ElidedLabel(QSizePolicy.Policy.Ignored)
        row = QHBoxLayout(self, spacing=8)
        row.setContentsMargins(8, 6, 6, 6)
        row.addWidget(self._icon)
        self._icon.setVisible(bool(icon))
        row.addWidget(self.words, 1)
        row.addWidget(button)
        self.hide()


class PriorStrip(Notice):
    """Offers to put the last study before the one on the screen beside it.

    Signals:
        wanted: carries the path of the prior to compare with.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        self.compare = QToolButton(text=tr("Compare"))
        self.compare.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        super().__init__(self.compare, "history")
        self._priors: list[Entry] = []
        self.compare.clicked.connect(self._clicked)

    def offer(self, priors: Sequence[Entry], nameless: bool = False) -> None:
        """Offer `priors`, latest first; the others stand in a menu."""
        self._priors = list(priors)
        words = [_study(prior, nameless) for prior in priors]
        self.setVisible(bool(priors))
        if not priors:  # and nothing of the former ones stays
            for set_words in (self.words.setText, self.words.setToolTip, self.compare.setAccessibleName):
                set_words("")
            return
        self.words.setText(words[0])
        self.words.setToolTip(plain_tip("\n".join((tr("Earlier studies of this patient:"), *words))))
        self.compare.setToolTip(tr("Show the image beside the prior"))
        self.compare.setAccessibleName(tr("Compare with prior {study}").format(study=words[0]))
        several = len(priors) > 1
        if (old := self.compare.menu()) is not None:
            old.deleteLater()
        self.compare.setMenu(self._menu(words) if several else None)  # type: ignore[arg-type]  # Qt takes None
        mode = QToolButton.ToolButtonPopupMode
        self.compare.setPopupMode(mode.MenuButtonPopup if several else mode.DelayedPopup)
        self.compare.setProperty("several", several)
        self.compare.style().polish(self.compare)

    def _menu(self, words: Sequence[str]) -> QMenu:
        menu = QMenu(self.compare)
        for prior, text in zip(self._priors, words, strict=True):
            menu.addAction(text.replace("&", "&&"), partial(self.wanted.emit, prior.path))
        return menu

    def _clicked(self) -> None:
        if self._priors:
            self.wanted.emit(self._priors[0].path)


class UnreadStrip(Notice):
    """Says of how many listed films the model's reading is known, where that decides what is shown.

    Signals:
        asked: the rest shall be read.
    """

    asked = Signal()

    def __init__(self) -> None:
        self.read = QToolButton(text=tr("Read the rest"))
        self.read.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        super().__init__(self.read)
        self.read.clicked.connect(self.asked)

    def tell(self, read: int, total: int, matters: bool) -> None:
        """State that `read` of the `total` films were read; hidden where that is all, or does not matter."""
        words = trn(
            "Read by the model: {read} of {total} listed film",
            "Read by the model: {read} of {total} listed films",
            total,
        ).format(read=read, total=total)
        short = trn("{read} of {total} read", "{read} of {total} read", total)
        self.words.setText(short.format(read=read, total=total))
        self.words.setToolTip(words)
        self.setVisible(matters and read < total)


class UndoStrip(Notice):
    """Says what was removed from the list, until it is brought back or something else is done with the list.

    As an event filter of the list it makes Ctrl+Z there bring it back, and not what was drawn on the image.

    Signals:
        undone: the user wants it back; carries the entries.
    """

    undone = Signal(list)

    def __init__(self) -> None:
        self.undo = QPushButton(tr("Undo"), objectName="link", accessibleName=tr("Undo the removal"))
        super().__init__(self.undo)
        self._removed: list[Entry] = []
        self.undo.clicked.connect(self._clicked)

    def offer(self, removed: Sequence[Entry]) -> None:
        """Offer to bring `removed` back, or nothing any more."""
        self._removed = list(removed)
        words = trn(
            "Removed {count} image from the list", "Removed {count} images from the list", len(removed)
        )
        self.words.setText(words.format(count=len(removed)))
        self._name()
        self.setVisible(bool(removed))

    def _name(self) -> None:
        places = (place(entry.path) for entry in self._removed[:20])
        self.words.setToolTip(plain_tip("\n".join(filter(None, places))))

    def name_again(self) -> None:
        """Say which files were removed, or not any more."""
        self._name()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if not (self._removed and event.type() in kinds and isinstance(event, QKeyEvent)):
            return super().eventFilter(watched, event)
        if not event.matches(QKeySequence.StandardKey.Undo):
            return super().eventFilter(watched, event)
        if event.type() is QEvent.Type.KeyPress:
            self._clicked()
        event.accept()
        return True

    def _clicked(self) -> None:
        removed = self._removed
        self.offer([])
        self.undone.emit(removed)


def _study(prior: Entry, nameless: bool) -> str:
    """Return the words for a prior, such as "2025-11-20 PA"; without the day where nobody is to be known."""
    if nameless:
        return " ".join(part for part in (tr("earlier"), nodes.view(prior)) if part)
    day = date(prior.identity.study_date) if prior.identity is not None else ""
    return " ".join(part for part in (day, nodes.view(prior)) if part) or prior.path.name
