"""The page about a table of results: one file that opens offline, with pictures of the films worth a look.

It names no file unless that is asked for: a film is then known by its row in the table.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cxrview.atomic_file import write_atomically
from cxrview.batch import charts
from cxrview.batch.formats import refused_writing
from cxrview.batch.messages import PICTURES
from cxrview.batch.rows import Row
from cxrview.batch.tally import MOST_DISTANT, ShownFilm, Tally
from cxrview.errors import CxrviewError
from cxrview.evaluation.examples import OPACITY, data_url, shrunk
from cxrview.evaluation.page import rendered
from cxrview.evaluation.report import label_of, measure_parts, measured_parts
from cxrview.evaluation.report_tables import ReportTable, TableCell, percent
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.overlay import overlay
from cxrview.explain.style import FLOOR
from cxrview.imaging import read, render
from cxrview.imaging.render import square_pixels
from cxrview.inference.predictor import Predictor
from cxrview.progress import Report, silent

REPEATS = 1000  # of the bootstrap


@dataclass(frozen=True, slots=True)
class Asked:
    """The page that is wanted: where, and whether it may name the files.

    `table` is the name of the table, "" if there is none; `files` are those that can be shown, by what rows
    call them.
    """

    path: Path
    names: bool = False
    table: str = ""
    files: Mapping[str, Path] | None = None

    def named(self, number: int, file: str) -> str:
        """Return what a film is called on the page."""
        return f"{file} (row {number})" if self.names else f"row {number}"


def write_page(asked: Asked, tally: Tally, predictor: Predictor, report: Report = silent) -> None:
    """Write the page about `tally`; the films that it shows are read once more with `predictor`.

    Raises InvalidRequest if it cannot be written; `report` may raise Cancelled.
    """
    card = predictor.card
    label = label_of(card.raw)
    title = f"{card.title or card.name}: {tally.frames:,} frames" + (
        f" in {asked.table}" if asked.table else ""
    )
    text = rendered(
        "batch.html",
        title,
        card.raw,
        counts=_counts(tally),
        tables=_tables(tally, label),
        shares=charts.shares_figure(tally.shares, [label(name) for name in tally.shares]),
        distances=charts.distances_figure(tally.distances, MOST_DISTANT) if tally.distances.any() else "",
        failures=[
            (f"row {number}", file if asked.names else "", why if asked.names else _unnamed(why, file))
            for number, file, why in tally.failures
        ],
        failed=tally.failed,
        galleries=_galleries(asked, tally, predictor, report),
        evaluation=_evaluation(asked, tally, card.raw, report),
        classes=[(item.label, item.meaning) for item in card.classes],
        architecture=card.architecture,
        engine=f"{predictor.engine.name} on {predictor.engine.device}",
        names=asked.names,
    )
    with refused_writing(str(asked.path)):
        asked.path.parent.mkdir(parents=True, exist_ok=True)
        # A file name that is not valid UTF-8 must not cost the page.
        write_atomically(asked.path, text.encode("utf-8", "backslashreplace"))


def _counts(tally: Tally) -> list[tuple[str, str, str]]:
    """Return the figures at the top: name, value, and what is below."""
    read_well = tally.frames - tally.outside
    found = [
        ("Files", f"{len(tally.files):,}", f"{tally.frames:,} frames read"),
        ("Failed", f"{tally.failed:,}", _of(tally.failed, len(tally.files), "files")),
        ("In domain", f"{read_well:,}", _of(read_well, tally.frames, "frames")),
        ("Out of domain", f"{tally.outside:,}", _of(tally.outside, tally.frames, "frames")),
    ]
    if tally.twins:
        found.append(("Same pixels as another", f"{tally.twins:,}", _of(tally.twins, tally.frames, "frames")))
    return found


def _of(count: int, total: int, what: str) -> str:
    return f"{percent(count / total)} of {total:,} {what}" if total else ""


def _tables(tally: Tally, label: Callable[[str], str]) -> list[ReportTable]:
    called = {label(name): tally.called[name] for name in tally.card.class_names}
    if tally.called[""]:
        called["not read: out of domain"] = tally.called[""]
    points = ", ".join(sorted(tally.points - {""}))
    note = f"Called at the operating point: {points}." if points else ""
    tables = [_share_table("What the frames are called", "Class", called, tally.frames, note)]
    views = {name or "(not told)": count for name, count in tally.views.most_common()}
    if len(views) > 1:
        tables.append(_share_table("Views", "View", views, tally.frames))
    return tables


def _share_table(
    caption: str, head: str, counts: Mapping[str, int], total: int, note: str = ""
) -> ReportTable:
    rows = tuple(
        (TableCell(name), TableCell(f"{count:,}"), TableCell(percent(count / total if total else None)))
        for name, count in counts.items()
    )
    return ReportTable(caption, (head, "Frames", "Share"), rows, note=note)


def _unnamed(why: str, file: str) -> str:
    """Return what is wrong without the file's name."""
    for name in (file, Path(file).name):
        why = why.replace(name, "…") if name else why
    return why


