"""`cxrview evaluate` through the real entry point, on drawn images and a small model."""

import csv
import json
import os
import shutil
import subprocess
import sys

import cv2
import numpy as np
import pytest

from cxrview import paths
from cxrview.__main__ import main
from cxrview.datasets import messages as data_messages
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.evaluation import messages as evaluation_messages
from cxrview.evaluation import predict as bundle_answers
from cxrview.evaluation.audit.regions import REGIONS
from cxrview.evaluation.localization import films
from cxrview.evaluation.predict import answer_files
from cxrview.imaging import read
from cxrview.imaging.messages import NO_IMAGES_PASSED_OVER
from cxrview.inference.predictor import Predictor
from cxrview.training import messages
from tests.anatomy.chests import chest
from tests.conftest import CLASSES, TINY_SIZE, make_tiny_bundle
from tests.imaging.samples import sample

NAMES = tuple(name for name, _ in CLASSES)


@pytest.fixture(autouse=True)
def tiny_is_the_default(own_folders):
    """Let the small model hide the bundled one, so that these tests are quick."""
    make_tiny_bundle(paths.user_models() / "cxr-densenet121")


def draw(path, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    picture = np.random.default_rng(seed).integers(0, 256, (TINY_SIZE, TINY_SIZE), dtype=np.uint8)
    cv2.imwrite(str(path), picture)


@pytest.fixture
def folder(tmp_path):
    """Class folders named by label or name, in whatever case, with 6 images each."""
    root = tmp_path / "data"
    for number, name in enumerate(("COVID-19", "NORMAL", "pneumonia")):
        for image in range(6):
            draw(root / name / f"p{image // 2}_{image}.png", 10 * number + image)
    return root


def table(tmp_path, folder, splits=("train", "test")):
    """Return a CSV of the images in which every second one is of each split."""
    path = tmp_path / "split.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "group", "source", "split"])
        for number, image in enumerate(sorted(folder.rglob("*.png"))):
            source = ("here", "there")[number % 3 == 0]
            split = splits[number % len(splits)]
            writer.writerow([image.relative_to(tmp_path), image.parent.name, f"g{number}", source, split])
    return path


def run(*arguments):
    return main(["evaluate", "--repeats", "20", *map(str, arguments)])


def metrics(out):
    return json.loads((out / "metrics.json").read_text("utf-8"))


def test_a_folder_of_classes_is_measured_by_label_or_name(folder, tmp_path, capsys):
    out = tmp_path / "out"
    assert run("--data", folder, "--out", out, "--group-pattern", r"(p\d)_") == 0
    found = metrics(out)["parts"]["all"]
    assert found["support"] == dict.fromkeys(NAMES, 6)
    predictor = Predictor.load()
    right = sum(
        predictor.predict(read(path))[0].predicted == name
        for place, name in zip(("COVID-19", "NORMAL", "pneumonia"), NAMES, strict=True)
        for path in (folder / place).iterdir()
    )
    assert found["figures"]["accuracy"]["value"] == pytest.approx(right / 18, abs=1e-4)
    assert found["groups"] == 3
    shown = capsys.readouterr()
    assert "all: 18 images" in shown.out
    assert "report.html" in shown.err
    assert (out / "figures" / "all-roc.svg").is_file()
    page = (out / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg") >= 2
    assert "It is a test." in page  # the card's limit


def test_a_split_table_gives_the_test_part_and_another_if_asked(folder, tmp_path):
    data = table(tmp_path, folder)
    assert run("--data", data, "--out", tmp_path / "a") == 0
    assert {name: part["images"] for name, part in metrics(tmp_path / "a")["parts"].items()} == {"test": 9}
    assert run("--data", data, "--out", tmp_path / "b", "--split", "train") == 0
    assert set(metrics(tmp_path / "b")["parts"]) == {"train"}
    sources = metrics(tmp_path / "b")["parts"]["train"]["per_source"]
    assert sum(part["images"] for part in sources.values()) == 9


def test_a_part_that_is_not_there_exits_2(folder, tmp_path, capsys):
    assert run("--data", table(tmp_path, folder), "--out", tmp_path / "x", "--split", "validation") == 2
    said = capsys.readouterr().err
    assert str(evaluation_messages.NO_SUCH_PART(part="validation")) in said
    assert str(evaluation_messages.PARTS_THERE(names=["test", "train"])) in said
    assert not (tmp_path / "x").exists()


def test_an_archive_with_other_things_in_its_folder_is_measured_and_told(folder, tmp_path, capsys):
    (folder / "README").write_text("a")
    archive = shutil.make_archive(str(tmp_path / "films"), "zip", folder)
    assert run("--data", archive, "--out", tmp_path / "a") == 0
    capsys.readouterr()
    assert run("--data", folder, "--out", tmp_path / "b") == 0
    assert str(NO_IMAGES_PASSED_OVER(count=1, kinds=["README"])) in capsys.readouterr().err
    assert metrics(tmp_path / "a")["parts"] == metrics(tmp_path / "b")["parts"]


def test_files_that_fail_are_listed_and_the_exit_code_is_1(folder, tmp_path, capsys):
    (folder / "NORMAL" / "bad.png").write_bytes(b"")
    assert run("--data", folder, "--out", tmp_path / "out") == 1
    assert "NORMAL/bad.png: bad.png" in capsys.readouterr().err
    assert metrics(tmp_path / "out")["parts"]["all"]["images"] == 18
    assert "NORMAL/bad.png" in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_labels_that_the_model_does_not_know_are_named_and_left_out(folder, tmp_path, capsys):
    draw(folder / "Tuberculosis" / "t.png", 99)
    assert run("--data", folder, "--out", tmp_path / "out") == 0
    images = evaluation_messages.IMAGES(count=1)
    note = str(evaluation_messages.LABEL_LEFT_OUT(images=images, label="Tuberculosis"))
    assert note in capsys.readouterr().err
    assert metrics(tmp_path / "out")["parts"]["all"]["images"] == 18
    assert note in (tmp_path / "out" / "report.html").read_text("utf-8")


def test_no_known_label_at_all_exits_2(tmp_path, capsys):
    draw(tmp_path / "d" / "cat" / "a.png", 1)
    draw(tmp_path / "d" / "dog" / "a.png", 2)
    assert run("--data", tmp_path / "d", "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert str(evaluation_messages.NO_KNOWN_CLASS_HERE(labels=["cat", "dog"])) in said
    assert "covid19" in said


def test_external_and_out_of_distribution_images_have_their_own_parts(folder, tmp_path):
    for number in range(4):
        draw(tmp_path / "ext" / "normal" / f"{number}.png", 50 + number)
        draw(tmp_path / "odd" / ("ct" if number else "lateral") / f"{number}.png", 60 + number)
    arguments = ("--external", tmp_path / "ext", "--ood", tmp_path / "odd")
    assert run("--data", folder, "--out", tmp_path / "out", *arguments) == 0
    found = metrics(tmp_path / "out")
    assert found["parts"]["external"]["support"] == {"covid19": 0, "normal": 4, "pneumonia": 0}
    assert {name: part["images"] for name, part in found["out_of_distribution"]["per_source"].items()} == {
        "ct": 3,
        "lateral": 1,
    }
    predictor = Predictor.load()
    outside = [not predictor.predict(read(path))[0].in_domain for path in (tmp_path / "odd").rglob("*.png")]
    assert found["out_of_distribution"]["flagged"]["value"] == pytest.approx(np.mean(outside))


def test_a_report_is_not_replaced_by_accident(folder, tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    (out / "report.html").write_text("precious")
    stale = [out / "boxes.csv", out / "audit.csv"]
    for path in stale:
        path.write_text("of the one before")
    assert run("--data", folder, "--out", out) == 2
    assert (out / "report.html").read_text() == "precious"
    assert str(evaluation_messages.REPORT_HERE(folder=out)) in capsys.readouterr().err
    assert run("--data", folder, "--out", out, "--overwrite", "--seed", "3") == 0
    assert metrics(out)["intervals"]["seed"] == 3
    assert not any(path.exists() for path in stale)


def test_a_report_does_not_lie_among_the_images(tmp_path, capsys):
    (tmp_path / "images").mkdir()
    assert run("--data", tmp_path / "images", "--out", tmp_path / "images" / "report") == 2
    said = capsys.readouterr().err
    images = tmp_path / "images"
    assert str(messages.RUN_AMONG_IMAGES(folder=images / "report", data=images)) in said
    assert not (tmp_path / "images" / "report").exists()


def test_dicom_files_are_grouped_by_their_patient(tmp_path, chest_pa):
    for number in range(2):
        place = tmp_path / "d" / NAMES[number] / f"{number}.dcm"
        place.parent.mkdir(parents=True)
        place.write_bytes(chest_pa.read_bytes())
    said = answer_files(Predictor.load(), find_items(DataConfig(str(tmp_path / "d"))))
    assert len(said.answers) == 2
    assert len(set(said.answers.groups)) == 1
    assert said.answers.labels.tolist() == [0, 1]


def boxed(tmp_path, folder, cell="[[5, 5, 40, 40]]"):
    """Return a CSV of the images, with `cell` as the boxes of each that is not normal."""
    path = tmp_path / "boxed.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "label", "device", "boxes"])
        for number, image in enumerate(sorted(folder.rglob("*.png"))):
            label = image.parent.name
            boxes = "[]" if label == "NORMAL" else cell
            writer.writerow([image.relative_to(tmp_path), label, f"d{number % 2}", boxes])
    return path


def test_heat_is_laid_on_the_boxes_of_a_table_and_an_audit_stands_beside_it(folder, tmp_path, capsys):
    out = tmp_path / "out"
    for name in ("p0_0.png", "p0_1.png"):  # there are no lungs in the noise of the others
        cv2.imwrite(str(folder / "NORMAL" / name), chest(300, 280))
    assert run("--data", boxed(tmp_path, folder), "--boxes", "--audit", "--out", out) == 0
    audited = metrics(out)["audit"]["all"]
    assert audited["films"] == 18
    rows = list(csv.DictReader((out / "audit.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 18
    told = [row for row in rows if row["heat_lungs"]]
    assert len(told) == audited["measured"] == 2
    for row in told:
        assert sum(float(row[f"heat_{name}"]) for name in REGIONS) == pytest.approx(1, abs=1e-4)
        assert sum(float(row[f"without_lungs_p_{name}"]) for name in NAMES) == pytest.approx(1, abs=1e-4)
    assert "Does it need the lungs?" in (out / "report.html").read_text("utf-8")
    found = metrics(out)["localization"]["all"]
    assert (found["films"], found["with_boxes"]) == (12, 12)
    assert set(found["per_class"]) == {"covid19", "pneumonia"}
    assert set(found["per_device"]) == {"d0", "d1"}
    with (out / "boxes.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 12
    for name in ("pointing_game", "energy_inside", "iou"):
        mean = np.mean([float(row[name]) for row in rows])
        assert found["own"][name]["value"] == pytest.approx(mean, abs=1e-4)
    shown = capsys.readouterr().out
    assert "heat, all: 12 films, 12 with boxes" in shown
    assert "audit, all: 18 films, 2 with lungs" in shown
    assert "pointing game" in shown
    assert 'id="heat"' in (out / "report.html").read_text("utf-8")


@pytest.mark.parametrize("own_table", [False, True])
def test_a_film_with_boxes_is_read_once(folder, tmp_path, monkeypatch, own_table):
    draw(folder / "Tuberculosis" / "t.png", 99)  # of no class of the model: read for its boxes alone
    read_files = []

    def counted(path):
        read_files.append(path.name)
        return read(path)

    monkeypatch.setattr(bundle_answers, "read", counted)
    monkeypatch.setattr(films, "read", counted)
    data = boxed(tmp_path, folder)
    predictor, items = Predictor.load(), find_items(DataConfig(str(data)))
    to_measure = films.FilmsToMeasure(predictor, items)
    asked = find_items(DataConfig(str(folder))) if own_table else items
    answer_files(predictor, asked, watchers=[to_measure])
    to_measure.read_rest()
    assert len(to_measure.measured().films) == 13
    assert len(read_files) == len(set(read_files)) + 12  # p0_0.png and so on stand in three folders
    assert read_files.count("t.png") == 1


def test_films_without_boxes_and_broken_boxes_exit_2(folder, tmp_path, capsys):
    assert run("--data", folder, "--boxes", "--out", tmp_path / "out") == 2
    assert str(evaluation_messages.NO_BOXES) in capsys.readouterr().err
    assert run("--data", boxed(tmp_path, folder, "[[5, 5]]"), "--boxes", "--out", tmp_path / "out") == 2
    said = capsys.readouterr().err
    assert str(data_messages.UNREADABLE_BOXES(column="boxes", number=2)) in said
    assert not (tmp_path / "out").exists()


def test_memory_does_not_grow_with_the_number_of_files(folder, monkeypatch):
    """Hold how many decoded files are waiting at any time."""
    waiting, most = 0, 0
    prepare, ask = bundle_answers._prepare, bundle_answers.BATCH_SIZE

    def counted(predictor, watchers, path):
        nonlocal waiting, most
        waiting += 1
        most = max(most, waiting)
        return prepare(predictor, watchers, path)

    predictor = Predictor.load()
    predict = predictor.predict_inputs

    def emptied(batch):
        nonlocal waiting
        waiting -= len(batch)
        return predict(batch)

    monkeypatch.setattr(bundle_answers, "_prepare", counted)
    monkeypatch.setattr(predictor, "predict_inputs", emptied)
    items = find_items(DataConfig(str(folder))) * 20
    assert len(answer_files(predictor, items, workers=2).answers) == 360
    assert most <= ask + 2 * 2 + 1


def test_evaluating_never_imports_tensorflow(folder, tmp_path):
    code = (
        "import sys; from cxrview.__main__ import main; code = main(sys.argv[1:]);"
        "print(code, sorted({'keras', 'tensorflow', 'PySide6', 'matplotlib.pyplot'} & set(sys.modules)))"
    )
    model = paths.user_models() / "cxr-densenet121"
    arguments = ["evaluate", "--data", folder, "--out", tmp_path / "o", "--model", model, "--device", "cpu"]
    arguments += ["--boxes", boxed(tmp_path, folder)]
    environment = os.environ | {"XDG_DATA_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    command = [sys.executable, "-W", "ignore", "-c", code, *map(str, arguments), "--repeats", "5"]
    result = subprocess.run(command, capture_output=True, text=True, check=True, env=environment)
    assert result.stdout.splitlines()[-1] == "0 []"
    assert metrics(tmp_path / "o")["parts"]["all"]["images"] == 18
    assert metrics(tmp_path / "o")["localization"]["boxes"]["films"] == 12


@pytest.mark.tensorflow
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
def test_the_layers_of_the_bundled_model_can_be_listed(capsys):
    bundled = paths.bundled_models() / "cxr-densenet121"
    assert main(["models", "show", str(bundled), "--summary"]) == 0
    shown = capsys.readouterr().out
    assert "conv5_block16_concat" in shown
    assert "Total params" in shown


def test_a_model_without_layers_to_list_says_so(capsys):
    assert main(["models", "show", "--summary"]) == 2
    assert str(messages.NO_LAYERS_KNOWN) in capsys.readouterr().err


def test_a_dicom_directory_has_no_labels_to_measure_by(tmp_path, capsys):
    directory = sample("DICOMDIR-reordered").with_name("DICOMDIR")
    assert run("--data", directory, "--out", tmp_path / "out") == 2
    assert str(data_messages.NAMES_NO_CLASSES) in capsys.readouterr().err
