"""The audit of the parts of an evaluation, as a report takes it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cxrview.evaluation.audit.figures import summarise_audit
from cxrview.evaluation.audit.films import AuditedFilm, FilmsToAudit
from cxrview.progress import Report, silent


@dataclass(frozen=True, slots=True, eq=False)
class AuditReport:
    """What the audit comes to, `metrics` (of `summarise_audit`), and the films, by part of the data."""

    metrics: Mapping[str, Mapping[str, Any]]
    films: Mapping[str, Sequence[AuditedFilm]]
    class_names: Sequence[str]


def audit_report(
    parts: Mapping[str, FilmsToAudit],
    class_names: Sequence[str],
    report: Report = silent,
    *,
    seed: int = 0,
    repeats: int = 1000,
) -> AuditReport:
    """Return what the films of `parts` come to, once all were read; parts without films are left out.

    `seed` and `repeats` are those of `summarise_audit`; `report` may raise Cancelled.
    """
    films = {name: part.films for name, part in parts.items() if part.films}
    metrics: dict[str, Mapping[str, Any]] = {}
    for number, (name, some) in enumerate(films.items()):

        def part_of(fraction: float, doing: Any, number: int = number) -> None:
            report((number + fraction) / len(films), doing)

        metrics[name] = summarise_audit(some, class_names, seed, repeats, part_of)
    return AuditReport(metrics, films, class_names)
