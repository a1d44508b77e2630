"""Half a picture is never taken for a whole one, in any transfer syntax.

The pixels of a film are cut at many places, halved and closed with an end marker, and their tail is filled
with zeros. What comes of it is one word: refused, shown and marked, the same picture as before (where nothing
of it was lost), or unnoticed. Run `python -m tests.imaging.test_half_pictures` in the checkout to write the
table in docs/formats.md anew.
"""

import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from cxrview.errors import UnreadableImage
from cxrview.imaging import Radiograph, messages, read
from tests.imaging.coded import NATIVE, SYNTAXES, coded, film, jpeg, stream_of, with_stream
from tests.imaging.phantoms import phantom, save
from tests.imaging.samples import sample
from tests.imaging.test_formats_document import DOCUMENT, section
from tests.refusals import refused

END = b"\xff\xd9"
CUT, HALVED, ZEROED, HOLLOW = "cut short", "halved, closed", "tail of zeros", "tail of zeros, closed"
DONE = (CUT, HALVED, ZEROED, HOLLOW)
WORDS = REFUSED, MARKED, SAME, UNNOTICED = "refused", "marked", "the same picture", "unnoticed"
PART = "half pictures"
TAILS = (0.5, 0.8, 0.95)  # where zeros begin
NO_NOTICE = {ImplicitVRLittleEndian, ExplicitVRLittleEndian, ExplicitVRBigEndian}


def outcome(path: Path, whole: Radiograph) -> str:
    """Return in one word what is made of a spoilt file."""
    try:
        (radiograph,) = read(path)
    except UnreadableImage:
        return REFUSED
    if radiograph.incomplete:
        assert any("is missing" in text for text in radiograph.warnings)
        with pytest.raises(UnreadableImage):
            radiograph.require_whole()
        return MARKED
    same = radiograph.shape == whole.shape and np.array_equal(radiograph.values, whole.values)
    return SAME if same else UNNOTICED


def spoilt(syntax: UID, dataset: Dataset, cuts: int) -> Iterator[tuple[str, Dataset]]:
    """Yield what is done to the pixels of `dataset`, and the dataset with that done."""
    native = syntax in NATIVE
    whole = bytes(dataset.PixelData) if native else stream_of(dataset)
    for place in np.linspace(1, len(whole) - 1, cuts).astype(int):
        # A byte that makes a length even would stand for the one that was cut.
        yield CUT, _with(dataset, whole[: place - place % 2 if native else place], native)
    for share in TAILS:
        place = int(len(whole) * share)
        zeros = bytes(len(whole) - place - len(END))
        yield ZEROED, _with(dataset, whole[:place] + zeros + bytes(len(END)), native)
        if not native and syntax != RLELossless:
            yield HALVED, _with(dataset, whole[:place] + END, native)
            yield HOLLOW, _with(dataset, whole[:place] + zeros + END, native)


def _with(dataset: Dataset, pixels: bytes, native: bool) -> Dataset:
    dataset.PixelData = pixels + bytes(len(pixels) % 2) if native else encapsulate([pixels])
    dataset["PixelData"].is_undefined_length = not native
    return dataset


def of_syntax(syntax: UID, folder: Path, cuts: int) -> dict[str, set[str]]:
    """Return what comes of a film in this transfer syntax, by what is done to it."""
    path = folder / "film.dcm"
    dataset = coded(syntax, folder)
    (whole,) = read(save(dataset, path))
    found: dict[str, set[str]] = {}
    for done, changed in spoilt(syntax, dataset, cuts):
        found.setdefault(done, set()).add(outcome(save(changed, path), whole))
    if syntax == DeflatedExplicitVRLittleEndian:  # its file is the stream
        found |= of_file(_unpadded(save(coded(syntax, folder), path).read_bytes()), path, whole, cuts, 400)
    return found


def _unpadded(content: bytes) -> bytes:
    """Return a deflated file without the byte that makes its length even, which nobody misses."""
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflater.decompress(content[144 + int.from_bytes(content[140:144], "little") :])
    return content[: len(content) - len(inflater.unused_data)]


def of_file(content: bytes, path: Path, whole: Radiograph, cuts: int, first: int) -> dict[str, set[str]]:
    """Return what comes of a file of this `content`, spoilt from byte `first` on."""
    found: dict[str, set[str]] = {CUT: set(), ZEROED: set()}
    for place in np.linspace(first, len(content) - 1, cuts).astype(int):
        path.write_bytes(content[:place])
        found[CUT].add(outcome(path, whole))
    for share in TAILS:
        place = max(first, int(len(content) * share))
        path.write_bytes(content[:place] + bytes(len(content) - place))
        found[ZEROED].add(outcome(path, whole))
    return found


