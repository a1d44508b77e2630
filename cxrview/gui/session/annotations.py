"""What is drawn on the images of this session: changed with undo, loaded and kept behind the window."""

import dataclasses
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoCommand, QUndoGroup, QUndoStack

from cxrview.annotations.annotation import Annotation, CalibrationLine
from cxrview.annotations.image_key import image_key, uid_key
from cxrview.annotations.store import Change, Store, StoredAnnotations
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.gui.view_state import Shown, ViewState
from cxrview.i18n import tr, trn

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

SAVE_DELAY = 200  # ms between a change, be it one of many, and writing it
LAST_PATIENCE = 1.0  # seconds that closing waits for another program
AGAIN = 10_000  # ms until keeping is tried again
LANE = "store"

Drawn = Mapping[str, Annotation | None]  # by id; None: not there


@dataclass(frozen=True, slots=True)
class LoadedAnnotations:
    """What the store has for an image and the key it has it under, or why it cannot say."""

    key: str
    kept: StoredAnnotations
    trouble: CxrviewError | None = None


class Edit(QUndoCommand):
    """Some annotations of one image, before and after. Edits of one `run` (not -1) become one."""

    def __init__(
        self, owner: "Annotations", key: str, before: Drawn, after: Drawn, text: str, run: int
    ) -> None:
        super().__init__(text)
        self._owner, self._key = owner, key
        self.before, self.after, self._run = before, after, run

    def redo(self) -> None:
        self._owner.put(self._key, self.after)

    def undo(self) -> None:
        self._owner.put(self._key, self.before)

    def id(self) -> int:
        return self._run

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802 - Qt's name
        if not isinstance(other, Edit) or self.after.keys() != other.after.keys():
            return False
        self.after = other.after
        return True


