"""The folder of a run: whom it lets in, what it remembers, and its journal. No network is trained."""

import dataclasses
import subprocess
import sys

import pytest

from cxrview import messages as shared
from cxrview import paths
from cxrview.bundle import messages as bundle_messages
from cxrview.datasets import messages as data_messages
from cxrview.datasets.config import DataConfig
from cxrview.errors import InvalidRequest
from cxrview.message import verbatim
from cxrview.progress import Cancelled
from cxrview.training import config as configuration
from cxrview.training import messages
from cxrview.training.config import PRESETS, ModelConfig, RecipeConfig, TrainingConfig
from cxrview.training.export import naming
from cxrview.training.run import events
from cxrview.training.run.folder import RunFolder
from cxrview.training.run.journal import Journal
from tests.conftest import make_tiny_bundle
from tests.refusals import refused

CONFIG = TrainingConfig(data=DataConfig(path="/images"))
OTHER = dataclasses.replace(CONFIG, recipe=RecipeConfig(batch_size=4, seed=7))


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "run"
    path.mkdir()
    return RunFolder(path)


def test_a_new_folder_takes_a_run_and_keeps_its_configuration(folder):
    with folder.held():
        folder.enter(CONFIG, resume=False)
    assert folder.stored_config() == CONFIG
    assert [item.name for item in folder.path.iterdir()] == ["config.toml"]


def test_a_folder_of_something_else_is_left_alone(folder):
    (folder.path / "thesis.docx").write_text("years of work")
    with refused(InvalidRequest, messages.OTHER_FILES_HERE(files=["thesis.docx"])):
        folder.enter(CONFIG, resume=False)
    assert [item.name for item in folder.path.iterdir()] == ["thesis.docx"]


@pytest.mark.parametrize("part", ["path", "external", "out_of_distribution"])
def test_a_run_does_not_lie_among_its_images(part, tmp_path):
    """Its figures would be a class of their own in the next training."""
    (tmp_path / "images").mkdir()
    data = configuration.DataConfig(**{part: str(tmp_path / "images")})
    inside, beside = RunFolder(tmp_path / "images" / "a" / "run"), RunFolder(tmp_path / "images-run")
    for folder in (inside, beside):
        folder.path.mkdir(parents=True)
    with refused(InvalidRequest, messages.RUN_AMONG_IMAGES):
        inside.enter(configuration.TrainingConfig(data=data), resume=False)
    beside.enter(configuration.TrainingConfig(data=data), resume=False)


def test_a_run_that_never_came_to_training_can_be_begun_anew_with_another_configuration(folder):
    folder.enter(CONFIG, resume=False)
    folder.data_report.write_text("{}")
    folder.enter(OTHER, resume=False)
    assert folder.stored_config() == OTHER


def test_a_run_is_only_resumed_when_asked_and_with_what_it_began_with(folder):
    folder.enter(CONFIG, resume=False)
    folder.checkpoints.mkdir()
    with refused(InvalidRequest, messages.RUN_HERE):
        folder.enter(CONFIG, resume=False)
    folder.enter(CONFIG, resume=True)
    with refused(InvalidRequest, messages.RUN_DIFFERS(entries=["recipe.batch_size", "recipe.seed"])):
        folder.enter(OTHER, resume=True)
    assert folder.stored_config() == CONFIG


