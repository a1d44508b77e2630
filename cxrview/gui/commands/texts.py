"""The commands of findings and impression: words of the reader's own about the film on the screen."""

from typing import TYPE_CHECKING

from cxrview.gui.commands.sections import section_is_shown, show_section
from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.panels.texts import TextPanel
    from cxrview.gui.session.texts import FilmTexts


def texts(bench: Workbench) -> "FilmTexts":
    """Make what knows of them."""
    from cxrview.annotations.texts import FILE, TextStore
    from cxrview.gui.commands.measure import measuring
    from cxrview.gui.session.texts import FilmTexts

    store = TextStore(bench.places.annotations_store.with_name(FILE))
    annotations = bench.part(measuring).annotations
    made = FilmTexts(bench.state, bench.runner, store, annotations, bench.window)
    made.said.connect(bench.say)
    return made


def panel(bench: Workbench) -> "TextPanel":
    """Make the section in which they are written, under the reading."""
    from cxrview.gui.panels.texts import TextPanel

    made = TextPanel(bench.part(texts))
    made.left.connect(lambda: bench.viewports.active.take_focus())
    bench.reading.add_section(made)
    return made


def is_shown(bench: Workbench) -> bool:
    """Whether the section is there."""
    return section_is_shown(bench, panel)


def show(bench: Workbench, on: bool) -> None:
    """Show the section, or hide it."""
    show_section(bench, panel, on)


def write(bench: Workbench) -> None:
    """Put the cursor into the findings."""
    if not is_shown(bench):
        bench.actions["film_text"].setChecked(True)
        show(bench, True)
    bench.part(panel).findings.setFocus()
