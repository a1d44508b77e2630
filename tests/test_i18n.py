"""The catalogues hold every text of the code, and the program finds them."""

import importlib.util
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
