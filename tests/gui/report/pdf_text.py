"""The text of a PDF that Qt wrote, as a reader would select it: enough of the format for tests."""

import re
import zlib
from pathlib import Path

OBJECT = re.compile(rb"(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
STREAM = re.compile(rb"stream\r?\n(.*)\nendstream", re.DOTALL)
SHOWN = re.compile(rb"\bBT\b|/F(\d+) [\d.]+ Tf|<([0-9a-fA-F]+)> Tj")


def text_of(path: Path) -> str:
    """Return the words of the PDF at `path` in the order in which they were drawn, a line a text item."""
    found = {int(number): body for number, body in OBJECT.findall(path.read_bytes())}
    fonts = {
        number: _characters(_stream(found[int(cmap[1])]))
        for number, body in found.items()
        if (cmap := re.search(rb"/ToUnicode (\d+) 0 R", body))
    }
    drawn, font = [], {}
    for body in found.values():
        for name, code in SHOWN.findall(_stream(body) if b"/FlateDecode" in body else b""):
            if name:
                font = fonts.get(int(name), {})
            else:
                drawn.append(font.get(int(code, 16), "") if code else "\n")
    return "".join(drawn).replace("\t", " ")  # the glyph of some fonts for both


def metadata_of(path: Path) -> str:
    """Return the XMP packet of the PDF at `path`."""
    packet = re.search(rb"<\?xpacket begin.*?<\?xpacket end", path.read_bytes(), re.DOTALL)
    assert packet is not None
    return packet[0].decode("utf-8")


def _stream(body: bytes) -> bytes:
    data = STREAM.search(body)
    if data is None or b"/Subtype /Image" in body:
        return b""
    return zlib.decompress(data[1]) if b"/FlateDecode" in body else data[1]


def _characters(cmap: bytes) -> dict[int, str]:
    """Return the character of each glyph, from a ToUnicode map."""
    found = {}
    for first, several in re.findall(r"<(\w+)>\s*<\w+>\s*\[(.*?)\]", cmap.decode("latin-1"), re.DOTALL):
        for step, code in enumerate(re.findall(r"<(\w+)>", several)):
            found[int(first, 16) + step] = chr(int(code, 16))
    return found
