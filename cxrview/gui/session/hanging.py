"""Which two images belong beside each other: two views of one study, or an image and the one before it."""

from collections.abc import Mapping
from pathlib import Path

from cxrview.gui.state import Entry

Key = tuple[Path, int]
FRONTAL = ("PA", "AP")
LATERAL = ("LL", "RL", "LATERAL", "LAT")


def is_lateral(entry: Entry) -> bool:
    """Whether the file says that the view is lateral (View Position, PS3.3 C.8.11.5)."""
    return _view(entry) in LATERAL


def is_frontal(entry: Entry) -> bool:
    """Whether the file says that the view is PA or AP."""
    return _view(entry) in FRONTAL


def pair(entries: Mapping[Path, Entry], path: Path) -> tuple[Path, Path] | None:
    """Return (frontal, lateral) of the study of `path`, or (image, its latest prior), or None."""
    here = entries.get(path)
    if here is None or here.identity is None:
        return None
    other = _other_view(entries, here)
    if other is not None:
        return (other.path, path) if is_lateral(here) else (path, other.path)
    before = priors(entries, path)
    return (path, before[0]) if before else None


def priors(entries: Mapping[Path, Entry], path: Path) -> list[Path]:
    """Return the images of the same patient from earlier studies, latest first.

    Of each study there is one image: the one whose view is that of `path`, or its first one.
    """
    here = entries.get(path)
    if here is None or here.identity is None or not here.identity.study_date:
        return []
    studies: dict[str, Entry] = {}
    for entry in entries.values():
        identity = entry.identity
        if identity is None or not _is_earlier(entry, here):
            continue
        known = studies.get(identity.study_uid)
        if known is None or (_view(entry) == _view(here) and _view(known) != _view(here)):
            studies[identity.study_uid] = entry
    return [entry.path for entry in sorted(studies.values(), key=_moment, reverse=True)]


def _is_earlier(entry: Entry, here: Entry) -> bool:
    theirs, ours = entry.identity, here.identity
    if theirs is None or ours is None or theirs.study_uid == ours.study_uid:
        return False
    if not (ours.patient_id or ours.patient_name):  # two who are not named are not one
        return False
    same = (theirs.patient_id, theirs.patient_name) == (ours.patient_id, ours.patient_name)
    return same and bool(theirs.study_date) and _moment(entry) < _moment(here)


def _moment(entry: Entry) -> tuple[str, str]:
    identity = entry.identity
    return (identity.study_date, identity.study_time) if identity is not None else ("", "")


def _other_view(entries: Mapping[Path, Entry], here: Entry) -> Entry | None:
    wanted = is_frontal if is_lateral(here) else is_lateral
    if not (is_lateral(here) or is_frontal(here)):
        return None
    found = (
        entry
        for entry in entries.values()
        if entry.identity is not None
        and here.identity is not None
        and entry.identity.study_uid == here.identity.study_uid != ""  # unnamed studies are not one
        and wanted(entry)
    )
    return next(found, None)


def _view(entry: Entry) -> str:
    return entry.pictured.view_position.strip().upper() if entry.pictured is not None else ""
