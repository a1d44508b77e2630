"""What stands in the corners of the image: who, when, how it is shown, and how large a pixel is."""

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter

from cxrview.gui.widgets.elided import elision
from cxrview.i18n import significant, tr

if TYPE_CHECKING:
    from cxrview.annotations.units import Scale
    from cxrview.gui.view_state import ViewState
    from cxrview.gui.viewer.view_transform import Orientation
    from cxrview.imaging import Identity, Radiograph, Voi
    from cxrview.inference.prediction import Prediction
    from cxrview.settings import Settings

Blocks = dict[str, list[str]]
MARGIN = 12
INK = QColor("#e4e9ee")
PLATE = QColor(0, 0, 0, 115)  # 45 % black, so that the ink is legible on a bright film
WARNING, WARNING_PLATE = QColor("#f0b44c"), QColor(34, 27, 12, 225)
PADDING = 4
SHARES = {"tl": 0.6, "tr": 0.38, "bl": 0.62, "br": 0.36}  # of the width, that a long line may take
SPARE = 0.46  # of the width, that a line at the right may take if it is free: up to the edge's letter
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
    return f"{value:.0f}" if abs(value) >= 16 or float(value).is_integer() else significant(value, 3)


def voi_text(voi: "Voi | None") -> str:
    """Return "W 2000  L 1000", or which LUT is shown."""
    if voi is None:
        return ""
    if hasattr(voi, "table"):
        return f"VOI LUT {voi.explanation}".strip()
    name = voi.function.value.lower().replace("_", " ")
    suffix = "" if name == "linear" else f"  {name}"
    return f"W {number(voi.width)}  L {number(voi.center)}{suffix}"


def spacing_text(radiograph: "Radiograph", hand_scale: "Scale | None" = None) -> str:
    """Return the pixel spacing with its provenance, or that there is none; `hand_scale` goes before it."""
    spacing = radiograph.spacing
    if hand_scale is not None:
        size, unit = (hand_scale.row, hand_scale.column), hand_scale.unit
    elif spacing is not None:
        size, unit = (spacing.row, spacing.column), spacing.source.value
    else:
        return tr("no pixel spacing")
    row, column = (significant(side, 3) for side in size)
    return f"{row if row == column else f'{row} × {column}'} {tr(unit)}"


def lines(radiograph: "Radiograph", view: "ViewState", zoom: float, settings: "Settings") -> Blocks:
    """Return the lines for the corners "tl", "tr", "bl" and "br"; `zoom` is device pixels per pixel."""
    who, pictured = radiograph.identity, radiograph.pictured
    height, width = radiograph.shape
    side = pictured.laterality if settings.corner_laterality else ""
    what = " ".join(part for part in (pictured.body_part, pictured.view_position, side) if part)
    kind = " / ".join(part for part in (what, who.modality) if part)
    frame = tr("frame {frame} of {count}").format(frame=radiograph.frame + 1, count=radiograph.frame_count)
    if settings.hide_identity:
        patient, study = [tr("Identity hidden"), age_and_sex(who)], [kind]
    else:
        patient = [person(who.patient_name) or radiograph.path.name, who.patient_id, age_and_sex(who)]
        study = [date(who.study_date), kind, who.study_description or who.series_description]
    technique = [tr("{width} × {height} px").format(width=width, height=height)]
    shown = shown_text(view)
    scale = [f"{zoom * 100:.0f} %   {spacing_text(radiograph, view.hand_scale)}"]
    blocks = {
        "tl": patient if settings.corner_patient else [],
        "tr": study if settings.corner_study else [],
        "bl": [
            frame if radiograph.frame_count > 1 else "",
            *([shown] if settings.corner_window else []),
            *(scale if settings.corner_zoom else []),
        ],
        "br": technique if settings.corner_technique else [],
    }
    return {corner: [line for line in block if line] for corner, block in blocks.items()}


def shown_text(view: "ViewState") -> str:
    """Return the window and what the reader has done to the picture: "W 2000  L 1000  inverted"."""
    return "  ".join(part for part in (voi_text(view.voi), *_changes(view)) if part)


