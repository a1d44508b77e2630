"""docs/architecture.md names every module with the first line of its docstring.

Run `python -m tests.test_architecture_document` to write them anew.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
SECTION = re.compile(r"(?<=## The rooms\n\n).*?(?=\n## )", re.DOTALL)


def rooms() -> str:
    """Return the table of modules."""
    lines = ["| module | what it is for |", "| --- | --- |"]
    for path in sorted(ROOT.glob("cxrview/**/*.py")):
        docstring = ast.get_docstring(ast.parse(path.read_text("utf-8")))
        if docstring is None:
            continue
        # The first sentence of the first paragraph.
        first = re.split(r"(?<=\.)\s(?=[A-Z])", " ".join(docstring.split("\n\n")[0].split()))[0].rstrip(".")
        name = path.relative_to(ROOT).as_posix().removesuffix("/__init__.py").removesuffix(".py")
        lines.append(f"| `{name.replace('/', '.')}` | {first} |")
    return "\n".join(lines) + "\n"


def test_the_map_shows_every_room_as_it_is():
    found = SECTION.search(DOCUMENT.read_text("utf-8"))
    assert found is not None
    assert found.group() == rooms()


def test_every_module_says_what_it_is_for():
    for path in ROOT.glob("cxrview/**/*.py"):
        tree = ast.parse(path.read_text("utf-8"))
        assert ast.get_docstring(tree) or not tree.body, f"{path.relative_to(ROOT)} has no docstring"


if __name__ == "__main__":
    DOCUMENT.write_text(SECTION.sub(lambda _: rooms(), DOCUMENT.read_text("utf-8")), "utf-8")
