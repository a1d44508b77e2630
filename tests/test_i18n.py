"""The catalogues hold every text of the code, and the program finds them."""

import importlib.util
import struct
from pathlib import Path

import pytest

from cxrview import i18n, paths

TRANSLATE = paths.PACKAGE.parent / "packaging" / "translate.py"
CATALOGUES = sorted((paths.resources() / "translations").glob("*.po"))


@pytest.fixture(scope="module")
def translate():
    specification = importlib.util.spec_from_file_location("translate", TRANSLATE)
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


@pytest.fixture
def german():
    i18n.use("de")
    yield
    i18n.use("en")


def test_there_is_a_catalogue_for_every_language_but_the_one_of_the_code():
    assert {path.stem for path in CATALOGUES} == set(i18n.LANGUAGES) - {"en"}


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: path.stem)
def test_every_text_is_translated_with_the_same_places_for_values(translate, path):
    assert list(translate.faults(path)) == []


def test_faults_are_found(translate, tmp_path: Path):
    """The check above would see a text that is missing, untranslated, or has another place for a value."""
    path = tmp_path / "de.po"
    path.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "&File"\nmsgstr ""\n\n'
        'msgid "Saved {name}."\nmsgstr "{nam} gesichert."\n\n'
        'msgid "Nobody says this"\nmsgstr "Das sagt niemand"\n',
        "utf-8",
    )
    lines = "\n".join(translate.faults(path))
    assert "not translated: '&File'" in lines
    assert "other places for values: 'Saved {name}.'" in lines
    assert "no longer in the code: 'Nobody says this'" in lines
    assert "not in de.po: '&Help'" in lines
    assert "compile it" in lines


def test_texts_are_found_wherever_they_stand(translate, tmp_path: Path, monkeypatch):
    """Also in an f-string, over several lines, and in both forms of a number."""
    code = tmp_path / "cxrview" / "some.py"
    code.parent.mkdir()
    code.write_text(
        'f"{tr(\'Table\')} (*.csv)"\nwords.tr(\n  "A text "\n  "in two lines"\n)\n'
        'trn("{count} file", "{count} files", 2)\noption("dark", "Theme")\ntr(name)\nother("Nothing")\n',
        "utf-8",
    )
    monkeypatch.setattr(translate, "REPOSITORY", tmp_path)
    found = {message.id for message in translate.texts() if message.id}
    assert found == {"Table", "A text in two lines", ("{count} file", "{count} files"), "Theme"}


def test_texts_and_numbers_are_german_when_that_is_used(german):
    assert i18n.tr("&File") == "Datei"
    assert i18n.tr("a text that nobody translated") == "a text that nobody translated"
    assert i18n.fixed(12.5, 2) == "12,50"
    assert i18n.tr("") == ""


def test_english_is_what_the_code_says():
    i18n.use("en")
    assert i18n.tr("&File") == "&File"
    assert i18n.fixed(0.5, 1) == "0.5"


def write_mo(path: Path, texts: dict[str, str]) -> None:
    """Write a catalogue as msgfmt and Poedit do; Babel's drops lines of the header that it does not know."""
    pairs = [(one.encode(), other.encode()) for one, other in sorted(texts.items())]
    begin = 28 + 16 * len(pairs)
    rows, content = [], b""
    for column in (0, 1):
        for pair in pairs:
            rows.append(struct.pack("<II", len(pair[column]), begin + len(content)))
            content += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, 0)
    path.write_bytes(head + b"".join(rows) + content)


def test_a_language_of_ones_own_is_a_file_and_what_is_wrong_in_it_stays_english(tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "user_translations", lambda: tmp_path)
    texts = {
        "": "Content-Type: text/plain; charset=utf-8\nX-Language-Name: Français\nX-Decimal-Sign: ,\n"
        "Plural-Forms: nplurals=2; plural=(n > 1);\n",
        "&File": "&Fichier",
        "Saved {name}.": "{nom} enregistré.",
        "{count} image\0{count} images": "une image\0{count} vues",
    }
    write_mo(tmp_path / "fr.mo", texts)
    (tmp_path / "xx.mo").write_bytes(b"junk")
    assert i18n.languages().keys() - i18n.LANGUAGES.keys() == {"fr"}
    assert i18n.languages()["fr"].title == "Français"
    try:
        i18n.use("fr")
        assert (i18n.tr("&File"), i18n.fixed(0.5, 1)) == ("&Fichier", "0,5")
        assert i18n.tr("Saved {name}.").format(name="a") == "Saved a."
        assert [i18n.trn("{count} image", "{count} images", n).format(count=n) for n in (1, 2)] == [
            "une image",
            "2 vues",
        ]
        assert i18n.tr("&Help") == "&Help"
    finally:
        i18n.use("en")
