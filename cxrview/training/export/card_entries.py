"""What the card of a trained model says that does not follow from its files."""

import dataclasses
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any

from cxrview.bundle.load import read_card
from cxrview.datasets.report import Finding
from cxrview.errors import CxrviewError
from cxrview.training.config import TrainingConfig
from cxrview.training.export.localisation import card_figures
from cxrview.training.network.starting_point import model_file
from cxrview.training.run.history import History
from cxrview.training.run.prepare import Prepared

NOT_FOR_DIAGNOSIS = (
    "For research and teaching. It has been tested by nobody for diagnosis and must not be used for it."
)
CHOICES = (
    "The epoch and the balanced operating points were chosen on validation{external}; temperature, sensitive "
    "operating points and the limit of the domain check on validation; no choice has seen test."
)
CALIBRATED_ON = " Temperature and operating points were set on validation images of {names} alone."
_SHOWN = (
    *("images", "groups", "in_domain", "called", "operating_points"),
    *("any_disease", "within_source", "within_device"),
)
_LONG = ("sensitivity_at_", "specificity_at_")  # figures that the report has
_FEW = 100  # images, below which a figure says little


def entries(config: TrainingConfig, prepared: Prepared, history: History, start: str) -> dict[str, Any]:
    """Return the entries that describe the model, its training and its data.

    What `config.card` says goes before what follows from the run; limits are joined.
    """
    said = dict(config.card)
    own_limits = [str(limit) for limit in said.pop("limits", ())]
    names = prepared.train.class_names
    return {
        "version": "1.0.0",
        "title": f"{config.model.name}: {config.model.architecture}, {len(names)} classes",
        "status": "user",
        "task": f"{'One' if config.model.exclusive else 'Any'} of {len(names)} classes for a radiograph",
        "classes": [
            {"name": n, "label": n, "meaning": f"As in the training images labelled {n}"} for n in names
        ],
        "data": _data(prepared),
        **_license(config.model.start),
        **said,
        "name": config.model.name,
        "exclusive": config.model.exclusive,
        "limits": (own_limits or _usual_limits(config, prepared)) + _found_limits(config, prepared),
        "training": {**_training(config, history, start), **said.pop("training", {})},
        "seeds": {"split": config.data.split_seed, "training": config.recipe.seed},
        "findings": [_finding(item, config) for item in prepared.report.findings if item.severity != "info"],
    }


def metrics(
    measured: Mapping[str, Any], prepared: Prepared, calibrated_on: Sequence[str] = ()
) -> dict[str, Any]:
    """Return the card's figures out of what `metrics.json` holds: the headlines of each part, no curves."""
    sides = {"train": prepared.train, "validation": prepared.validation, "test": prepared.test}
    entry: dict[str, Any] = {
        "split": {
            side: {name: int(part.targets[:, index].sum()) for index, name in enumerate(part.class_names)}
            for side, part in sides.items()
        }
    }
    for name, part in measured["parts"].items():
        entry[name] = {key: part[key] for key in _SHOWN if key in part}
        if "figures" in part:
            classes = part["figures"]
            entry[name]["figures"] = {key: classes[key] for key in classes if not key.startswith(_LONG)}
    if "out_of_distribution" in measured:
        entry["out_of_distribution"] = measured["out_of_distribution"]
    if "localization" in measured:
        entry["localization"] = card_figures(measured["localization"])
    choices = CHOICES.format(external=" and external" if prepared.external is not None else "")
    if calibrated_on:
        choices += CALIBRATED_ON.format(names=" or ".join(calibrated_on))
    return entry | {"intervals": measured["intervals"]["method"], "choices": choices}


def _license(start: str) -> dict[str, str]:
    """Return the licence of the model that `start` names, which holds for what is made of it; {} if none."""
    try:
        file = model_file(start)
        card = read_card(file.parent) if file is not None else None
    except CxrviewError:  # weights without a card, or gone since the training began
        return {}
    if card is None or not card.license:
        return {}
    return {"license": f"That of the weights it began with ({card.name} {card.version}): {card.license}"}


def _data(prepared: Prepared) -> list[dict[str, Any]]:
    """Return the provenance as far as it is known: images by source and class."""
    data, names = prepared.data, prepared.data.class_names
    counts = Counter(
        (str(source), names[index])
        for source, row in zip(data.sources, data.targets, strict=True)
        for index in row.nonzero()[0]
    )
    return [
        {
            "source": source or "not named",
            "images": {name: counts[source, name] for name in names if counts[source, name]},
            "use": "training, validation, test" if len(prepared.test) else "training, validation",
        }
        for source in sorted({source for source, _ in counts})
    ]


def _training(config: TrainingConfig, history: History, start: str) -> dict[str, Any]:
    """Return the whole configuration, without the folders of the machine that it ran on."""
    values = dataclasses.asdict(config)
    for name in ("path", "external", "out_of_distribution"):
        values["data"][name] = Path(values["data"][name]).name
    values["data"]["exclude"] = len(config.data.exclude)
    if Path(values["model"]["start"]).name != values["model"]["start"]:
        values["model"]["start"] = Path(values["model"]["start"]).name
    for name in ("card", "search"):
        del values[name]
    return {
        **values,
        "starting_weights": start,
        "epochs_trained": len(history.rows),
        "epoch_chosen": history.best_epoch,
        "stopped_early": history.stopped_early,
    }


def _usual_limits(config: TrainingConfig, prepared: Prepared) -> list[str]:
    judged = len(prepared.test) or len(prepared.validation)
    of_what = "test" if len(prepared.test) else "validation"
    classes = len(prepared.train.class_names)
    known = f"Whatever an image shows gets the name of one of its {classes} classes."
    if not config.model.exclusive:
        known = f"It knows nothing but its {classes} classes: an image with none of them may show much else."
    limits = [
        NOT_FOR_DIAGNOSIS,
        f"It was trained by a user of cxrview, on {len(prepared.train)} images.",
        known,
        "The activation maps show where the network looked, not where disease is.",
    ]
    if judged < _FEW:
        limits.append(f"Its figures come from only {judged} {of_what} images and may be far off.")
    if prepared.external is None:
        limits.append("It has not been tried on images of other hospitals.")
    return limits


def _found_limits(config: TrainingConfig, prepared: Prepared) -> list[str]:
    report = prepared.report
    limits = [
        f"It was trained in spite of this finding about the images: {_text(item)}"
        for item in report.findings
        if item.severity == "block" and item.kind in config.data.allow
    ]
    limits += [
        _text(item) for item in report.findings if item.kind == "confounded" and item.severity != "block"
    ]
    if prepared.out_of_distribution is None:
        limits.append("Its domain check has not been tried on images of other kinds.")
    return limits


def _finding(item: Finding, config: TrainingConfig) -> Mapping[str, Any]:
    overridden = item.severity == "block" and item.kind in config.data.allow
    return {"kind": item.kind, "severity": item.severity, "overridden": overridden, "text": _text(item)}


def _text(item: Finding) -> str:
    """Return the sentence with files by their names: a card travels, and folders may name patients."""
    text = item.text
    for file in sorted(item.files, key=len, reverse=True):
        text = text.replace(file, PurePath(file).name)
    return text
