"""What the model said of films while it is hidden: kept out of the study list until the reader asks."""

from collections import defaultdict
from pathlib import Path

from cxrview.gui.session import calls
from cxrview.gui.state import AppState, FrameResult, Mark


class Withheld:
    """Results by file and frame that the study list does not have yet. It follows what is hidden."""

    def __init__(self, state: AppState) -> None:
        self._state = state
        self._kept: dict[Path, dict[int, FrameResult]] = defaultdict(dict)
        state.hiding_changed.connect(self._sort_out)
        state.entries_removed.connect(lambda paths: [self._kept.pop(path, None) for path in paths])
        state.entries_cleared.connect(self._kept.clear)

    def put(self, path: Path, frame: int, found: FrameResult) -> None:
        """Keep what was found on a film until it may be seen."""
        self._kept[path][frame] = found

    def clear(self) -> None:
        """Forget all: it was said by another model."""
        self._kept.clear()

    def _sort_out(self) -> None:
        """Take from the list what may not be seen any more, and give it what may."""
        for path, entry in list(self._state.entries.items()):
            known = {**entry.findings, **self._kept.get(path, {})}
            hidden = {frame: found for frame, found in known.items() if self._state.hides(path, frame)}
            shown = {
                frame: calls.finding(self._state, found.probabilities, found.in_domain)
                for frame, found in known.items()
                if frame not in hidden
            }
            self._kept[path] = hidden
            if set(shown) != set(entry.findings):
                mark = (
                    calls.mark(shown, entry.frames)
                    if entry.mark in (Mark.SHOWN, Mark.REFUSED)
                    else entry.mark
                )
                self._state.change_entry(path, findings=shown, mark=mark)