def _galleries(asked: Asked, tally: Tally, predictor: Predictor, report: Report) -> list[dict[str, Any]]:
    """Return the galleries that have pictures, each a title, a sentence, and its films."""
    label = label_of(predictor.card.raw)
    wanted: list[tuple[str, str, list[ShownFilm]]] = [
        (f"Most certain: {label(name)}", "", best.films) for name, best in tally.certain.items()
    ]
    doubt = "The two most probable classes are closest together."
    wanted.append(("Most uncertain", doubt, tally.uncertain.films))
    strange = "The model does not know such images; what it says of them is worth nothing."
    wanted.append(("Out of domain", strange, tally.strange.films))
    count, done = sum(len(films) for _, _, films in wanted), 0
    galleries = []
    for title, explained, films in wanted:
        shown = []
        for film in films:
            report(done / count, PICTURES)
            done += 1
            if (entry := _shown(asked, film, predictor, label)) is not None:
                shown.append(entry)
        if shown:
            galleries.append({"title": title, "explained": explained, "films": shown})
    return galleries


def _shown(
    asked: Asked, film: ShownFilm, predictor: Predictor, label: Callable[[str], str]
) -> dict[str, Any] | None:
    """Return a film with its pictures, None if it cannot be read any more."""
    row: Row = film.row
    path = (asked.files or {}).get(row["path"])
    if path is None:
        return None
    try:
        radiograph = read(path)[int(row["frame"]) - 1]
        (prediction,) = predictor.predict([radiograph])
    except (CxrviewError, IndexError):  # it was there a moment ago; a picture less
        return None
    name = row.get("call") or prediction.predicted
    picture = render(radiograph, radiograph.default_voi)
    small = shrunk(square_pixels(picture, radiograph.pixel_aspect))
    heated = None
    if prediction.in_domain:
        heat = overlay(prediction, name, (small.shape[0], small.shape[1]))
        heated = data_url(blend(small, heat, colour_table("inferno"), OPACITY, FLOOR)[..., ::-1])
    return {
        "called": label(name) if prediction.in_domain else "",
        "shares": _shares_text(row, predictor.card.class_names, label) if prediction.in_domain else "",
        "objections": [str(text) for text in prediction.objections],
        "named": asked.named(film.number, row["path"]),
        "plain": data_url(small),
        "heated": heated,
    }


def _shares_text(row: Row, names: Iterable[str], label: Callable[[str], str]) -> str:
    ranked = sorted(names, key=lambda name: -row[f"p_{name}"])
    shares = ", ".join(f"{label(name)} {percent(row[f'p_{name}'])}" for name in ranked[:3])
    return shares.replace(" %", "\N{NO-BREAK SPACE}%")


def _evaluation(asked: Asked, tally: Tally, card: Mapping[str, Any], report: Report) -> dict[str, Any] | None:
    """Return what the page says of the labelled films, None if there are none."""
    answers = tally.answers(asked.named)
    if answers is None:
        return None
    parts = {"all": answers}
    metrics = measure_parts(parts, None, card, repeats=REPEATS, report=report)
    said = measured_parts(parts, metrics, card)
    (part,) = said["parts"]
    from_folders = tally.labels is not None and tally.labels.from_folders
    return {
        "part": part | {"title": "Compared with the labels"},
        "intervals": said["intervals"],
        "not_held": tally.frames - len(answers),
        "from_folders": from_folders,
    }
