"""Damage thousands of files and read them: nothing may end but a process that decodes.

    python benchmarks/fuzz.py --count 100000 --seed 1 --jobs 2 --keep damaged

Each of the formats gets its share. What a mutated file brings about is counted by its sentence; what is
against the rules (an uncaught exception, a value that is not finite, more seconds than are allowed) is
told with the number of the file, which with the seed makes it again, and ends the script with 1.
"""

import argparse
import io
import random
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from PIL import Image
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import HTJ2K, UID, HTJ2KLossless, HTJ2KLosslessRPCL, JPEGLossless

from cxrview.errors import UnreadableImage
from cxrview.imaging import model_input, read, render
from cxrview.imaging.dicom.codecs import codecs
from cxrview.imaging.dicom.codestream import read_header
from cxrview.imaging.header_summary import peek
from cxrview.imaging.histogram import histogram
from cxrview.imaging.messages import OUR_FAULT
from cxrview.isolation.decoders import decoders
from tests.imaging.phantoms import phantom
from tests.imaging.samples import sample, samples

HTJ2K_STREAM = Path(__file__).parents[1] / "tests" / "imaging" / "data" / "disc_htj2k.j2c"
MOST_SECONDS = 20.0  # for any file
LARGEST_SEED = 300_000  # bytes of a file that is damaged
LOOKED_AT = 3  # frames of a file
RASTER = ("PNG", "JPEG", "TIFF", "BMP")
EXTREMES = (b"\xff\xff\xff\xff", bytes(4), b"\xff\xff\xff\x7f", b"\xff\xff", b"\x00\x80")
Damage = Callable[[bytearray, random.Random], bytes]


def seeds() -> dict[str, list[bytes]]:
    """Return whole files of each format: the samples by transfer syntax, and drawn pictures."""
    wanted = {codec.uid: codec.name for codec in codecs() if codec.used}
    found: dict[str, list[bytes]] = {}
    for path in samples():
        content = path.read_bytes()
        if content[128:132] == b"DICM" and len(content) <= LARGEST_SEED:
            syntax = dcmread(io.BytesIO(content), stop_before_pixels=True).file_meta.get("TransferSyntaxUID")
            if str(syntax) in wanted:
                found.setdefault(wanted[str(syntax)], []).append(content)
    for syntax in set(wanted.values()) - set(found):
        uid = next(uid for uid, name in wanted.items() if name == syntax)
        if (made := compressed(uid)) is not None:
            found[syntax] = [made]
    for kind in RASTER:
        found[kind] = list(pictures(kind))
    return found


def compressed(syntax: str) -> bytes | None:
    """Return a sample in a transfer syntax that no sample has, if it can be made here."""
    if syntax == JPEGLossless:  # its first selection value is a syntax of its own
        dataset = dcmread(sample("JPGLosslessP14SV1_1s_1f_8b.dcm"))
    elif UID(syntax) in (HTJ2K, HTJ2KLossless, HTJ2KLosslessRPCL):
        stream = HTJ2K_STREAM.read_bytes()
        header = read_header(stream)
        empty = np.zeros(header[:2], np.uint8 if header.precision <= 8 else np.uint16)
        dataset = phantom(empty, bits=header.precision, PixelData=encapsulate([stream]))
        dataset["PixelData"].is_undefined_length = True
    else:
        dataset = dcmread(sample("CT_small.dcm"))
    try:
        dataset.file_meta.TransferSyntaxUID = syntax
        made = io.BytesIO()
        dataset.save_as(made, enforce_file_format=True)
    except (NotImplementedError, RuntimeError, ValueError):
        return None
    return made.getvalue()


def pictures(kind: str) -> Iterator[bytes]:
    """Yield pictures of several depths in a raster format."""
    ramp = np.arange(64 * 48, dtype=np.uint16).reshape(64, 48) * 21
    grey = Image.fromarray((ramp >> 8).astype(np.uint8))
    for image in (grey, grey.convert("RGB")):
        options = [{}, {"progressive": True}] if kind == "JPEG" else [{}]
        options += [{"compression": "tiff_lzw"}] if kind == "TIFF" else []
        for option in options:
            stream = io.BytesIO()
            image.save(stream, kind, **option)
            yield stream.getvalue()
    if kind in ("PNG", "TIFF"):
        yield cv2.imencode(f".{kind.lower()}", ramp)[1].tobytes()


def flipped(content: bytearray, chance: random.Random) -> bytes:
    """Change single bytes, as a bad disk does; mostly where the header is."""
    for _ in range(chance.choice((1, 1, 2, 4, 16, 64))):
        end = len(content) if chance.random() < 0.5 else min(len(content), 2048)
        content[chance.randrange(end)] = chance.randrange(256)
    return bytes(content)


def cut(content: bytearray, chance: random.Random) -> bytes:
    """End too early."""
    return bytes(content[: chance.randrange(len(content))])


