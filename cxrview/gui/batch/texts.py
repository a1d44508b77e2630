"""What a batch is doing, in the user's words."""

from datetime import datetime
from pathlib import Path

from cxrview.batch.events import BatchFailed, BatchFinished, BatchStopped
from cxrview.batch.run_folder import BatchFolder, BatchRequest
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.batch.runs import BatchState, was_cut_off
from cxrview.gui.training.texts import duration
from cxrview.gui.widgets import dates, identity
from cxrview.i18n import fixed, say, tr, trn

STAMP = 15  # letters of a folder's name that say when
LONG, NARROW = 10_000, "\u202f"  # a narrow space that no line breaks at
SLOW = 10.0  # films a second, below which a decimal is told


def title(folder: BatchFolder, number: int = 0) -> str:
    """Return what a batch is called: what it reads; `number` is its place in the list."""
    try:
        request = folder.request()
    except CxrviewError:
        return folder.path.name
    return sources(request, number)


def begun(folder: BatchFolder) -> str:
    """Return when a batch was begun, as its folder is called."""
    try:
        return dates.minute(datetime.strptime(folder.path.name[:STAMP], "%Y%m%d-%H%M%S").timestamp())
    except ValueError:
        return folder.path.name


def sources(request: BatchRequest, number: int = 0) -> str:
    """Return what is read, in a few words."""
    if identity.hidden():
        return tr("Batch {number}").format(number=number) if number else tr("A batch")
    first, more = Path(request.sources[0]).name or request.sources[0], len(request.sources) - 1
    if not more:
        return first
    return tr("{name} and {count} more").format(name=first, count=more)


def state_line(state: BatchState) -> str:
    """Return how far a batch is, or how it ended."""
    if state.is_alive:
        return _alive(state)
    ended = state.ended
    if isinstance(ended, BatchFinished):
        return f"{tr('Finished')} · {counts(ended.read, ended.failed)}"
    if isinstance(ended, BatchStopped):
        done, files = grouped(ended.done), grouped(ended.files)
        words = tr("Stopped after {done} of {files} files").format(done=done, files=files)
        return f"{words} · {counts(ended.read, ended.failed)}"
    if isinstance(ended, BatchFailed):
        return error_text.whole(ended.error)
    return tr("It was cut off; what it had read is kept.") if was_cut_off(state) else ""


def _alive(state: BatchState) -> str:
    progress = state.progress
    if state.stopping:
        return tr("Stopping after these films…")
    if progress is None:
        return say(state.doing) + "…" if state.doing else tr("Starting…")
    files = tr("{done} of {files} files").format(done=grouped(progress.done), files=grouped(progress.files))
    if progress.paused:
        return f"{tr('Paused')} · {files}"
    parts = [files, *([pace(progress.per_second)] if progress.per_second else [])]
    if progress.remaining_s:
        parts.append(tr("{time} left").format(time=duration(progress.remaining_s)))
    if progress.failed:
        parts.append(failures(progress.failed))
    return " · ".join(parts)


def pace(per_second: float) -> str:
    """Return a throughput."""
    written = fixed(per_second, 1) if per_second < SLOW else f"{per_second:.0f}"
    return tr("{count} films a second").format(count=written)


def failures(count: int) -> str:
    """Return how many could not be read."""
    return trn("{count} cannot be read", "{count} cannot be read", count).format(count=grouped(count))


def counts(ok: int, failed: int) -> str:
    """Return how many films were read, and how many not."""
    words = trn("{count} film read", "{count} films read", ok).format(count=grouped(ok))
    return f"{words}, {failures(failed)}" if failed else words


def shown(in_sight: int, total: int, filtered: bool) -> str:
    """Return how many films the table shows."""
    if filtered:
        words = trn("{shown} of {total} film", "{shown} of {total} films", total)
        return words.format(shown=grouped(in_sight), total=grouped(total))
    return trn("{count} film", "{count} films", total).format(count=grouped(total))


def grouped(count: int) -> str:
    """Return a count that is long enough to be misread in groups of three, as ISO 80000-1 writes them."""
    return f"{count:,}".replace(",", NARROW) if count >= LONG else str(count)
