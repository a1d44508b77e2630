"""What the header of a picture says, for the dialog that shows it; pixels are not decoded."""

from pathlib import Path

from PIL import ExifTags, Image

from cxrview.i18n import mark, tr
from cxrview.imaging.raster import formats
from cxrview.imaging.raster.reader import FOREIGN_ERRORS, damage_told, format_of
from cxrview.imaging.raster.tiff_layout import layout_of
from cxrview.imaging.raster.tiff_structure import TiffFile

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
KINDS = {"u": mark("{bits} bits"), "i": mark("{bits} bits, signed"), "f": mark("{bits} bits, floating point")}
MAX_TEXT = 200
TEXT_NAMES = {"dpi": mark("Resolution (dots per inch)"), "gamma": mark("Gamma"), "comment": mark("Comment")}
SHOWN_EXIF = 60  # entries


def read_facts(path: Path) -> tuple[str, list[tuple[str, str]]]:
    """Return the file's format, and (name, value) of what its header says; pixels are not decoded.

    Raises UnreadableImage if it is damaged; OSError.
    """
    with damage_told(path):
        kind = format_of(path)
        size = tr("{count} bytes").format(count=f"{path.stat().st_size:,}".replace(",", "\u202f"))
        facts = [(tr("Format"), kind), (tr("File size"), size)]
        return kind, facts + (_of_tiff(path) if kind == "TIFF" else _of_picture(path))


def _of_picture(path: Path) -> list[tuple[str, str]]:
    with Image.open(path, formats=formats.PILLOW_NAMES) as image:
        facts = _sizes(image.width, image.height)
        facts.append((tr("Samples"), tr(MODES.get(image.mode, image.mode))))
        pages = int(getattr(image, "n_frames", 1))
        return facts + _pages(pages) + _told_by_pillow(image)


def _of_tiff(path: Path) -> list[tuple[str, str]]:
    """Return what the first page says; what Pillow does not open has no texts and no EXIF."""
    with path.open("rb") as file:
        pages = TiffFile(file).pages()
        layout = layout_of(pages[0], path)
    facts = _sizes(layout.width, layout.height)
    depth = tr(KINDS[layout.kind]).format(bits=layout.bits)
    facts.append((tr("Samples"), f"{layout.samples} × {depth}" if layout.samples > 1 else depth))
    facts += _pages(len(pages))
    try:
        with Image.open(path, formats=("TIFF",)) as image:
            return facts + _told_by_pillow(image)
    except FOREIGN_ERRORS:
        return facts


def _sizes(width: int, height: int) -> list[tuple[str, str]]:
    return [
        (tr("Width"), tr("{count} pixels").format(count=width)),
        (tr("Height"), tr("{count} pixels").format(count=height)),
    ]


def _pages(number: int) -> list[tuple[str, str]]:
    return [(tr("Pages"), str(number))] if number > 1 else []


def _told_by_pillow(image: Image.Image) -> list[tuple[str, str]]:
    facts = [
        (tr(name), _fact_text(value))
        for key, name in TEXT_NAMES.items()
        if (value := image.info.get(key)) is not None
    ]
    return facts + _exif(image.getexif())


def _exif(exif: Image.Exif) -> list[tuple[str, str]]:
    entries = {**exif, **exif.get_ifd(ExifTags.IFD.Exif)}
    found = []
    for tag, value in sorted(entries.items())[:SHOWN_EXIF]:
        name = ExifTags.TAGS.get(tag, f"0x{tag:04X}")
        if not name.endswith(("IFD", "Offset", "Offsets", "ByteCounts", "MakerNote")):
            found.append((f"{name} (EXIF)", _fact_text(value)))
    return found


def _fact_text(value: object) -> str:
    if isinstance(value, bytes):
        text = value.decode("ascii", "replace")
        return text[:MAX_TEXT] if text.isprintable() else tr("{count} bytes").format(count=len(value))
    if isinstance(value, tuple):
        return " × ".join(_fact_text(part) for part in value)
    if isinstance(value, int) or not isinstance(value, str):
        try:
            return f"{float(value):g}"  # type: ignore[arg-type]
        except (TypeError, ValueError, ZeroDivisionError):
            pass
    return "".join(c if c.isprintable() else " " for c in str(value)).strip()[:MAX_TEXT]