def zeroed(content: bytearray, chance: random.Random) -> bytes:
    """Lose a block."""
    start = chance.randrange(len(content))
    length = min(len(content) - start, chance.choice((8, 64, 512, 4096)))
    content[start : start + length] = bytes(length)
    return bytes(content)


def shifted(content: bytearray, chance: random.Random) -> bytes:
    """Have bytes twice, or not at all."""
    start, length = chance.randrange(len(content)), chance.randrange(1, 64)
    if chance.random() < 0.5:
        del content[start : start + length]
    else:
        content[start:start] = content[start : start + length]
    return bytes(content)


def extreme(content: bytearray, chance: random.Random) -> bytes:
    """Have numbers at the end of their range, as sizes, counts and offsets."""
    for _ in range(chance.choice((1, 2, 4))):
        value = chance.choice(EXTREMES)
        place = chance.randrange(max(1, min(len(content), 4096) - 4))
        content[place : place + len(value)] = value
    return bytes(content)


DAMAGES: tuple[Damage, ...] = (flipped, cut, zeroed, shifted, extreme)


def damaged(number: int, seed: int, wholes: dict[str, list[bytes]]) -> tuple[str, bytes]:
    """Return the format and the content of the damaged file `number`, always the same."""
    chance = random.Random(f"{seed} {number}")
    kind = sorted(wholes)[number % len(wholes)]
    return kind, chance.choice(DAMAGES)(bytearray(chance.choice(wholes[kind])), chance)


def outcome(path: Path) -> str:
    """Return what becomes of the file: the code of a sentence, or "read". Raises what is a bug."""
    peek(path)
    begin = time.monotonic()
    try:
        frames = read(path)
    except UnreadableImage as error:
        if not error.code or error.code == OUR_FAULT.code:
            raise AssertionError(f"no sentence of ours: {error}") from error
        said = error.code
    else:
        for frame in frames[:LOOKED_AT]:
            render(frame, frame.default_voi)
            model_input(frame, 224)
            found = histogram(frame)
            assert np.isfinite([found.low, found.high, found.width]).all(), "a histogram that is not finite"
        said = "read"
    assert time.monotonic() - begin < MOST_SECONDS, "takes too long"
    return said


def descriptors() -> int:
    """Return how many files this process has open."""
    return len(list(Path("/dev/fd").iterdir()))


def main() -> int:
    """Run and return 1 if a rule was broken."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--first", type=int, default=0, help="number of the first file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--keep", type=Path, help="folder for the files that broke a rule")
    options = parser.parse_args()
    wholes = seeds()
    counts = (f"{kind} ({len(files)})" for kind, files in sorted(wholes.items()))
    print(f"{len(wholes)} formats: {', '.join(counts)}")
    decoders().allow(options.jobs)
    decoders().warm(options.jobs)
    read(sample("JPGLosslessP14SV1_1s_1f_8b.dcm"))  # so that no file waits for the start of a process
    said: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as place, ThreadPoolExecutor(options.jobs) as pool:

        def one(number: int) -> tuple[str, str, str]:
            kind, content = damaged(number, options.seed, wholes)
            path = Path(place, f"{number}.bin")
            path.write_bytes(content)
            try:
                return kind, outcome(path), ""
            except Exception:  # noqa: BLE001 - to find these is what this is for
                if options.keep is not None:
                    options.keep.mkdir(parents=True, exist_ok=True)
                    (options.keep / path.name).write_bytes(content)
                return kind, "broken", f"{number} ({kind}): {traceback.format_exc(limit=-2)}"
            finally:
                path.unlink()

        begin, level = time.monotonic(), (0, 0)
        for done, (kind, word, trouble) in enumerate(
            pool.map(one, range(options.first, options.first + options.count)), 1
        ):
            kinds[kind] += 1
            said[word] += 1
            broken += [trouble] if trouble else []
            if done == min(200, options.count):
                level = (descriptors(), threading.active_count())
            if done % 1000 == 0:
                print(f"{done} in {time.monotonic() - begin:.0f} s, {len(broken)} broken", flush=True)
        leaked = (descriptors(), threading.active_count())
    print(f"\nseed {options.seed}, {options.count} files from number {options.first} on")
    died = Counter(decoders().died)
    for title, counter in (("format", kinds), ("outcome", said), ("workers died of", died)):
        print(f"\n{title}\n" + "\n".join(f"  {count:7}  {name}" for name, count in counter.most_common()))
    print(f"\ndescriptors and threads: {level} after 200 files, {leaked} at the end")
    print("\n".join(["", f"{len(broken)} broken rules", *broken]))
    return 1 if broken or any(now > then + 8 for now, then in zip(leaked, level, strict=True)) else 0


if __name__ == "__main__":
    sys.exit(main())
