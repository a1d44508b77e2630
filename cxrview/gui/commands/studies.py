"""The commands about the study list and the way from image to image."""

from typing import TYPE_CHECKING

from cxrview.gui.commands.window import show_studies
from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.studies.browsing import Browsing


def browsing(bench: Workbench) -> "Browsing":
    """Make what knows of recently opened files, the last session, the order of the list, and priors."""
    from cxrview.gui.studies.browsing import Browsing

    return Browsing(bench)


def search_studies(bench: Workbench) -> None:
    """Go to the search field, unfolding the study list if need be."""
    bench.actions["studies"].setChecked(True)
    show_studies(bench, True)
    bench.studies.search.setFocus()
    bench.studies.search.selectAll()


def previous_image(bench: Workbench) -> None:
    """Go one image up in the list."""
    bench.session.step(-1)


def next_image(bench: Workbench) -> None:
    """Go one image down in the list."""
    bench.session.step(1)


def previous_study(bench: Workbench) -> None:
    """Go to the first image of the study above."""
    bench.session.step_study(-1)


def next_study(bench: Workbench) -> None:
    """Go to the first image of the study below."""
    bench.session.step_study(1)


def compare_with_prior(bench: Workbench) -> None:
    """Show the image beside the patient's earlier one, or say that there is none."""
    bench.part(browsing).compare_with_prior()


def try_again(bench: Workbench) -> None:
    """Read once more what could not be read."""
    bench.session.try_again()


def close_all(bench: Workbench) -> None:
    """Forget all files; one empty viewport is left."""
    bench.session.close_all()
    bench.viewports.use("one")
