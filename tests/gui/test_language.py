"""The language of the settings is spoken by cxrview's words and by Qt's own."""

from pathlib import Path

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialogButtonBox, QDoubleSpinBox

from cxrview import i18n, settings
from cxrview.engines import messages as engines
from cxrview.errors import EngineUnavailable, UnreadableImage
from cxrview.gui import app, error_text, language
from cxrview.imaging import messages
from cxrview.message import joined
from cxrview.settings import Settings


@pytest.fixture
def german(qapp):
    language.speak(qapp, "de")
    yield qapp
    language.speak(qapp, "en")


def test_buttons_keys_and_numbers_are_german_too(german, qtbot):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    number = QDoubleSpinBox(value=1.5)
    for widget in (box, number):
        qtbot.addWidget(widget)
    assert box.button(QDialogButtonBox.StandardButton.Cancel).text() == "Abbrechen"
    assert QKeySequence("Ctrl+O").toString(QKeySequence.SequenceFormat.NativeText) == "Strg+O"
    assert number.text() == "1,50"


def test_an_error_is_said_in_the_language_of_the_window_and_printed_in_english(german):
    size = messages.FILE_TOO_LARGE(size=1.5, limit=1)
    error = UnreadableImage(size, messages.EXPORT_SMALLER, Path("Müller.dcm"))
    what, todo = i18n.say(size), i18n.say(messages.EXPORT_SMALLER)
    assert "1,5" in what
    assert (what, todo) != (str(size), str(messages.EXPORT_SMALLER))
    assert error_text.problem(error) == i18n.tr("This file {problem}").format(problem=what)
    assert error_text.advice(error) == todo
    assert error_text.whole(error) == f"Müller.dcm {what} {todo}"
    assert error_text.note(error) == f"{what[0].upper()}{what[1:]} {todo}"
    assert str(error) == f"Müller.dcm {size} {messages.EXPORT_SMALLER}"
    assert "1.5" in str(error)


def test_what_no_engine_could_do_is_said_in_one_language(german):
    reasons = {"openvino": engines.OPENVINO_CANNOT_COMPILE(device="GPU"), "keras": engines.NO_KERAS_FILE}
    refusals = [engines.REFUSAL(name=name, reason=reason) for name, reason in reasons.items()]
    said = error_text.problem(EngineUnavailable(engines.NO_ENGINE(refusals=joined(refusals))))
    for name, reason in reasons.items():
        assert f"{name}: {i18n.say(reason)}" in said
        assert str(reason) not in said


def test_english_comes_back(german):
    language.speak(german, "en")
    assert i18n.tr("&Help") == "&Help"
    assert QKeySequence("Ctrl+O").toString(QKeySequence.SequenceFormat.NativeText) == "Ctrl+O"


def test_the_language_of_the_system_is_the_first_that_cxrview_speaks(monkeypatch):
    wanted = ["fr-FR", "de-AT", "en-US"]
    monkeypatch.setattr(QLocale, "uiLanguages", lambda _locale: wanted)
    assert language.of_the_system() == "de"
    wanted[:] = ["fr-FR"]
    assert language.of_the_system() == "en"


def test_the_window_opens_in_the_language_of_the_settings(qapp, tmp_path, monkeypatch):
    """The real start, up to the event loop."""
    settings.save(Settings(language="de"), tmp_path / "settings.toml")
    monkeypatch.setattr("cxrview.paths.settings_file", lambda: tmp_path / "settings.toml")
    monkeypatch.setattr("cxrview.paths.annotations_store", lambda: tmp_path / "reading.sqlite")
    monkeypatch.setenv("DISPLAY", ":0")
    seen = []

    def look() -> int:
        shown = (widget for widget in qapp.topLevelWidgets() if widget.isVisible())
        window = next(widget for widget in shown if isinstance(widget, app.MainWindow))
        seen.append([action.text() for action in window.menuBar().actions()][:2])
        seen.append(list(window.strips.lines))  # the notice, at the first start
        window.close()
        return 0

    monkeypatch.setattr(type(qapp), "exec", staticmethod(look))
    try:
        assert app.run() == 0
        assert seen == [["&Datei", "&Bearbeiten"], ["notice"]]
    finally:
        language.speak(qapp, "en")
