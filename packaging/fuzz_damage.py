"""How a whole file is damaged: changes that follow from a format, a seed and a number alone."""

import random
import struct
import zlib
from collections.abc import Callable

SMALL = 2**12  # bytes; a change is as likely in them as in all the rest
SUMMED_UP = 0.8  # share of the PNG files whose sums are right in spite of it all
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
