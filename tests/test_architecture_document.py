"""docs/architecture.md is short and true: every folder with what its docstring says, nothing that is gone.

Run `python -m tests.test_architecture_document` to write the table of folders anew.
"""

import ast
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "architecture.md"
SECTION = re.compile(r"(?<=## The rooms\n\n).*", re.DOTALL)
LAYERS = re.compile(r"never import each other:\n\n(.*?)\n\n", re.DOTALL)
MOST_LINES = 180


def docstring(path: Path) -> str:
    """Return the docstring of the file at `path`, or ""."""
    return ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""


def rooms() -> str:
    """Return the table of folders."""
    lines = ["| folder | what it is for |", "| --- | --- |"]
    for path in sorted((ROOT / "cxrview").glob("*/**/__init__.py")):
        first = " ".join(docstring(path).split("\n\n")[0].split()).rstrip(".")
        lines.append(f"| `{path.parent.relative_to(ROOT / 'cxrview').as_posix()}` | {first} |")
    return "\n".join(lines) + "\n"


def test_the_map_names_every_folder():
    found = SECTION.search(DOCUMENT.read_text("utf-8"))
    assert found is not None
    assert found.group() == rooms()


def test_the_map_is_read_in_ten_minutes():
    assert len(DOCUMENT.read_text("utf-8").splitlines()) <= MOST_LINES


def test_the_layers_are_those_of_the_contract():
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    shown = LAYERS.search(DOCUMENT.read_text("utf-8")).group(1).replace("`", "")
    assert re.split(r"\s+→\s+", shown) == [line.replace("cxrview.", "") for line in layers]


def test_every_module_that_is_named_is_there():
    text = DOCUMENT.read_text("utf-8")
    tops = {"cxrview", *(path.stem for path in (ROOT / "cxrview").iterdir())}
    named = {name for name in re.findall(r"`([a-z_]+(?:\.[a-z_]+)+)[`.]", text) if name.split(".")[0] in tops}
    named |= {
        name.removesuffix(".py").replace("/", ".") for name in re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", text)
    }
    assert {"engines.registry", "gui.workbench"} <= named
    for name in sorted(named):
        parts = name.removeprefix("cxrview.").split(".")
        places = [ROOT / "cxrview" / Path(*parts[:length]) for length in (len(parts), len(parts) - 1)]
        if name.startswith("tests."):
            places = [ROOT / Path(*parts)]
        assert any(place.is_dir() or place.with_suffix(".py").is_file() for place in places), name


def test_every_module_and_folder_says_what_it_is_for():
    for path in ROOT.glob("cxrview/**/*.py"):
        assert docstring(path), f"{path.relative_to(ROOT)} has no docstring"


if __name__ == "__main__":
    DOCUMENT.write_text(SECTION.sub(lambda _: rooms(), DOCUMENT.read_text("utf-8")), "utf-8")
