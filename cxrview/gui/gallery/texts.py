"""What stands under a film on the light table, where no patient and no study stands above it."""

from cxrview.gui.studies import nodes, row_texts
from cxrview.gui.studies.nodes import StudyNode
from cxrview.gui.viewer.corner_text import date, person
from cxrview.i18n import trn


def lines(node: StudyNode, nameless: bool) -> tuple[str, str]:
    """Return two lines: what the film is, and whose; with `nameless` only what may be said of anybody."""
    entry = node.entry
    first, second = row_texts.nameless_lines(node) if nameless else row_texts.lines(node)
    if entry is None or entry.note or nameless:
        return first, second
    frames = trn("{count} frame", "{count} frames", entry.frames) if entry.frames > 1 else ""
    parts = [nodes.view(entry), frames.format(count=entry.frames)]
    if entry.identity is None or not nodes.is_named(entry.identity):
        return row_texts.DOT.join(part for part in (*parts, entry.path.name) if part), ""
    parts.insert(1, date(entry.identity.study_date))
    who = person(entry.identity.patient_name) or entry.identity.patient_id
    return "  ".join(part for part in parts if part) or entry.path.name, who


def spoken(node: StudyNode, nameless: bool) -> str:
    """Return what a screen reader says of a film."""
    found = row_texts.finding(node)
    words = (row_texts.said(found),) if found is not None else ()
    return ", ".join(part for part in (*lines(node, nameless), *words, *row_texts.given(node)) if part)
