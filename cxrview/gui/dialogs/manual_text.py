"""Markdown of the manual as a document in the colours and proportions of the window."""

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFrameFormat,
    QTextLength,
    QTextTable,
)
from PySide6.QtWidgets import QWidget

from cxrview.gui import theme as themes

HEADINGS = {1: 1.7, 2: 1.25, 3: 1.05}  # size beside that of the text
ABOVE = {1: 0, 2: 22, 3: 14}  # pixels
BELOW = {0: 8, 1: 12, 2: 6, 3: 4}
LINE = 138  # % of the height of a line
MARGIN = 28
SHARES = {2: (36, 64), 3: (36, 20, 44)}  # % of the width for each column: the same down a page, and quick


def dressed(markdown: str, parent: QWidget) -> QTextDocument:
    """Return `markdown` as a document to be read in the theme of today."""
    document = QTextDocument(parent)
    document.setDefaultFont(parent.font())
    document.setMarkdown(markdown, QTextDocument.MarkdownFeature.MarkdownDialectGitHub)
    document.setDocumentMargin(MARGIN)
    block = document.begin()
    while block.isValid():
        _set_block(block, parent.font())
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _set_table(frame)
    return document


def _set_block(block: QTextBlock, font: QFont) -> None:
    cursor = QTextCursor(block)
    if cursor.currentTable() is not None:
        return
    level = min(block.blockFormat().headingLevel(), 3)
    layout = QTextBlockFormat()
    layout.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    layout.setTopMargin(ABOVE.get(level, 0))
    layout.setBottomMargin(3 if block.textList() else BELOW[level])
    cursor.mergeBlockFormat(layout)
    if level:
        letters = QTextCharFormat()  # a new one: Markdown's own has a size that would win
        letters.setFontPointSize(font.pointSizeF() * HEADINGS[level])
        letters.setFontWeight(QFont.Weight.DemiBold)
        letters.setForeground(QColor(themes.current().text))
        cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
        cursor.setCharFormat(letters)


def _set_table(table: QTextTable) -> None:
    layout = table.format()
    layout.setBorder(1)
    layout.setBorderBrush(QColor(themes.current().line))
    layout.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
    layout.setBorderCollapse(True)
    layout.setCellPadding(5)
    layout.setCellSpacing(0)
    layout.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
    layout.setColumnWidthConstraints(
        [QTextLength(QTextLength.Type.PercentageLength, share) for share in SHARES[table.columns()]]
    )
    layout.setTopMargin(4)
    layout.setBottomMargin(12)
    table.setFormat(layout)
