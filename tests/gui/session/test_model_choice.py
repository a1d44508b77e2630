"""Changing the model or the device: what works is kept until something better works."""

import threading

import pytest

from cxrview import settings
from cxrview.engines.messages import NO_ENGINE, REFUSAL
from cxrview.errors import EngineUnavailable


@pytest.fixture
def no_gpu(load_predictor):
    """Loads the tests' predictor, but on no GPU and not under the name "gone"."""

    def load(model, device, report):
        if device == "gpu" or model == "gone":
            raise EngineUnavailable(NO_ENGINE(refusals=REFUSAL(name="openvino", reason="no such device")))
        return load_predictor(model, device, report)

    return load


def test_a_device_that_does_not_work_changes_nothing(make_window, no_gpu, home, phantom, qtbot):
    window = make_window(load_predictor=no_gpu)
    window.open([phantom])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    reading = window.state.reading
    devices = {action.data(): action for action in window.menus.devices.actions()}
    devices["gpu"].trigger()
    message = window.statusBar().message
    qtbot.waitUntil(lambda: message.text() == "No GPU that works was found here; still on CPU.")
    assert "openvino: no such device" in message.toolTip()
    assert window.state.reading is reading
    assert window.state.model.card is not None
    assert [device for device, action in devices.items() if action.isChecked()] == ["auto"]
    window.close()
    assert settings.load(home / "settings.toml")[0].device == "auto"


@pytest.mark.parametrize(
    ("stored", "words"),
    [
        ({"device": "gpu"}, "No GPU that works was found here; now on CPU."),
        ({"model": "gone"}, "The model “gone” cannot be used; now phantom-reader."),
    ],
)
def test_at_the_start_what_is_gone_is_replaced_and_said(make_window, no_gpu, home, stored, words, qtbot):
    settings.save(settings.Settings(**stored), home / "settings.toml")
    window = make_window(load_predictor=no_gpu)
    qtbot.waitUntil(lambda: window.statusBar().message.text() == words)
    assert window.state.model.card is not None
    window.close()
    kept, _ = settings.load(home / "settings.toml")
    assert {name: getattr(kept, name) for name in stored} == stored  # it may come back


def test_why_a_model_cannot_be_used_stays_above_the_viewer_until_put_away(make_window, no_gpu, qtbot):
    window = make_window(load_predictor=no_gpu)
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    assert window.strips.isHidden()
    window.session.models.use_model("gone")
    qtbot.waitUntil(window.strips.isVisible)
    strip = window.strips.lines["model"]
    said = strip.words.text()
    assert said.startswith("The model “gone” cannot be used; still phantom-reader. ")
    assert "openvino: no such device" in said  # why
    window.session.models.use_model("gone")  # said once, however often it fails
    qtbot.waitUntil(lambda: window.strips.lines["model"] is not strip)
    assert len(window.strips.lines) == 1
    window.strips.lines["model"].buttons[0].click()
    assert window.training.library.isVisible()
    window.strips.lines["model"].cross.click()
    assert window.strips.isHidden()
    window.session.models.use_model("gone")
    qtbot.waitUntil(window.strips.isVisible)
    window.session.models.use_model("other")  # which works
    qtbot.waitUntil(window.strips.isHidden)


def test_a_choice_that_fails_before_the_first_model_is_there_leaves_that_one(make_window, no_gpu, qtbot):
    window = make_window(load_predictor=no_gpu)
    window.session.models.use_device("gpu")  # takes the place of the load at the start
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    assert window.session.models.choice.device == "auto"


@pytest.fixture
def slow_loads(load_predictor):
    """Loads the tests' predictor once `gate` is set, and keeps what was asked for; there is no GPU."""
    gate, asked = threading.Event(), []

    def load(model, device, report):
        assert gate.wait(20)
        asked.append((model, device))
        if device == "gpu" or model == "gone":
            raise EngineUnavailable(NO_ENGINE(refusals=REFUSAL(name="openvino", reason="no such device")))
        return load_predictor(model, device, report)

    yield load, gate, asked
    gate.set()


@pytest.mark.parametrize("first", ["model", "device"])
def test_of_two_quick_choices_neither_is_lost(make_window, slow_loads, home, first, qtbot):
    load, gate, asked = slow_loads
    gate.set()
    window = make_window(load_predictor=load)
    models = window.session.models
    qtbot.waitUntil(lambda: models.predictor is not None)
    gate.clear()
    if first == "model":
        models.use_model("other")
        models.use_device("cpu")
    else:
        models.use_device("cpu")
        models.use_model("other")
    gate.set()
    qtbot.waitUntil(lambda: models.choice == ("other", "cpu"))
    assert asked[-1] == ("other", "cpu")
    window.close()
    stored, _ = settings.load(home / "settings.toml")
    assert (stored.model, stored.device) == ("other", "cpu")


def test_of_two_quick_choices_the_one_that_works_is_kept(make_window, slow_loads, home, qtbot):
    load, gate, _ = slow_loads
    gate.set()
    window = make_window(load_predictor=load)
    models = window.session.models
    qtbot.waitUntil(lambda: models.predictor is not None)
    gate.clear()
    models.use_model("other")
    models.use_device("gpu")
    gate.set()
    qtbot.waitUntil(lambda: models.choice == ("other", "auto"))
    words = "No GPU that works was found here; now on CPU."
    qtbot.waitUntil(lambda: window.statusBar().message.text() == words)
    window.close()
    stored, _ = settings.load(home / "settings.toml")
    assert (stored.model, stored.device) == ("other", "auto")


def test_an_early_choice_of_the_missing_device_falls_back_like_the_start(
    make_window, slow_loads, home, qtbot
):
    load, gate, asked = slow_loads
    settings.save(settings.Settings(device="gpu"), home / "settings.toml")
    window = make_window(load_predictor=load)
    window.session.models.use_device("gpu")  # the same as stored, before the start has got anywhere
    gate.set()
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    assert window.session.models.choice == ("", "auto")
    assert ("", "gpu") in asked


def test_a_chosen_model_that_is_gone_gives_way_to_the_stored_one(make_window, slow_loads, home, qtbot):
    load, gate, _ = slow_loads
    settings.save(settings.Settings(model="mine"), home / "settings.toml")
    window = make_window(load_predictor=load)
    window.session.models.use_model("gone")
    gate.set()
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    assert window.session.models.choice == ("mine", "auto")
    window.close()
    assert settings.load(home / "settings.toml")[0].model == "mine"
