"""Tables of readings: every answer, and the layout that iMRMC reads."""

import io
from collections.abc import Sequence
from pathlib import Path

from cxrview import messages as shared
from cxrview.atomic_file import write_atomically
from cxrview.errors import InvalidRequest
from cxrview.safe_text import CsvWriter
from cxrview.teaching.reading_set import ReadingSet
from cxrview.teaching.sessions import ReaderAnswer, Readings

BLIND_WAY, ASSISTED_WAY = "unassisted", "assisted"


def imrmc(made: ReadingSet, readings: Sequence[Readings], name: str) -> str:
    """Return what iMRMC reads of the class `name`: a head, then reader, case, modality, score.

    The truth comes as reader -1. Only first showings, and films that were judged. Names of readers are kept
    as they are but for commas.
    """
    rows = []
    firsts = [place for place in range(len(made)) if made.showing(place) == 0]
    present = {place: name in made.film(place).classes for place in firsts}
    for place in firsts:
        rows.append(("-1", _case(made, place), "0", str(int(present[place]))))
    ways = set()
    readers: dict[str, str] = {}
    for reading in readings:
        reader = readers.setdefault(reading.session.id, _plain(reading.session.reader, len(readers)))
        for way, answers in ((BLIND_WAY, reading.blind), (ASSISTED_WAY, reading.assisted)):
            for place in firsts:
                answer = answers.get(place)
                if answer is not None and name in answer.confidence:
                    rows.append((reader, _case(made, place), way, str(answer.confidence[name])))
                    ways.add(way)
    head = [
        f"{made.title.splitlines()[0] if made.title else 'Reading set'}: {name}",
        f"N0: {sum(not there for there in present.values())}",
        f"N1: {sum(present.values())}",
        f"NR: {len(readers)}",
        f"NM: {len(ways)}",
        "BEGIN DATA:",
    ]
    return "\n".join([*head, *(",".join(row) for row in rows)]) + "\n"


def _case(made: ReadingSet, place: int) -> str:
    return f"case{made.order[place] + 1}"


def _plain(reader: str, number: int) -> str:
    kept = "".join(letter for letter in reader if letter.isalnum() or letter in " ._-").strip()
    return kept if kept and kept != "-1" else f"reader{number + 1}"


def answers_table(made: ReadingSet, readings: Readings) -> str:
    """Return every answer as CSV: place, film, showing, turn, truth, one column a class, the rest."""
    text = io.StringIO(newline="")
    writer = CsvWriter(text)
    writer.writerow(
        ["place", "film", "showing", "turn", "truth", *made.questions, "judged", "marks", "seconds", "note"]
    )
    for turn, answers in ((BLIND_WAY, readings.blind), (ASSISTED_WAY, readings.assisted)):
        for place in sorted(answers):
            writer.writerow(_row(made, place, turn, answers[place]))
    return text.getvalue()


def _row(made: ReadingSet, place: int, turn: str, answer: ReaderAnswer) -> list[object]:
    return [
        place + 1,
        made.order[place] + 1,
        made.showing(place) + 1,
        turn,
        "|".join(made.film(place).classes),
        *(answer.confidence.get(name) for name in made.questions),
        int(answer.judged),
        len(answer.spots),
        answer.seconds,
        answer.note,
    ]


def write(text: str, path: Path) -> None:
    """Write a table to `path`. Raises InvalidRequest."""
    try:
        write_atomically(path, text)
    except OSError as error:
        problem = shared.PLACE_CANNOT_BE_WRITTEN(place=path, reason=error.strerror)
        raise InvalidRequest(problem, shared.CHOOSE_ANOTHER_PLACE) from error
