"""The commands of the batch window."""

from typing import TYPE_CHECKING

from cxrview.gui.actions.spec import ActionSpec, Scope
from cxrview.i18n import mark

if TYPE_CHECKING:
    from cxrview.gui.batch.window import BatchWindow


def shows_batch(window: "BatchWindow") -> bool:
    """A batch is shown, not the page of a new one."""
    return window.shown is not None


def shows_model(window: "BatchWindow") -> bool:
    """A batch is shown, and what the model said of it may be seen."""
    return shows_batch(window) and not window.page.table.films.model_hidden


def new(window: "BatchWindow") -> None:
    """Put a new batch together."""
    window.show_setup()


def search(window: "BatchWindow") -> None:
    """Go to the search field."""
    window.page.filter.search.setFocus()
    window.page.filter.search.selectAll()


def copy(window: "BatchWindow") -> None:
    """Copy the selected rows."""
    window.page.copy_rows()


def export(window: "BatchWindow") -> None:
    """Write the table that is shown to a file."""
    window.page.ask_where()


def similar(window: "BatchWindow") -> None:
    """Show the films that are most like the chosen one."""
    window.page.ask_similar()


ACTIONS: "tuple[ActionSpec[BatchWindow], ...]" = (
    ActionSpec("batch_new", mark("&New batch"), ("Ctrl+N",), new, scope=Scope.BATCH),
    ActionSpec(
        "batch_search", mark("&Search the films"), ("Ctrl+F",), search, when=shows_batch, scope=Scope.BATCH
    ),
    ActionSpec("batch_copy", mark("&Copy rows"), ("Ctrl+C",), copy, when=shows_batch, scope=Scope.BATCH),
    ActionSpec(
        "batch_similar",
        mark("&Similar films…"),
        ("Ctrl+Shift+L",),
        similar,
        when=shows_model,
        scope=Scope.BATCH,
    ),
    ActionSpec(
        "batch_export", mark("&Export table…"), ("Ctrl+S",), export, when=shows_batch, scope=Scope.BATCH
    ),
)
