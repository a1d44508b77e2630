"""Real failures of real processes, in a German window: the process speaks in codes, the window German."""

import errno
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from cxrview import i18n
from cxrview.datasets.report import message_of
from cxrview.errors import CxrviewError
from cxrview.gui.training import messages as gui_messages
from cxrview.gui.training.data.findings import FindingRow
from cxrview.gui.training.run.log import _lines
from cxrview.gui.training.runs import Run, TrainingRuns
from cxrview.gui.training.texts import outcome_text, stage_detail, stage_text
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import say
from cxrview.training import messages
from cxrview.training.config import TrainingConfig
from cxrview.training.run import worker
from cxrview.training.run.events import Event, Failed, Stage, Warned, dump, parse
from tests.training.runs import Listener, tiny_config, with_model, write_phantoms

pytestmark = [
    pytest.mark.tensorflow,
    # Keras 3.15 hands its variables to NumPy 2 without the copy keyword.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]

PATIENCE = 120_000  # ms; importing takes most of it


@pytest.fixture
def german() -> Iterator[None]:
    i18n.use("de")
    yield
    i18n.use("en")


@pytest.fixture
def images(tmp_path: Path) -> Path:
    write_phantoms(tmp_path / "images", 24, 48)
    return tmp_path / "images"


def heard(events: list[Event]) -> list[Event]:
    """Return events as another process hears them."""
    return [parse(dump(event)).event for event in events]


def ended(config: TrainingConfig, out: Path) -> list[Event]:
    """Return what is heard of a check that is refused, or comes to its end."""
    listener = Listener()
    try:
        worker.check(config, out, listener)
    except (CxrviewError, OSError):
        assert isinstance(listener.events[-1], Failed)
    return heard(listener.events)


def told(events: list[Event]) -> tuple[str, str]:
    """Return what the page says at the end of a run with these events."""
    last = events[-1]
    outcome = ProcessOutcome("failed", last.problem, last.advice, last.resumable, last.file)
    return outcome_text(outcome, Run(Path(), "train").progress)


def test_an_image_that_cannot_be_read_is_told_with_its_reason(german, qtbot, images, tmp_path):
    (images / "clear" / "empty.png").write_bytes(b"")
    (images / "lesion" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\nno more")
    out = tmp_path / "out"
    ended(tiny_config(images), out)
    report = json.loads((out / "data_report.json").read_text("utf-8"))
    finding = next(item for item in report["findings"] if item["kind"] == "unreadable")
    row = FindingRow(finding, TrainingConfig(), {})
    qtbot.addWidget(row)
    shown = row.text.text().replace("\u200b", "")
    assert finding["values"]["count"] == 2
    assert shown == say(message_of(finding))
    reasons = {file: item["text"] for file, item in finding["reasons"].items()}
    assert finding["details"] == reasons  # English, for other programs
    row._list_files()
    tree = row.files.list
    items = [tree.topLevelItem(place) for place in range(tree.topLevelItemCount())]
    listed = " ".join(item.text(column) for item in items for column in range(tree.columnCount()))
    assert "clear/empty.png" in listed
    for english in reasons.values():
        assert english not in shown
        assert english not in listed


def test_a_full_disk_is_told_by_its_code(german, images, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    last = ended(tiny_config(images), tmp_path / "out")
    monkeypatch.undo()
    assert last[-1].problem.code in messages.FULL_DISK
    assert told(last)[0] == say(gui_messages.DISK_IS_FULL) != str(gui_messages.DISK_IS_FULL)
    assert "--resume" not in told(last)[1]


def test_a_run_of_a_real_process_is_told_in_german_from_its_first_word_to_its_refusal(
    german, qtbot, images, tmp_path
):
    """The starting weights are missing."""
    runs = TrainingRuns(root=tmp_path / "runs")
    config = with_model(tiny_config(images), start=str(tmp_path / "gone.keras"), preprocessing="architecture")
    with qtbot.waitSignal(runs.ended, timeout=PATIENCE):
        run = runs.train(config, runs.new_folder())
    assert run.outcome.problem.code == messages.START_MISSING.code
    what, advice = outcome_text(run.outcome, run.progress)
    assert what == f"gone.keras {say(messages.START_MISSING)}"
    assert say(messages.START_MISSING) != str(messages.START_MISSING)
    assert str(run.outcome.advice) not in advice
    said = [saying for _when, saying in run.said if isinstance(saying, Stage | Warned | Failed)]
    assert said
    lines = " ".join(_lines(list(run.said), "")[0])
    for saying in said:
        for name in ("detail", "problem", "advice"):
            message = getattr(saying, name, None)
            if message is not None and message.code:
                assert say(message) != str(message)
                assert str(message) not in lines


def test_what_is_refused_before_the_work_begins_is_told_too(german, qtbot, images, tmp_path):
    runs = TrainingRuns(root=tmp_path / "runs")
    config = tiny_config(images)
    broken = replace(config, recipe=replace(config.recipe, phases=()))
    with qtbot.waitSignal(runs.ended, timeout=PATIENCE):
        run = runs.train(broken, runs.new_folder())
    assert run.outcome.problem.code == messages.WRONG_ENTRY.code
    what, _advice = outcome_text(run.outcome, run.progress)
    assert what.endswith(say(messages.WRONG_ENTRY(fault=messages.NO_PHASE)))


def test_every_stage_and_detail_of_a_whole_run_is_german(german, images, tmp_path):
    listener = Listener()
    worker.run(tiny_config(images), tmp_path / "run", listener, register=False)
    stages = [event for event in heard(listener.events) if isinstance(event, Stage)]
    assert {stage.name for stage in stages} >= {"starting", "reading", "features", "exporting"}
    for stage in stages:
        assert stage_text(stage) != stage.name
        if stage.detail.code:
            assert stage_detail(stage) != str(stage.detail)