def _changes(view: "ViewState") -> list[str]:
    """Return what the reader has done to the picture that the file does not say."""
    names = {"clahe": tr("CLAHE"), "sharpen": tr("sharpened")}
    words = [names[name] for name in sorted(view.filters) if name in names]
    if view.inverted:
        words.append(tr("inverted"))
    if view.orientation.mirrored:
        words.append(tr("mirrored"))
    if view.orientation.quarters:
        words.append(tr("turned {degrees}°").format(degrees=90 * view.orientation.quarters))
    return words


def edges(patient_orientation: tuple[str, str], orientation: "Orientation") -> dict[str, str]:
    """Return the letters at the "left", "right", "top" and "bottom" edges of the picture as it is turned.

    `patient_orientation` is Patient Orientation (0020,0020): where the rows and the columns lead to.
    """
    row, column = patient_orientation
    sides = [_opposite(column), row, column, _opposite(row)]  # top, right, bottom, left of the file's image
    if orientation.mirrored:
        sides[1], sides[3] = sides[3], sides[1]
    sides = [sides[(place - orientation.quarters) % 4] for place in range(4)]
    return dict(zip(("top", "right", "bottom", "left"), sides, strict=True))


def _opposite(letters: str) -> str:
    return letters.translate(str.maketrans("LRAPHF", "RLPAFH"))


def doubt(prediction: "Prediction") -> str:
    """Return why one should not rely on a reading, as far as it is known, in one line."""
    reasons = " ".join(prediction.objections) or tr("Not like the films this model was trained on.")
    return tr("{reasons} Do not rely on this reading.").format(reasons=reasons)


def shortened(blocks: Blocks, metrics: QFontMetrics, width: int) -> Blocks:
    """Return the lines of the corners as they fit side by side into `width` pixels."""
    fitting: Blocks = {}
    for edge in "tb":
        taken = 0
        for corner in (edge + "l", edge + "r"):
            room = int(width * SHARES[corner])
            if corner == edge + "r":
                room = max(room, min(int(width * SPARE), width - taken - MARGIN))
            lines = [metrics.elidedText(line, elision(line), room) for line in blocks.get(corner, ())]
            taken = max((metrics.horizontalAdvance(line) for line in lines), default=0)
            if lines:
                fitting[corner] = lines
    return fitting


def broken(text: str, metrics: QFontMetrics, width: int) -> list[str]:
    """Return `text` in lines of at most `width` pixels, or of one word; % stays with its number."""
    lines = [""]
    for word in " ".join(text.split()).replace(" %", "\u00a0%").split(" "):
        longer = f"{lines[-1]} {word}".lstrip()
        if lines[-1] and metrics.horizontalAdvance(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


class Placed(NamedTuple):
    """Lines where they stand, in `colours` (ink, plate)."""

    area: QRect
    lines: list[str]
    colours: tuple[QColor, QColor]
    at_right: bool


def placed(area: QRect, blocks: Blocks, font: QFont, warning: str = "") -> list[Placed]:
    """Return where the corner blocks stand inside `area`, and the warning above those at the bottom.

    What is too long is shortened, but for the warning, which takes as many lines as it needs.
    """
    found, metrics = [], QFontMetrics(font)
    inner = area.adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
    for corner, lines in shortened(blocks, metrics, inner.width()).items():
        width = max(metrics.horizontalAdvance(line) for line in lines)
        height = len(lines) * metrics.lineSpacing()
        left = inner.left() if corner[1] == "l" else inner.right() - width
        top = inner.top() if corner[0] == "t" else inner.bottom() - height
        found.append(Placed(QRect(left, top, width, height), lines, (INK, PLATE), corner[1] == "r"))
    if warning:
        most = max(len(blocks.get(corner, ())) for corner in ("bl", "br"))
        lines, row = broken(warning, metrics, inner.width()), metrics.lineSpacing()
        top = inner.bottom() - (most + len(lines)) * row - 3 * PADDING
        width = max(metrics.horizontalAdvance(line) for line in lines)
        place = QRect(inner.left(), top, width, len(lines) * row)
        found.append(Placed(place, lines, (WARNING, WARNING_PLATE), at_right=False))
    return found


def draw(painter: QPainter, area: QRect, blocks: Blocks, font: QFont, warning: str = "") -> None:
    """Draw the corner blocks and the warning inside `area`, in widget coordinates, as `placed` says."""
    painter.setFont(font)
    for block in placed(area, blocks, font, warning):
        _write(painter, *block)


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
