"""The fonts that travel with the program, so that window and report look the same on every machine.

Inter for what is read, Noto Sans Mono for what stands in columns of characters, and WenQuanYi Micro Hei for
Chinese, Japanese and Korean, which is loaded when a text needs it (5 MB, ten milliseconds). What none of
them has is written in whatever the machine has.
"""

import re
from collections.abc import Iterable
from functools import cache

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication

from cxrview import paths

UI, FIXED, EAST_ASIAN = "Inter", "Noto Sans Mono", "WenQuanYi Micro Hei"
AT_START = (
    "Inter-Regular.otf",
    "Inter-Italic.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "Inter-Bold.otf",
    "NotoSansMono-Regular.ttf",
)
ON_DEMAND = "wqy-microhei.ttc"
# Hangul; radicals, kana and ideographs; forms made to stand beside these.
_EAST_ASIAN_TEXT = re.compile(
    "[\u1100-\u11ff\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff00-\uffef]"
)


def dress(app: QApplication) -> None:
    """Let all that `app` shows be written in our font, in the size that the desktop wants."""
    app.setFont(_ours(app.font(), UI))


def printed() -> QFont:
    """Return the font of the program for PDF, where Qt could not say which characters tabular digits are."""
    font = _ours(QFont(), UI)
    font.setFeature(QFont.Tag("tnum"), 0)
    return font


def fixed() -> QFont:
    """Return the font in which all characters are equally wide, for logs and the like."""
    return _ours(QFont(), FIXED)


def ensure_for(texts: Iterable[str]) -> None:
    """Load what it takes to show `texts`; call it in the GUI thread before they are shown."""
    if any(not text.isascii() and _EAST_ASIAN_TEXT.search(text) for text in texts):
        _load_east_asian()


def _ours(font: QFont, family: str) -> QFont:
    """Return `font` in our `family`.

    Digits are equally wide, so that numbers neither dance nor stand askew. Nothing is joined: Inter would
    draw "3x9" as "3×9" and "->" as an arrow, and names are to be read as they are written. Hinted as most
    desktops do, whatever this one says, for it decides how wide words are.
    """
    _load()
    ours = QFont(font)
    ours.setFamilies([family])
    ours.setFeature(QFont.Tag("tnum"), 1)
    ours.setFeature(QFont.Tag("calt"), 0)
    ours.setHintingPreference(QFont.HintingPreference.PreferVerticalHinting)
    return ours


@cache
def _load() -> None:
    _add(*AT_START)


@cache
def _load_east_asian() -> None:
    _add(ON_DEMAND)
    for family in (UI, FIXED):
        QFont.insertSubstitution(family, EAST_ASIAN)


def _add(*names: str) -> None:
    for name in names:
        QFontDatabase.addApplicationFont(str(paths.resources() / "fonts" / name))
