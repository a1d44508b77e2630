"""Decode the files of a run once, in parallel, into files of arrays that a resumed run finds again."""

import hashlib
import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview import messages as shared
from cxrview.anatomy import Film, reduced
from cxrview.atomic_file import atomic_file, is_full, write_atomically
from cxrview.bundle.card import FILM, LUNGS
from cxrview.datasets import boxes, catalogue, framing, messages
from cxrview.datasets.framing import Framing
from cxrview.datasets.similarity import FINGERPRINT, fingerprint
from cxrview.datasets.sources import Item
from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.imaging import Letterbox, Radiograph, read, render
from cxrview.imaging import messages as imaging_messages
from cxrview.imaging.dicom.acquisition import acquisition
from cxrview.message import Message, joined, verbatim
from cxrview.progress import Report, silent
from cxrview.pseudonym import pseudonym

VERSION = 1  # of the cache; another one is read anew
THREADS = 8
AHEAD = 4 * THREADS  # files in the making: films wait in memory until their lungs are looked for
SAMPLED = 256  # rows and columns that are looked at for the contrast
PERCENTILES = (0.5, 99.5)
NO_PATIENT = frozenset({"anonymous", "anonymized", "anonymised", "anon", "unknown", "none", "na", "n/a", "0"})


@dataclass(frozen=True, slots=True)
class Facts:
    """What was seen of a file while it was read. No name or number of a patient: `patient` stands for it."""

    height: int
    width: int
    frames: int
    format: str  # "PNG, 8 bit"
    pixels: str  # hash of the picture as shown
    input: str  # hash of the model input
    spread: float  # grey levels (0…255) between the 0.5th and 99.5th percentile
    holes: bool  # NaN or infinite pixels
    comparable: bool  # large enough for near-duplicates to be told from lookalikes
    patient: str = ""
    acquisition: dict[str, str] = field(default_factory=dict)
    lungs: bool = True  # false where they were looked for and not found


class DecodedImage(NamedTuple):
    """What is kept of one file; `film` and its `boxes` are there while it waits to be framed to the lungs."""

    image: NDArray[np.uint8]
    fingerprint: NDArray[np.uint8]
    facts: Facts
    film: Film | None = None
    boxes: framing.Boxes = None


Result = tuple[Item, DecodedImage | Message]
Work = Callable[[Item], DecodedImage | Message]


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """The M files that could be read, in the order of the items, and what is wrong with each other one."""

    items: tuple[Item, ...]
    images: NDArray[np.uint8]  # (M, S, S), or framed (M, S, S, 3): a read-only memory map
    fingerprints: NDArray[np.uint8]  # (M, FINGERPRINT, FINGERPRINT), likewise: for comparing pictures
    facts: tuple[Facts, ...]
    failures: dict[str, Message]
    key: str  # changes with any of the files

    def subset(self, indices: NDArray[np.int64]) -> "Inputs":
        """Return the inputs at `indices`, in memory unless these are all."""
        if len(indices) == len(self.items):
            return self
        items = tuple(self.items[index] for index in indices)
        facts = tuple(self.facts[index] for index in indices)
        fingerprints = self.fingerprints[indices]
        return Inputs(
            items, self.images[indices], fingerprints, facts, self.failures, f"{self.key}-{digest(indices)}"
        )


def read_inputs(
    items: Sequence[Item],
    size: int,
    cache: Path,
    name: str,
    secret: bytes,
    report: Report = silent,
    frame: str = FILM,
) -> Inputs:
    """Return the first frame of each item's file as model input of `size` pixels.

    In the frame "lungs" it is framed to them, with their mask and the item's boxes (see `framing`). The
    inputs are kept as `<cache>/<name>-<size>.npy` and taken from there while no file changes. `secret` is the
    key of the patient pseudonyms. Raises InvalidRequest if the folder cannot be written, UnusableModel or
    EngineUnavailable if lungs cannot be found here; `report` may raise Cancelled.
    """
    lungs = frame == LUNGS
    stem = f"{name}-lungs-{size}" if lungs else f"{name}-{size}"
    notes = cache / f"{stem}.json"
    arrays = cache / f"{stem}.npy", cache / f"{stem}-looks.npy"
    shape = (size, size, 3) if lungs else (size, size)
    key = _key(items, size, framing.identity() if lungs else "")
    if (stored := _stored(items, arrays, notes, key, shape)) is not None:
        return stored
    with writable(cache):
        cache.mkdir(parents=True, exist_ok=True)
        notes.unlink(missing_ok=True)  # it must never speak of other images than those beside it
        facts, failures = _decode(items, shape, arrays, secret, report)
        said = {file: problem.as_dict() for file, problem in failures.items()}
        write_atomically(notes, json.dumps({"key": key, "facts": facts, "failures": said}))
    fresh = _stored(items, arrays, notes, key, shape)
    if fresh is None:
        raise InvalidRequest(messages.NOT_READ_BACK, messages.CHECK_DISK, arrays[0])
    return fresh


