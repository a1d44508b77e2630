"""A search in the user's words: what is searched, what a trial tried, how it ended."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cxrview.gui.training.texts import failure_text, figure
from cxrview.gui.training.training_process import ProcessOutcome
from cxrview.i18n import localised, say, tr, trn
from cxrview.training.names import AUGMENTATIONS, CHOICES, SEARCHED_IN_SENTENCE, STARTS
from cxrview.training.network.architectures import ARCHITECTURES
from cxrview.training.run.events import Searched, Trial
from cxrview.training.run.progress import RunProgress
from cxrview.training.search.space import Space

SOME = 3  # choices that a sentence names


def value_text(name: str, value: Any) -> str:
    """Return what was chosen for the parameter `name`."""
    if isinstance(value, float):
        return rate_text(value)
    match name:
        case "architecture" if value in ARCHITECTURES:
            return ARCHITECTURES[value].title
        case "augmentation" if value in AUGMENTATIONS:
            return say(AUGMENTATIONS[value])
        case "optimizer" if value in CHOICES:
            return say(CHOICES[value])
        case "start":
            return say(STARTS[value]) if value in STARTS else Path(str(value)).name
    return str(value)


def rate_text(rate: float) -> str:
    """Return a learning rate with two digits that count."""
    return localised(f"{rate:.2g}")


def choice_text(parameters: Mapping[str, Any]) -> str:
    """Return what a trial tries, in one line."""
    parts = []
    for name, title in SEARCHED_IN_SENTENCE.items():
        if name in parameters:
            text = value_text(name, parameters[name])
            plain = name in ("optimizer", "architecture")
            parts.append(text if plain else f"{say(title)} {text}")
    return " · ".join(parts)


def space_text(space: Space, trials: int) -> str:
    """Return what is searched and how many of the recipes will be tried."""
    parts = []
    for name, title in SEARCHED_IN_SENTENCE.items():
        if name in space.ranges:
            low, high = map(rate_text, space.ranges[name])
            parts.append(tr("{what} {low} to {high}").format(what=say(title), low=low, high=high))
        elif name in space.choices:
            values = [value_text(name, value) for value in space.choices[name]]
            shown = ", ".join(values) if len(values) <= SOME else str(len(values))
            parts.append(f"{say(title)} ({shown})")
    if space.points is None:
        count = trn("{count} trial.", "{count} trials.", trials).format(count=trials)
    else:
        tried = min(trials, space.points)
        words = trn("{tried} of {count} recipe.", "{tried} of {count} recipes.", space.points)
        count = words.format(tried=tried, count=space.points)
    return tr("Searched: {what}. {count}").format(what="; ".join(parts), count=count)


def counts_text(trials: "list[Trial]") -> str:
    """Return how the trials ended."""
    states = [trial.state for trial in trials]
    texts = (
        (states.count("complete"), trn("{count} complete", "{count} complete", states.count("complete"))),
        (states.count("pruned"), trn("{count} cut short", "{count} cut short", states.count("pruned"))),
        (states.count("failed"), trn("{count} failed", "{count} failed", states.count("failed"))),
    )
    return " · ".join(words.format(count=count) for count, words in texts if count) or "–"


def best_of(progress: RunProgress) -> Trial | None:
    """Return the best trial so far, or None before the first that was complete."""
    number = next((trial.best for trial in reversed(progress.trials) if trial.best is not None), None)
    return next((trial for trial in progress.trials if trial.number == number), None)


def result_text(found: Searched) -> str:
    """Return which recipe was the best."""
    words = tr("Trial {number} was the best, with a macro F1 of {score} on the validation images.")
    return words.format(number=found.best, score=figure(found.value))


def ending_text(outcome: ProcessOutcome, progress: RunProgress) -> tuple[str, str]:
    """Return how a search ended, and what to say besides."""
    done = len(progress.trials)
    after = trn("after {count} trial", "after {count} trials", done).format(count=done)
    if progress.searched is not None and outcome.kind == "finished":
        found = progress.searched
        model = progress.finished
        if model is None:
            return result_text(found), choice_text(found.parameters)
        name = model.registered or Path(model.bundle).name
        made = tr("It is the model “{name}” now.").format(name=name)
        return f"{result_text(found)} {made}", choice_text(found.parameters)
    if outcome.kind == "stopped":
        what = tr("The search was stopped {after}.").format(after=after)
        return what, tr("Nothing that was finished is lost; the trial that ran goes on where it was.")
    return failure_text(outcome), say(outcome.advice)
