"""Damage thousands of files and see that each is a picture or a sentence: `python packaging/fuzz.py --help`.

Every file follows from its format, the seed and its number alone, so that one that found a fault is made
again by `--formats PNG --begin 1234 --count 1`. It goes through all that a file meets in the program: `peek`,
`read`, `render`, `model_input` and `histogram`. Other processes do it and say what came of each file. Their
decoding workers may die, and how many did is counted; where such a process ends itself or falls silent, that
is a fault, and the next goes on behind the file that it was at. Faults too are an exception that nothing
catches, here or in a worker, more threads or open files at the end than at the beginning, and a file that
takes too long.
"""

import argparse
import json
import queue
import resource
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from fuzz_damage import made
from fuzz_seeds import seeds

MOST_FRAMES = 3  # of a file that are rendered
INPUT_SIDE = 224
BATCH = 1000  # files to one process
WARM = 50  # files after which threads and descriptors are counted for the first time
OPEN_FILES = Path("/proc/self/fd")
NUMBER = "number"


def outcome(path: Path) -> str:
    """Return "read" or the code of the sentence that a file is refused with.

    Raises whatever the program does not catch, and AssertionError for what must not come out.
    """
    from cxrview.errors import UnreadableImage
    from cxrview.imaging import messages, model_input, read, render
    from cxrview.imaging.header_summary import peek
    from cxrview.imaging.histogram import histogram

    peek(path)
    try:
        radiographs = read(path)
    except UnreadableImage as error:
        if error.problem.code == messages.OUR_FAULT.code:
            raise AssertionError(f"uncaught in a worker: {error.problem}") from error
        return error.problem.code
    for radiograph in radiographs[:MOST_FRAMES]:
        picture = render(radiograph, radiograph.default_voi)
        assert picture.shape == radiograph.shape, "a picture of another size"
        assert picture.dtype == np.uint8, "a picture of another kind"
        taken, _ = model_input(radiograph, INPUT_SIDE)
        assert taken.shape == (INPUT_SIDE, INPUT_SIDE), "an input of another size"
        counted = histogram(radiograph)
        assert np.isfinite([counted.low, counted.width]).all(), "a histogram that is not finite"
        assert counted.counts.sum() > 0, "a histogram of nothing"
    return "read"


def read_batch(name: str, seed: int, begin: int, count: int) -> None:
    """Read files one after the other and say on standard output what came of each, as JSON lines."""
    from cxrview import paths
    from cxrview.isolation.decoders import decoders

    whole = seeds()[name]
    with tempfile.TemporaryDirectory() as folder:
        paths.cache = lambda: Path(folder)  # these deaths are not for `cxrview doctor`
        for number in range(begin, begin + count):
            path = Path(folder, f"{number}")
            path.write_bytes(made(name, seed, number, whole))
            _say({"at": number})
            started = time.perf_counter()
            event: dict[str, object] = {NUMBER: number}
            try:
                event["outcome"] = outcome(path)
            except Exception:  # noqa: BLE001 - this is what is looked for
                event["uncaught"] = traceback.format_exc()
            event["seconds"] = round(time.perf_counter() - started, 3)
            if number - begin >= min(WARM, count - 1):
                event["level"] = [threading.active_count(), _descriptors()]
            _say(event)
            path.unlink()
        decoders().close()
        peaks = [
            resource.getrusage(who).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
        ]
        _say({"peaks": peaks, "died": decoders().died})


def _say(event: dict[str, object]) -> None:
    print(json.dumps(event), flush=True)


def _descriptors() -> int:
    return len(list(OPEN_FILES.iterdir())) if OPEN_FILES.is_dir() else 0


@dataclass(slots=True)
class Found:
    """What came of files of one format."""

    outcomes: Counter[str] = field(default_factory=Counter)
    died: Counter[str] = field(default_factory=Counter)
    faults: list[tuple[int, str]] = field(default_factory=list)  # number of the file, and what is wrong
    slowest: tuple[float, int] = (0.0, -1)  # seconds, number
    peaks: tuple[int, int] = (0, 0)  # bytes: of a process that reads, of a worker that decodes

    def hear(self, event: dict[str, object], slow: float) -> None:
        """Count an event of `read_batch`."""
        if "peaks" in event:
            self.peaks = tuple(event["peaks"])
            self.died.update(event["died"])
            return
        number, seconds = int(str(event[NUMBER])), float(str(event["seconds"]))
        self.slowest = max(self.slowest, (seconds, number))
        if "uncaught" in event:
            self.fault("UNCAUGHT", number, str(event["uncaught"]))
        else:
            self.outcomes[str(event["outcome"])] += 1
        if seconds > slow:
            self.faults.append((number, f"took {seconds:.1f} s"))

    def fault(self, kind: str, number: int, text: str) -> None:
        """Count a file that is against the rules."""
        self.outcomes[kind] += 1
        self.faults.append((number, text))

    def add(self, other: "Found") -> None:
        """Add what came of more files."""
        self.outcomes += other.outcomes
        self.died += other.died
        self.faults += other.faults
        self.slowest = max(self.slowest, other.slowest)
        self.peaks = (max(self.peaks[0], other.peaks[0]), max(self.peaks[1], other.peaks[1]))


