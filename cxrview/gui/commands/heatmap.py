"""The commands about heatmaps: how they are drawn, all classes at once, and what the model saw."""

from typing import TYPE_CHECKING

from cxrview.explain.style import MODES
from cxrview.gui.commands.export import exporter
from cxrview.gui.workbench import Workbench
from cxrview.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtWidgets import QDialog

    from cxrview.gui.dialogs.model_view import ModelViewDialog
    from cxrview.gui.dialogs.multiples import MultiplesDialog
    from cxrview.gui.explain.compare import CompareDialog
    from cxrview.gui.explain.cover import CoverDialog

STEP = 0.1  # of opacity, by key
NOTCH = 0.05  # of opacity, by one notch of the wheel


class Heatmaps:
    """Dialogs, each made when it is first asked for, and the buttons of the panel that open them."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.all_classes: MultiplesDialog | None = None
        self.model_view: ModelViewDialog | None = None
        self.compare: CompareDialog | None = None
        self.cover: CoverDialog | None = None
        bench.reading.heatmap.all_classes.clicked.connect(self.show_all_classes)
        bench.reading.heatmap.model_view.clicked.connect(self.show_model_view)
        bench.reading.heatmap.method.wanted.connect(lambda: bench.session.explaining.work_out())
        bench.reading.heatmap.method.unwanted.connect(lambda: bench.session.explaining.stop())

    def show_all_classes(self) -> None:
        """Open the heatmaps of all classes side by side."""
        if self.all_classes is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.dialogs.multiples import MultiplesDialog

            bench = self._bench
            self.all_classes = MultiplesDialog(bench.window, bench.state)
            attend(self.all_classes, bench, "heatmaps")
        _to_front(self.all_classes)

    def show_model_view(self) -> None:
        """Open what the model saw."""
        if self.model_view is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.dialogs.model_view import ModelViewDialog

            bench = self._bench
            self.model_view = ModelViewDialog(bench.window, bench.state, bench.runner)
            attend(self.model_view, bench, "heatmaps")
        _to_front(self.model_view)

    def show_compare(self) -> None:
        """Open the heatmaps of several methods side by side."""
        if self.compare is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.explain.compare import CompareDialog
            from cxrview.gui.explain.comparison import Comparison

            bench = self._bench
            session = bench.session
            maps = Comparison(bench.window, bench.state, bench.runner, session.models, session.explaining)
            dialog = self.compare = CompareDialog(bench.window, bench.state, bench.runner, maps)
            attend(dialog, bench, "heatmaps")
            dialog.picture_wanted.connect(lambda: _save_comparison(bench, dialog))
            dialog.numbers_wanted.connect(lambda: _save_all_numbers(bench, dialog))
        _to_front(self.compare)

    def show_cover(self) -> None:
        """Open the film to be covered in places."""
        if self.cover is None:
            from cxrview.gui.actions.secondary import attend
            from cxrview.gui.explain.cover import CoverDialog

            bench = self._bench
            self.cover = CoverDialog(bench.window, bench.state, bench.runner, bench.session.models)
            self.cover.commands.follow(bench.state, bench.shortcuts)
            attend(self.cover, bench, "heatmaps")
        _to_front(self.cover)


def show(bench: Workbench, visible: bool) -> None:
    """Show or hide the heatmap."""
    bench.state.change_settings(heatmap_visible=visible)


def show_anyway(bench: Workbench, wanted: bool) -> None:
    """Show the heatmap of a film that is unlike the training films, or hide it again."""
    bench.state.ask_for_heat(wanted)


def pin(bench: Workbench, pinned: bool) -> None:
    """Keep the heatmap at the class that it shows, or let it follow the reading of each image."""
    bench.state.choose_class(bench.state.heat_class if pinned else None)


def stronger(bench: Workbench) -> None:
    """Make the heatmap more opaque by a step."""
    _add_opacity(bench, STEP)


def fainter(bench: Workbench) -> None:
    """Make the heatmap more transparent by a step."""
    _add_opacity(bench, -STEP)


def change_opacity(bench: Workbench, notches: float) -> None:
    """Make the heatmap more opaque by notches of the wheel, or less by negative ones."""
    _add_opacity(bench, notches * NOTCH)


def _add_opacity(bench: Workbench, step: float) -> None:
    opacity = min(1.0, max(0.0, round(bench.state.settings.heatmap_opacity + step, 3)))
    bench.state.change_settings(heatmap_opacity=opacity)


def draw_as(bench: Workbench, mode: str) -> None:
    """Draw heatmaps in `mode`, one of MODES."""
    bench.state.change_settings(heatmap_mode=mode)


def draw_otherwise(bench: Workbench) -> None:
    """Go to the next mode."""
    following = (MODES.index(bench.state.settings.heatmap_mode) + 1) % len(MODES)
    draw_as(bench, MODES[following])


def scale_by_class(bench: Workbench, own: bool) -> None:
    """Draw each class on a scale of its own, or all on one."""
    bench.state.change_settings(heatmap_scale="own" if own else "common")


def show_grid(bench: Workbench, on: bool) -> None:
    """Draw the lines between the cells, or not."""
    bench.state.change_settings(heatmap_grid=on)


def show_scale(bench: Workbench, on: bool) -> None:
    """Show the colour scale on the image, or not."""
    bench.state.change_settings(heatmap_bar=on)


def try_map(bench: Workbench) -> None:
    """Try whether the heatmap on the screen is to be believed."""
    state, predictor = bench.state, bench.session.models.predictor
    seen = state.heat is not None and not state.hides_here and not state.withholds_heat(state.active)
    if not seen or predictor is None:
        bench.say(tr("There is no heatmap to try."))
        return
    from cxrview.gui.dialogs.belief import BeliefDialog

    BeliefDialog(bench.window, state, bench.runner, predictor).show()


def show_all_classes(bench: Workbench) -> None:
    """Open the heatmaps of all classes side by side."""
    bench.part(Heatmaps).show_all_classes()


def show_model_view(bench: Workbench) -> None:
    """Open what the model saw."""
    bench.part(Heatmaps).show_model_view()


def show_compare(bench: Workbench) -> None:
    """Open the heatmaps of several methods, and of two models, side by side."""
    bench.part(Heatmaps).show_compare()


def show_cover(bench: Workbench) -> None:
    """Open the film to be covered in places, with what the model then says."""
    bench.part(Heatmaps).show_cover()


def _save_comparison(bench: Workbench, dialog: "CompareDialog") -> None:
    """Save what is seen of a comparison as a picture."""
    from cxrview.gui.explain.sheet import pixels_of, sheet_of
    from cxrview.gui.viewer.export_file import encode, write

    sheet = sheet_of(bench.state, dialog)
    if sheet is None:
        return

    def work(path: "Path") -> None:
        write(encode(pixels_of(sheet), "png", 100), path)

    bench.part(exporter).save(tr("Save the comparison"), tr("PNG (*.png)"), ".png", work)


def _save_all_numbers(bench: Workbench, dialog: "CompareDialog") -> None:
    """Save the numbers of all maps of a comparison in one file."""
    maps, name = dialog.comparison.with_hashes(), bench.state.heat_class

    def work(path: "Path") -> None:
        from cxrview.explain.saved import save_several

        save_several(path, maps, name)

    if maps:
        bench.part(exporter).save(tr("Save the numbers of all maps"), tr("NumPy (*.npz)"), ".npz", work)


def _to_front(dialog: "QDialog") -> None:
    dialog.show()
    dialog.activateWindow()


def hide_model(bench: Workbench, hidden: bool) -> None:
    """Let nothing of the model be seen until it is revealed, film by film, or let all be seen."""
    bench.state.change_settings(hide_model=hidden)


def reveal(bench: Workbench) -> None:
    """Show what the model says of the image in the active viewport."""
    bench.state.reveal()