def _decode(
    items: Sequence[Item], shape: tuple[int, ...], arrays: tuple[Path, Path], secret: bytes, report: Report
) -> tuple[list[dict[str, Any]], dict[str, Message]]:
    """Write inputs and fingerprints of `items`; return the facts of those read and why others were not."""
    facts: list[dict[str, Any]] = []
    failures: dict[str, Message] = {}
    frame = Framing(shape[0]) if len(shape) == 3 else None
    work = partial(_read_one, size=shape[0], secret=secret, with_film=frame is not None)
    executor = ThreadPoolExecutor(min(THREADS, os.cpu_count() or 1))
    try:
        # Plain writing, not a map: on a full disk a map ends the process and an error does not.
        with _array_file(arrays[0]) as inputs, _array_file(arrays[1]) as fingerprints:
            _write_headers(inputs, fingerprints, len(items), shape)
            results = _made_ahead(executor, work, items)
            if frame is not None:
                results = _framed(results, frame)
            for done, (item, result) in enumerate(results, start=1):
                if isinstance(result, Message):
                    failures[item.file] = result
                else:
                    inputs.write(result.image.tobytes())
                    fingerprints.write(result.fingerprint.tobytes())
                    facts.append(asdict(result.facts))
                report(done / len(items), item.file)
            _write_headers(inputs, fingerprints, len(facts), shape)  # as long as before: NumPy leaves room
    finally:
        executor.shutdown(cancel_futures=True)
    return facts, failures


def _made_ahead(executor: ThreadPoolExecutor, work: Work, items: Sequence[Item]) -> Iterator[Result]:
    """Yield what `work` makes of each item, in order, with at most `AHEAD` in the making."""
    waiting: deque[tuple[Item, Future[DecodedImage | Message]]] = deque()
    for item in items:
        waiting.append((item, executor.submit(work, item)))
        if len(waiting) >= AHEAD:
            done, future = waiting.popleft()
            yield done, future.result()
    for done, future in waiting:
        yield done, future.result()


def _framed(results: Iterator[Result], frame: Framing) -> Iterator[Result]:
    """Yield `results` with their films framed to the lungs, which are looked for in many at once."""
    while batch := list(islice(results, framing.BATCH)):
        films = [
            (result.film, result.boxes)
            for _item, result in batch
            if isinstance(result, DecodedImage) and result.film is not None
        ]
        made = iter(frame([film for film, _ in films], [given for _, given in films]))
        for item, result in batch:
            if isinstance(result, DecodedImage):
                image, found = next(made)
                yield item, DecodedImage(image, result.fingerprint, replace(result.facts, lungs=found))
            else:
                yield item, result


def _array_file(path: Path) -> AbstractContextManager[IO[bytes]]:
    return atomic_file(path, part=path.with_suffix(".part"))


def _write_headers(inputs: IO[bytes], fingerprints: IO[bytes], count: int, shape: tuple[int, ...]) -> None:
    for file, each in ((inputs, shape), (fingerprints, (FINGERPRINT, FINGERPRINT))):
        file.seek(0)
        header = {"descr": "|u1", "fortran_order": False, "shape": (count, *each)}
        np.lib.format.write_array_header_1_0(file, header)


def _read_one(item: Item, size: int, secret: bytes, with_film: bool) -> DecodedImage | Message:
    try:
        radiograph = read(item.path)[0]
        radiograph.require_whole()
    except UnreadableImage as error:
        return joined((verbatim(item.file), error.problem, error.advice))
    except MemoryError:
        return joined((verbatim(item.file), imaging_messages.NO_MEMORY))
    decoded = examine(radiograph, size, secret)
    if not with_film:
        return decoded
    return decoded._replace(film=reduced(radiograph), boxes=boxes.upright(item.boxes, radiograph))


