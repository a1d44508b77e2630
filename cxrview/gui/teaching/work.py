"""What runs in worker threads for reading sets and their results."""

from pathlib import Path
from typing import NamedTuple

from cxrview.gui.teaching.reading import FilmShown
from cxrview.imaging import read
from cxrview.imaging.pyramid import ImagePyramid
from cxrview.progress import Report
from cxrview.teaching.films import SetFilms, anonymous
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.results import Results, results
from cxrview.teaching.sessions import Readings, SessionInfo, Sessions
from cxrview.teaching.set_file import load


class FinishedReading(NamedTuple):
    """A session with its set and what it comes to."""

    made: ReadingSet
    readings: Readings
    found: Results


def film_to_mask(films: SetFilms, index: int, report: Report) -> FilmShown:
    """Return film `index` as it is, without masks and without its name. Raises as `SetFilms.read` does."""
    radiograph = anonymous(read(films.place(index), report)[0])
    return FilmShown(radiograph, ImagePyramid.of(radiograph))


def finished(sessions: Sessions, session: SessionInfo, made: ReadingSet, report: Report) -> FinishedReading:
    """Return what `session` comes to."""
    readings = sessions.readings(session)
    return FinishedReading(made, readings, results(made, readings, report))


def finished_of_file(sessions: Sessions, session: SessionInfo, report: Report) -> FinishedReading:
    """Return what `session` comes to, of the set in its file. Raises InvalidRequest."""
    return finished(sessions, session, load(Path(session.set_file)), report)
