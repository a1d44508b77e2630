"""What a row of the study list says: on the screen, under the pointer, and to a screen reader."""

from typing import TYPE_CHECKING

from cxrview.gui.state import Entry, FrameResult, Mark
from cxrview.gui.studies import nodes
from cxrview.gui.studies.nodes import NodeKind, StudyNode
from cxrview.gui.theme import filled, plain_tip
from cxrview.gui.viewer.corner_text import age_and_sex, date
from cxrview.gui.widgets.identity import file_name
from cxrview.i18n import percent, tr, trn

if TYPE_CHECKING:
    from cxrview.imaging import Identity

DOT = "  ·  "


def title(node: StudyNode) -> str:
    """Return the words that stand for a row: one line, or two for a file that cannot be read."""
    entry = node.entry
    if node.kind is NodeKind.FRAME:
        return tr("Frame {number}").format(number=node.frame + 1)
    if entry is None:
        return node.text
    return f"{entry.path.name}\n{entry.note}" if entry.mark is Mark.FAILED else nodes.title(entry)


def lines(node: StudyNode) -> tuple[str, str]:
    """Return the two lines of a row: what it is, and where it is from or what is wrong with it."""
    entry = node.entry
    if node.kind is NodeKind.FRAME:
        return title(node), ""
    if entry is None:
        return _group_lines(node)
    if entry.mark is Mark.FAILED:
        return entry.path.name, entry.note
    view = nodes.view(entry)
    words = entry.identity.series_description if entry.identity is not None else ""
    if node.parent is not None and node.parent.kind is NodeKind.SERIES:
        words = ""  # stands above
    if words.casefold() == view.casefold():
        words = ""
    frames = trn("{count} frame", "{count} frames", entry.frames) if entry.frames > 1 else ""
    below = [words, frames.format(count=entry.frames), entry.path.name if view else ""]
    return view or entry.path.name, DOT.join(part for part in below if part)


def _group_lines(node: StudyNode) -> tuple[str, str]:
    group, identity = node.group, _identity(node)
    if group is None:
        return node.text, ""
    first, words = group.name, []
    if node.kind is NodeKind.PATIENT and identity is not None:
        words = [group.details[0], age_and_sex(identity)]
    elif node.kind is NodeKind.STUDY and identity is not None:
        day = date(identity.study_date)
        first = day or first
        words = [identity.study_description if day else "", identity.modality]
    detail = node.text.removeprefix(group.name).strip(" ()")  # what tells it from its namesakes
    if detail and detail not in words:
        words.insert(0, detail)
    return first, DOT.join(part for part in words if part)


def nameless_lines(node: StudyNode) -> tuple[str, str]:
    """Return the two lines of a row with nothing but what `gui.widgets.identity` allows."""
    if node.kind is NodeKind.FRAME:
        return title(node), ""
    if node.entry is not None:
        return _nameless_image(node.entry)
    who = _identity(node)
    if node.kind is NodeKind.PATIENT:
        return tr("Identity hidden"), age_and_sex(who) if who is not None else ""
    if node.kind is NodeKind.STUDY:
        return (who.modality if who is not None else "") or tr("Study"), ""
    return {NodeKind.SERIES: tr("Series"), NodeKind.ARCHIVE: tr("Archive")}.get(node.kind, tr("Folder")), ""


def _nameless_image(entry: Entry) -> tuple[str, str]:
    number, view = file_name(entry.path, entry.number), nodes.view(entry)
    if entry.mark is Mark.FAILED:
        return number, entry.note
    frames = trn("{count} frame", "{count} frames", entry.frames) if entry.frames > 1 else ""
    below = (frames.format(count=entry.frames), number if view else "")
    return view or number, DOT.join(part for part in below if part)


def nameless(node: StudyNode) -> str:
    """Return what is said of a row instead of its title, tool tip and spoken text."""
    if node.kind is NodeKind.FRAME:
        return title(node)
    if node.entry is None:
        return ", ".join(part for part in (*nameless_lines(node), count(node)) if part)
    found = finding(node)
    words = said(found) if found is not None else ""
    return ", ".join(part for part in (*nameless_lines(node), words, *given(node)) if part)


def _identity(node: StudyNode) -> "Identity | None":
    """Return who a group belongs to, as its first image says."""
    while node.children and node.entry is None:
        node = node.children[0]
    return node.entry.identity if node.entry is not None else None


def finding(node: StudyNode) -> FrameResult | None:
    """Return what the model said about the row's one frame, if it has said anything."""
    entry = node.entry
    if node.kind is NodeKind.FRAME and node.parent is not None and node.parent.entry is not None:
        return node.parent.entry.findings.get(node.frame)
    return entry.findings.get(0) if entry is not None and entry.frames == 1 else None


def tool_tip(node: StudyNode) -> str:
    """Return the whole of what a row stands for."""
    entry = node.entry
    if node.kind is NodeKind.FRAME:
        found = finding(node)
        return said(found) if found is not None else tr(Mark.UNREAD.value)
    if entry is not None:
        state = entry.note or _state(entry, finding(node))
        return plain_tip("\n".join((place(entry), filled(state))))
    details = node.group.details[-1] if node.group is not None else ""
    return plain_tip("\n".join((node.text, details, count(node))))


def place(entry: Entry) -> str:
    """Return where the file of `entry` is; one out of an archive lies in that for the user."""
    if entry.archive is None:
        return str(entry.path)
    return tr("{name} in {archive}").format(name=entry.path.name, archive=entry.archive)


def spoken(node: StudyNode) -> str:
    """Return what a screen reader says about a row."""
    entry = node.entry
    if entry is None:
        return title(node) if node.kind is NodeKind.FRAME else f"{node.text}, {count(node)}"
    seen = "" if entry.seen else tr("unread")
    first, second = lines(node)
    found = finding(node)
    said_so = said(found) if found is not None else ""
    return ", ".join(part for part in (first, second, said_so, *given(node), seen) if part)


def given(node: StudyNode) -> list[str]:
    """Return what the reader has given a film: a flag, stars."""
    entry = node.entry
    if entry is None:
        return []
    stars = trn("{count} star", "{count} stars", entry.stars).format(count=entry.stars)
    return [tr("flagged")] * entry.flagged + [stars] * bool(entry.stars)


def count(node: StudyNode) -> str:
    """Return how many images of a group are in sight."""
    return trn("{count} image", "{count} images", node.images).format(count=node.images)


def said(found: FrameResult) -> str:
    """Return what the model said, or that one should not rely on it."""
    if not found.in_domain:
        return tr(Mark.REFUSED.value)
    return found.too_close or f"{found.label} {percent(found.probability)}"


def _state(entry: Entry, found: FrameResult | None) -> str:
    if entry.frames > 1 and entry.mark is Mark.SHOWN:
        words = tr("{done} of {total} frames read")
        return words.format(done=len(entry.findings), total=entry.frames)
    return said(found) if found is not None else tr(entry.mark.value)
