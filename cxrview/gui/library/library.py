"""The commands of the library. All of them are done beside the window; what was deleted can be had back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from cxrview.errors import InvalidRequest
from cxrview.gui import error_text
from cxrview.gui.tasks import Job, TaskRunner
from cxrview.i18n import tr, trn
from cxrview.messages import CANNOT_BE_WRITTEN, MAKE_ROOM

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel
    from cxrview.gui.session.model_choice import ModelChoice
    from cxrview.progress import Report


@dataclass(frozen=True, slots=True)
class Listing:
    """What is installed, and the folder of the default; None where that is a folder elsewhere, or none."""

    entries: "list[InstalledModel]"
    default: Path | None


@dataclass(frozen=True, slots=True)
class Deleted:
    """A model that was deleted, and lies in `where`: in the system's bin, or aside until the library closes.

    `where` holds nothing where the system does not tell its bin.
    """

    name: str
    where: Path
    in_bin: bool
    was_default: bool


class Library(QObject):
    """Knows what is installed and changes it.

    Signals:
        listed: carries Listing.
        said: one line for the user, and its tone: "", "error" or "busy".
        undoable_changed: whether the last deletion can be taken back.
        verified: carries a model's name and what was found wrong with it ("": nothing).
        arrived: carries the name of a model that is to be chosen in the list.
    """

    listed = Signal(object)
    said = Signal(str, str)
    undoable_changed = Signal(bool)
    verified = Signal(str, str)
    arrived = Signal(str)

    def __init__(self, models: "ModelChoice", runner: TaskRunner, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._models, self._runner = models, runner
        self._listing: Job | None = None
        self._busy: Job | None = None  # whose title is being said
        self.deleted: list[Deleted] = []
        self._runner.changed.connect(self._notice_cancelled)
        self._wanted = ""  # the model that the user has chosen here and that is being loaded
        models.settled.connect(self._settled)
        models.said.connect(self._pass_on)

    def _pass_on(self, line: str, details: str) -> None:
        self.said.emit(f"{line} {details}".strip(), "error")

    def refresh(self) -> None:
        """Look again what is installed."""
        self._runner.cancel(self._listing)
        self._listing = self._runner.start(
            tr("Looking for models"),
            partial(_list, self._models.default),
            done=self.listed.emit,
            failed=self._failed,
            lane="library",
            quiet=True,
        )

    def use(self, name: str) -> None:
        """Make `name` the model that reads the images."""
        self.said.emit(tr("Loading “{name}” …").format(name=name), "busy")
        self._wanted = name
        self._models.use_model(name)

    def _settled(self) -> None:
        wanted, self._wanted = self._wanted, ""
        if wanted and self._models.choice.model == wanted:
            self._tell(tr("“{name}” reads the images now.").format(name=wanted))
        elif wanted and self._models.predictor is None:
            self.said.emit(tr("“{name}” cannot be used.").format(name=wanted), "error")
        self.refresh()

    def how_used(self, name: str, is_default: bool) -> str:
        """Return "" if the model `name` does not read the images, else for how long it does."""
        if not self._models.is_for_now:
            return "default" if is_default else ""
        return "for now" if name == self._models.choice.model else ""

    def rename(self, name: str, new: str) -> None:
        """Call the user's model `name` `new`; if it is the default, it stays that."""
        used = self._models.choice.model == name

        def done(folder: Path) -> None:
            if used:
                self._models.use_renamed(name, folder.name)
            self._tell(tr("“{name}” is called “{new}” now.").format(name=name, new=folder.name))
            self.arrived.emit(folder.name)

        self._change(tr("Renaming a model"), partial(_rename, name, new), done)

    def set_notes(self, name: str, notes: str) -> None:
        """Keep `notes` in the card of the user's model `name`."""
        said = tr("The notes on “{name}” are kept.").format(name=name)
        self._change(tr("Keeping notes"), partial(_set_notes, name, notes), lambda _done: self._tell(said))

    def verify(self, name: str, folder: Path) -> None:
        """Hold every file to its hash and the graph to its own answers."""
        device = self._models.choice.device

        def done(found: tuple[int, str]) -> None:
            count, reason = found
            words = trn(
                "“{name}” is whole: {count} file is as its card says, and it gives its own answers.",
                "“{name}” is whole: {count} files are as its card says, and it gives its own answers.",
                count,
            )
            self._tell(f"{words.format(name=name, count=count)} {reason}")
            self.verified.emit(name, "")

        def failed(error: Exception) -> None:
            self._failed(error)
            self.verified.emit(name, error_text.whole(error))

        title = tr("Verifying “{name}”").format(name=name)
        self._begin(title, partial(_verify, folder, device), done, failed)

    def make_page(self, name: str, folder: Path, done: Callable[[Path], None]) -> None:
        """Write our page on the model in `folder` and hand its path to `done`."""
        title = tr("Making the page on “{name}”").format(name=name)

        def made(page: Path) -> None:
            self._tell("")
            done(page)

        self._begin(title, partial(_page, folder), made, self._failed)

    def bring_in(self, paths: Sequence[Path]) -> None:
        """Import the bundles in `paths`, folders or .zip files, one after the other."""
        for path in paths:

            def done(name: str) -> None:
                self._tell(tr("“{name}” is installed.").format(name=name))
                self.arrived.emit(name)

            title = tr("Importing {name}").format(name=path.name)
            self._begin(title, partial(_import, path, self._models.choice.device), done, self._failed)

    def export(self, folder: Path, path: Path) -> None:
        """Write the bundle in `folder` to the archive `path`, which replaces what is there."""
        said = tr("Saved {name}.").format(name=path.name)
        title = tr("Exporting {name}").format(name=folder.name)
        work = partial(_export, folder, path)
        self._begin(title, work, lambda _done: self._tell(said), self._failed, lane="export")

    def delete(self, name: str, folder: Path) -> None:
        """Put the user's model `name` into the system's bin; where there is none, aside."""
        was_default = self._models.default == name
        if was_default:
            self._models.use_model("")
        elif self._models.choice.model == name:
            self._models.use_model(self._models.default)

        def done(found: tuple[Path, bool]) -> None:
            self.deleted.append(Deleted(name, *found, was_default))
            words = tr("“{name}” is in the bin.")
            if not found[1]:
                words = tr("There is no bin here: “{name}” is deleted for good when this window closes.")
            self._tell(words.format(name=name))
            self.undoable_changed.emit(True)

        def failed(error: Exception) -> None:
            if was_default:
                self._models.use_model(name)
            self._failed(error)

        self._change(tr("Deleting a model"), partial(_delete, name, folder), done, failed)

    def undo(self) -> None:
        """Bring back what was deleted last."""
        if not self.deleted:
            return
        last = self.deleted.pop()
        self.undoable_changed.emit(bool(self.deleted))

        def done(_folder: Path) -> None:
            if last.was_default:
                self._models.use_model(last.name)
            self._tell(tr("“{name}” is back.").format(name=last.name))
            self.arrived.emit(last.name)

        self._change(tr("Bringing a model back"), partial(_bring_back, last), done)

    def close(self) -> None:
        """Delete for good what was only put aside."""
        aside = [item.where for item in self.deleted if not item.in_bin]
        self.deleted.clear()
        self.undoable_changed.emit(False)
        self._runner.start(
            tr("Tidying up"),
            partial(_remove, aside),
            done=lambda _done: None,
            failed=lambda _error: None,
            lane="tidying",
            quiet=True,
        )

    def _change(
        self,
        title: str,
        work: "Callable[[Report], Any]",
        done: Callable[[Any], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Do something quick that nothing may take back halfway."""
        done, failed = partial(self._changed, done), failed or self._failed
        self._runner.start(title, work, done=done, failed=failed, lane="store", quiet=True)

    def _changed(self, done: Callable[[Any], None], result: Any) -> None:
        done(result)
        self.refresh()

    def _begin(
        self,
        title: str,
        work: "Callable[[Report], Any]",
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        lane: str = "library",
    ) -> None:
        """Do something that takes a while and says so."""
        self.said.emit(f"{title} …", "busy")
        self._busy = self._runner.start(
            title, work, done=partial(self._changed, done), failed=failed, lane=lane
        )

    def _notice_cancelled(self) -> None:
        if self._busy is not None and not self._runner.is_running(self._busy):
            cancelled, self._busy = self._busy.cancelled, None
            if cancelled:
                self.said.emit("", "")

    def _tell(self, line: str) -> None:
        self.said.emit(line, "")

    def _failed(self, error: Exception) -> None:
        self.said.emit(error_text.whole(error), "error")
        self.refresh()


def _list(model: str, _report: "Report") -> Listing:
    """Look what is installed; `model` is the default. Runs in a worker thread, like all that follow."""
    from cxrview import bundle
    from cxrview.bundle import library

    entries = library.installed()
    try:
        default = bundle.find(model)
    except InvalidRequest:
        default = None
    return Listing(entries, default)


def _rename(name: str, new: str, _report: "Report") -> Path:
    from cxrview.bundle import library

    return library.rename(name, new)


def _set_notes(name: str, notes: str, _report: "Report") -> None:
    from cxrview.bundle import library

    library.set_notes(name, notes)


def _verify(folder: Path, device: str, report: "Report") -> tuple[int, str]:
    from cxrview import bundle
    from cxrview.inference import contract

    report(-1.0, folder.name)
    card = bundle.load(folder).card
    report(-1.0, folder.name)
    return len(card.files), contract.choose(folder, device, report).reason


def _import(path: Path, device: str, report: "Report") -> str:
    """Install the model once it has given its answers; one that does not work on `device` may on others."""
    from cxrview import bundle
    from cxrview.inference import contract

    def check(folder: Path) -> None:
        contract.choose(folder, device, report)

    report(-1.0, path.name)
    return bundle.install(path, check)


def _page(folder: Path, report: "Report") -> Path:
    from cxrview import paths
    from cxrview.atomic_file import write_atomically
    from cxrview.evaluation.bundle_page import bundle_page

    report(-1.0, folder.name)
    page = paths.cache() / "pages" / f"{folder.name}.html"
    try:
        page.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(page, bundle_page(folder), settle=False)
    except OSError as error:
        problem = CANNOT_BE_WRITTEN(reason=error.strerror)
        raise InvalidRequest(problem, MAKE_ROOM, page) from error
    return page


def _export(folder: Path, path: Path, report: "Report") -> None:
    from cxrview import bundle

    report(-1.0, path.name)
    bundle.export_bundle(folder, path, replace=True)  # the file dialog has asked


def _delete(name: str, folder: Path, _report: "Report") -> tuple[Path, bool]:
    """Return where the model lies now, and whether that is the bin."""
    from cxrview.bundle import library
    from cxrview.gui.library import bin as system_bin

    where = system_bin.put_into(folder)
    return (where, True) if where is not None else (library.put_aside(name), False)


def _bring_back(deleted: Deleted, _report: "Report") -> Path:
    from cxrview.bundle import library
    from cxrview.gui.library import bin as system_bin

    folder = library.bring_back(deleted.where, deleted.name)
    if deleted.in_bin:
        system_bin.forget(deleted.where)
    return folder


def _remove(aside: Sequence[Path], _report: "Report") -> None:
    from cxrview.bundle import library

    for path in aside:
        library.remove(path)
    library.remove_left_over()
