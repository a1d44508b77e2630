"""The picture formats that are read: all that their names, first bytes and suffixes decide is here."""

import re
from dataclasses import dataclass
from types import ModuleType

from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,
    JpegImagePlugin,
    MpoImagePlugin,
    PngImagePlugin,
    TiffImagePlugin,
    WebPImagePlugin,
)


@dataclass(frozen=True, slots=True)
class RasterFormat:
    """A format by its name, which is Pillow's but for capitals.

    `beginning` is a regular expression of the first bytes, in which a dot is any byte. `plugins` are Pillow's
    own modules, named one by one so that it finds them without a search, also in a frozen program.
    """

    name: str
    beginning: bytes
    suffixes: tuple[str, ...]
    plugins: tuple[ModuleType, ...]

    def begins(self, head: bytes) -> bool:
        """Return whether a file that begins with `head` is of this format."""
        return re.match(self.beginning, head, re.DOTALL) is not None


KNOWN = (
    RasterFormat("PNG", rb"\x89PNG\r\n\x1a\n", (".png",), (PngImagePlugin,)),
    RasterFormat("JPEG", rb"\xff\xd8\xff", (".jpg", ".jpeg"), (JpegImagePlugin, MpoImagePlugin)),
    RasterFormat("TIFF", rb"II[*+]\0|MM\0[*+]", (".tif", ".tiff"), (TiffImagePlugin,)),
    RasterFormat("BMP", rb"BM.{12}[\x0c\x28\x34\x38\x40\x6c\x7c]\0\0\0", (".bmp",), (BmpImagePlugin,)),
    RasterFormat("WebP", rb"RIFF....WEBP", (".webp",), (WebPImagePlugin,)),
    # Other kinds of HEIF say here too what they are compatible with, and AVIF always does.
    RasterFormat("AVIF", rb"....ftyp(....)*?avi[fs]", (".avif",), (AvifImagePlugin,)),
)
# A Pillow that was built without their libraries has these modules all the same.
FORMATS = tuple(
    entry for entry in KNOWN if all(getattr(plugin, "SUPPORTED", True) for plugin in entry.plugins)
)
NAMES = tuple(entry.name for entry in FORMATS)
PILLOW_NAMES = tuple(entry.name.upper() for entry in FORMATS)
SUFFIXES = tuple(suffix for entry in FORMATS for suffix in entry.suffixes)
