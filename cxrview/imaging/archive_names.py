"""What the files in a ZIP archive are called, where the archive does not say how names are written.

Names are bytes. A flag says that they are UTF-8; without it the standard wants code page 437, and programs
write the code page of their system. In Shift-JIS, GBK and Big5 the second byte of a letter may be that of a
backslash.
"""

import re
import zipfile
from collections.abc import Sequence

UTF8 = 0x800  # flag of an entry
WESTERN = "cp437"
EASTERN = (
    "cp932",
    "gbk",
    "big5",
    "cp949",
)  # Japan, China, Taiwan and Hong Kong, Korea; as Windows writes them
_HALF_OF_A_LETTER = re.compile(rb"[\x80-\xff]\\")
_HALF_WIDTH = re.compile(
    "[\uff61-\uff9f]"
)  # Japanese letters of one byte: what other code pages look like in it


def names(infos: Sequence[zipfile.ZipInfo]) -> list[str]:
    """Return the name of each entry, with folders parted as the archive parts them.

    Where entries do not say how their names are written, all are taken to be written in the same way.
    """
    unknown = [raw for info in infos if (raw := _raw(info)) is not None and not raw.isascii()]
    codec = _codec(unknown) if unknown else WESTERN
    return [info.filename if (raw := _raw(info)) is None else raw.decode(codec) for info in infos]


def _raw(info: zipfile.ZipInfo) -> bytes | None:
    """Return the bytes of a name that zipfile has taken for code page 437, None for one known to be UTF-8."""
    if info.flag_bits & UTF8:
        return None
    return info.orig_filename.partition("\0")[0].encode(WESTERN)


def _codec(names: Sequence[bytes]) -> str:
    if _readable(names, "utf-8"):
        return "utf-8"
    western = "".join(name.decode(WESTERN) for name in names)
    halves = any(_HALF_OF_A_LETTER.search(name) for name in names)
    if not halves and all(letter.isascii() or letter.isalpha() for letter in western):
        return WESTERN
    fitting = [codec for codec in EASTERN if _readable(names, codec)]
    plain = [codec for codec in fitting if not any(_HALF_WIDTH.search(name.decode(codec)) for name in names)]
    return next(iter((*plain, *fitting)), WESTERN)


def _readable(names: Sequence[bytes], codec: str) -> bool:
    try:
        for name in names:
            name.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
