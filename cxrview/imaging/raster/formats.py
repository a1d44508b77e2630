"""The picture formats that are read: all that their names, first bytes and suffixes decide is here."""

from dataclasses import dataclass
from types import ModuleType

from PIL import BmpImagePlugin, JpegImagePlugin, MpoImagePlugin, PngImagePlugin, TiffImagePlugin


@dataclass(frozen=True, slots=True)
class RasterFormat:
    """A format by the name that Pillow has for it.

    `plugins` are Pillow's own modules, named one by one so that it finds them without a search, also in a
    frozen program.
    """

    name: str
    signatures: tuple[bytes, ...]  # how a file may begin
    suffixes: tuple[str, ...]
    plugins: tuple[ModuleType, ...]


FORMATS = (
    RasterFormat("PNG", (b"\x89PNG\r\n\x1a\n",), (".png",), (PngImagePlugin,)),
    RasterFormat("JPEG", (b"\xff\xd8\xff",), (".jpg", ".jpeg"), (JpegImagePlugin, MpoImagePlugin)),
    RasterFormat(
        "TIFF", (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+"), (".tif", ".tiff"), (TiffImagePlugin,)
    ),
    RasterFormat("BMP", (b"BM",), (".bmp",), (BmpImagePlugin,)),
)
NAMES = tuple(entry.name for entry in FORMATS)
SUFFIXES = tuple(suffix for entry in FORMATS for suffix in entry.suffixes)
