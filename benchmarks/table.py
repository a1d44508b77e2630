"""Write a benchmark's table into docs/benchmarks.md, in the section of that name."""

import os
import platform
import re
from datetime import date
from pathlib import Path

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "benchmarks.md"
TITLE = """# Benchmarks

Each table is written by the script named in it, in one run on one machine. Read the ratios: the times are
those of that machine.
"""


def machine() -> str:
    """Return a line that says where and when the figures were taken."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{date.today()}, {cores} CPU cores, {platform.system()}, Python {platform.python_version()}"


def write(title: str, script: str, remark: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Replace or append the section `title` of the document, and print it."""
    lines = [f"## {title}", "", f"`python benchmarks/{script}` · {machine()}", "", remark, ""]
    lines += [f"| {' | '.join(header)} |", f"|{' --- |' * len(header)}"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    section = "\n".join(lines) + "\n"
    text = DOCUMENT.read_text("utf-8") if DOCUMENT.exists() else TITLE
    pattern = re.compile(rf"^## {re.escape(title)}\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
    if pattern.search(text):
        text = pattern.sub(lambda _: section + "\n", text)
    else:
        text = f"{text.rstrip()}\n\n{section}"
    DOCUMENT.write_text(text.rstrip() + "\n", "utf-8")
    print(section)
