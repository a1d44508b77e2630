"""The command of the gallery."""

from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.commands.labels import labels
from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.gallery.window import GalleryWindow


def gallery(bench: Workbench) -> "GalleryWindow":
    """Make the window of the gallery."""
    from cxrview.gui.actions.secondary import attend
    from cxrview.gui.gallery.window import GalleryWindow

    made = GalleryWindow(bench.state, bench.studies, bench.part(labels), bench.store, bench.window)
    made.commands.follow(bench.state, bench.shortcuts)
    attend(made, bench, "studies")
    made.addAction(bench.actions["quit"])

    def show_film(path: Path, frame: int) -> None:
        bench.session.select(path, frame)
        bench.window.raise_()
        bench.window.activateWindow()
        bench.viewports.active.take_focus()

    made.opened.connect(show_film)
    return made


def show_gallery(bench: Workbench) -> None:
    """Open the gallery, or bring it to the front."""
    window = bench.part(gallery)
    window.show()
    window.raise_()
    window.activateWindow()


def close(bench: Workbench) -> None:
    """Close the gallery, if it is open."""
    if (window := bench.parts.made(gallery)) is not None:
        window.close()
