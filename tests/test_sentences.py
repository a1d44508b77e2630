"""What a person reads is a message or goes through the translator, and each message is well made."""

import ast
import importlib
import re
import string
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from cxrview import paths
from cxrview.evaluation.names import METRICS
from cxrview.message import Message, declared
from cxrview.training.messages import DISK_FULL, NO_KERAS
from cxrview.training.names import STAGES

ROOT = paths.PACKAGE.parent
MODULES = sorted(path.relative_to(ROOT).as_posix() for path in paths.PACKAGE.rglob("*.py"))
OF_MESSAGES = ("/messages.py", "cxrview/message.py")
ROOMS = [path.removesuffix(".py").replace("/", ".") for path in MODULES if path.endswith(OF_MESSAGES)]
NAMES = ("cxrview.evaluation.names", "cxrview.training.names")
TABLES = (*NAMES, "cxrview.datasets.finding_texts")
LENGTH = 12  # of a text that is long enough not to be written twice by chance
APART = {  # what stands in the window all the same
    "Getting ready…",  # of pictures, not of a training; German has other words for it
    # A part of these sentences is also what is wrong with a file.
    "{count} more is of a class that “{name}” does not know, or cannot be read.",
    "{count} more are of a class that “{name}” does not know, or cannot be read.",
    "Against a shift between training and validation images.",  # which a finding names as well
    "F1",  # a key
}
TRANSLATED = {"tr", "trn", "mark"}
EVENTS = {"Warned", "Stage", "Failed", "BatchPreparing", "BatchWarned", "BatchFailed"}
NOTES = {"note"}  # of what was odd in a file
WIDGETS = {"QLabel", "QPushButton", "QToolButton", "QCheckBox", "QRadioButton", "QGroupBox", "QAction"}
SETTERS = {
    *("setToolTip", "setStatusTip", "setWindowTitle", "setTitle", "setText", "setInformativeText"),
    *("setPlaceholderText", "setAccessibleName", "setAccessibleDescription", "setSpecialValueText"),
}
OPTIONS = {"text", "toolTip", "statusTip", "windowTitle", "placeholderText", "accessibleName", "title"}
WORDS = re.compile(r"(?<![#\w])[^\W\d_]{2}")
NO_WORDS = re.compile(r"cxrview|DICOM|VOI LUT")  # names that are the same in every language


@cache
def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))


def called(node: ast.AST) -> str:
    """Return the name of what `node` calls."""
    return getattr(node.func, "id", getattr(node.func, "attr", "")) if isinstance(node, ast.Call) else ""


@cache
def errors() -> set[str]:
    """Return the names of CxrviewError and all that derive from it."""
    classes = [node for path in MODULES for node in ast.walk(parsed(path)) if isinstance(node, ast.ClassDef)]
    found = {"CxrviewError"}
    while True:
        more = {one.name for one in classes if found & {getattr(base, "id", "") for base in one.bases}}
        if more <= found:
            return found
        found |= more


def literals(node: ast.AST | None, named: dict[str, list[ast.expr]], depth: int = 0) -> Iterator[str]:
    """Yield the words written in the expression `node`, also under a name of the same module."""
    match node:
        case ast.Constant(value=str(text)):
            if WORDS.search(NO_WORDS.sub("", text)):
                yield text
        case ast.JoinedStr(values=parts) | ast.BoolOp(values=parts):
            for part in parts:
                yield from literals(part, named, depth)
        case ast.FormattedValue(value=inner) | ast.NamedExpr(value=inner):
            yield from literals(inner, named, depth)
        case ast.BinOp(left=left, op=ast.Add(), right=right) | ast.IfExp(body=left, orelse=right):
            yield from literals(left, named, depth)
            yield from literals(right, named, depth)
        case ast.Call(func=ast.Attribute(value=base, attr="format" | "strip" | "capitalize")):
            yield from literals(base, named, depth)
        case ast.Call(args=[first, *_]) if called(node) in ("verbatim", "as_message", "str", "wrapped"):
            yield from literals(first, named, depth)
        case ast.Name(id=name) if depth < 2:
            for value in named.get(name, ()):
                yield from literals(value, named, depth + 1)


