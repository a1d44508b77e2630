"""`cxrview train` from the outside: which option goes before which, how it is stopped, what it prints.

What is slow here is replaced by a short run that only sends events; the whole chain is tested in
tests/training.
"""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from cxrview import paths
from cxrview.__main__ import main
from cxrview.cli import main as cli
from cxrview.cli.training_console import TrainingConsole
from cxrview.cli.training_options import configure
from cxrview.cli.training_process import training_process
from cxrview.datasets import messages as data_messages
from cxrview.errors import InvalidRequest
from cxrview.message import verbatim
from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import PRESETS
from cxrview.training.run import events, worker
from cxrview.training.run.folder import RunFolder
from tests.refusals import refused
from tests.training.runs import write_phantoms

DONE = events.Finished(
    "out/bundle/mine",
    "out/report/report.html",
    2,
    {"part": "test", "images": 40, "accuracy": {"value": 0.9, "low": 0.81, "high": 0.96}, "ece": {}},
    "mine",
)
RUN = (
    events.Started("out", 2, 0, "cpu:0", "tensorflow"),
    events.Stage("reading", 0.5, verbatim("a.png")),
    events.DataReported({"counts": {"train": {"a": 3}}, "findings": [], "blocking": []}),
    events.PhaseStarted(1, 1, "head", 2, 1e-3, 2050),
    events.Step(1, 1, 3, 4, 0.71, 12.5, 60.0),
    events.Epoch(1, 1, 2, 1e-3, {"loss": 0.7, "val_loss": float("nan"), "val_macro_f1": 0.51}, True, 2.0),
    events.Warned(verbatim("It gets warm.")),
)


def options(*arguments):
    return cli.parse(["train", "--out", "out", *arguments])


@pytest.fixture
def short_run(monkeypatch):
    """Let the worker send the events of RUN and end well."""

    def run(_config, _out, emit, **_options):
        for event in (*RUN, DONE):
            emit(event)
        return DONE

    monkeypatch.setattr(worker, "run", run)


def test_the_preset_is_quick_and_flags_go_before_it(tmp_path):
    plain = configure(options("--data", str(tmp_path)))
    assert plain.recipe == PRESETS["quick"][1].recipe
    assert plain.data.path == str(tmp_path)
    changed = configure(
        options(
            *("--data", "x", "--preset", "two-phase", "--arch", "vgg16", "--start", "none", "--epochs", "3"),
            *("--lr", "0.5", "--batch-size", "5", "--seed", "9", "--name", "mine", "--allow", "leak-patient"),
            *("--external", "y", "--ood", "z", "--group-pattern", "(p)"),
        )
    )
    assert [phase.epochs for phase in changed.recipe.phases] == [3, 3]
    assert [phase.learning_rate for phase in changed.recipe.phases] == [1e-3, 0.5]
    assert (changed.recipe.batch_size, changed.recipe.seed, changed.recipe.optimizer) == (5, 9, "adam")
    assert (changed.model.architecture, changed.model.start, changed.model.name) == ("vgg16", "none", "mine")
    assert changed.data.allow == ("leak-patient",)
    assert [Path(p).name for p in (changed.data.external, changed.data.out_of_distribution)] == ["y", "z"]
    assert Path(changed.data.path).is_absolute()


def test_a_way_to_start_is_no_folder_of_that_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("bundled", "imagenet", "none", "mine"):
        (tmp_path / name).mkdir()
        start = configure(options("--data", "x", "--start", name)).model.start
        assert start == (str(tmp_path / name) if name == "mine" else name)


