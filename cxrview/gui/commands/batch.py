"""The commands about many films: the batch window, and reading what is listed."""

from pathlib import Path
from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.batch.batches import BatchDesk
    from cxrview.gui.batch.runs import BatchState


def batches(bench: Workbench) -> "BatchDesk":
    """Make what knows of batches; one that is read stands in the status bar."""
    from cxrview.gui.batch.batches import BatchDesk

    made = BatchDesk(bench)
    bench.status.addPermanentWidget(made.indicator)
    return made


def show_batches(bench: Workbench) -> None:
    """Open the batch window, or bring it to the front."""
    bench.part(batches).show()


def show_similar(bench: Workbench) -> None:
    """Show the films of a finished batch that are most like the one in the active viewport."""
    from cxrview.gui.batch.similar_films import SimilarFilmsDesk

    bench.part(SimilarFilmsDesk).ask_about_shown()


def read_listed(bench: Workbench) -> None:
    """Open the batch window for all films of the study list."""
    bench.part(batches).show_listed()


def evaluate_model(bench: Workbench, model: str, folder: Path) -> str:
    """Let `model` read `folder`, whose folders are called as its classes, and show what comes of it.

    Return why that cannot be begun, in the user's language, or "".
    """
    from cxrview.batch.run_folder import BatchRequest
    from cxrview.errors import CxrviewError
    from cxrview.gui import error_text

    made = bench.part(batches)
    device, place = bench.session.models.choice.device or "auto", str(folder.absolute())
    request = BatchRequest(
        (place,), model=model, device=device, point=bench.state.point or "auto", labels=place
    )
    try:
        begun = made.runs.begin(request)
    except CxrviewError as error:
        return error_text.whole(error)

    def show_result(state: "BatchState") -> None:
        if state.folder != begun:
            return
        made.runs.ended.disconnect(show_result)
        made.turn_to_evaluation(begun)

    made.runs.ended.connect(show_result)
    made.show_state(made.runs.state_of(begun))
    return ""