def run_format(name: str, chosen: argparse.Namespace, pool: ThreadPoolExecutor) -> Found:
    """Read all files of a format in processes of BATCH files each, several at a time."""
    found = Found()
    end = chosen.begin + chosen.count
    begins = range(chosen.begin, end, BATCH)
    for part in pool.map(lambda begin: _run_part(name, begin, min(begin + BATCH, end), chosen), begins):
        found.add(part)
    return found


def _run_part(name: str, begin: int, end: int, chosen: argparse.Namespace) -> Found:
    found = Found()
    while begin < end:  # more than once only where a process has ended too early
        begin = _run_batch(name, begin, end - begin, chosen, found)
    return found


def _run_batch(name: str, begin: int, count: int, chosen: argparse.Namespace, found: Found) -> int:
    """Read a batch; return the number behind the last file that was begun."""
    command = [sys.executable, __file__, "--batch", name, "--seed", str(chosen.seed)]
    command += ["--begin", str(begin), "--count", str(count)]
    at, levels = begin - 1, []
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        for event in _events(process, chosen.silence):
            if "at" in event:
                at = int(str(event["at"]))
                continue
            found.hear(event, chosen.slow)
            if "level" in event:
                levels.append(event["level"])
        silent = process.poll() is None
        process.kill()
        errors.seek(0)
        said = errors.read()[-500:].decode(errors="replace")
    if silent:
        found.fault("SILENT", at, f"no word for {chosen.silence} s")
    elif process.returncode != 0:
        found.fault("ENDS THE PROCESS", at, f"ended the process ({process.returncode}): {said}")
    elif levels and levels[0] != levels[-1]:
        text = f"from {begin} on threads and descriptors went from {levels[0]} to {levels[-1]}"
        found.faults.append((at, text))
    return at + 1 if at >= begin else begin + count


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
    parser.add_argument("--jobs", type=int, default=2, help="processes at a time, each with a worker")
    parser.add_argument(
        "--formats", nargs="+", default=list(seeds()), help="names, or UIDs of transfer syntaxes"
    )
    parser.add_argument("--slow", type=float, default=20.0, help="seconds that a file may take")
    parser.add_argument(
        "--silence", type=float, default=120.0, help="seconds without a word before a process is ended"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the files that found faults")
    parser.add_argument("--batch", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.batch:
        read_batch(chosen.batch, chosen.seed, chosen.begin, chosen.count)
        return 0
    started, results = time.monotonic(), {}
    with ThreadPoolExecutor(chosen.jobs) as pool:
        for name in chosen.formats:
            results[name] = run_format(name, chosen, pool)
            seconds = time.monotonic() - started
            print(f"{name} after {seconds:.0f} s: {len(results[name].faults)} faults", flush=True)
            for number, fault in results[name].faults:
                print(f"  {number}: {fault}", flush=True)
    _summary(results, chosen.seed)
    if chosen.keep:
        _keep(results, chosen)
    return int(any(found.faults for found in results.values()))


def _summary(results: dict[str, Found], seed: int) -> None:
    whole = Found()
    for found in results.values():
        whole.add(found)
    print(f"\nSeed {seed}.\n")
    print("| Format | files | read | refused | slowest | peak memory, of a worker | workers died | faults |")
    print("| --- | --- | --- | --- | --- | --- | --- | --- |")
    for name, found in (*results.items(), ("all", whole)):
        total, read = found.outcomes.total(), found.outcomes["read"]
        slowest = f"{found.slowest[0]:.2f} s (no. {found.slowest[1]})"
        ours, worker = (f"{peak / 2**20:.0f}" for peak in found.peaks)
        died = ", ".join(f"{of} {count}" for of, count in found.died.most_common()) or "0"
        cells = (name, total, read, total - read, slowest, f"{ours}, {worker} MiB", died, len(found.faults))
        print(f"| {' | '.join(map(str, cells))} |")
    for name, found in results.items():
        reasons = ", ".join(f"{code} {count}" for code, count in found.outcomes.most_common())
        print(f"\n{name}: {reasons}")


def _keep(results: dict[str, Found], chosen: argparse.Namespace) -> None:
    chosen.keep.mkdir(parents=True, exist_ok=True)
    for name, found in results.items():
        whole = seeds()[name]
        for number, _ in found.faults:
            content = made(name, chosen.seed, number, whole)
            (chosen.keep / f"{name}-{chosen.seed}-{number}").write_bytes(content)


if __name__ == "__main__":
    sys.exit(main())
