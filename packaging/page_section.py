"""Sections of a page that scripts write, each under its own heading; what else stands there stays."""

import textwrap
from collections.abc import Mapping
from pathlib import Path

WIDTH = 120  # characters of a line
UNKNOWN = "–"


def put(page: Path, heading: str, lines: list[str]) -> None:
    """Write `lines` under `heading` ("## …") into `page`, in place of the earlier section or at the end."""
    before, _heading, rest = page.read_text("utf-8").partition(f"{heading}\n")
    _old, found, after = rest.partition("\n## ")
    text = "\n".join([heading, *lines, ""])
    page.write_text(f"{before.rstrip()}\n\n{text}{found}{after}", "utf-8")


def filled(text: str) -> str:
    """Return `text` as one paragraph, broken into lines."""
    return textwrap.fill(" ".join(text.split()), WIDTH)


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """Return the lines of a table."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)]


def figure_text(
    figure: Mapping[str, float | None] | None, digits: int = 2, unit: str = "", times: float = 1
) -> str:
    """Return a figure with its interval, times `times`: "0.85 (0.82 to 0.88)"; a dash where it is unknown."""
    if figure is None or figure["value"] is None:
        return UNKNOWN
    value, low, high = (_number(figure[name], digits, times) for name in ("value", "low", "high"))
    return f"{value}{unit} ({low} to {high})" if low and high else f"{value}{unit}"


def _number(value: float | None, digits: int, times: float) -> str:
    return "" if value is None else f"{value * times:z.{digits}f}"