def examine(radiograph: Radiograph, size: int, secret: bytes) -> DecodedImage:
    """Return the model input of `radiograph`, as `imaging.model_input` gives it, fingerprint and facts."""
    picture = render(radiograph, radiograph.default_voi)
    image = Letterbox.fit(*radiograph.shape, size, radiograph.pixel_aspect).apply(picture)
    rows, columns = (max(1, side // SAMPLED) for side in picture.shape)
    low, high = np.percentile(picture[::rows, ::columns], PERCENTILES)
    patient = radiograph.identity.patient_id.strip()
    known = "" if patient.casefold() in NO_PATIENT else patient
    small, comparable = fingerprint(picture)
    facts = Facts(
        height=picture.shape[0],
        width=picture.shape[1],
        frames=radiograph.frame_count,
        format=radiograph.format,
        pixels=digest(picture),
        input=digest(image),
        spread=round(float(high - low), 2),
        holes=any("not finite" in warning for warning in radiograph.warnings),
        comparable=comparable,
        patient=pseudonym(known, secret),
        acquisition=acquisition(radiograph.path),
    )
    return DecodedImage(image, small, facts)


def digest(array: NDArray[Any]) -> str:
    """Return 32 hex digits that stand for the shape and the values of `array`."""
    state = hashlib.blake2b(repr(array.shape).encode(), digest_size=16)
    state.update(np.ascontiguousarray(array).data)
    return state.hexdigest()


def _key(items: Sequence[Item], size: int, lungs: str) -> str:
    """Return what changes when a file is another one or has been written again.

    Where `lungs` says by what films are framed to them, so do that and the boxes.
    """
    state = hashlib.blake2b(f"{VERSION} {size}{lungs}".encode(), digest_size=16)
    for item in items:
        try:
            info = item.path.stat()
            stamp = f"{info.st_mtime_ns} {info.st_size}"
        except (OSError, ValueError):
            stamp = "missing"
        state.update(f"{item.file}\0{item.path}\0{stamp}\0".encode("utf-8", "surrogatepass"))
        if lungs:
            state.update(repr(item.boxes).encode())
    return state.hexdigest()


def _stored(
    items: Sequence[Item], arrays: tuple[Path, Path], notes: Path, key: str, shape: tuple[int, ...]
) -> Inputs | None:
    """Return what the cache holds if it belongs to these files and is whole."""
    try:
        values = json.loads(notes.read_text("utf-8"))
        if values["key"] != key:
            return None
        facts = tuple(Facts(**entry) for entry in values["facts"])
        failures = {file: _failure(said) for file, said in values["failures"].items()}
        readable = tuple(item for item in items if item.file not in failures)
        if len(readable) != len(facts):
            return None
        shapes = shape, (FINGERPRINT, FINGERPRINT)
        images, fingerprints = (_mapped(*pair, len(facts)) for pair in zip(arrays, shapes, strict=True))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return Inputs(readable, images, fingerprints, facts, failures, key)


def _failure(said: Any) -> Message:
    """Return what is wrong with a file as the cache holds it; that of 0.1.0 holds a sentence."""
    return verbatim(said) if isinstance(said, str) else catalogue.read(said)


def _mapped(path: Path, shape: tuple[int, ...], count: int) -> NDArray[np.uint8]:
    """Return the array in `path`, read when it is needed. Raises OSError, ValueError."""
    if count == 0:
        return np.empty((0, *shape), np.uint8)  # which cannot be mapped
    stored = np.load(path, mmap_mode="r")
    if stored.shape != (count, *shape) or stored.dtype != np.uint8:
        raise ValueError("another array")
    return np.asanyarray(stored)


@contextmanager
def writable(folder: Path) -> Iterator[None]:
    """Raise InvalidRequest where something inside fails to write to `folder`."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        problem = messages.NO_ROOM if is_full(error) else shared.CANNOT_BE_WRITTEN(reason=reason)
        raise InvalidRequest(problem, messages.MAKE_ROOM_OR_MOVE, folder) from error
