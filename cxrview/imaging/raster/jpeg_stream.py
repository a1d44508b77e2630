"""What a JPEG stream says of itself, and whether all of it is there (ITU-T T.81 annex B).

libjpeg fills what is missing with grey and tells nobody. So the markers are walked before it decodes, and
where its picture ends in that grey it is asked again with more data: a stream that still takes data has
not come to its end.
"""

import math
import re
import struct
from dataclasses import dataclass, field

SOS, EOI, DRI, DHT = 0xDA, 0xD9, 0xDD, 0xC4
FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
PROGRESSIVE = (0xC2, 0xC6, 0xCA, 0xCE)
OTHER_PROCESSES = {  # of FRAMES, those that libjpeg does not decode
    0xC3: "JPEG Lossless",
    0xC5: "hierarchical JPEG",
    0xC6: "hierarchical JPEG",
    0xC7: "hierarchical JPEG",
    0xCB: "JPEG Lossless",
    0xCD: "hierarchical JPEG",
    0xCE: "hierarchical JPEG",
    0xCF: "hierarchical JPEG",
    0xF7: "JPEG-LS",
}
NEXT_MARKER = re.compile(rb"\xff+([^\x00\xff])", re.DOTALL)
IN_SCAN = {0x00, 0xFF, *range(0xD0, 0xD8)}  # what follows FF where a scan goes on; restarts are a part of it
RESTART = re.compile(rb"\xff[\xd0-\xd7]")
MAX_SCANS = 4096
COEFFICIENTS = 64
MISSING = 13  # no point transform is that large
END_OF_BLOCK = 0  # a symbol
ZEROS = bytes(32)
GARBAGE = bytes(range(1, 200))  # what a whole stream has no use for


class ShortStream(ValueError):
    """A stream that ends before its picture does."""


@dataclass(slots=True)
class JpegStream:
    """The headers of a stream.

    `process` is the code of its frame header (0xC0 for baseline), 0 where there is none. `scan_ends` are the
    places behind the data of each scan. `components` are (horizontal, vertical) sampling by identifier.
    """

    process: int = 0
    precision: int = 0
    width: int = 0
    height: int = 0
    components: dict[int, tuple[int, int]] = field(default_factory=dict)
    interval: int = 0
    scan_ends: list[int] = field(default_factory=list)
    ended: bool = False
    restarts_right: bool = True
    holes: bool = False
    # By number, the symbol of the code of zeros in each table for AC coefficients.
    _zero_symbols: dict[int, int] = field(default_factory=dict)
    # By component and coefficient, the bits that are still missing.
    _missing: dict[int, list[int]] = field(default_factory=dict)

    @property
    def progressive(self) -> bool:
        """Whether a picture comes in several passes, each of which makes it sharper."""
        return self.process in PROGRESSIVE

    @property
    def complete(self) -> bool:
        """Whether every coefficient of every component has come with all of its bits, and the end after."""
        found = [bits for bands in self._missing.values() for bits in bands]
        whole = self.ended and self.restarts_right and not self.holes
        return whole and bool(found) and not any(found)

    def read_frame(self, process: int, body: bytes) -> None:
        """Take over a frame header."""
        self.process = process
        self.precision, self.height, self.width, number = struct.unpack_from(">BHHB", body)
        for place in range(6, 6 + 3 * number, 3):
            identifier, sampling, _ = struct.unpack_from(">BBB", body, place)
            self.components[identifier] = (sampling >> 4, sampling & 15)
            self._missing[identifier] = [MISSING] * COEFFICIENTS

    def read_tables(self, body: bytes) -> None:
        """Take over Huffman tables."""
        place = 0
        while place + 17 < len(body):
            if body[place] >> 4 == 1:
                # The first symbol has the shortest code, which is all zeros (annex C).
                self._zero_symbols[body[place] & 15] = body[place + 17]
            place += 17 + sum(body[place + 1 : place + 17])

    def read_scan(self, header: bytes, content: bytes, start: int) -> int:
        """Take over a scan with data from `start` on; return where the next marker is, or -1."""
        number = header[0]
        first, last, bits = header[1 + 2 * number : 4 + 2 * number]
        identifiers = header[1 : 1 + 2 * number : 2]
        for identifier in identifiers:
            bands = self._missing.get(identifier, [MISSING] * COEFFICIENTS)
            if self.progressive:
                bands[first : last + 1] = [bits & 15] * (min(last, COEFFICIENTS - 1) + 1 - first)
            else:
                bands[:] = [0] * COEFFICIENTS
        end = _scan_end(content, start)
        self.scan_ends.append(end)
        if not self.progressive and content.find(ZEROS, start, end) >= 0:
            # Where zeros do not end blocks they are 63 coefficients of -1 in each, which no picture has.
            tables = {byte & 15 for byte in header[2 : 2 + 2 * number : 2]}
            self.holes |= any(self._zero_symbols.get(table, END_OF_BLOCK) for table in tables)
        if self.interval and end >= 0:
            wanted = math.ceil(self._units(identifiers) / self.interval) - 1
            self.restarts_right &= len(RESTART.findall(content, start, end)) >= wanted
        return end

    def _units(self, identifiers: bytes) -> int:
        """Return how many units (MCUs) a scan of these components has (A.2)."""
        widest = max(across for across, _ in self.components.values())
        highest = max(down for _, down in self.components.values())
        if len(identifiers) > 1:
            return math.ceil(self.width / (8 * widest)) * math.ceil(self.height / (8 * highest))
        across, down = self.components[identifiers[0]]
        columns, rows = (
            math.ceil(self.width * across / widest),
            math.ceil(self.height * down / highest),
        )
        return math.ceil(columns / 8) * math.ceil(rows / 8)


def _scan_end(content: bytes, start: int) -> int:
    """Return the place of the next marker that ends a scan; -1 where there is none."""
    place = content.find(b"\xff", start)  # ten times as fast as a regular expression
    while 0 <= place < len(content) - 1:
        if content[place + 1] not in IN_SCAN:
            return place
        place = content.find(b"\xff", place + 1)
    return -1


def read_stream(content: bytes) -> JpegStream:
    """Return what the headers of the stream that begins with `content` say, as far as they go.

    Raises ValueError (struct.error, IndexError, KeyError) if they contradict themselves.
    """
    stream = JpegStream()
    place = 2
    while (found := NEXT_MARKER.search(content, place)) and len(stream.scan_ends) < MAX_SCANS:
        marker, place = found.group(1)[0], found.end()
        if marker == EOI:
            stream.ended = True
            break
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:  # these stand alone
            continue
        (length,) = struct.unpack_from(">H", content, place)
        body, place = content[place + 2 : place + length], place + length
        if marker in FRAMES or marker in OTHER_PROCESSES:
            stream.read_frame(marker, body)
        elif marker == DHT:
            stream.read_tables(body)
        elif marker == DRI:
            (stream.interval,) = struct.unpack(">H", body[:2])
        elif marker == SOS:
            place = stream.read_scan(body, content, place)
            if place < 0:
                break
    return stream


def with_more_data(content: bytes, stream: JpegStream) -> bytes:
    """Return the stream with data behind every scan, which changes nothing where the scans are whole."""
    pieces, start = [], 0
    for end in stream.scan_ends:
        pieces += [content[start:end], GARBAGE]
        start = end
    return b"".join([*pieces, content[start:]])
