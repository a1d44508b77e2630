"""The commands about what is measured and drawn on the image of the active viewport."""

from typing import TYPE_CHECKING

from cxrview.gui.commands.image import lungs
from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.session.measuring import Measuring


def measuring(bench: Workbench) -> "Measuring":
    """Make what measures: its tools, its layer over every picture, its button."""
    from cxrview.gui.panels.measure_button import MeasureButton
    from cxrview.gui.session.measuring import Measuring

    viewports = bench.viewports
    found = bench.part(lungs)
    made = Measuring(
        bench.state,
        bench.runner,
        bench.places.annotations_store,
        lambda: bench.canvas,
        viewports.use_tool,
        lambda canvas: found.thorax(canvas.view),
    )
    viewports.add(made.tools, made.make_layer)
    made.connect_actions(bench.actions)
    made.said.connect(lambda text: bench.say(text))
    bench.toolbar.insertWidget(
        bench.actions["invert"], MeasureButton(bench.menus["measure"], bench.actions, made.tools)
    )
    return made


def undo(bench: Workbench) -> None:
    """Take back the last change to the active image's annotations."""
    bench.part(measuring).undo()


def redo(bench: Workbench) -> None:
    """Do again what was taken back."""
    bench.part(measuring).redo()


def delete(bench: Workbench) -> None:
    """Remove the selected annotation."""
    bench.part(measuring).delete()


def rename(bench: Workbench) -> None:
    """Let the user write a label beside the selected annotation."""
    bench.part(measuring).rename()


def select_next(bench: Workbench) -> None:
    """Select the next annotation of the active image, after the last the first."""
    bench.part(measuring).select_next()


def remove_calibration(bench: Workbench) -> None:
    """Take back the calibration by hand: the file's own spacing holds again."""
    bench.part(measuring).remove_calibration()


def show(bench: Workbench, shown: bool) -> None:
    """Show or hide all annotations."""
    bench.part(measuring).show(shown)


def copy_values(bench: Workbench) -> None:
    """Put the measurements of the active image on the clipboard."""
    bench.part(measuring).copy_values()


def clear(bench: Workbench) -> None:
    """Remove all annotations of the active image; undo brings them back."""
    bench.part(measuring).clear()
