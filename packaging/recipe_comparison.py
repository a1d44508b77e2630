"""Compare finished training runs: in what they differ, and what came of it, as a table in a page.

    python packaging/recipe_comparison.py RUN… docs/model.md

A RUN is a folder of `cxrview train`; a column of the table is called as the folder is. All stands in the
files of the runs: `config.toml`, `split.csv`, the card of the bundle, and `metrics.json` of the report. What
a run does not tell is a dash. Runs should be judged by the same test films; the page says if they are not.
"""

import argparse
import csv
import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import page_section
from page_section import UNKNOWN, figure_text, filled

from cxrview.training.config import PhaseConfig, TrainingConfig
from cxrview.training.run.folder import RunFolder

HEADING = "## Recipes compared"
ABOUT = """\
One training each, so differences smaller than the intervals mean little. First stands what the runs differ
in, then what came of it on the test part of each run, with 95 % intervals (bootstrap over patients).
`packaging/recipe_comparison.py` writes this from the runs' own files. The AUC within one source is that of
the probability of {watched}, on films with {watched} and films with {healthy} of that source, in the mean
over the sources with ten of each. The pointing game asks whether the strongest cell of the map of the film's
own class lies in a box that readers drew.
"""
OTHER_FILMS = "The runs were not all judged by the same test films, so their columns must not be compared. "
LEFT_OUT = ("model.name", "card", "search")  # what makes no difference to how a model is
FILES = ("data.path", "data.external", "data.out_of_distribution", "model.start")
TEST = ("parts", "test")


@dataclass(frozen=True, slots=True)
class Run:
    """A finished run: its name, what it was told, and what its files say."""

    name: str
    settings: Mapping[str, Any]  # by entry of the configuration, or in words
    watched: str  # the class that it watches, "" if none
    metrics: Mapping[str, Any]
    test_files: frozenset[str]

    @classmethod
    def read(cls, path: Path) -> "Run":
        """Return the run in the folder `path`. Raises SystemExit if there is no finished one."""
        folder = RunFolder(path)
        config = folder.stored_config()
        if config is None or folder.outcome() is None:
            raise SystemExit(f"{path} holds no finished run")
        card = json.loads((folder.bundles / config.model.name / "card.json").read_text("utf-8"))
        metrics = json.loads((folder.report / "metrics.json").read_text("utf-8"))
        with folder.split.open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        watched = str(config.card.get("watch_class", ""))
        test = frozenset(Path(row["file"]).name for row in rows if row["split"] == "test")
        return cls(path.resolve().name, _settings(config, card, rows), watched, metrics, test)

    def figure(self, *path: str) -> Mapping[str, float | None] | None:
        """Return the figure at `path` in the metrics, None if there is none."""
        found: Any = self.metrics
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found if isinstance(found, Mapping) else None