def assigned(scope: ast.AST) -> dict[str, list[ast.expr]]:
    """Return what is assigned to each name in `scope`."""
    found: dict[str, list[ast.expr]] = {}
    for node in ast.walk(scope):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    found.setdefault(target.id, []).append(node.value)
    return found


def calls(path: str) -> Iterator[tuple[ast.Call, dict[str, list[ast.expr]]]]:
    """Yield each call in a module, with what the names around it were given."""
    tree = parsed(path)
    module = assigned(ast.Module([node for node in tree.body if isinstance(node, ast.Assign)], []))
    seen: set[ast.AST] = set()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    for scope in (*functions, tree):
        named = module | (assigned(scope) if scope is not tree else {})
        for node in ast.walk(scope):
            if isinstance(node, ast.Call) and node not in seen:
                seen.add(node)
                yield node, named


def shown(call: ast.Call) -> Iterator[ast.expr]:
    """Yield the arguments of `call` that a person reads on a widget."""
    name = called(call)
    if name in WIDGETS or name in SETTERS:
        yield from call.args
    if name[:1].isupper() or name in SETTERS:
        yield from (word.value for word in call.keywords if word.arg in OPTIONS)


def said(call: ast.Call) -> Iterator[ast.expr]:
    """Yield what an error says: the problem and the advice, and not the path."""
    yield from call.args[2:] if called(call) == "Stage" else call.args[:2]  # a stage has a key and a share
    yield from (word.value for word in call.keywords if word.arg != "path")


def untranslated(path: str) -> Iterator[str]:
    """Yield each text in a module that would be shown as it is written, in English."""
    for call, named in calls(path):
        arguments = shown(call)
        if called(call) in errors() | EVENTS | NOTES:
            arguments = said(call)
        for argument in arguments:
            yield from (f"{path}:{call.lineno}: {text!r}" for text in literals(argument, named))


def translated_early(path: str) -> Iterator[str]:
    """Yield each error that is given a text in one language, where a message goes into any."""
    for call, named in calls(path):
        for argument in said(call) if called(call) in errors() else ():
            values = named.get(argument.id, []) if isinstance(argument, ast.Name) else []
            inner = (node for value in (argument, *values) for node in ast.walk(value))
            if any(called(node) in TRANSLATED for node in inner):
                yield f"{path}:{call.lineno}: {ast.unparse(argument)}"


def filled_too_early(path: str) -> Iterator[str]:
    """Yield each text that is put together before it is looked up: no catalogue can hold it."""
    for call, _named in calls(path):
        if called(call) in TRANSLATED:
            put_together = (ast.JoinedStr, ast.BinOp)
            if any(isinstance(one, put_together) or called(one) == "format" for one in call.args):
                yield f"{path}:{call.lineno}: {ast.unparse(call)}"


def nameless(path: str) -> Iterator[str]:
    """Yield each text with a place whose name does not say what comes there, such as `{value2}`."""
    for call, _named in calls(path):
        for text in call.args if called(call) in TRANSLATED else ():
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                yield from (f"{path}:{call.lineno}: {text.value!r}" for _place in nameless_places(text.value))


def nameless_places(text: str) -> list[str]:
    """Return the places in `text` that are called by a number, or by nothing but “value”."""
    places = [name for _literal, name, _form, _conversion in string.Formatter().parse(text)]
    return [name for name in places if name is not None and re.search(r"^$|^value|\d$", name)]


