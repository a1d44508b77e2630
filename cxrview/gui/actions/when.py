"""When commands of the main window can be given, and what is said where they cannot."""

from collections.abc import Callable
from typing import Any

from cxrview.gui.actions.spec import ActionSpec
from cxrview.gui.state import ViewStage
from cxrview.gui.workbench import Workbench
from cxrview.i18n import mark, tr


def shows_many(bench: Workbench) -> bool:
    """There is more than one viewport."""
    return len(bench.state.views) > 1


def has_frames(bench: Workbench) -> bool:
    """The file on the screen has more than one frame."""
    radiograph = bench.state.shown.radiograph
    return radiograph is not None and radiograph.frame_count > 1


def has_spacing(bench: Workbench) -> bool:
    """It is known how large a pixel of the radiograph on the screen is: from the file, or calibrated."""
    radiograph, view = bench.state.shown.radiograph, bench.state.active
    return radiograph is not None and (radiograph.spacing is not None or view.hand_scale is not None)


def has_files(bench: Workbench) -> bool:
    """There is something in the study list, or a message to close."""
    return bool(bench.state.entries) or bench.state.shown.stage is not ViewStage.EMPTY


def has_entries(bench: Workbench) -> bool:
    """There is something in the study list."""
    return bool(bench.state.entries)


def has_failed(bench: Workbench) -> bool:
    """A file could not be read."""
    return bench.state.shown.stage is ViewStage.FAILED


def has_image(bench: Workbench) -> bool:
    """A radiograph is on the screen."""
    return bench.state.shown.radiograph is not None


def has_prediction(bench: Workbench) -> bool:
    """The model has read the radiograph on the screen."""
    return bench.state.reading.prediction is not None


def is_unlike(bench: Workbench) -> bool:
    """The model has read the radiograph on the screen, and it is unlike the training films."""
    prediction = bench.state.reading.prediction
    return prediction is not None and not prediction.in_domain


def is_hidden(bench: Workbench) -> bool:
    """What the model says of the radiograph on the screen is hidden."""
    return has_image(bench) and bench.state.hides_here


def has_scales(bench: Workbench) -> bool:
    """The model that has read the radiograph on the screen has a scale for each class."""
    prediction = bench.state.reading.prediction
    return prediction is not None and bool(prediction.map_scale)


def has_card(bench: Workbench) -> bool:
    """A model is loaded."""
    return bench.state.model.card is not None


def has_image_and_card(bench: Workbench) -> bool:
    """A radiograph is on the screen, and a model is loaded."""
    return has_image(bench) and has_card(bench)


REASONS: dict[Callable[[Workbench], bool], str] = {
    has_files: mark("Nothing is open."),
    has_entries: mark("The study list is empty."),
    has_failed: mark("Only after a file could not be read."),
    has_image: mark("No image is on the screen."),
    has_prediction: mark("The model has not read this image."),
    is_unlike: mark("Only for an image that is not like the training films."),
    is_hidden: mark("The model is not hidden."),
    has_scales: mark("The model has one scale for all classes."),
    has_card: mark("No model is loaded."),
    has_frames: mark("The file has one frame only."),
    has_spacing: mark("The file does not say how large a pixel is."),
    shows_many: mark("There is only one viewport."),
    has_image_and_card: mark("It needs an image on the screen and a model."),
}


def why_not(spec: ActionSpec[Any] | None) -> str:
    """Return why the command `spec` cannot be given now (None: one that comes and goes with the image)."""
    reason = REASONS.get(spec.when, "") if spec is not None and spec.when is not None else ""
    return tr(reason) or tr("This cannot be done now.")
