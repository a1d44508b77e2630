"""Who imports whom, with what is imported inside functions and for the type checker alone."""

import ast
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "cxrview"
Graph = dict[str, set[str]]
MOST_FILES, MOST_AT_THE_TOP = 30, 12


def name_of(path: Path) -> str:
    """Return the name of the module in the file `path`, as in "cxrview.gui.app"."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.AST) -> Iterator[str]:
    """Yield the full names that a file imports, wherever the import stands."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None and node.level == 0:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def module(name: str, modules: set[str]) -> str:
    """Return the longest beginning of `name` that is one of `modules`, or "" if it is from elsewhere."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


@cache
def graph() -> Graph:
    """Return which files of the package each of them imports."""
    trees = {name_of(path): ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py")}
    modules = set(trees)
    return {
        name: {found for full in imported(tree) if (found := module(full, modules))} - {name}
        for name, tree in trees.items()
    }


def reachable(start: str, edges: Graph) -> set[str]:
    """Return what `start` leads to."""
    seen, stack = set(), [start]
    while stack:
        new = edges[stack.pop()] - seen
        seen |= new
        stack += new
    return seen


def circles(edges: Graph) -> set[frozenset[str]]:
    """Return the circles of files: those from which each leads to all others."""
    behind = {name: reachable(name, edges) for name in edges}
    return {
        frozenset(other for other in behind[name] if name in behind[other])
        for name in edges
        if name in behind[name]
    }


def folder(name: str) -> str:
    """Return the folder in which the file of a module lies."""
    return name if (PACKAGE.parent / name.replace(".", "/")).is_dir() else name.rpartition(".")[0]


def across(found: set[frozenset[str]]) -> set[frozenset[str]]:
    """Return those circles whose files lie in more than one folder."""
    return {circle for circle in found if len({folder(name) for name in circle}) > 1}


def test_only_the_application_knows_the_main_window():
    assert [name for name, others in graph().items() if "cxrview.gui.main_window" in others] == [
        "cxrview.gui.app"
    ]


def test_no_circle_of_files_crosses_two_folders():
    assert [sorted(circle) for circle in across(circles(graph()))] == []


def test_folders_are_small_and_the_window_has_a_dozen_files_at_its_top():
    counts = Counter(path.parent.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))
    assert counts["gui"] <= MOST_AT_THE_TOP
    assert {folder: count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_two_public_classes_have_one_name():
    places: dict[str, list[str]] = {}
    for path in PACKAGE.rglob("*.py"):
        for node in ast.parse(path.read_text("utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places.setdefault(node.name, []).append(name_of(path))
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_the_checks_above_see_every_kind_of_import_and_find_a_circle():
    code = """
import a.b
from a import c
if TYPE_CHECKING:
    from a.d import E
def late():
    from a.f import g
"""
    modules = {"a", "a.b", "a.c", "a.d", "a.f"}
    assert {module(name, modules) for name in imported(ast.parse(code))} == {"a.b", "a.c", "a.d", "a.f"}
    edges = {"one": {"two"}, "two": {"three"}, "three": {"two"}}
    assert circles(edges) == {frozenset({"two", "three"})}
    assert across({frozenset({"a.b", "a.c"})}) == set()
    assert across({frozenset({"a.b", "b.c"})}) == {frozenset({"a.b", "b.c"})}