def test_a_file_goes_before_the_preset_and_flags_before_the_file(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\npath = "images"\n[recipe]\nbatch_size = 7\nseed = 3\n')
    config = configure(options("--config", str(file), "--preset", "two-phase", "--seed", "4"))
    assert len(config.recipe.phases) == 2
    assert (config.recipe.batch_size, config.recipe.seed) == (7, 4)
    alone = configure(options("--config", str(file)))
    assert alone.recipe.phases == configuration.TrainingConfig().recipe.phases


def test_resuming_needs_no_other_option_and_bears_the_same_ones(tmp_path):
    first = configure(options("--data", str(tmp_path), "--epochs", "3"))
    assert configure(options("--resume"), first) == first
    assert configure(options("--resume", "--data", str(tmp_path), "--epochs", "3"), first) == first
    changed = configure(options("--resume", "--epochs", "4"), first)
    assert configuration.differences(first, changed) == ["recipe.phases"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), f"{messages.NO_DATA} {messages.NAME_DATA}"),
        (("--data", "x", "--lr", "-1"), "learning_rate"),
        (("--resume",), f"{messages.NOTHING_TO_RESUME(folder='out')} {messages.CHECK_OUT}"),
        (("--data", "x", "--check-only", "--resume"), str(messages.NOTHING_TO_CHECK)),
        (("--data", "x", "--config", "gone.toml"), "gone.toml "),
    ],
)
def test_what_makes_no_sense_is_one_sentence(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["train", "--out", "out", *arguments]) == 2
    said = capsys.readouterr().err.strip()
    assert words in said
    assert "\n" not in said


def test_the_run_is_told_in_words_and_its_result_on_standard_output(short_run, capsys):
    assert main(["train", "--out", "out", "--data", "x"]) == 0
    printed = capsys.readouterr()
    assert "head learns (2,050 parameters), 2 epochs" in printed.err
    assert "   1/2        0.7000          –" in printed.err
    assert "It gets warm." in printed.err
    assert "On 40 test images" in printed.out
    assert "accuracy           0.900 (0.810 to 0.960)" in printed.out
    assert "calibration error  – (– to –)" in printed.out
    assert "cxrview score --model mine" in printed.out


def test_with_events_standard_output_holds_nothing_else(short_run, capsys):
    assert main(["train", "--out", "out", "--data", "x", "--events", "jsonl"]) == 0
    lines = capsys.readouterr().out.splitlines()
    read = [events.parse(line).event for line in lines]
    assert read[0] == RUN[0]
    assert json.loads(lines[5])["metrics"]["val_loss"] is None
    assert [type(event) for event in read] == [type(event) for event in (*RUN, DONE)]


def test_every_event_has_something_to_show_or_is_progress(capsys):
    show = TrainingConsole()
    for event in (*RUN, events.Failed(verbatim("It failed.")), events.Stopped(1), DONE):
        show(event)
    assert len(capsys.readouterr().err.splitlines()) >= 6


def stop_after(second, emit):
    """Call `emit` until it raises; return whether it did in time."""
    end = time.monotonic() + second
    while time.monotonic() < end:
        try:
            emit(events.Stage("x", 0.0))
        except Cancelled:
            return True
        time.sleep(0.01)
    return False


def test_the_line_stop_on_standard_input_asks_for_the_end(monkeypatch, capsys):
    reader, writer = os.pipe()
    with os.fdopen(reader) as standard_input:
        monkeypatch.setattr(sys, "stdin", standard_input)
        with training_process(options("--events", "jsonl")) as emit:
            os.write(writer, b"go on\nst")
            assert not stop_after(0.2, emit)
            os.write(writer, b"op\r\n")
            assert stop_after(10, emit)
            emit(events.Stopped(1))  # the last words are still let through
        os.close(writer)


def test_a_closed_standard_input_stops_nothing(monkeypatch, capsys):
    for nothing in (io.StringIO(""), None):
        monkeypatch.setattr(sys, "stdin", nothing)
        with training_process(options("--events", "jsonl")) as emit:
            assert not stop_after(0.2, emit)