def table(folder: Path, cuts: int = 100) -> str:
    """Return the table of what comes of a film in every transfer syntax, by what is done to it."""
    rows = [f"| Transfer syntax | {' | '.join(DONE)} |", "| --- |" + " --- |" * len(DONE)]
    for syntax in SYNTAXES:
        found = of_syntax(syntax, folder, cuts)
        cells = [", ".join(word for word in WORDS if word in found.get(done, ())) or "–" for done in DONE]
        rows.append(f"| {syntax.name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def documented(name: str) -> dict[str, set[str]]:
    """Return what the document says of the transfer syntax of this name."""
    text = DOCUMENT.read_text("utf-8")
    first, last = section(text, PART)
    row = next(line for line in text[first:last].splitlines() if line.startswith(f"| {name} |"))
    cells = [set(cell.strip().split(", ")) for cell in row.split("|")[2:-1]]
    return dict(zip(DONE, cells, strict=True))


@pytest.mark.parametrize("syntax", SYNTAXES, ids=lambda syntax: syntax.name)
def test_half_a_picture_is_refused_or_marked(syntax, tmp_path):
    found, known = of_syntax(syntax, tmp_path, 8), documented(syntax.name)
    assert CUT in found
    for done, words in found.items():
        assert words <= known[done]
        assert UNNOTICED not in words or (done == ZEROED and syntax in NO_NOTICE)


@pytest.mark.slow
def test_the_document_says_what_comes_of_half_pictures(tmp_path):
    text = DOCUMENT.read_text("utf-8")
    first, last = section(text, PART)
    assert text[first:last].strip() == table(tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGLosslessSV1])
def test_a_real_film_is_marked_where_its_end_is_missing(syntax, tmp_path):
    values = dcmread(sample("RG1_UNCR.dcm")).pixel_array >> 3
    pixels = (values >> 4).astype(np.uint8) if syntax == JPEGBaseline8Bit else values.astype(np.uint16)
    dataset = coded(syntax, tmp_path, pixels)
    whole = stream_of(dataset)
    half = _with(dataset, whole[: len(whole) // 2] + END, native=False)
    (radiograph,) = read(save(half, tmp_path / "half.dcm"))
    (before,) = read(save(coded(syntax, tmp_path, pixels), tmp_path / "whole.dcm"))
    assert radiograph.incomplete
    assert not before.incomplete
    np.testing.assert_array_equal(radiograph.values[:400], before.values[:400])


def test_what_is_there_of_a_marked_picture_is_right(tmp_path):
    dataset = coded(JPEGLosslessSV1, tmp_path)
    whole = stream_of(dataset)
    (radiograph,) = read(save(_with(dataset, whole[: len(whole) // 2], native=False), tmp_path / "x.dcm"))
    assert radiograph.incomplete
    np.testing.assert_array_equal(radiograph.values[:24], film()[:24])


def test_a_progressive_picture_of_which_a_part_is_missing_is_refused(tmp_path):
    pixels = film(bits=8)
    stream = jpeg(pixels, progressive=True)
    tenth = len(stream) // 10
    for half in (stream[:-tenth], stream[: -2 * tenth] + END):
        path = save(with_stream(phantom(pixels), half, JPEGBaseline8Bit), tmp_path / "x.dcm")
        with refused(UnreadableImage, messages.PIXELS_CUT_SHORT):
            read(path)


def test_of_several_frames_those_are_marked_whose_end_is_missing(tmp_path):
    pixels = film(bits=8)
    stream = jpeg(pixels)
    dataset = phantom(np.stack([pixels] * 3), NumberOfFrames=3)
    dataset = with_stream(dataset, stream, JPEGBaseline8Bit)
    dataset.PixelData = encapsulate([stream, stream[: len(stream) // 2], stream])
    frames = read(save(dataset, tmp_path / "x.dcm"))
    assert [frame.incomplete for frame in frames] == [False, True, False]
    assert [any("is missing" in text for text in frame.warnings) for frame in frames] == [False, True, False]
    dataset.PixelData = encapsulate([stream, stream])
    with refused(UnreadableImage, messages.FRAMES_MISSING(frames=3, count=2)):
        read(save(dataset, tmp_path / "x.dcm"))


if __name__ == "__main__":
    content = DOCUMENT.read_text("utf-8")
    start, end = section(content, PART)
    with tempfile.TemporaryDirectory() as place:
        content = f"{content[:start]}\n{table(Path(place))}\n{content[end:]}"
    DOCUMENT.write_text(content, "utf-8")
