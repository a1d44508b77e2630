"""What the study browser does with the window: recent files, the last session, images beside each other."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject

from cxrview.gui.session import json_file, last_session
from cxrview.gui.studies.recent_menu import RecentList, RecentMenu
from cxrview.gui.studies.recents import Recents
from cxrview.gui.studies.sorting import SortOrder
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr


class Browsing(QObject):
    """Made when the window's panels are there. Its folder keeps recent.json and session.json."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench.window)
        folder = bench.places.folder
        self._bench, self._file = bench, folder / "session.json"
        self._order_file = folder / "study_list.json"
        self.recents = Recents(folder / "recent.json", bench.runner, self)
        self.opened: list[Path] = []  # as chosen, since all files were closed last
        self.menu = RecentMenu(self.recents, bench.open, bench.window)
        bench.menus["file"].insertMenu(bench.actions["again"], self.menu)
        bench.before_opening.append(self.note)
        state, studies = bench.state, bench.studies
        state.entries_cleared.connect(self.opened.clear)
        state.entries_removed.connect(self._forget)
        state.arrangement_changed.connect(self._fill_empty_pages)
        studies.beside.connect(self._show_beside)
        studies.compare.connect(lambda path, prior: bench.viewports.show_beside((path, 0), (prior, 0)))
        self._fill_empty_pages()
        with suppress(ValueError):  # nothing is stored, or no order that there is
            studies.bar.set_order(SortOrder(json_file.load(self._order_file).get("order")))
        studies.bar.order_changed.connect(self._keep_order)

    def note(self, paths: Sequence[Path]) -> None:
        """The user has opened `paths`."""
        paths = [path.absolute() for path in paths]
        self.recents.note(paths)
        self.opened += [path for path in paths if path not in self.opened]

    def remember(self) -> None:
        """The window closes: store what is open, if that is wished."""
        with suppress(OSError):  # nobody is there to read about it
            last_session.remember(self._bench, self.opened, self._file)

    def restore(self) -> None:
        """The window has come: open what was open at the end, if that is wished and nothing else is."""
        if not self.opened:
            last_session.restore(self._bench, self._file, self.opened, self.reopen)

    def compare_with_prior(self) -> None:
        """Show the image beside the patient's earlier one, or say that there is none."""
        if not self._bench.studies.compare_with_prior():
            self._bench.session.said.emit(tr("There is no earlier image of this patient in the list."), "")

    def _forget(self, paths: Sequence[Path]) -> None:
        gone = set(paths)
        self.opened[:] = [path for path in self.opened if path not in gone]

    def _keep_order(self, order: SortOrder) -> None:
        with suppress(OSError):
            json_file.save({"order": order.value}, self._order_file)

    def _show_beside(self, path: Path, frame: int) -> None:
        """Show an image in the next viewport, which is made if there is only one."""
        viewports = self._bench.viewports
        if len(viewports.viewports) == 1 or self._bench.state.arrangement.shows_one:  # which show one image
            viewports.use("two_columns")
        ports = viewports.viewports
        following = ports[(ports.index(viewports.active) + 1) % len(ports)]
        self._bench.session.select(path, frame, following.view)

    def reopen(self, paths: Sequence[Path]) -> None:
        """Open `paths` of the last session: one after another they stand among the recent ones already."""
        self.opened += paths
        self._bench.session.open(paths)

    def _fill_empty_pages(self, *_news: object) -> None:
        for viewport in self._bench.viewports.viewports:
            place = viewport.empty_page.below.layout()
            if place is not None and place.isEmpty():
                shown = RecentList(self.recents, self._bench.open)
                self._bench.state.settings_changed.connect(shown.name_again)
                place.addWidget(shown)