class Annotations(QObject):
    """The annotations of every image that was shown, by the image's key. One undo stack an image.

    Signals:
        changed: what is drawn on an image changed; carries its key.
        key_known: it is known which image a view shows; carries the ViewState.
        selected_changed: another annotation is selected; carries its id or "".
        shown_changed: all were hidden, or shown again; carries whether they are shown.
        said: a sentence for the user.
    """

    changed = Signal(str)
    key_known = Signal(object)
    selected_changed = Signal(str)
    shown_changed = Signal(bool)
    said = Signal(str)

    def __init__(self, runner: TaskRunner, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner, self._store = runner, Store(path)
        self._drawn: dict[str, dict[str, Annotation]] = {}
        self._keys: dict[ViewState, str] = {}
        self._loading: dict[ViewState, Job] = {}
        self._unsaved: dict[str, Change] = {}
        self._saving: dict[str, Change] = {}
        self._last_trouble = ""
        self.undo_group = QUndoGroup(self)
        self._stacks: dict[str, QUndoStack] = {}  # of images on which something was done
        self._active = ""
        self.selected, self.shown = "", True
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_DELAY, timeout=self.save)
        self._again = QTimer(self, singleShot=True, interval=AGAIN, timeout=self.save)

    # Which image

    def follow(self, view: ViewState) -> None:
        """Load what belongs to the image of `view`, now and whenever it changes."""
        if view not in self._keys:
            view.shown_changed.connect(lambda shown: self._load(view, shown))
            self._load(view, view.shown)

    def keep_only(self, views: Sequence[ViewState]) -> None:
        """Forget views that are not among `views`."""
        for view in set(self._keys) - set(views):
            self._runner.cancel(self._loading.pop(view, None))
            del self._keys[view]

    def key(self, view: ViewState) -> str:
        """Return the key of the image in `view`; "" if there is none, or it is not known yet."""
        return self._keys.get(view, "")

    def of(self, key: str) -> tuple[Annotation, ...]:
        """Return what is drawn on the image of `key`, oldest first."""
        drawn = self._drawn.get(key, {}).values()
        return tuple(sorted(drawn, key=lambda annotation: annotation.created))

    def on(self, view: ViewState) -> tuple[Annotation, ...]:
        """Return what is drawn on the image in `view`."""
        return self.of(self.key(view))

    def _load(self, view: ViewState, shown: Shown) -> None:
        self._runner.cancel(self._loading.pop(view, None))
        radiograph = shown.radiograph
        self._set_key(view, uid_key(radiograph.identity, radiograph.frame) if radiograph is not None else "")
        if radiograph is not None:
            self._loading[view] = self._runner.start(
                tr("Reading annotations"),
                lambda _report: _load(self._store, radiograph),
                done=lambda loaded: self._take(view, loaded),
                failed=self._complain,
                lane=LANE,
                quiet=True,
            )

    def _set_key(self, view: ViewState, key: str) -> None:
        if self._keys.get(view) != key:
            self._keys[view] = key
            self.key_known.emit(view)

    def _take(self, view: ViewState, loaded: LoadedAnnotations) -> None:
        self._loading.pop(view, None)
        if loaded.trouble is not None:  # let the user draw all the same
            self._set_key(view, loaded.key)
            self._complain(loaded.trouble)
            return
        drawn = {annotation.id: annotation for annotation in loaded.kept.annotations}
        for change in (*self._saving.values(), *self._unsaved.values()):
            if change.image == loaded.key:  # newer than what was read
                drawn.pop(change.id, None)
                if change.annotation is not None:
                    drawn[change.id] = change.annotation
        if drawn != self._drawn.get(loaded.key, {}):
            self._drawn[loaded.key] = drawn
            self.changed.emit(loaded.key)
        self._set_key(view, loaded.key)
        if loaded.kept.unreadable:
            one = "{count} annotation of this image was made by another version of cxrview; it is kept."
            many = "{count} annotations of this image were made by another version of cxrview; they are kept."
            self.said.emit(trn(one, many, loaded.kept.unreadable).format(count=loaded.kept.unreadable))

    # Changing

    def add(self, key: str, annotation: Annotation, text: str) -> None:
        """Draw `annotation` on the image of `key`; `text` names it for undo ("Length")."""
        after: dict[str, Annotation | None] = {}
        if isinstance(annotation, CalibrationLine):  # there is one scale
            after = {item.id: None for item in self.of(key) if isinstance(item, CalibrationLine)}
        after[annotation.id] = annotation
        self.change(key, after, text)

    def replace(self, key: str, annotation: Annotation, text: str, run: int = -1) -> None:
        """Put `annotation` in the place of that with its id; those of one `run` are undone at once."""
        self.change(key, {annotation.id: annotation}, text, run)

    def remove(self, key: str, ids: Sequence[str], text: str) -> None:
        """Take those with `ids` away."""
        self.change(key, dict.fromkeys(ids), text)

    def change(self, key: str, after: Drawn, text: str, run: int = -1) -> None:
        """Make `after` of what is drawn, as one step that can be undone."""
        drawn = self._drawn.get(key, {})
        before = {each: drawn.get(each) for each in after}
        if key and before != after:
            self._stack(key).push(Edit(self, key, before, dict(after), text, run))

    def put(self, key: str, after: Drawn) -> None:
        """Take over `after` without a step for undo."""
        drawn = self._drawn.setdefault(key, {})
        for each, annotation in after.items():
            drawn.pop(each, None)
            if annotation is not None:
                drawn[each] = annotation
            self._unsaved[each] = Change(key, each, annotation)
        if not self._save_soon.isActive():  # whoever draws without a pause is kept up with
            self._save_soon.start()
        if self.selected in after and after[self.selected] is None:
            self.select("")
        self.changed.emit(key)

    def activate(self, key: str) -> None:
        """Let undo and redo act on the image of `key`, or on none ("")."""
        self._active = key
        self.undo_group.setActiveStack(self._stacks.get(key))  # type: ignore[arg-type]  # Qt takes None

    def select(self, annotation_id: str) -> None:
        """Select one annotation, or none ("")."""
        if annotation_id != self.selected:
            self.selected = annotation_id
            self.selected_changed.emit(annotation_id)

    def set_shown(self, shown: bool) -> None:
        """Hide all annotations, or show them again."""
        if shown != self.shown:
            self.shown = shown
            self.shown_changed.emit(shown)

    def _stack(self, key: str) -> QUndoStack:
        if key not in self._stacks:
            self._stacks[key] = QUndoStack(self.undo_group)
            if key == self._active:
                self.undo_group.setActiveStack(self._stacks[key])
        return self._stacks[key]

    # Keeping

    def save(self) -> None:
        """Write what has changed, behind the window."""
        self._save_soon.stop()
        self._again.stop()
        if self._saving or not self._unsaved:
            return
        self._saving, self._unsaved = self._unsaved, {}
        changes = tuple(self._saving.values())
        self._runner.start(
            tr("Keeping annotations"),
            lambda _report: self._store.write(changes),
            done=self._saved,
            failed=self._save_failed,
            lane=LANE,
            quiet=True,
        )

    def keep_now(self) -> CxrviewError | None:
        """Write what has changed, at once, and return why that cannot be done, or None."""
        changes = [*self._saving.values(), *self._unsaved.values()]
        if not changes:
            return None
        try:
            Store(self._store.path, LAST_PATIENCE).write(changes)
        except CxrviewError as error:
            return error
        self._unsaved.clear()
        return None

    def give_up(self) -> None:
        """Forget what could not be kept."""
        self._save_soon.stop()
        self._again.stop()
        self._unsaved.clear()
        self._saving = {}

    def flush(self) -> None:
        """Write what has changed before the window closes; nothing of it is delivered any more."""
        self._save_soon.stop()
        changes = [*self._saving.values(), *self._unsaved.values()]
        if changes:
            self._runner.start(
                tr("Keeping annotations"),
                lambda _report: _write_last(self._store, changes),
                done=lambda _none: None,
                failed=lambda _error: None,
                lane=LANE,
            )

    def _saved(self, _none: None) -> None:
        self._saving, self._last_trouble = {}, ""
        if self._unsaved:
            self._save_soon.start()

    def _save_failed(self, error: Exception) -> None:
        self._unsaved = self._saving | self._unsaved
        self._saving = {}
        self._again.start()
        self._complain(error)

    def _complain(self, error: Exception) -> None:
        trouble = error_text.whole(error)
        if trouble != self._last_trouble:  # once, not at each stroke
            self._last_trouble = trouble
            self.said.emit(trouble)


def _load(store: Store, radiograph: "Radiograph") -> LoadedAnnotations:
    key = image_key(radiograph)
    try:
        return LoadedAnnotations(key, store.annotations(key))
    except CxrviewError as error:
        return LoadedAnnotations(key, StoredAnnotations(()), error)


def _write_last(store: Store, changes: Sequence[Change]) -> None:
    try:
        store.write(changes)
    except CxrviewError as error:  # there is no window any more to say it in
        sys.stderr.write(f"cxrview: {error}\n")
        raise


def renamed(annotation: Annotation, label: str) -> Annotation:
    """Return `annotation` with another label."""
    return dataclasses.replace(annotation, label=label.strip())
