"""Readers of one set beside each other, as a page."""

import html
from collections.abc import Sequence

from cxrview.evaluation.names import METRICS
from cxrview.gui.teaching.figures import with_interval
from cxrview.i18n import fixed, say, tr
from cxrview.teaching.multireader import MeanArea
from cxrview.teaching.readers import ComparedReaders


def table_of(compared: Sequence[ComparedReaders]) -> str:
    """Return a page (HTML): each reader's area for each class, their mean, and what the model changes."""
    if not compared:
        return f"<p>{html.escape(tr('Not enough films were judged by all of them.'))}</p>"
    parts = []
    for one in compared:
        films = tr("{name}: {films} films judged by all").format(name=one.name, films=one.films)
        parts.append(f"<h3>{html.escape(films)}</h3><table cellpadding=4>{_rows(one)}</table>")
        if one.found.difference is not None:
            parts.append(f"<p>{html.escape(_change(one))}<br>{html.escape(_components(one))}</p>")
    note = tr("Obuchowski and Rockette, after Hillis: the intervals hold for other readers and other films.")
    return "".join(parts) + f"<p>{html.escape(note)}</p>"


def _rows(one: ComparedReaders) -> str:
    ways = [tr("With the model"), tr("Alone")][-len(one.found.means) :]
    head = "".join(f"<th align=left>{html.escape(way)}</th>" for way in ways)
    rows = [f"<tr><th align=left>{html.escape(say(METRICS['auc']))}</th>{head}</tr>"]
    for number, reader in enumerate(one.readers):
        cells = "".join(f"<td>{fixed(float(area), 2)}</td>" for area in one.found.areas[:, number])
        rows.append(f"<tr><td>{html.escape(reader)}</td>{cells}</tr>")
    cells = "".join(f"<td>{_mean(mean)}</td>" for mean in one.found.means)
    return "".join([*rows, f"<tr><td><b>{html.escape(tr('Mean (95 %)'))}</b></td>{cells}</tr>"])


def _mean(mean: MeanArea) -> str:
    return html.escape(with_interval(mean.value, (mean.low, min(1.0, mean.high))))


def _components(one: ComparedReaders) -> str:
    found = one.found
    words = tr("Variance of an area over films {variance}, covariances {first}, {second}, {third}.")
    names = {
        "variance": found.variance,
        "first": found.first_covariance,
        "second": found.second_covariance,
        "third": found.third_covariance,
    }
    return words.format(**{name: fixed(value, 5) for name, value in names.items()})


def _change(one: ComparedReaders) -> str:
    change = one.found.difference
    assert change is not None
    words = tr("With the model the mean area changes by {change} ({low} to {high}; p = {p}).")
    return words.format(
        change=fixed(change.value, 2),
        low=fixed(change.low, 2),
        high=fixed(change.high, 2),
        p=fixed(one.found.p, 3),
    )
