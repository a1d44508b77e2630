"""`cxrview models layers`: the table of a network's layers, without a window."""

import csv
import shutil

import pytest

from cxrview.__main__ import main
from cxrview.engines.keras_engine import KerasEngine
from cxrview.explain import messages
from cxrview.explain.network import process
from tests.conftest import write_card
from tests.explain.network.by_hand import LAYERS, NetworkByHand
from tests.gui.conftest import make_phantom, write_png


@pytest.fixture
def model(tiny_bundle, tmp_path, monkeypatch):
    """A bundle that says it can be trained on; its network is worked out by hand."""
    folder = shutil.copytree(tiny_bundle, tmp_path / "tiny")
    (folder / "model.keras").write_bytes(b"stands for a network")
    write_card(folder)
    monkeypatch.setattr(process, "LayeredNetwork", NetworkByHand)
    monkeypatch.setattr(KerasEngine, "missing", lambda: None)
    return folder


def test_the_table_says_which_filters_do_nothing_over_a_folder(model, tmp_path, capsys):
    (tmp_path / "films").mkdir()
    for number in range(2):
        write_png(tmp_path / "films" / f"{number}.png", make_phantom(number, 90, 80))
    table = tmp_path / "table.csv"
    arguments = ["models", "layers", str(model), "--out", str(table), "--films", str(tmp_path / "films")]
    assert main(arguments) == 0
    said = capsys.readouterr().out
    assert str(messages.DEAD_AND_SILENT_FILTERS(filters=7, near=1, never=2)) in said
    with table.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["layer"] for row in rows] == [layer.name for layer in LAYERS]
    assert (rows[0]["near_zero"], rows[0]["never_active"], rows[0]["films"]) == ("3", "2 3", "2")


def test_a_model_that_cannot_be_trained_on_says_so(tiny_bundle, tmp_path, capsys):
    table = tmp_path / "table.csv"
    assert main(["models", "layers", str(tiny_bundle), "--out", str(table)]) == 2
    assert str(messages.NETWORK_NOT_TRAINABLE(name="tiny")) in capsys.readouterr().err
    assert not table.exists()
