"""What a PNG, JPEG, TIFF or BMP file says about itself: few things, and none of them DICOM's."""

from pathlib import Path

from PIL import ExifTags, Image

from cxrview.imaging.raster import FORMATS, damage_told
from cxrview.words import mark, tr

MODES = {  # by Pillow's word for the samples
    "1": mark("1 bit, black and white"),
    "L": mark("8 bits, grey"),
    "LA": mark("8 bits, grey with transparency"),
    "P": mark("8 bits, palette"),
    "RGB": mark("3 × 8 bits, colour"),
    "RGBA": mark("3 × 8 bits, colour with transparency"),
    "CMYK": mark("4 × 8 bits, printing colours"),
    "YCbCr": mark("3 × 8 bits, colour"),
    "I": mark("32 bits, grey"),
    "F": mark("32 bits, floating point"),
    "I;16": mark("16 bits, grey"),
    "I;16B": mark("16 bits, grey"),
}
MAX_TEXT = 200
TEXT_NAMES = {"dpi": mark("Resolution (dots per inch)"), "gamma": mark("Gamma"), "comment": mark("Comment")}
SHOWN_EXIF = 60  # entries


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the file's format, and (name, value) of what its header says; pixels are not decoded.

    Raises UnreadableImage if it is damaged; OSError.
    """
    with damage_told(path), Image.open(path, formats=FORMATS) as image:
        kind = "JPEG" if image.format == "MPO" else str(image.format)
        facts = [
            (tr("Format"), kind),
            (
                tr("File size"),
                tr("{count} bytes").format(count=f"{path.stat().st_size:,}".replace(",", "\u202f")),
            ),
            (tr("Width"), tr("{count} pixels").format(count=image.width)),
            (tr("Height"), tr("{count} pixels").format(count=image.height)),
            (tr("Samples"), tr(MODES.get(image.mode, image.mode))),
        ]
        pages = int(getattr(image, "n_frames", 1))
        if pages > 1:
            facts.append((tr("Pages"), str(pages)))
        for key, name in TEXT_NAMES.items():
            if (value := image.info.get(key)) is not None:
                facts.append((tr(name), _text(value)))
        facts += _exif(image.getexif())
        return kind, facts


def _exif(exif: Image.Exif) -> list[tuple[str, str]]:
    entries = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    found = []
    for tag, value in sorted(entries.items())[:SHOWN_EXIF]:
        name = ExifTags.TAGS.get(tag, f"0x{tag:04X}")
        if not name.endswith(("IFD", "Offset", "Offsets", "ByteCounts", "MakerNote")):
            found.append((f"{name} (EXIF)", _text(value)))
    return found


def _text(value: object) -> str:
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        return text[:MAX_TEXT] if text.isprintable() else tr("{count} bytes").format(count=len(value))
    if isinstance(value, tuple):
        return " × ".join(_text(part) for part in value)
    if isinstance(value, int) or not isinstance(value, str):
        try:
            return f"{float(value):g}"  # type: ignore[arg-type]
        except (TypeError, ValueError, ZeroDivisionError):
            pass
    return "".join(c if c.isprintable() else " " for c in str(value)).strip()[:MAX_TEXT]