SIGNALLED = """
import signal, sys
from cxrview.cli.training_process import training_process
from tests.cli.test_train import options, stop_after

number = signal.Signals(int(sys.argv[1]))
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background ignores it
before = signal.getsignal(number)
with training_process(options()) as emit:
    signal.raise_signal(number)
    assert stop_after(1, emit)
    try:
        signal.raise_signal(number)
    except KeyboardInterrupt:
        print("enforced")
assert signal.getsignal(number) is before
print("restored")
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_asks_and_a_second_one_enforces(number):
    command = [sys.executable, "-c", SIGNALLED, str(int(number))]
    done = subprocess.run(command, capture_output=True, text=True, cwd=paths.PACKAGE.parent)
    assert done.stdout.split() == ["enforced", "restored"], done.stderr


def test_no_signal_is_caught_outside_the_main_thread(capsys):
    found = []

    def work():
        with training_process(options()) as emit:
            emit(events.Warned("It works."))
            found.append(emit)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(found) == 1


def test_a_stopped_run_ends_with_2_and_says_so(monkeypatch, capsys):
    def stop(*_arguments, **_options):
        raise Cancelled

    monkeypatch.setattr(worker, "run", stop)
    assert main(["train", "--out", "out", "--data", "x"]) == 2
    assert capsys.readouterr().err.strip() == "cxrview: stopped."


def test_a_refusal_is_an_event_and_a_sentence(tmp_path, capsys):
    (tmp_path / "thesis.docx").write_text("years of work")
    code = main(["train", "--out", str(tmp_path), "--data", "x", "--events", "jsonl"])
    printed = capsys.readouterr()
    assert code == 2
    last = events.parse(printed.out.splitlines()[-1]).event
    assert isinstance(last, events.Failed)
    assert last.problem.code == messages.OTHER_FILES_HERE.code
    assert not last.resumable
    assert str(last.error) in printed.err
    assert not (tmp_path / "config.toml").exists()


def test_a_finished_run_is_reported_again_and_nothing_is_done(tmp_path, capsys):
    folder = RunFolder(tmp_path)
    data = tmp_path / "elsewhere"
    arguments = ["train", "--out", str(tmp_path), "--data", str(data), "--name", "mine", "--resume"]
    configuration.save(configure(cli.parse(arguments)), folder.config)
    folder.finished.write_text(events.dump(DONE))
    assert main(arguments) == 0
    printed = capsys.readouterr()
    assert str(messages.RUN_FINISHED(folder=folder.path)) in printed.err
    assert "cxrview score --model mine" in printed.out
    assert main([*arguments, "--batch-size", "3"]) == 2
    differs = messages.RUN_DIFFERS(folder=folder.path, entries=["recipe.batch_size"])
    assert str(differs) in capsys.readouterr().err


def test_help_and_refusals_come_without_keras():
    code = (
        "import sys; from cxrview.__main__ import main\n"
        "code = main(['train', '--out', '.', '--data', 'x', '--lr', '99'])\n"
        "print(code, sorted({'keras', 'tensorflow', 'sklearn', 'matplotlib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "2 []"


def test_the_base_of_a_refused_value_is_named():
    with refused(InvalidRequest, data_messages.OUT_OF_RANGE(entry="recipe.batch_size")):
        configure(options("--data", "x", "--batch-size", "100000"))


def test_images_are_checked_without_keras(tmp_path):
    """It takes seconds to load, and the window checks anew whenever something about the images changes."""
    code = (
        "import sys; from cxrview.__main__ import main; code = main(sys.argv[1:]);"
        "print(code, sorted({'keras', 'tensorflow', 'PySide6'} & set(sys.modules)))"
    )
    out, images = tmp_path / "out", tmp_path / "images"
    write_phantoms(images, 8, 48)
    arguments = ["train", "--data", str(images), "--check-only", "--out", str(out), "--start", "bundled"]
    command = [sys.executable, "-W", "ignore", "-c", code, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "0 []"
    assert (out / "data_report.json").is_file()
