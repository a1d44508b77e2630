"""What the palette offers: every command of the menus as they are now, and the studies that are open."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu

from cxrview.gui import theme as themes
from cxrview.gui.actions.mnemonics import plain
from cxrview.gui.actions.when import why_not
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

MOST_STUDIES = 500  # the search of the study list is for more


@dataclass(frozen=True, slots=True)
class PaletteCommand:
    """One line of the palette. `why` says why it cannot be done now, or is empty."""

    key: str
    title: str
    path: str
    tip: str
    english: str
    keys: str
    why: str
    action: QAction
    is_study: bool = False  # found by its name only, and not remembered

    @property
    def fields(self) -> tuple[tuple[str, float], ...]:
        """What is searched, and how much it counts."""
        if self.is_study:
            return (self.title, 0.8), (self.path, 0.5)
        return (self.title, 1.0), (self.english, 0.9), (self.path, 0.5), (self.tip, 0.4)


def commands(bench: Workbench) -> Iterator[PaletteCommand]:
    """Yield what stands in the menus of the window now, with what is filled in when a menu opens."""
    names = {id(action): name for name, action in bench.actions.items()}
    for menu in bench.menus.values():
        yield from _of_menu(menu, plain(menu.title()), bench, names)


def studies(bench: Workbench, parent: QObject) -> Iterator[PaletteCommand]:
    """Yield the open studies, by patient; none while the identity of patients is hidden."""
    from cxrview.gui.viewer.corner_text import date, person

    if bench.state.settings.hide_identity:
        return
    seen: set[str] = set()
    for entry in bench.state.entries.values():
        identity = entry.identity
        if identity is None or not identity.patient_name:
            continue
        study = identity.study_uid or str(entry.path)  # files that name no study are each one of their own
        if study in seen:
            continue
        if len(seen) == MOST_STUDIES:
            return
        seen.add(study)
        action = QAction(themes.icon("user"), person(identity.patient_name), parent)
        action.triggered.connect(partial(_select, bench, entry.path))
        about = (tr("Studies"), identity.patient_id, date(identity.study_date), identity.study_description)
        path = " · ".join(filter(None, about))
        yield PaletteCommand(f"study {study}", action.text(), path, path, "", "", "", action, True)


def _select(bench: Workbench, path: Path, _on: bool = False) -> None:
    bench.session.select(path)


def _of_menu(menu: QMenu, path: str, bench: Workbench, names: dict[int, str]) -> Iterator[PaletteCommand]:
    for action in menu.actions():
        if action.isSeparator() or not action.isVisible():
            continue
        if isinstance(submenu := action.menu(), QMenu):
            submenu.aboutToShow.emit()
            yield from _of_menu(submenu, f"{path} › {plain(submenu.title())}", bench, names)
            continue
        name = names.get(id(action), "")
        spec = bench.shortcuts.specs.get(name)
        title = plain(action.text())
        if name == "commands":  # it is open already
            continue
        yield PaletteCommand(
            key=name or f"{path} › {title}",
            title=title,
            path=path,
            tip=tr(spec.tip) if spec is not None else "",
            english=plain(spec.text) if spec is not None else "",
            keys=action.shortcut().toString(QKeySequence.SequenceFormat.NativeText),
            why="" if action.isEnabled() and menu.isEnabled() else why_not(spec),
            action=action,
        )
