"""A finished run as the engine leaves it, with answers that a test has made up, and a page to show it."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np

from cxrview.evaluation.predictions import LabelledPredictions
from cxrview.evaluation.report import _predictions, measure_parts
from cxrview.gui.tasks import TaskRunner
from cxrview.gui.training.draft import Draft
from cxrview.gui.training.result.step import ResultStep
from cxrview.training import config as configuration
from cxrview.training.config import TrainingConfig
from cxrview.training.run import events
from cxrview.training.run.folder import RunFolder
from tests.conftest import CLASSES, make_tiny_bundle
from tests.gui.conftest import make_phantom, write_png

NAMES = tuple(name for name, _ in CLASSES)
POINTS = {"sensitive": dict.fromkeys(NAMES, 0.25), "balanced": dict.fromkeys(NAMES, 0.5)}
# Of the test images, each with its label, what the model says: rows sum to 1.
TEST = (
    ("covid19", 0.90, 0.05, 0.05),
    ("covid19", 0.80, 0.15, 0.05),
    ("covid19", 0.30, 0.60, 0.10),  # the second mistake
    ("covid19", 0.70, 0.10, 0.20),
    ("normal", 0.05, 0.90, 0.05),
    ("normal", 0.10, 0.80, 0.10),
    ("normal", 0.03, 0.02, 0.95),  # the surest mistake
    ("normal", 0.20, 0.70, 0.10),
    ("pneumonia", 0.05, 0.15, 0.80),
    ("pneumonia", 0.10, 0.50, 0.40),  # the least sure one
    ("pneumonia", 0.10, 0.20, 0.70),
    ("pneumonia", 0.05, 0.05, 0.90),
)
VALIDATION = (("covid19", 0.9, 0.05, 0.05), ("normal", 0.1, 0.8, 0.1), ("pneumonia", 0.1, 0.2, 0.7))


def finished_run(folder: Path, *, exclusive: bool = True) -> Path:
    """Lay a finished run down in `folder`/run, its images in `folder`/data, and return the former."""
    data, run = folder / "data", RunFolder(folder / "run")
    sides = {"test": TEST, "validation": VALIDATION}
    answers = {name: _answers(data, name, rows, exclusive) for name, rows in sides.items()}
    bundle = make_tiny_bundle(
        run.bundles / "lungs",
        status="user",
        exclusive=exclusive,
        operating_points=POINTS,
        title="lungs: one convolution",
    )
    config = TrainingConfig()
    config = replace(config, data=replace(config.data, path=str(data)))
    configuration.save(config, run.config)
    card = json.loads((bundle / "card.json").read_text("utf-8"))
    run.report.mkdir()
    metrics = measure_parts(answers, None, card, repeats=50)
    (run.report / "metrics.json").write_text(json.dumps(metrics), "utf-8")
    (run.report / "predictions.csv").write_text(_predictions(answers, None), "utf-8")
    (run.report / "report.html").write_text("<p>report", "utf-8")
    lines = ["file,label,group,source,split"]
    for side, part in answers.items():
        lines += [
            f"../data/{file},x,{group},,{side}" for file, group in zip(part.files, part.groups, strict=True)
        ]
    run.split.write_text("\n".join(lines) + "\n", "utf-8")
    done = events.Finished(str(bundle), str(run.report / "report.html"), 8, {}, "")
    run.finished.write_text(events.dump(done), "utf-8")
    return run.path


def _answers(data: Path, side: str, rows, exclusive: bool) -> LabelledPredictions:
    files, labels = [], []
    for number, (label, *_shares) in enumerate(rows):
        file = f"{label}/{side}-{number}.png"
        (data / label).mkdir(parents=True, exist_ok=True)
        write_png(data / file, make_phantom(number, 64, 64))
        files.append(file)
        labels.append(NAMES.index(label))
    targets = np.eye(3, dtype=np.uint8)[labels]
    return LabelledPredictions(
        np.array([shares for _, *shares in rows]),
        np.array(labels),
        np.array([f"patient {number // 2}" for number in range(len(rows))]),
        np.array(["a hospital"] * len(rows)),
        np.array(files),
        NAMES,
        np.array([number != 1 for number in range(len(rows))]),
        targets,
        exclusive,
    )


class Seat:
    """A result step with what it is connected to."""

    def __init__(self, runs, folder: Path, qtbot) -> None:
        self.opened: list[list[Path]] = []
        self.current = ("", "cpu")
        self.runner = TaskRunner()
        self.crashes: list[str] = []
        self.runner.crashed.connect(self.crashes.append)
        self.draft = Draft(folder)
        if (config := RunFolder(folder).stored_config()) is not None:
            self.draft.set_config(config)
        self.step = ResultStep(self.draft, runs, self.runner, self.opened.append, lambda: self.current)
        self.step.resize(950, 690)
        qtbot.addWidget(self.step)
        self.page = self.step.page
        self.step.show()
        self.step.entered()
        qtbot.waitUntil(lambda: self.step.result is not None or "…" not in self.page.nothing.text())

    def turn_to(self, page):
        """Turn to `page` and return it."""
        self.page.tabs.setCurrentWidget(page)
        return page
