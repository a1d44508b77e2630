"""What a search through folders leaves out, counted, so that it can be told once."""

from collections import Counter
from pathlib import Path

from cxrview.imaging import messages
from cxrview.message import Message, joined

MOST_KINDS = 4  # that are named
HIDDEN = "."
OF_SYSTEMS = frozenset({"dicomdir", "thumbs.db", "ehthumbs.db", "desktop.ini"})


class PassedOver:
    """Counts files that are no images, by their suffix or else their name, and folders of masks."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()
        self._masks: list[Path] = []

    def file(self, path: Path) -> None:
        """Count a file of a folder; a hidden one, or one that a system puts into each folder, is nothing."""
        if not path.name.startswith(HIDDEN) and path.name.casefold() not in OF_SYSTEMS:
            self._kinds[path.suffix.lower() or path.name] += 1

    def masks(self, folder: Path) -> None:
        """Count a folder of masks."""
        self._masks.append(folder)

    @property
    def message(self) -> Message:
        """What was passed over, in one or two sentences; nothing if nothing was."""
        return joined(self.messages)

    @property
    def messages(self) -> list[Message]:
        """The sentences one by one: of files, and of masks."""
        told = []
        if self._kinds:
            kinds = [name for name, _ in self._kinds.most_common()]
            shown = [*kinds[:MOST_KINDS], *(["…"] if len(kinds) > MOST_KINDS else [])]
            told.append(messages.NO_IMAGES_PASSED_OVER(count=self._kinds.total(), kinds=shown))
        if self._masks:
            first = self._masks[0]
            told.append(
                messages.MASKS_PASSED_OVER(count=len(self._masks), name=f"{first.parent.name}/{first.name}")
            )
        return told
