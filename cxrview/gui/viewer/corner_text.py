"""What stands in the corners of the image: who, when, how it is shown, and how large a pixel is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

if TYPE_CHECKING:
    from cxrview.imaging import Identity, Radiograph, Voi
    from cxrview.inference.prediction import Prediction

MARGIN = 12
INK = QColor("#e4e9ee")
PLATE = QColor(0, 0, 0, 115)  # 45 % black, so that the ink is legible on a bright film
WARNING, WARNING_PLATE = QColor("#f0b44c"), QColor(34, 27, 12, 225)
PADDING = 4
TEXT = Qt.TextFlag.TextSingleLine | Qt.TextFlag.TextDontClip


def person(name: str) -> str:
    """Return a DICOM person name as people write it: "DOE^JANE" becomes "DOE, JANE"."""
    family, _, rest = name.split("=")[0].partition("^")
    given = " ".join(part for part in rest.split("^") if part)
    return ", ".join(part for part in (family.strip(), given) if part)


def date(text: str) -> str:
    """Return a DICOM date, YYYYMMDD, as 2026-01-03; anything else as it is."""
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if len(text) == 8 and text.isdigit() else text


def age_and_sex(identity: "Identity") -> str:
    """Return "F 54" from sex F and age 054Y; months, weeks and days keep their letter."""
    age = identity.patient_age.lstrip("0")
    return " ".join(part for part in (identity.patient_sex, age.removesuffix("Y")) if part)


def number(value: float) -> str:
    """Return a window value with as many digits as it deserves."""
    return f"{value:.0f}" if abs(value) >= 16 or float(value).is_integer() else f"{value:.3g}"


def voi_text(voi: "Voi | None") -> str:
    """Return "W 2000  L 1000", or which LUT is shown."""
    if voi is None:
        return ""
    if hasattr(voi, "table"):
        return f"VOI LUT {voi.explanation}".strip()
    return f"W {number(voi.width)}  L {number(voi.center)}"


def spacing_text(radiograph: "Radiograph") -> str:
    """Return the pixel spacing with its provenance, or that there is none."""
    spacing = radiograph.spacing
    if spacing is None:
        return "no pixel spacing"
    row, column = f"{spacing.row:.3g}", f"{spacing.column:.3g}"
    size = row if row == column else f"{row} × {column}"
    return f"{size} {spacing.source.value}"


def corners(radiograph: "Radiograph", voi: "Voi | None", zoom: float, inverted: bool) -> dict[str, list[str]]:
    """Return the lines for the corners "tl", "tr", "bl" and "br"; `zoom` is device pixels per pixel."""
    who, anatomy = radiograph.identity, radiograph.anatomy
    height, width = radiograph.shape
    view = " ".join(part for part in (anatomy.body_part, anatomy.view_position, anatomy.laterality) if part)
    kind = " / ".join(part for part in (view, who.modality) if part)
    frame = f"frame {radiograph.frame + 1} of {radiograph.frame_count}" if radiograph.frame_count > 1 else ""
    shown = "  ".join(part for part in (voi_text(voi), "inverted" if inverted else "") if part)
    lines = {
        "tl": [person(who.patient_name) or radiograph.path.name, who.patient_id, age_and_sex(who)],
        "tr": [date(who.study_date), kind, who.study_description or who.series_description],
        "bl": [frame, shown, f"{zoom * 100:.0f} %   {spacing_text(radiograph)}"],
        "br": [f"{width} × {height} px"],
    }
    return {corner: [line for line in block if line] for corner, block in lines.items()}


def doubt(prediction: "Prediction") -> str:
    """Return why one should not rely on a reading, as far as it is known, in one line."""
    reasons = " ".join(prediction.objections) or "Not like the films this model was trained on."
    return f"{reasons} Do not rely on this reading."


def draw(
    painter: QPainter, area: QRect, blocks: dict[str, list[str]], font: QFont, warning: str = ""
) -> None:
    """Draw the corner blocks inside `area`, in widget coordinates, and the warning above those at the bottom.

    What is too long is shortened.
    """
    painter.setFont(font)
    metrics = QFontMetrics(font)
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    share = {"tl": 0.6, "tr": 0.38, "bl": 0.62, "br": 0.36}
    for corner, block in blocks.items():
        if not block:
            continue
        room = int(inner.width() * share[corner])
        lines = [metrics.elidedText(line, Qt.TextElideMode.ElideRight, room) for line in block]
        width = max(metrics.horizontalAdvance(line) for line in lines)
        height = len(lines) * metrics.lineSpacing()
        left = inner.left() if corner[1] == "l" else inner.right() - width
        top = inner.top() if corner[0] == "t" else inner.bottom() - height
        _write(painter, QRect(left, top, width, height), lines, (INK, PLATE), corner[1] == "r")
    if warning:
        most = max(len(blocks.get(corner, ())) for corner in ("bl", "br"))
        line = metrics.elidedText(warning, Qt.TextElideMode.ElideRight, inner.width())
        top = inner.bottom() - (most + 1) * metrics.lineSpacing() - 3 * PADDING
        place = QRect(inner.left(), top, metrics.horizontalAdvance(line), metrics.lineSpacing())
        _write(painter, place, [line], (WARNING, WARNING_PLATE), False)


def _write(
    painter: QPainter, place: QRect, lines: list[str], colours: tuple[QColor, QColor], at_right: bool
) -> None:
    painter.fillRect(place.adjusted(-PADDING, -PADDING // 2, PADDING, PADDING // 2), colours[1])
    painter.setPen(colours[0])
    side = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
    for number, line in enumerate(lines):
        row = QRect(place.left(), place.top(), place.width(), place.height() // len(lines))
        painter.drawText(
            row.translated(0, number * row.height()), side | Qt.AlignmentFlag.AlignVCenter | TEXT, line
        )
