"""`cxrview teach make`: a reading set of labelled films, or of a public collection as it was downloaded."""

import argparse
from pathlib import Path

from cxrview.cli import console, messages
from cxrview.datasets.sources import Item
from cxrview.errors import InvalidRequest
from cxrview.teaching.collections import items_of
from cxrview.teaching.make import MOST_REPEATED, Plan, usual_questions
from cxrview.teaching.masked import made_and_looked_at, masked_and_saved
from cxrview.teaching.set_file import SUFFIX


def run(arguments: argparse.Namespace) -> int:
    """Make the set and return 0. Raises InvalidRequest, UnreadableImage."""
    out, data = arguments.out, arguments.data
    if out.suffix != SUFFIX:
        raise InvalidRequest(messages.SET_SUFFIX(suffix=SUFFIX), path=out)
    if out.exists() and not arguments.overwrite:
        raise InvalidRequest(messages.EXISTS_ALREADY(place=out), messages.OVERWRITE_SET)
    if arguments.repeats > MOST_REPEATED:
        raise InvalidRequest(messages.TOO_MANY_REPEATS(most=MOST_REPEATED))
    name, items = items_of(data)
    if name:
        console.say(str(messages.COLLECTION_FOUND(name=name, films=len(items))))
    progress = console.ProgressLine()
    folder = data if data.is_dir() else data.parent
    asked = _asked(items, arguments.ask)
    found = made_and_looked_at(asked, _plan(arguments, items), folder, out, arguments.masks, progress)
    made = masked_and_saved(found.made, found.masks, out, arguments.pictures, progress)
    progress.clear()
    if found.masks:
        films = ", ".join(str(index + 1) for index in sorted(found.masks))
        console.say(str(messages.TEXT_MASKED(count=len(found.masks), films=films)))
    console.put(str(messages.SET_MADE(films=made.asked, name=out)))
    return console.OK


def _asked(items: list[Item], names: list[str]) -> list[Item]:
    """Return the films of the classes `names`; all films where fewer than two are named."""
    return [item for item in items if len(names) < 2 or set(item.labels) & set(names)]


def _plan(arguments: argparse.Namespace, items: list[Item]) -> Plan:
    return Plan(
        arguments.title or Path(arguments.out).stem,
        arguments.count,
        arguments.seed,
        arguments.repeats,
        arguments.balanced,
        arguments.limit,
        arguments.examination,
        tuple(dict.fromkeys(arguments.ask)) or usual_questions(items),
        arguments.priors,
    )