def test_only_one_process_at_a_time_works_in_a_folder(folder):
    hold = (
        "import sys; from pathlib import Path; from cxrview.training.run.folder import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).held():\n    print('held', flush=True); sys.stdin.read()"
    )
    other = subprocess.Popen(
        [sys.executable, "-c", hold, str(folder.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert other.stdout.readline() == "held\n"
        with refused(InvalidRequest, shared.IN_USE), folder.held():
            pass
    finally:
        other.communicate()
    with folder.held():
        pass


def full_disk(*_):
    raise OSError(28, "No space left on device")


def test_the_journal_keeps_and_passes_on_every_event(folder):
    heard = []
    with Journal(folder.events, heard.append) as tell:
        tell(events.Warned(verbatim("one")))
        tell.last(events.Stopped(3))
    assert heard == [events.Warned(verbatim("one")), events.Stopped(3)]
    assert [events.parse(line).event for line in folder.events.read_text().splitlines()] == heard


def test_an_event_is_ascii_and_takes_every_file_name():
    for text in ("Brüche 正常", "p\udcff.png"):
        line = events.dump(events.Warned(verbatim(text)))
        assert line.isascii()
        assert events.parse(line).event == events.Warned(verbatim(text))


def test_half_a_line_of_a_killed_run_spoils_none_of_the_next(folder):
    folder.events.write_text('{"event": "stopp')
    with Journal(folder.events, lambda _: None) as tell:
        tell(events.Warned(verbatim("one")))
    lines = [events.parse(line) for line in folder.events.read_text().splitlines()]
    assert [line and line.event for line in lines] == [None, events.Warned(verbatim("one"))]


def test_a_stage_makes_a_few_events_a_second_and_can_be_cancelled(folder):
    heard = []

    def stop(event):
        heard.append(event)
        raise Cancelled

    with Journal(folder.events, heard.append) as tell:
        report = tell.stage("reading")
        for number in range(1000):
            report(number / 1000, str(number))
    assert heard[0] == events.Stage("reading", 0.0, verbatim("0"))
    assert len(heard) < 20
    with Journal(folder.events, stop) as tell, pytest.raises(Cancelled):
        tell.stage("reading")(0.5, "")


def test_the_last_event_reaches_the_listener_even_when_the_disk_is_full(folder):
    heard = []

    class Full:
        def write(self, _):
            full_disk()

        def close(self):
            full_disk()

    with Journal(folder.events, heard.append) as tell:
        tell._file.close()
        tell._file = Full()
        with pytest.raises(OSError, match="No space"):
            tell(events.Warned(verbatim("one")))
        tell.last(events.Failed(messages.OUT_OF_MEMORY))
    assert heard == [events.Failed(messages.OUT_OF_MEMORY)]


@pytest.mark.parametrize("bad", ["a/b", "..", "", "a b", "con", "x" * 300, "naïve", ".hidden"])
def test_a_model_gets_a_name_that_is_a_folder_on_every_system(bad):
    config = TrainingConfig(DataConfig(path=f"/data/{bad}"), ModelConfig(architecture="small-cnn"))
    name = naming.model_name(config, must_be_free=False)
    assert name.endswith("small-cnn") or len(name) == 60
    again = dataclasses.replace(config, model=dataclasses.replace(config.model, name=name))
    assert naming.model_name(again, must_be_free=False) == name
    if bad:
        asked = dataclasses.replace(config, model=dataclasses.replace(config.model, name=bad))
        with refused(InvalidRequest, bundle_messages.NO_MODEL_NAME):
            naming.model_name(asked, must_be_free=False)


def test_no_model_takes_the_name_of_another():
    make_tiny_bundle(paths.user_models() / "mine-small-cnn")
    config = TrainingConfig(DataConfig(path="/data/mine"), ModelConfig(architecture="small-cnn"))
    assert naming.model_name(config, must_be_free=True) == "mine-small-cnn-2"
    asked = dataclasses.replace(config, model=dataclasses.replace(config.model, name="Mine-Small-CNN"))
    with refused(InvalidRequest, bundle_messages.NAME_TAKEN(name="Mine-Small-CNN")):
        naming.model_name(asked, must_be_free=True)


def test_relative_paths_count_from_the_file_and_what_it_leaves_out_comes_from_the_base(tmp_path):
    file = tmp_path / "run.toml"
    file.write_text('[data]\npath = "images"\nexternal = "/else"\n[model]\nstart = "weights.npz"\n')
    config = configuration.load(file, PRESETS["scratch"][1])
    assert config.data.path == str(tmp_path / "images")
    assert config.data.external == "/else"
    assert config.model.start == str(tmp_path / "weights.npz")
    assert config.model.architecture == "small-cnn"
    file.write_text('[model]\nstart = "imagenet"\n')
    assert configuration.load(file).model.start == "imagenet"
    file.write_text("[recipe]\nbatch = 3\n")
    with refused(InvalidRequest, data_messages.UNKNOWN_ENTRY(entry="recipe.batch")):
        configuration.load(file, PRESETS["scratch"][1])


def test_a_model_with_a_dot_in_its_name_is_no_file(tmp_path):
    model = dataclasses.replace(PRESETS["quick"][1].model, start="lungs-1.2")
    search = configuration.SearchConfig(start=("imagenet", "lungs-1.2", "a.h5"))
    begun = dataclasses.replace(PRESETS["quick"][1], model=model, search=search)
    configuration.save(begun, tmp_path / "config.toml")
    stored = configuration.load(tmp_path / "config.toml")
    assert stored.model.start == "lungs-1.2"
    assert stored.search.start == ("imagenet", "lungs-1.2", str(tmp_path / "a.h5"))


CLASS = {"name": "a", "label": "A", "meaning": "a"}


@pytest.mark.parametrize(
    ("values", "where"),
    [
        ({"recipe": {"phases": []}}, "recipe.phases"),
        ({"model": {"hidden": [64, 0]}}, "model.hidden"),
        ({"card": {"limits": "One sentence."}}, "card.limits"),
        ({"card": {"classes": ["a", "b"]}}, "card.classes"),
        ({"card": {"classes": [CLASS, {"name": "b"}]}}, "card.classes"),
        ({"card": {"classes": [CLASS, CLASS]}}, "card.classes"),
        ({"card": {"data": "mine"}}, "card.data"),
        ({"card": {"training": 3}}, "card.training"),
        ({"card": {"elsewhere": "7 of 10"}}, "card.elsewhere"),
        ({"card": {"reading_noise": 0.2}}, "card.reading_noise"),
        ({"card": {"version": 1.0}}, "card.version"),
        ({"card": {"schema": 2}}, "card.schema"),
    ],
)
def test_what_would_only_fail_after_the_training_is_refused_before(values, where):
    with refused(InvalidRequest, messages.WRONG_CONFIGURATION) as refusal:
        configuration.parse(values)
    assert f"“{where}”" in str(refusal.error)


def test_a_card_as_the_document_describes_it_is_taken():
    card = {
        "version": "1.1",
        "limits": ["One."],
        "classes": [CLASS],
        "data": [{"source": "s"}],
        "watch_class": "a",
    }
    assert configuration.parse({"card": card}).card == card


def test_every_preset_survives_being_written_and_read(tmp_path):
    for _, preset in PRESETS.values():
        configuration.save(preset, tmp_path / "preset.toml")
        assert configuration.load(tmp_path / "preset.toml") == preset
        assert configuration.differences(preset, configuration.load(tmp_path / "preset.toml")) == []
