"""What runs in worker threads for reading sets and their results."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cxrview.datasets.sources import Item
from cxrview.progress import Report
from cxrview.teaching.deidentified import pictures_of, text_masks
from cxrview.teaching.films import SetFilms
from cxrview.teaching.make import Plan, make_set, with_masks
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.results import Results, results
from cxrview.teaching.sessions import Readings, SessionInfo, Sessions
from cxrview.teaching.set_file import load, save


class FinishedReading(NamedTuple):
    """A session with its set and what it comes to."""

    made: ReadingSet
    readings: Readings
    found: Results


def made_and_saved(
    items: Sequence[Item], plan: Plan, folder: Path, path: Path, look: bool, hold: bool, report: Report
) -> ReadingSet:
    """Make a set, `look` for text on its films, let its file `hold` them if wanted, and save it at `path`.

    Raises InvalidRequest, UnreadableImage, Cancelled.
    """
    made = make_set(items, plan, folder, report)
    with SetFilms(made, path) as films:
        masks = {}
        for index in range(len(made.films)) if look else ():
            report(index / len(made.films), made.films[index].file)
            if boxes := text_masks(films.place(index), report)[0]:
                masks[index] = boxes
    made = with_masks(made, masks)
    pictures = None
    if hold:
        with SetFilms(made, path) as films:
            made, pictures = pictures_of(films, report)
    save(made, path, pictures)
    return made


def finished(sessions: Sessions, session: SessionInfo, made: ReadingSet, report: Report) -> FinishedReading:
    """Return what `session` comes to."""
    readings = sessions.readings(session)
    return FinishedReading(made, readings, results(made, readings, report))


def finished_of_file(sessions: Sessions, session: SessionInfo, report: Report) -> FinishedReading:
    """Return what `session` comes to, of the set in its file. Raises InvalidRequest."""
    return finished(sessions, session, load(Path(session.set_file)), report)
