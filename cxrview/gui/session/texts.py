"""Findings and impression of the film on the screen: looked up, changed, and kept behind the window."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from cxrview.annotations.texts import FilmText, TextStore
from cxrview.errors import CxrviewError
from cxrview.gui import error_text
from cxrview.gui.session.annotations import AGAIN, LANE, LAST_PATIENCE, Annotations
from cxrview.gui.state import AppState
from cxrview.gui.tasks import TaskRunner
from cxrview.i18n import tr
from cxrview.progress import Report

SAVE_DELAY = 400  # ms between a letter and writing it


class FilmTexts(QObject):
    """Knows what is written of the films that were shown. `annotations` knows which film that is.

    Signals:
        changed: another film is shown, or what is written of it is known now.
        said: a sentence for the user.
    """

    changed = Signal()
    said = Signal(str)

    def __init__(
        self,
        state: AppState,
        runner: TaskRunner,
        store: TextStore,
        annotations: Annotations,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._state, self._runner, self._store, self._annotations = state, runner, store, annotations
        self._texts: dict[str, FilmText] = {}
        self._unsaved: dict[str, FilmText] = {}
        self._saving: dict[str, FilmText] = {}
        self._last_trouble = ""
        self._save_soon = QTimer(self, singleShot=True, interval=SAVE_DELAY, timeout=self.save)
        self._look_again = QTimer(self, singleShot=True, interval=AGAIN, timeout=self._look_up)
        annotations.key_known.connect(lambda _view: self._look_up())
        state.active_changed.connect(lambda _view: self._look_up())
        self._look_up()

    @property
    def key(self) -> str:
        """The key of the film on the screen; "" if there is none, or it is not known yet."""
        return self._annotations.key(self._state.active)

    @property
    def is_known(self) -> bool:
        """Whether a film is on the screen of which it is known what is written."""
        return self.key in self._texts

    @property
    def text(self) -> FilmText:
        """What is written of the film on the screen."""
        return self._texts.get(self.key, FilmText())

    def put(self, text: FilmText) -> None:
        """Write `text` of the film on the screen, in place of what was there."""
        key = self.key
        if key in self._texts and self._texts[key] != text:
            self._texts[key] = self._unsaved[key] = text
            if not self._save_soon.isActive():  # whoever writes without a pause is kept up with
                self._save_soon.start(SAVE_DELAY)

    def fetch(self) -> Callable[[], FilmText]:
        """Return what gives, in a worker, what is written of the film on the screen now."""
        key, text = self.key, self.text
        return (lambda: text) if not key or self.is_known else partial(self._store.text, key)

    def save(self) -> None:
        """Write what has changed, behind the window."""
        self._save_soon.stop()
        if self._saving or not self._unsaved:
            return
        self._saving, self._unsaved = self._unsaved, {}
        self._runner.start(
            tr("Keeping findings"),
            partial(_write, self._store, dict(self._saving)),
            done=self._saved,
            failed=self._save_failed,
            lane=LANE,
            quiet=True,
        )

    def keep_now(self) -> CxrviewError | None:
        """Write what has changed, at once, and return why that cannot be done, or None."""
        self._save_soon.stop()
        texts = self._saving | self._unsaved
        if not texts:
            return None
        try:
            TextStore(self._store.path, LAST_PATIENCE).write(texts)
        except CxrviewError as error:
            return error
        self._unsaved.clear()
        return None

    def give_up(self) -> None:
        """Forget what could not be kept."""
        self._save_soon.stop()
        self._unsaved.clear()
        self._saving = {}

    def _look_up(self) -> None:
        key = self.key
        if key and key not in self._texts:
            self._runner.start(
                tr("Looking up findings"),
                partial(_find, self._store, key),
                done=partial(self._take, key),
                failed=self._not_found,
                lane=LANE,
                quiet=True,
            )
        self.changed.emit()

    def _take(self, key: str, text: FilmText) -> None:
        self._texts.setdefault(key, text)
        self.changed.emit()

    def _not_found(self, error: Exception) -> None:
        self._look_again.start()  # until then nothing can be written, or it would replace what is there
        self._complain(error)

    def _saved(self, _none: None) -> None:
        self._saving, self._last_trouble = {}, ""
        if self._unsaved:
            self._save_soon.start(SAVE_DELAY)

    def _save_failed(self, error: Exception) -> None:
        self._unsaved = self._saving | self._unsaved
        self._saving = {}
        self._save_soon.start(AGAIN)
        self._complain(error)

    def _complain(self, error: Exception) -> None:
        trouble = error_text.whole(error)
        if trouble != self._last_trouble:  # once, not at each letter
            self._last_trouble = trouble
            self.said.emit(trouble)


def _write(store: TextStore, texts: dict[str, FilmText], _report: Report) -> None:
    store.write(texts)


def _find(store: TextStore, key: str, _report: Report) -> FilmText:
    return store.text(key)
