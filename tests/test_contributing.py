"""CONTRIBUTING.md is true: its recipes are carried out in a copy of the project, and do what they say."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.recipes import CHECKS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
PLACE = re.compile(
    r"^# (?P<file>\S+), (?P<how>in the imports|in|above|at the end|a new file) ?(?P<name>\w*)$"
)
MOST_LINES, MOST_FILES = 6, 3
COPIED, LINKED = ("cxrview", "resources/translations"), ("models", "tests")
FRENCH = ("&Double pixels", "Pixels &doubles")


class Piece(NamedTuple):
    """Code, the file that it belongs in, and the place there."""

    file: str
    how: str
    name: str
    code: str


def recipes() -> dict[str, str]:
    """Return the text of each recipe by its title."""
    parts = re.split(r"^### (.*)\n", DOCUMENT, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def pieces(recipe: str) -> Iterator[Piece]:
    """Yield the pieces of code of a recipe; each begins with a line that says where it goes."""
    for block in re.findall(r"```\w+\n(.*?)```", recipe, re.DOTALL):
        lines = block.splitlines()
        starts = [number for number, line in enumerate(lines) if PLACE.match(line)]
        assert starts[:1] == [0], f"no place for {block}"
        for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
            file, how, name = PLACE.match(lines[start]).groups()
            yield Piece(file, how, name, "\n".join(lines[start + 1 : end]).strip("\n") + "\n")


def carry_out(piece: Piece, project: Path) -> None:
    """Put `piece` where it says."""
    path = project / piece.file
    if piece.how == "a new file":
        assert not path.exists()
        path.write_text("" if piece.code == "\n" else piece.code, "utf-8")
        return
    lines = path.read_text("utf-8").splitlines(keepends=True)
    body = ast.parse("".join(lines)).body
    if piece.how == "at the end":
        place, code = len(lines), f"\n\n{piece.code}"
    elif piece.how == "in the imports":
        place = max(node.end_lineno for node in body if isinstance(node, ast.Import | ast.ImportFrom))
        code = piece.code
    else:
        (node,) = (node for node in body if piece.name in assigned(node))
        inside = piece.how == "in"
        # The closing bracket of a table stands on a line of its own.
        place, code = (node.end_lineno, piece.code) if inside else (node.lineno, f"{piece.code}\n\n")
        place -= 1
    path.write_text("".join([*lines[:place], code, *lines[place:]]), "utf-8")


def assigned(node: ast.stmt) -> set[str]:
    """Return the names that a statement gives a value."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which every recipe was carried out, texts translated."""
    project = tmp_path_factory.mktemp("project")
    for name in COPIED:
        shutil.copytree(ROOT / name, project / name)
    (project / "packaging").mkdir()
    shutil.copy(ROOT / "packaging" / "translate.py", project / "packaging")
    links = [*LINKED, *(f"resources/{path.name}" for path in (ROOT / "resources").iterdir())]
    for name in links:
        if not (project / name).exists():
            (project / name).symlink_to(ROOT / name, target_is_directory=True)
    for recipe in recipes().values():
        for piece in pieces(recipe):
            carry_out(piece, project)
    translate(project, "extract")
    catalogue = project / "resources" / "translations" / "fr.po"
    english, french = FRENCH
    entry = f'msgid "{english}"\nmsgstr "{{}}"'
    text = catalogue.read_text("utf-8")
    assert entry.format("") in text
    catalogue.write_text(text.replace(entry.format(""), entry.format(french)), "utf-8")
    translate(project, "compile")
    return project


def translate(project: Path, what: str) -> None:
    subprocess.run([sys.executable, str(project / "packaging" / "translate.py"), what], check=True)


def started(project: Path, *arguments: str) -> "subprocess.Popen[str]":
    """Return a process that checks recipes in the copy, with folders of its own."""
    own = project / "own"
    folders = {name: str(own) for name in ("HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME")}
    places = {"PYTHONPATH": str(project), "QT_QPA_PLATFORM": "offscreen", "LOCALAPPDATA": str(own)}
    command = [sys.executable, "-m", "tests.recipes", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=project, env=os.environ | folders | places, **streams)


def outcomes(process: "subprocess.Popen[str]") -> dict[str, str]:
    """Return what went wrong with each recipe, or "", when the process has ended."""
    said, complaints = process.communicate(timeout=120)
    assert process.returncode == 0, complaints
    return json.loads(said.splitlines()[-1])


@pytest.fixture(scope="module")
def found(project: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What came out of each recipe: "" if all is well."""
    return outcomes(started(project, str(tmp_path_factory.mktemp("work"))))


@pytest.mark.parametrize("title", recipes())
def test_a_recipe_does_what_it_says(found, title):
    assert found[title] == ""


@pytest.mark.tensorflow
def test_the_architecture_of_the_recipe_can_be_built(project):
    assert outcomes(started(project, "keras")) == {"An architecture": ""}


def test_every_recipe_is_checked_and_every_check_has_its_recipe():
    assert list(recipes()) == list(CHECKS)


@pytest.mark.parametrize("title", recipes())
def test_a_recipe_is_short_and_touches_few_files(title):
    text = re.sub(r"```.*?```", "", recipes()[title], flags=re.DOTALL)
    assert len([line for line in text.splitlines() if line.strip()]) <= MOST_LINES
    assert 1 <= len({piece.file for piece in pieces(recipes()[title])}) <= MOST_FILES


def test_every_file_that_is_named_is_there():
    new = {
        piece.file for recipe in recipes().values() for piece in pieces(recipe) if piece.how == "a new file"
    }
    named = set(re.findall(r"[\w.]+(?:/[\w.*]+)+\.\w+|\w+\.md", DOCUMENT)) - new
    assert {"cxrview/settings.py", "README.md"} <= named
    assert [name for name in sorted(named) if not list(ROOT.glob(name))] == []


def test_every_room_is_named_in_ten_lines():
    rooms = re.search(r"## The rooms\n\n(.*?)\n\n", DOCUMENT, re.DOTALL).group(1)
    assert len(re.findall("^- ", rooms, re.MULTILINE)) <= 10
    packages = {path.parent.name for path in (ROOT / "cxrview").glob("*/__init__.py")}
    assert packages <= set(re.findall(r"`(\w+)`", rooms))


def test_code_is_put_where_it_belongs(tmp_path):
    (tmp_path / "a.py").write_text(
        'import os\n\nfrom b import (\n    c,\n)\n\nTABLE = {\n    "a": 1,\n}\nEND = 0\n'
    )
    for how, name, code in (
        ("in", "TABLE", '    "b": last,\n'),
        ("above", "TABLE", "last = 2\n"),
        ("in the imports", "", "import d\n"),
        ("at the end", "", "more = 3\n"),
    ):
        carry_out(Piece("a.py", how, name, code), tmp_path)
    assert (tmp_path / "a.py").read_text() == (
        "import os\n\nfrom b import (\n    c,\n)\nimport d\n\nlast = 2\n\n\n"
        'TABLE = {\n    "a": 1,\n    "b": last,\n}\nEND = 0\n\n\nmore = 3\n'
    )