def _settings(
    config: TrainingConfig, card: Mapping[str, Any], split: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """Return every setting by its entry; what the configuration leaves to the program as it came out."""
    found = dict(_leaves(dataclasses.asdict(config)))
    found = {name: value for name, value in found.items() if not name.startswith(LEFT_OUT)}
    found |= {name: Path(found[name]).name for name in FILES}
    found |= {"model.frame": card.get("frame", "film"), "model.input_size": card["input_size"]}
    if found["model.pooling"] == "auto":
        found["model.pooling"] = "lungs" if found["model.frame"] == "lungs" else "average"
    train = [row for row in split if row["split"] == "train"]
    taught = bool(found["recipe.cell_weight"]) and found["model.pooling"] == "lungs"
    boxed = sum(row.get("boxes", "") not in ("", "[]") for row in train) if taught else 0
    return {"training films": len(train), "films with boxes that teach": boxed, **found}


def _leaves(values: Mapping[str, Any], where: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in values.items():
        found += _leaves(value, f"{where}{name}.") if isinstance(value, dict) else [(f"{where}{name}", value)]
    return found


def setting_rows(runs: Sequence[Run]) -> list[list[str]]:
    """Return a row for each setting in which `runs` differ: what it is, and its value in each run."""
    labels = _labels()
    return [
        [labels.get(name, name), *(_value_text(run.settings[name]) for run in runs)]
        for name in runs[0].settings
        if len({repr(run.settings[name]) for run in runs}) > 1
    ]


def _labels() -> dict[str, str]:
    """Return what each entry of a configuration is called on the screen."""
    return {
        f"{table.name}.{entry.name}": entry.metadata["label"]
        for table in dataclasses.fields(TrainingConfig)
        if dataclasses.is_dataclass(table.default_factory)
        for entry in dataclasses.fields(table.default_factory)
        if entry.metadata.get("label")
    }


def _value_text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):  # a phase
        phase = PhaseConfig(**value)
        return f"{phase.depth}: {phase.epochs} × {phase.learning_rate:g}, {phase.schedule}"
    if isinstance(value, list | tuple):
        return "; ".join(map(_value_text, value)) or UNKNOWN
    return f"{value:g}" if isinstance(value, float) else str(value) or UNKNOWN


def figure_rows(runs: Sequence[Run]) -> list[list[str]]:
    """Return a row for each figure: what it is, and what it is in each run."""
    watched, heat = runs[0].watched, ("localization", "test")
    balanced = ("operating_points", "balanced", watched)
    plain = {
        "balanced accuracy, most probable class": (*TEST, "figures", "balanced_accuracy"),
        "AUC of any disease": (*TEST, "any_disease", "auc"),
        "calibration error (ECE)": (*TEST, "figures", "ece"),
    }
    shares = {
        f"{watched} found at the balanced point": (*TEST, *balanced, "sensitivity"),
        f"pointing game, films of {watched}": (*heat, "per_class", watched, "own", "pointing_game"),
        "pointing game, all films with boxes": (*heat, "own", "pointing_game"),
        "share of the heat in the lungs": (*heat, "own", "in_lungs"),
    }
    rows = [["test films", *(_count(run, *TEST, "images") for run in runs)]]
    rows.append([f"AUC of {watched} within one source", *(_within(run) for run in runs)])
    rows += [[name, *(figure_text(run.figure(*path)) for run in runs)] for name, path in plain.items()]
    rows += [
        [name, *(figure_text(run.figure(*path), 0, " %", 100) for run in runs)]
        for name, path in shares.items()
    ]
    called = [_opposite(run.figure("parts", "external", *balanced, "specificity")) for run in runs]
    name = f"external without {watched}, called so at the balanced point"
    return [*rows, [name, *(figure_text(each, 0, " %", 100) for each in called)]]


def _within(run: Run) -> str:
    """Return the mean over the sources, and of how many."""
    parts = run.figure(*TEST, "within_source", "parts") or {}
    text = figure_text(run.figure(*TEST, "within_source", "mean"))
    return text if text == UNKNOWN else f"{text} of {len(parts)}"


def _count(run: Run, *path: str) -> str:
    found = run.figure(*path[:-1]) or {}
    return f"{found[path[-1]]:,}" if path[-1] in found else UNKNOWN


def _opposite(figure: Mapping[str, float | None] | None) -> dict[str, float | None] | None:
    """Return one less the figure, its interval turned round."""
    if figure is None:
        return None
    ends = {"value": "value", "low": "high", "high": "low"}
    return {name: None if figure[of] is None else 1 - figure[of] for name, of in ends.items()}


def section(runs: Sequence[Run]) -> list[str]:
    """Return the lines about `runs`. Raises SystemExit if they do not watch the same class."""
    if len({run.watched for run in runs}) > 1 or not runs[0].watched:
        raise SystemExit("the runs must watch one and the same class")
    within = next(filter(None, (run.figure(*TEST, "within_source") for run in runs)), {})
    words = ABOUT.format(watched=runs[0].watched, healthy=within.get("healthy", "no disease"))
    if len({run.test_files for run in runs}) > 1:
        words = OTHER_FILMS + words
    head = ["", *(run.name for run in runs)]
    return [filled(words), "", *page_section.table(head, setting_rows(runs) + figure_rows(runs))]


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args()
    page_section.put(arguments.page, HEADING, section([Run.read(run) for run in arguments.runs]))


if __name__ == "__main__":
    main()
