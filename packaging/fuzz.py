"""Damage thousands of files and see that each is a picture or a sentence: `python packaging/fuzz.py --help`.

Every file follows from its format, the seed and its number alone, so that one that found a fault is made
again by `--formats PNG --begin 1234 --count 1`. It goes through all that a file meets in the program: `peek`,
`read`, `render`, `model_input` and `histogram`. Another process reads them and says what came of each; where
it ends by itself or falls silent, that is a fault, and the next goes on behind the file that it was at.
"""

import argparse
import json
import queue
import random
import resource
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from fuzz_seeds import seeds

MOST_FRAMES = 3  # of a file that are rendered
INPUT_SIDE = 224
SMALL = 2**12  # bytes; a change is as likely in them as in all the rest
BATCH = 500  # files to one process
WARM = 50  # files after which threads and descriptors are counted for the first time
SUMMED_UP = 0.8  # share of the PNG files whose sums are right in spite of it all
OPEN_FILES = Path("/proc/self/fd")
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)


def damaged(whole: bytes, others: list[bytes], dice: random.Random) -> bytes:
    """Return `whole` with one to six changes; pieces may come from `others`."""
    content = bytearray(whole)
    for _ in range(dice.choice((1, 1, 1, 2, 3, 6))):
        if not content:
            break
        dice.choice(CHANGES)(content, others, dice)
    return bytes(content)


def _place(content: bytearray, dice: random.Random) -> int:
    return dice.randrange(min(len(content), SMALL) if dice.random() < 0.5 else len(content))