def misfilled(path: str) -> Iterator[str]:
    """Yield each sentence that is filled with other values than it has places for."""
    by_name = {name: message for _room, name, message in messages()}
    for call, named in calls(path):
        given = {word.arg for word in call.keywords}
        name = called(call)
        if name in by_name and None not in given:
            sentences = [by_name[name].text]
        elif name == "format" and given and None not in given and isinstance(call.func, ast.Attribute):
            base = call.func.value
            looked_up = named.get(base.id, []) if isinstance(base, ast.Name) else [base]
            texts = [one.args[0] for one in looked_up if called(one) in ("tr", "trn") and one.args]
            sentences = [text.value for text in texts if isinstance(text, ast.Constant)]
        else:
            continue
        if sentences and not any(wanted(text) <= given for text in sentences):
            yield f"{path}:{call.lineno}: {sentences[0]!r}"


def wanted(text: str) -> set[str]:
    """Return the places of `text`."""
    return {name for _literal, name, _form, _conversion in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("path", MODULES)
def test_every_place_gets_its_value(path):
    assert list(misfilled(path)) == []


@pytest.mark.parametrize("path", MODULES)
def test_what_a_person_reads_goes_through_the_translator(path):
    assert [*untranslated(path), *translated_early(path), *filled_too_early(path), *nameless(path)] == []


@pytest.mark.parametrize(
    "code",
    [
        "raise InvalidRequest('is empty.')",
        "raise InvalidRequest(EMPTY, advice=f'Choose {name}.')",
        "problem = 'has {count} frames'\nraise InvalidRequest(problem.format(count=3))",
        "TEXT = 'Save'\ndef f():\n    raise UnusableModel(verbatim(TEXT + name))",
        "Warned('the disk is full')",
        "label.setToolTip('Open')",
        "QLabel(f'{count} files')",
        "QPushButton(icon, toolTip='Open' if closed else tr('Close'))",
        "raise InvalidRequest(tr('is empty.'))",
        "tr(f'{count} files')",
        "tr('{count} files'.format(count=3))",
        "elements.note('An overlay is malformed.')",
    ],
)
def test_what_is_not_translated_is_found(code, monkeypatch):
    names = errors()
    monkeypatch.setattr(f"{__name__}.parsed", lambda _path: ast.parse(code))
    monkeypatch.setattr(f"{__name__}.errors", lambda: names)
    assert [*untranslated("x"), *translated_early("x"), *filled_too_early("x")]


@cache
def messages() -> tuple[tuple[str, str, Message], ...]:
    """Return each message of each room with the room and the name of the constant."""
    return tuple(_messages())


def _messages() -> Iterator[tuple[str, str, Message]]:
    for room in ROOMS:
        for name, value in vars(importlib.import_module(room)).items():
            if isinstance(value, Message) and value.code:
                yield room, name, value


def forms(message: Message) -> set[str]:
    """Return the texts of `message`."""
    return {message.text, message.many, message.in_window} - {""}


def test_every_code_is_the_name_of_its_constant_and_there_once():
    rooms: dict[str, str] = {}
    for room, name, message in messages():
        assert message.code == name.lower().replace("_", "-"), f"{room}.{name}"
        assert rooms.setdefault(message.code, room) == room
    assert len(rooms) > 200


def test_every_place_has_a_name_that_says_what_comes_there():
    for room, name, message in messages():
        for text in (message.text, message.many, message.in_window):
            assert nameless_places(text) == [], f"{room}.{name}"


def test_every_sentence_is_said_by_one_message_only():
    places: dict[str, list[str]] = {}
    for room in (*ROOMS, *TABLES):
        path = f"{room.replace('.', '/')}.py"
        for line, text in written_in(path):
            if " " in text.strip():  # a label of one word may be the name of several things
                places.setdefault(text.strip(), []).append(f"{path}:{line}")
    assert {text: found for text, found in places.items() if len(found) > 1} == {}


def test_a_stage_has_a_name():
    stages = set()
    for path in MODULES:
        for call, _named in calls(path):
            if called(call) in ("Stage", "stage") and call.args and isinstance(call.args[0], ast.Constant):
                assert call.args[0].value in STAGES, f"{path}:{call.lineno}"
                stages.add(call.args[0].value)
    assert stages == set(STAGES)


def test_every_message_is_said_somewhere():
    used = {
        getattr(node, "id", "") or getattr(node, "attr", "")
        for path in MODULES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load)
    }
    assert [f"{room}.{name}" for room, name, _message in messages() if name not in used] == []


