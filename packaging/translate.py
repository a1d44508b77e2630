"""The catalogues in `resources/translations`: collect the texts of the code, compile them, check them.

python packaging/translate.py extract    # after texts were written or changed: then edit the .po files
python packaging/translate.py compile    # .po to .mo, which the program reads
python packaging/translate.py check      # what is missing; ends with 1 if anything is
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parent.parent
TRANSLATIONS = REPOSITORY / "resources" / "translations"
# Of the texts among the arguments.
PLACES = {"tr": (0,), "mark": (0,), "trn": (0, 1), "option": (1,)}
WIDTH = 110
WRITTEN = datetime(2026, 1, 1, tzinfo=UTC)  # in place of today, which would make each catalogue another one
HEADER = """\
# cxrview in another language: made with packaging/translate.py, then translated by hand.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plural}\\n"

"""


def texts() -> Catalog:
    """Return a catalogue of every text in the code, each with the files that it stands in."""
    found = Catalog(charset="utf-8")
    for path in sorted((REPOSITORY / "cxrview").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):  # Babel passes over what is in f-strings
            for message in _messages(node) if isinstance(node, ast.Call) else ():
                found.add(message, locations=[(path.relative_to(REPOSITORY).as_posix(), 0)])
    return found


def _messages(call: ast.Call) -> Iterator[str | tuple[str, str]]:
    """Yield the texts that `call` asks the catalogue for; two of them are for one and for many."""
    name = getattr(call.func, "id", getattr(call.func, "attr", ""))
    if name == "Message":  # cxrview.message.Message(code, text, many, in_window)
        arguments = dict(enumerate(call.args)) | {word.arg: word.value for word in call.keywords}
        one, many, in_window = (
            _literal(arguments.get(place, arguments.get(word)))
            for place, word in ((1, "text"), (2, "many"), (3, "in_window"))
        )
        borrowed = "in_window" in arguments and not in_window  # the sentence stands at another message
        if (in_window or one) and not borrowed:  # the other is for terminals, which are English
            yield (one, many) if many else in_window or one
        return
    parts = [_literal(call.args[place]) for place in PLACES.get(name, ()) if place < len(call.args)]
    if parts and all(parts):
        yield (parts[0], parts[1]) if len(parts) == 2 else parts[0]


def _literal(node: ast.expr | None) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def stored(path: Path) -> Catalog:
    """Return the catalogue at `path`."""
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.stem, domain="cxrview")
    catalogue.creation_date = catalogue.revision_date = WRITTEN
    return catalogue


def as_po(catalogue: Catalog) -> bytes:
    """Return `catalogue` as the content of a .po file: sorted, without numbers of lines."""
    file = io.BytesIO()
    write_po(file, catalogue, width=WIDTH, sort_output=True, include_lineno=False, omit_header=True)
    header = HEADER.format(language=catalogue.locale, plural=catalogue.plural_forms)
    return header.encode() + file.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    """Return `catalogue` as the content of a .mo file, without what is not translated: that stays English."""
    for message in list(catalogue):
        if message.id and not any(message.string):
            catalogue.delete(message.id)
    file = io.BytesIO()
    write_mo(file, catalogue)
    return file.getvalue()


def updated(path: Path) -> Catalog:
    """Return the catalogue at `path` with the texts of the code: new ones empty, old ones let go."""
    new, old = texts(), stored(path)
    fresh = Catalog(locale=path.stem, charset="utf-8", fuzzy=False)
    for message in new:
        if message.id:
            kept = old.get(message.id)
            fresh.add(message.id, kept.string if kept is not None else "", message.locations)
    return fresh


def fields(text: str) -> set[str]:
    """Return the names of the places in `text` that values are filled into."""
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name is not None}


def faults(path: Path) -> Iterator[str]:
    """Yield a line for each thing that is wrong with the catalogue at `path`."""
    catalogue, wanted = stored(path), {message.id for message in texts() if message.id}
    there = {message.id for message in catalogue if message.id}
    yield from (f"not in {path.name}: {text!r}" for text in sorted(map(str, wanted - there)))
    yield from (f"no longer in the code: {text!r}" for text in sorted(map(str, there - wanted)))
    for message in catalogue:
        if message.id:
            yield from _message_faults(message)
    compiled = path.with_suffix(".mo")
    if not compiled.is_file() or pairs(read_mo(io.BytesIO(compiled.read_bytes()))) != pairs(catalogue):
        yield f"{compiled.name} is not what {path.name} says: compile it."


def pairs(catalogue: Catalog) -> dict[str, str]:
    """Return each text in `catalogue` that has a translation, with it."""
    # Plural forms are a tuple in one kind of file and a list in the other.
    return {
        repr(tuple(message.id)): repr(tuple(message.string))
        for message in catalogue
        if message.id and any(message.string)
    }


def _message_faults(message: Message) -> Iterator[str]:
    sources = message.id if isinstance(message.id, tuple) else (message.id,)
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    wanted = fields(sources[-1])
    for form in forms:
        if not form:
            yield f"not translated: {message.id!r}"
        elif fields(form) != wanted and not (len(forms) > 1 and form is forms[0] and fields(form) < wanted):
            yield f"other places for values: {message.id!r} → {form!r}"
        elif sources[0].endswith("…") != form.endswith("…"):
            yield f"an ellipsis says that a dialog comes: {message.id!r} → {form!r}"
    if message.fuzzy:
        yield f"fuzzy: {message.id!r}"


def main(arguments: list[str]) -> int:
    """Do what `arguments` say; return the exit code."""
    paths = sorted(TRANSLATIONS.glob("*.po"))
    if arguments == ["extract"]:
        for path in paths:
            path.write_bytes(as_po(updated(path)))
    elif arguments == ["compile"]:
        for path in paths:
            path.with_suffix(".mo").write_bytes(as_mo(stored(path)))
    elif arguments == ["check"]:
        lines = [line for path in paths for line in faults(path)]
        print("\n".join(lines) or "All texts are translated.")
        return bool(lines)
    else:
        print(__doc__)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
