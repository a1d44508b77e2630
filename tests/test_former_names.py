"""Entries of files by the names that 0.1.0 gave them are read, and written by those of now."""

import json
from pathlib import Path

import pytest

from cxrview import bundle
from cxrview.__main__ import main
from cxrview.bundle import card
from cxrview.cli.main import parse
from cxrview.cli.training_options import configure
from cxrview.datasets import messages as data_messages
from cxrview.datasets import report as data_report
from cxrview.datasets.config import DataConfig
from cxrview.errors import InvalidRequest
from cxrview.former_names import renamed
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.run import events
from tests.refusals import refused

OLD_REPORT = {"counts": {"strangers": {"a": 3}}, "facts": {"images": {"train": 9, "strangers": 3}}}
NEW_REPORT = {
    "counts": {"out_of_distribution": {"a": 3}},
    "facts": {"images": {"train": 9, "out_of_distribution": 3}},
}


def test_an_entry_keeps_its_place_and_all_others_stay():
    old = {"x": 1, "data": {"a": 1, "strangers": "s", "b": 2}, "strangers": 3}
    new = renamed(old, {"data.strangers": "ood", "none.strangers": "ood", "x.strangers": "ood"})
    assert new == {"x": 1, "data": {"a": 1, "ood": "s", "b": 2}, "strangers": 3}
    assert list(new["data"]) == ["a", "ood", "b"]
    assert renamed([1], {"data.strangers": "ood"}) == [1]


def test_a_configuration_of_0_1_0_is_read_and_written_by_the_names_of_now(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\npath = "images"\nstrangers = "odd"\n')
    config = configuration.load(file)
    assert config.data == DataConfig(path=str(tmp_path / "images"), out_of_distribution=str(tmp_path / "odd"))
    assert configuration.load(file, configuration.PRESETS["quick"][1]).data == config.data
    written = configuration.dumps(config)
    assert "strangers" not in written
    assert "out_of_distribution" in written


def test_an_entry_under_both_names_is_refused(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\nout_of_distribution = "a"\nstrangers = "b"\n')
    fault = data_messages.UNKNOWN_ENTRY(entry="data.strangers")
    with refused(InvalidRequest, messages.WRONG_ENTRY(fault=fault)):
        configuration.load(file)


def test_what_was_found_about_the_images_is_read_from_file_and_event(tmp_path):
    (tmp_path / "data_report.json").write_text(json.dumps(OLD_REPORT))
    assert data_report.load(tmp_path / "data_report.json") == NEW_REPORT
    line = json.dumps({"event": "data_reported", "time": 1.0, "report": OLD_REPORT})
    assert events.parse(line).event == events.DataReported(NEW_REPORT)


def test_a_card_of_0_1_0_says_how_the_domain_check_did():
    folder = bundle.find("")
    old = json.loads((folder / "card.json").read_text("utf-8"))
    for part in (old["metrics"], old["training"]["data"]):
        part.pop("out_of_distribution", None)
    old["metrics"]["strangers"] = {"images": 7}
    old["training"]["data"]["strangers"] = "odd.csv"
    read = card.parse(json.dumps(old), folder / "card.json").raw
    assert read["metrics"]["out_of_distribution"] == old["metrics"]["strangers"]
    assert read["training"]["data"]["out_of_distribution"] == old["training"]["data"]["strangers"]
    assert "strangers" not in read["metrics"]


@pytest.mark.parametrize("command", ["train", "tune"])
def test_the_old_option_is_taken_with_a_note(command, capsys, tmp_path):
    said = parse([command, "--data", "x", "--out", "o", "--strangers", str(tmp_path / "odd")])
    assert configure(said).data.out_of_distribution == str(tmp_path / "odd")
    assert capsys.readouterr().err == (
        "cxrview: --strangers is called --ood now; the next version takes that name alone.\n"
    )
    assert parse([command, "--data", "x", "--out", "o", "--ood", "odd"]).ood == "odd"
    assert capsys.readouterr().err == ""


def test_the_old_option_of_an_evaluation_too_and_no_help_lists_it(capsys):
    assert parse(["evaluate", "--data", "x", "--out", "o", "--strangers", "odd"]).ood == Path("odd")
    assert "--ood" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["evaluate", "--help"])
    shown = capsys.readouterr().out
    assert "--ood" in shown
    assert "--strangers" not in shown