def written_in(path: str) -> Iterator[tuple[int, str]]:
    """Yield each text written in a module, with its line, but for the docstrings."""
    tree = parsed(path)
    told = {node.value for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node not in told:
            yield node.lineno, node.value


def said_below_the_window() -> tuple[set[str], set[str]]:
    """Return the sentences and stages of the rooms below the window, and the names in their tables."""
    rooms = [room for room in (*ROOMS, *TABLES) if not room.startswith("cxrview.gui.")]
    by_room = {room: declared(importlib.import_module(room)).values() for room in rooms}
    names = {text for room in NAMES for message in by_room.pop(room) for text in forms(message)}
    sentences = {text.strip() for found in by_room.values() for message in found for text in forms(message)}
    stages = {message.text for message in STAGES.values()}
    return {text for text in sentences | stages if len(text) > LENGTH}, names


def heard_in_window(path: str) -> Iterator[str]:
    """Yield each text in a module that repeats what a process says, or what a table names."""
    sentences, names = said_below_the_window()
    titles = {text for text in names if len(text) > LENGTH} | {message.text for message in METRICS.values()}
    for line, text in written_in(path):
        if text not in APART and (text in titles or any(sentence in text for sentence in sentences)):
            yield f"{path}:{line}: {text!r}"


@pytest.mark.parametrize("path", [path for path in MODULES if path.startswith("cxrview/gui/")])
def test_what_a_process_says_does_not_stand_in_the_window(path):
    assert list(heard_in_window(path)) == []


@pytest.mark.parametrize(
    "code",
    [
        f"tr({STAGES['starting'].text!r})",
        f"if text == {NO_KERAS.text!r}: pass",
        f"words.startswith('{DISK_FULL.text} And more')",
        f"COLUMNS = (('f1', mark({METRICS['macro_f1'].text!r})),)",
    ],
)
def test_what_a_process_says_is_found_in_the_window(code, monkeypatch):
    monkeypatch.setattr(f"{__name__}.parsed", lambda _path: ast.parse(code))
    assert len(list(heard_in_window("x"))) == 1


def pieces_of_messages() -> set[str]:
    """Return what stands between the places of all messages, as far as it is long enough to be known by."""
    found = [
        message for room in (*ROOMS, *TABLES) for message in declared(importlib.import_module(room)).values()
    ]
    texts = {text for message in found for text in forms(message)}
    pieces = {piece.strip(" .,;:“”()") for text in texts for piece in re.split(r"\{[^}]*\}", text)}
    return {piece for piece in pieces if len(piece) > LENGTH + 2 and " " in piece}


def test_no_test_repeats_what_a_message_says():
    tests = {path.relative_to(ROOT).as_posix() for path in Path(__file__).parent.rglob("*.py")}
    pieces = pieces_of_messages()
    repeated = [
        f"{path}:{line}: {text!r}"
        for path in sorted(tests - {"tests/test_sentences.py"})
        for line, text in written_in(path)
        if any(piece in text for piece in pieces)
    ]
    assert repeated == []


@pytest.mark.parametrize(
    "code", ["words = tr('{name} is full')\nwords.format(file=3)", "IS_A_FOLDER\nNO_CLASS(name='x')"]
)
def test_a_place_without_its_value_is_found(code, monkeypatch):
    monkeypatch.setattr(f"{__name__}.parsed", lambda _path: ast.parse(code))
    assert len(list(misfilled("x"))) == 1
