"""The parts of the main window that its first picture does without, each under its own name and type."""

from typing import TYPE_CHECKING

from cxrview.gui.commands.batch import batches
from cxrview.gui.commands.hanging import hanger
from cxrview.gui.commands.heatmap import Heatmaps
from cxrview.gui.commands.help import Help
from cxrview.gui.commands.image import lungs
from cxrview.gui.commands.labels import labels
from cxrview.gui.commands.measure import measuring
from cxrview.gui.commands.network import network
from cxrview.gui.commands.preferences import Preferences
from cxrview.gui.commands.studies import browsing
from cxrview.gui.commands.tags import tags
from cxrview.gui.commands.training import training
from cxrview.gui.commands.view import histogram
from cxrview.gui.commands.window import palette
from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.actions.palette import CommandPalette
    from cxrview.gui.batch.batches import BatchDesk
    from cxrview.gui.dialogs.tags_reader import Tags
    from cxrview.gui.network.desk import NetworkDesk
    from cxrview.gui.panels.annotations import AnnotationPanel
    from cxrview.gui.panels.histogram import HistogramPanel
    from cxrview.gui.session.annotations import Annotations
    from cxrview.gui.session.lungs import Lungs
    from cxrview.gui.session.measuring import Measuring
    from cxrview.gui.session.viewed import ViewedImages
    from cxrview.gui.studies.browsing import Browsing
    from cxrview.gui.training.windows import Training


def seen(bench: Workbench) -> "ViewedImages":
    """Make what knows which images the reader has looked at."""
    from cxrview.gui.session.viewed import ViewedImages

    return ViewedImages(bench.state, bench.runner, bench.places.annotations_store, bench.window)


def measurements(bench: Workbench) -> "AnnotationPanel":
    """Make the list of what is measured, under the reading."""
    from cxrview.gui.panels.annotations import AnnotationPanel

    measured = bench.part(measuring)
    panel = AnnotationPanel(measured, bench.actions)
    panel.centre_wanted.connect(measured.bring_into_view)
    bench.reading.add_section(panel)
    return panel


# After the first picture, in the order in which people see them.
SOON = (
    lungs,
    measuring,
    seen,
    labels,
    histogram,
    measurements,
    Heatmaps,
    browsing,
    hanger,
    training,
    batches,
)


class WindowParts:
    """What the main window has besides what it shows at first; what is asked for is made."""

    bench: Workbench

    @property
    def measuring(self) -> "Measuring":
        """Measuring: its tools, its layer over every picture, its button."""
        return self.bench.part(measuring)

    @property
    def lungs(self) -> "Lungs":
        """Where the lungs are on the images."""
        return self.bench.part(lungs)

    @property
    def annotations(self) -> "Annotations":
        """What is drawn on images."""
        return self.measuring.annotations

    @property
    def seen(self) -> "ViewedImages":
        """What the reader has looked at."""
        return self.bench.part(seen)

    @property
    def histogram(self) -> "HistogramPanel":
        """The histogram under the reading."""
        return self.bench.part(histogram)

    @property
    def measurements(self) -> "AnnotationPanel":
        """The list of what is measured, above the histogram."""
        return self.bench.part(measurements)

    @property
    def browsing(self) -> "Browsing":
        """Recently opened, the last session, the order of the list, priors."""
        return self.bench.part(browsing)

    @property
    def commands(self) -> "CommandPalette":
        """The palette of commands."""
        return self.bench.part(palette)

    @property
    def preferences(self) -> Preferences:
        """The preferences."""
        return self.bench.part(Preferences)

    @property
    def help(self) -> Help:
        """The manual, and what this program is."""
        return self.bench.part(Help)

    @property
    def tags(self) -> "Tags":
        """The data elements of files."""
        return self.bench.part(tags)

    @property
    def heatmaps(self) -> Heatmaps:
        """The dialogs about heatmaps."""
        return self.bench.part(Heatmaps)

    @property
    def training(self) -> "Training":
        """Training and the models."""
        return self.bench.part(training)

    @property
    def network(self) -> "NetworkDesk":
        """The network explorer."""
        return self.bench.part(network)

    @property
    def batches(self) -> "BatchDesk":
        """Batches: their window, and what runs."""
        return self.bench.part(batches)
