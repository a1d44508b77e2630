"""What docs/model.md says of the lung network: figures from a measurement, words from here."""

from pathlib import Path
from typing import Any

HEADING = "## The lung network"


def write(figures: dict[str, Any], page: Path) -> None:
    """Write the section of `figures`, as `lung_scores.measure` gives them, into `page`: in place, or at its end."""
    text = page.read_text("utf-8")
    before, found, rest = text.partition(HEADING)
    after = rest.partition("\n## ")
    following = f"\n## {after[2]}" if found and after[1] else ""
    page.write_text(f"{before.rstrip()}\n\n{section(figures)}{following}", "utf-8")
