"""The table of runs: what differs between them, and their own figures."""

import csv
import json
from pathlib import Path

import pytest
from recipe_comparison import Run, main

from cxrview.datasets.config import DataConfig
from cxrview.evaluation.localization.figures import summarise
from cxrview.evaluation.report import measure_parts
from cxrview.training import config as configuration
from cxrview.training.config import ModelConfig, RecipeConfig, TrainingConfig
from cxrview.training.run.events import Finished, dump
from cxrview.training.run.folder import RunFolder
from tests.evaluation.test_evaluate import CLASSES, POINTS, answers
from tests.evaluation.test_localization import film

CARD = {
    "classes": [{"name": name, "label": name, "meaning": ""} for name in CLASSES],
    "watch_class": "covid19",
    "operating_points": POINTS,
}


def finished_run(folder, *, frame="lungs", dropout=0.3, boxes=True, external=True, test="ab"):
    """Write what a finished run leaves behind, its metrics made as a training makes them; return the path."""
    run = RunFolder(folder)
    config = TrainingConfig(
        data=DataConfig(path=str(folder.parent / "films.csv")),
        model=ModelConfig(name="m", start=str(folder / "start.npz"), frame=frame, dropout=dropout),
        recipe=RecipeConfig(cell_weight=0.3 if boxes else 0.0),
        card={"watch_class": "covid19", "title": folder.name},
    )
    (run.bundles / "m").mkdir(parents=True)
    run.report.mkdir()
    configuration.save(config, run.config)
    card = CARD | {"input_size": 192} | ({"frame": "lungs"} if frame == "lungs" else {})
    (run.bundles / "m" / "card.json").write_text(json.dumps(card), "utf-8")
    parts = {"test": answers()} | ({"external": answers(60, 1)} if external else {})
    metrics = measure_parts(parts, None, card, repeats=20)
    hits = [film(i, i % 4 > 0, label=CLASSES[i % 3 // 2 * 2]) for i in range(60)]
    metrics["localization"] = {"test": summarise(hits, repeats=20)}
    (run.report / "metrics.json").write_text(json.dumps(metrics), "utf-8")
    with run.split.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(("file", "label", "split", "boxes"))
        rows.writerows([("1.png", "covid19", "train", "[[1, 2, 3, 4]]"), ("2.png", "normal", "train", "[]")])
        rows.writerows([(f"{name}.png", "normal", "test", "") for name in test])
    run.finished.write_text(dump(Finished("", "", 1, {})), "utf-8")
    return folder


def compared(monkeypatch, page: Path, *runs: Path) -> dict[str, list[str]]:
    """Return the rows of the table that the script writes into `page`."""
    monkeypatch.setattr("sys.argv", ["recipe_comparison.py", *map(str, runs), str(page)])
    main()
    lines = page.read_text("utf-8").splitlines()
    rows = [line.strip("| ").split(" | ") for line in lines if line.startswith("|")]
    return {cells[0]: cells[1:] for cells in rows}


@pytest.fixture
def page(tmp_path):
    path = tmp_path / "model.md"
    path.write_text("# A model\n\nWords.\n\n## Recipes compared\nold\n\n## After\nmore\n", "utf-8")
    return path


def test_the_table_holds_what_differs_and_the_figures_of_the_runs(tmp_path, monkeypatch, page):
    runs = finished_run(tmp_path / "a"), finished_run(tmp_path / "b", frame="film", dropout=0.5)
    rows = compared(monkeypatch, page, *runs)
    assert rows["What the network is given"] == ["lungs", "film"]
    assert rows["Pooling"] == ["lungs", "average"]  # which nobody wrote into the configuration
    assert rows["Dropout"] == ["0.3", "0.5"]
    assert rows["films with boxes that teach"] == ["1", "0"]
    assert not {"Seed", "Start from (bundled, imagenet, none, or a file)", "training films"} & set(rows)
    measured = json.loads((runs[0] / "report" / "metrics.json").read_text("utf-8"))
    test = measured["parts"]["test"]
    within = test["within_source"]["mean"]
    expected = f"{within['value']:.2f} ({within['low']:.2f} to {within['high']:.2f}) of 2"
    assert rows["AUC of covid19 within one source"] == [expected, expected]
    assert rows["pointing game, all films with boxes"][0].startswith("75 % (")
    assert rows["AUC of any disease"][0].startswith(f"{test['figures']['auc.normal']['value']:.2f} (")
    text = page.read_text("utf-8")
    assert text.startswith("# A model\n\nWords.\n")
    assert text.endswith("\n\n## After\nmore\n")
    assert "old" not in text
    assert "must not be compared" not in text


def test_the_share_called_wrongly_is_the_rest_of_the_specificity(tmp_path, monkeypatch, page):
    runs = finished_run(tmp_path / "a"), finished_run(tmp_path / "b", external=False)
    cells = compared(monkeypatch, page, *runs)["external without covid19, called so at the balanced point"]
    assert cells[1] == "–"
    outside = answers(60, 1)
    without = outside.labels != 0
    called = float((outside.probabilities[without, 0] >= POINTS["balanced"]["covid19"]).mean())
    share, low, high = (
        float(text)
        for text in cells[0].replace(" %", "").replace("(", "").rstrip(")").split()
        if text != "to"
    )
    assert share == pytest.approx(100 * called, abs=0.5)
    assert low <= share <= high


def test_runs_that_other_films_judge_are_said_to_be_so(tmp_path, monkeypatch, page):
    compared(monkeypatch, page, finished_run(tmp_path / "a"), finished_run(tmp_path / "b", test="bc"))
    assert "must not be compared" in page.read_text("utf-8")


def test_a_run_that_has_not_finished_is_refused(tmp_path):
    run = finished_run(tmp_path / "a")
    (run / "finished.json").unlink()
    with pytest.raises(SystemExit, match="no finished run"):
        Run.read(run)
