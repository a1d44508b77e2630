"""Which film goes into which pane of a protocol, and for which films a protocol is. No Qt."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cxrview.gui.hanging.protocol import HangingPane, HangingProtocol
from cxrview.gui.session import hanging
from cxrview.gui.state import Entry
from cxrview.gui.studies.filters import View, view_of

SEEN_FROM = {
    "frontal": (View.PA, View.AP),
    "PA": (View.PA,),
    "AP": (View.AP,),
    "lateral": (View.LATERAL,),
}


def studies(entries: Mapping[Path, Entry], path: Path) -> list[list[Entry]]:
    """Return the films of the study of `path`, itself first, then those of each earlier study, latest first.

    `entries` are those of the patient. A film that names no study stands alone.
    """
    here = entries[path]
    found = [here, *(entry for entry in _of_study(entries, here) if entry.path != path)]
    return [found, *(_of_study(entries, entries[prior]) for prior in hanging.priors(entries, path))]


def films(protocol: HangingProtocol, entries: Mapping[Path, Entry], path: Path) -> list[Path | None]:
    """Return the film of each pane if `path` is what is read; None where there is none for it."""
    found, taken = studies(entries, path), set[Path]()
    chosen: dict[int, Path | None] = {}
    # Those that want one view choose first, so that none who would take any takes it from them.
    for number in sorted(range(len(protocol.panes)), key=lambda number: _breadth(protocol.panes[number])):
        pane = protocol.panes[number]
        chosen[number] = film = _film(pane, found, taken)
        taken |= {film} if film is not None else set()
    return [chosen[number] for number in range(len(protocol.panes))]


def fits(protocol: HangingProtocol, entries: Mapping[Path, Entry], path: Path) -> bool:
    """Whether the film at `path` is one that `protocol` is for, and there is a film for each of its panes."""
    here = entries[path]
    part = here.pictured.body_part.strip().casefold() if here.pictured is not None else ""
    if protocol.body_part and part != protocol.body_part.strip().casefold():
        return False
    if protocol.view and view_of(here) not in SEEN_FROM[protocol.view]:
        return False
    if len(hanging.priors(entries, path)) < protocol.priors:
        return False
    return None not in films(protocol, entries, path)


def first_fitting(
    protocols: Iterable[HangingProtocol], entries: Mapping[Path, Entry], path: Path
) -> HangingProtocol | None:
    """Return the first of `protocols` that fits the film at `path`, or None."""
    return next((protocol for protocol in protocols if fits(protocol, entries, path)), None)


def described(
    shown: Sequence[tuple[Path | None, str, bool]], entries: Mapping[Path, Entry], path: Path
) -> tuple[HangingPane, ...]:
    """Return the panes that hang films as they hang now: `shown` is film, window and heatmap of each."""
    found, panes = studies(entries, path), []
    for film, window, heatmap in shown:
        number = next((number for number, study in enumerate(found) if _has(study, film)), 0)
        entry = entries.get(film) if film is not None else None
        view = view_of(entry) if entry is not None else View.OTHER
        panes.append(HangingPane(number, "" if view is View.OTHER else view.value, window, heatmap))
    return tuple(panes)


def _breadth(pane: HangingPane) -> int:
    return len(SEEN_FROM[pane.view]) if pane.view else len(View)


def _film(pane: HangingPane, found: Sequence[Sequence[Entry]], taken: set[Path]) -> Path | None:
    if pane.study >= len(found):
        return None
    wanted = [
        entry.path for entry in found[pane.study] if not pane.view or view_of(entry) in SEEN_FROM[pane.view]
    ]
    # One film may hang twice, such as once for the lungs and once for the bones.
    return next((path for path in wanted if path not in taken), wanted[0] if wanted else None)


def _of_study(entries: Mapping[Path, Entry], of: Entry) -> list[Entry]:
    uid = of.identity.study_uid if of.identity is not None else ""
    if not uid:
        return [of]
    return [
        entry for entry in entries.values() if entry.identity is not None and entry.identity.study_uid == uid
    ]


def _has(study: Iterable[Entry], path: Path | None) -> bool:
    return any(entry.path == path for entry in study)
