"""What stands in the corners of the image: who, when, how it is shown, and how large a pixel is."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

if TYPE_CHECKING:
    from cxrview.imaging import Identity, Radiograph, Voi

MARGIN = 12
INK = QColor("#cfd6de")
SHADOW = QColor(0, 0, 0, 200)


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


def draw(painter: QPainter, area: QRect, blocks: dict[str, list[str]], font: QFont) -> None:
    """Draw the corner blocks inside `area`, in widget coordinates; what is too long is shortened."""
    painter.setFont(font)
    metrics = QFontMetrics(font)
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    share = {"tl": 0.6, "tr": 0.38, "bl": 0.62, "br": 0.36}
    for corner, block in blocks.items():
        flags = Qt.AlignmentFlag.AlignLeft if corner[1] == "l" else Qt.AlignmentFlag.AlignRight
        flags |= Qt.AlignmentFlag.AlignVCenter
        top = inner.top() if corner[0] == "t" else inner.bottom() - len(block) * metrics.lineSpacing()
        for line in block:
            text = metrics.elidedText(line, Qt.TextElideMode.ElideRight, int(inner.width() * share[corner]))
            place = QRect(inner.left(), top, inner.width(), metrics.lineSpacing())
            painter.setPen(SHADOW)
            for across, down in ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1)):
                painter.drawText(place.translated(across, down), flags, text)
            painter.setPen(INK)
            painter.drawText(place, flags, text)
            top += metrics.lineSpacing()