def _flip(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    content[_place(content, dice)] ^= 1 << dice.randrange(8)


def _edge(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    size = dice.choice((1, 2, 4))
    number = dice.choice(EDGES) & (256**size - 1)
    place = _place(content, dice)
    content[place : place + size] = number.to_bytes(size, dice.choice(("little", "big")))


def _fill(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    place, length = _place(content, dice), dice.choice((4, 16, 64, len(content)))
    piece = content[place : place + length]
    content[place : place + length] = dice.choice(
        (bytes(len(piece)), b"\xff" * len(piece), dice.randbytes(len(piece)))
    )


def _cut(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    del content[_place(content, dice) :]


def _drop(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    place = _place(content, dice)
    del content[place : place + dice.choice((1, 2, 8, 64, 512))]


def _repeat(content: bytearray, _others: list[bytes], dice: random.Random) -> None:
    place, length = _place(content, dice), dice.choice((1, 2, 8, 64, 512))
    content[place:place] = content[place : place + length] * dice.choice((1, 2, 30))


def _splice(content: bytearray, others: list[bytes], dice: random.Random) -> None:
    other = dice.choice(others)
    start = dice.randrange(len(other))
    piece = other[start : start + dice.choice((8, 64, 512, 4096))]
    place = _place(content, dice)
    content[place : place + dice.choice((0, len(piece)))] = piece


CHANGES: tuple[Callable[[bytearray, list[bytes], random.Random], None], ...]
CHANGES = (_flip, _flip, _edge, _edge, _fill, _cut, _drop, _repeat, _splice)


def made(name: str, seed: int, number: int, whole: list[bytes]) -> bytes:
    """Return file `number` of a format."""
    dice = random.Random(f"{name} {seed} {number}")
    content = damaged(dice.choice(whole), whole, dice)
    return summed_up(content) if name == "PNG" and dice.random() < SUMMED_UP else content


def summed_up(content: bytes) -> bytes:
    """Return a PNG with the right sum behind every chunk, so that not the sums alone are tried."""
    mended, place = bytearray(content), 8
    while place + 12 <= len(content):
        (length,) = struct.unpack_from(">I", content, place)
        end = place + 8 + length
        if end + 4 > len(content):
            break
        mended[end : end + 4] = zlib.crc32(content[place + 4 : end]).to_bytes(4, "big")
        place = end + 4
    return bytes(mended)


def outcome(path: Path) -> str:
    """Return "read" or the code of the sentence that a file is refused with.

    Raises whatever the program does not catch, and AssertionError for what must not come out.
    """
    from cxrview.errors import UnreadableImage
    from cxrview.imaging import model_input, read, render
    from cxrview.imaging.header_summary import peek
    from cxrview.imaging.histogram import histogram

    peek(path)
    try:
        radiographs = read(path)
    except UnreadableImage as error:
        return error.problem.code
    for radiograph in radiographs[:MOST_FRAMES]:
        picture = render(radiograph, radiograph.default_voi)
        assert picture.shape == radiograph.shape, "a picture of another size"
        assert picture.dtype == np.uint8, "a picture of another kind"
        assert model_input(radiograph, INPUT_SIDE)[0].shape == (INPUT_SIDE, INPUT_SIDE), (
            "an input of another size"
        )
        counted = histogram(radiograph)
        assert np.isfinite([counted.low, counted.width]).all(), "a histogram that is not finite"
        assert counted.counts.sum() > 0, "a histogram of nothing"
    return "read"


def read_batch(name: str, seed: int, begin: int, count: int) -> None:
    """Read files one after the other and say on standard output what came of each, as JSON lines."""
    whole = seeds()[name]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "damaged")
        for number in range(begin, begin + count):
            path.write_bytes(made(name, seed, number, whole))
            print(json.dumps({"at": number}), flush=True)
            started = time.perf_counter()
            event: dict[str, object] = {"number": number}
            try:
                event["outcome"] = outcome(path)
            except Exception:  # noqa: BLE001 - this is what is looked for
                event["uncaught"] = traceback.format_exc()
            event["seconds"] = round(time.perf_counter() - started, 3)
            if number - begin >= min(WARM, count - 1):
                event["threads"] = threading.active_count()
                event["descriptors"] = len(list(OPEN_FILES.iterdir())) if OPEN_FILES.is_dir() else 0
            print(json.dumps(event), flush=True)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(json.dumps({"peak": peak * (1 if sys.platform == "darwin" else 1024)}), flush=True)


@dataclass(slots=True)
class Found:
    """What came of the files of one format."""

    outcomes: Counter[str] = field(default_factory=Counter)
    faults: list[str] = field(default_factory=list)
    slowest: float = 0.0
    slowest_number: int = -1
    peak: int = 0

    def hear(self, event: dict[str, object], slow: float) -> None:
        """Count an event of `read_batch`."""
        if "peak" in event:
            self.peak = max(self.peak, int(str(event["peak"])))
            return
        number, seconds = int(str(event["number"])), float(str(event["seconds"]))
        if seconds > self.slowest:
            self.slowest, self.slowest_number = seconds, number
        if "uncaught" in event:
            self.outcomes["UNCAUGHT"] += 1
            self.faults.append(f"{number}: uncaught\n{event['uncaught']}")
        else:
            self.outcomes[str(event["outcome"])] += 1
        if seconds > slow:
            self.faults.append(f"{number}: took {seconds:.1f} s")


def run_format(name: str, chosen: argparse.Namespace) -> Found:
    """Read all files of a format in processes of BATCH files each."""
    found = Found()
    number, end = chosen.begin, chosen.begin + chosen.count
    while number < end:
        number = _run_batch(name, number, min(BATCH, end - number), chosen, found)
    return found


def _run_batch(name: str, begin: int, count: int, chosen: argparse.Namespace, found: Found) -> int:
    """Read a batch; return the number behind the last file that was begun."""
    command = [sys.executable, __file__, "--batch", name, "--seed", str(chosen.seed)]
    command += ["--begin", str(begin), "--count", str(count)]
    at, levels = begin - 1, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        for event in _events(process, chosen.silence):
            if "at" in event:
                at = int(str(event["at"]))
                continue
            found.hear(event, chosen.slow)
            if "threads" in event:
                levels.append((event["threads"], event["descriptors"]))
        silent = process.poll() is None
        process.kill()
    if silent:
        found.outcomes["HANGS"] += 1
        found.faults.append(f"{at}: no word for {chosen.silence} s")
    elif process.returncode != 0:
        found.outcomes["ENDS THE PROCESS"] += 1
        found.faults.append(f"{at}: ended the process ({process.returncode})")
    elif levels and levels[0] != levels[-1]:
        found.faults.append(f"{begin} to {at}: threads and descriptors went from {levels[0]} to {levels[-1]}")
    return at + 1


def _events(process: "subprocess.Popen[str]", silence: float) -> Iterator[dict[str, object]]:
    """Yield what a process says, until it ends or says nothing for `silence` seconds."""
    lines: queue.SimpleQueue[str] = queue.SimpleQueue()

    def listen() -> None:
        for line in process.stdout or ():
            lines.put(line)
        process.wait()
        lines.put("")

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = lines.get(timeout=silence)
        except queue.Empty:
            return
        if not line:
            return
        yield json.loads(line)


def main() -> int:
    """Read the files that the arguments ask for, print a summary, and return 1 if there were faults."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--count", type=int, default=4600, help="files of each format")
    parser.add_argument("--begin", type=int, default=0, help="number of the first")
    parser.add_argument("--seed", type=int, default=12)
    parser.add_argument(
        "--formats", nargs="+", default=list(seeds()), help="names, or UIDs of transfer syntaxes"
    )
    parser.add_argument("--slow", type=float, default=20.0, help="seconds that a file may take")
    parser.add_argument(
        "--silence", type=float, default=60.0, help="seconds without a word before a process is ended"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the files that found faults")
    parser.add_argument("--batch", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.batch:
        read_batch(chosen.batch, chosen.seed, chosen.begin, chosen.count)
        return 0
    results = {name: run_format(name, chosen) for name in chosen.formats}
    _summary(results)
    if chosen.keep:
        _keep(results, chosen)
    return int(any(found.faults for found in results.values()))


def _summary(results: dict[str, Found]) -> None:
    print("| Format | files | read | refused | slowest | peak memory | faults |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for name, found in results.items():
        total, read = found.outcomes.total(), found.outcomes["read"]
        slowest = f"{found.slowest:.2f} s (no. {found.slowest_number})"
        cells = (name, total, read, total - read, slowest, f"{found.peak / 2**20:.0f} MiB", len(found.faults))
        print(f"| {' | '.join(map(str, cells))} |")
    for name, found in results.items():
        reasons = ", ".join(f"{code} {count}" for code, count in found.outcomes.most_common())
        print(f"\n{name}: {reasons}")
        for fault in found.faults:
            print(f"  {fault}")


def _keep(results: dict[str, Found], chosen: argparse.Namespace) -> None:
    chosen.keep.mkdir(parents=True, exist_ok=True)
    for name, found in results.items():
        for fault in found.faults:
            number = int(fault.split(":", 1)[0].split()[0])
            content = made(name, chosen.seed, number, seeds()[name])
            (chosen.keep / f"{name}-{chosen.seed}-{number}").write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
