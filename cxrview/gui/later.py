"""Parts of the window that its first picture does not need: each is imported and made when it is wanted."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSettings

if TYPE_CHECKING:
    from cxrview.gui.annotations import Annotations
    from cxrview.gui.browser.browsing import Browsing
    from cxrview.gui.dialogs.tags_command import Tags
    from cxrview.gui.exporter import Exporter
    from cxrview.gui.heatmaps import Heatmaps
    from cxrview.gui.help import Help
    from cxrview.gui.measuring import Measuring
    from cxrview.gui.palette import CommandPalette
    from cxrview.gui.panels.annotations import AnnotationPanel
    from cxrview.gui.panels.histogram import HistogramPanel
    from cxrview.gui.preferences import Preferences
    from cxrview.gui.seen import Seen
    from cxrview.gui.training.commands import Training

# After the first picture.
AT_ONCE = ("measuring", "seen", "histogram", "measurements", "heatmaps", "browsing", "training")


class LaterParts:
    """What the main window has besides what it shows. `made` tells which of it there is already."""

    folder: Path
    geometry_store: QSettings
    settings_file: Path
    reading_store: Path
    runs_folder: Path

    def made(self, name: str) -> bool:
        """Whether the part called `name` has been wanted yet."""
        return name in self.__dict__

    def make_one(self) -> bool:
        """Make the next part of the window as people see it; return False if all are there."""
        name = next((name for name in AT_ONCE if not self.made(name)), None)
        if name is not None:
            getattr(self, name)
        return name is not None

    def make_all(self) -> None:
        """Make them all, so that none misses anything."""
        while self.make_one():
            pass

    @cached_property
    def measuring(self) -> "Measuring":
        """Measuring: its tools, its layer over every picture, its button."""
        from cxrview.gui.measuring import Measuring
        from cxrview.gui.panels.measure_button import MeasureButton

        actions, viewports = self.menus.actions, self.viewports
        measuring = Measuring(
            self.state, self.runner, self.reading_store, lambda: self.canvas, viewports.use_tool
        )
        viewports.add(measuring.tools, measuring.make_layer)
        measuring.connect_actions(actions)
        measuring.said.connect(lambda text: self.statusBar().say(text, 12))
        button = MeasureButton(self.menus.menus["measure"], actions, measuring.tools)
        self.menus.toolbar.insertWidget(actions["invert"], button)
        return measuring

    @property
    def annotations(self) -> "Annotations":
        """What is drawn on images."""
        return self.measuring.annotations

    @cached_property
    def seen(self) -> "Seen":
        """What the reader has looked at."""
        from cxrview.gui.seen import Seen

        return Seen(self.state, self.runner, self.reading_store, self)

    @cached_property
    def histogram(self) -> "HistogramPanel":
        """The histogram under the reading."""
        from cxrview.gui.panels.histogram import HistogramPanel

        panel = HistogramPanel(self.state, self.runner, self.geometry_store)
        action = self.menus.actions["histogram"]
        panel.fold.toggled.connect(action.setChecked)
        action.setChecked(panel.fold.isChecked())
        self.reading.add_section(panel)
        return panel

    @cached_property
    def measurements(self) -> "AnnotationPanel":
        """The list of what is measured, above the histogram."""
        from cxrview.gui.panels.annotations import AnnotationPanel

        panel = AnnotationPanel(self.measuring, self.menus.actions)
        panel.centre_wanted.connect(self.measuring.bring_into_view)
        self.reading.add_section(panel)
        return panel

    @cached_property
    def browsing(self) -> "Browsing":
        """Recently opened, the last session, the order of the list, priors."""
        from cxrview.gui.browser.browsing import Browsing

        return Browsing(self, self.folder)

    @cached_property
    def commands(self) -> "CommandPalette":
        """The palette of commands."""
        from cxrview.gui.palette import CommandPalette

        return CommandPalette(self, self.geometry_store)

    @cached_property
    def preferences(self) -> "Preferences":
        """The preferences."""
        from cxrview.gui.preferences import Preferences

        return Preferences(self, self.settings_file)

    @cached_property
    def help(self) -> "Help":
        """The manual, and what this program is."""
        from cxrview.gui.help import Help

        return Help(self)

    @cached_property
    def exporter(self) -> "Exporter":
        """Pictures, paper and reports."""
        from cxrview.gui.exporter import Exporter

        return Exporter(self, self.geometry_store)

    @cached_property
    def tags(self) -> "Tags":
        """The data elements of files."""
        from cxrview.gui.dialogs.tags_command import Tags

        return Tags(self, self.geometry_store)

    @cached_property
    def heatmaps(self) -> "Heatmaps":
        """The commands about heatmaps."""
        from cxrview.gui.heatmaps import Heatmaps

        return Heatmaps(self)

    @cached_property
    def training(self) -> "Training":
        """Training and the models; a training that runs stands in the status bar."""
        from cxrview.gui.training.commands import Training

        training = Training(self, self.runs_folder)
        self.statusBar().addPermanentWidget(training.indicator)
        return training
