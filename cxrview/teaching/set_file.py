"""Reading sets as files, `.cxrset`: a ZIP of a plain card, a veiled part with the truth, and films if wanted.

Veiled is not encrypted: whoever opens the file in an editor sees no answer, whoever wants to cheat with a
program can.
"""

import dataclasses
import hashlib
import json
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PureWindowsPath
from typing import Any

from cxrview import messages as shared
from cxrview.atomic_file import atomic_file
from cxrview.datasets.boxes import Box4
from cxrview.errors import InvalidRequest
from cxrview.teaching import messages
from cxrview.teaching.reading_set import ReadingSet, SetFilm

SUFFIX = ".cxrset"
FORMAT, VERSION = "cxrview reading set", 2  # 1 has no priors
CARD, VEILED, FILMS = "set.json", "veiled.bin", "films/"
MOST_CARD, MOST_VEILED, MOST_FILM = 2**20, 2**26, 2**28  # bytes
WRONG = (ValueError, KeyError, TypeError, AttributeError, zlib.error, RecursionError)


def save(made: ReadingSet, path: Path, pictures: Mapping[str, bytes] | None = None) -> None:
    """Write `made` to `path`, with `pictures` by the names of its films. Raises InvalidRequest."""
    body = dataclasses.asdict(made)
    version = VERSION if any(film.prior >= 0 for film in made.films) else 1
    card = {"format": FORMAT, "version": version, "identifier": made.identifier, "films": len(made.films)}
    try:
        with atomic_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(CARD, json.dumps(card))
            archive.writestr(VEILED, _veil(json.dumps(body).encode("utf-8"), made.identifier))
            for name, data in (pictures or {}).items():
                archive.writestr(name, data, zipfile.ZIP_STORED)
    except OSError as error:
        problem = shared.PLACE_CANNOT_BE_WRITTEN(place=path, reason=error.strerror)
        raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error


def load(path: Path) -> ReadingSet:
    """Return the set in the file at `path`. Raises InvalidRequest if it is none, or of a later version."""
    try:
        with zipfile.ZipFile(path) as archive:
            card = json.loads(_member(archive, CARD, MOST_CARD))
            if card["format"] != FORMAT:
                raise ValueError("another format")
            if card["version"] > VERSION:
                raise InvalidRequest(messages.LATER_SET, messages.UPDATE_PROGRAM, path)
            veiled = _member(archive, VEILED, MOST_VEILED)
        return _set(json.loads(_unveil(veiled, str(card["identifier"]))))
    except OSError as error:
        raise InvalidRequest(shared.CANNOT_BE_READ(reason=error.strerror), path=path) from error
    except (*WRONG, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise InvalidRequest(messages.NO_READING_SET, messages.COPY_SET_AGAIN, path) from error


def picture(path: Path, name: str) -> bytes:
    """Return the film called `name` out of the set file at `path`. Raises InvalidRequest."""
    try:
        with zipfile.ZipFile(path) as archive:
            return _member(archive, name, MOST_FILM)
    except OSError as error:
        raise InvalidRequest(shared.CANNOT_BE_READ(reason=error.strerror), path=path) from error
    except (*WRONG, zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise InvalidRequest(messages.NO_READING_SET, messages.COPY_SET_AGAIN, path) from error


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    """Return a member of at most `most` bytes. Raises KeyError, ValueError."""
    with archive.open(name) as member:
        data = member.read(most + 1)
    if len(data) > most:
        raise ValueError(f"{name} is too large")
    return data


def _veil(data: bytes, identifier: str) -> bytes:
    packed = zlib.compress(data, 9)
    return _crossed(packed, identifier)


def _unveil(data: bytes, identifier: str) -> bytes:
    unpacker = zlib.decompressobj()
    found = unpacker.decompress(_crossed(data, identifier), MOST_VEILED)
    if not unpacker.eof:
        raise ValueError("cut short, or too large")
    return found


def _crossed(data: bytes, identifier: str) -> bytes:
    stream = hashlib.shake_256(f"{FORMAT} {identifier}".encode()).digest(len(data))
    return (int.from_bytes(data, "big") ^ int.from_bytes(stream, "big")).to_bytes(len(data), "big")


def _set(body: Mapping[str, Any]) -> ReadingSet:
    """Return the set that JSON describes. Raises ValueError, KeyError, TypeError."""
    return ReadingSet(
        _text(body["identifier"]),
        _text(body["title"]),
        tuple(_text(name) for name in body["questions"]),
        tuple(_film(film) for film in body["films"]),
        tuple(_count(place) for place in body["order"]),
        _text(body["folder"]),
        _count(body["time_limit"]),
        body["examination"] is True,
        body["holds_pictures"] is True,
    )


def _film(body: Mapping[str, Any]) -> SetFilm:
    regions = body["regions"]
    return SetFilm(
        _place(body["file"]),
        tuple(_text(name) for name in body["classes"]),
        _text(body["patient"]),
        _text(body["digest"]),
        None if regions is None else tuple(_box(box) for box in regions),
        _text(body["findings"]),
        _text(body["explanation"]),
        tuple(_box(box) for box in body["masks"]),
        _prior(body.get("prior", -1)),
    )


def _text(value: Any) -> str:
    if not isinstance(value, str) or "\x00" in value:
        raise ValueError("no text")
    return value


def _place(value: Any) -> str:
    """Return a path that leads to no other drive and no other machine. Raises ValueError."""
    file = _text(value)
    if not file or file.startswith(("/", "\\")) or PureWindowsPath(file).drive:
        raise ValueError("no relative path")
    return file


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no count")
    return value


def _prior(value: Any) -> int:
    return -1 if value == -1 else _count(value)


def _box(value: Any) -> Box4:
    left, top, right, bottom = (float(number) for number in value)
    if not (left < right and top < bottom):
        raise ValueError("no box")
    return left, top, right, bottom
