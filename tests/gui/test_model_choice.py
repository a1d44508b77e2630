"""Changing the model or the device: what works is kept until something better works."""

import pytest

from cxrview import settings
from cxrview.errors import EngineUnavailable


@pytest.fixture
def no_gpu(load_predictor):
    """Loads the tests' predictor, but on no GPU and not under the name "gone"."""

    def load(model, device):
        if device == "gpu" or model == "gone":
            raise EngineUnavailable(
                "No engine can run the model. openvino: no such device.", "Choose another."
            )
        return load_predictor(model, device)

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


def test_a_choice_that_fails_before_the_first_model_is_there_leaves_that_one(make_window, no_gpu, qtbot):
    window = make_window(load_predictor=no_gpu)
    window.session.models.use_device("gpu")  # takes the place of the load at the start
    qtbot.waitUntil(lambda: window.state.model.card is not None)
    assert window.session.models.choice.device == "auto"
