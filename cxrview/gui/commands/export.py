"""The commands of the File menu that save, copy and print what the active canvas shows."""

from typing import TYPE_CHECKING

from cxrview.gui.workbench import Workbench

if TYPE_CHECKING:
    from cxrview.gui.commands.exporter import Exporter


def exporter(bench: Workbench) -> "Exporter":
    """Make what asks, works and writes."""
    from cxrview.gui.commands.exporter import Exporter

    return Exporter(bench)


def save_picture(bench: Workbench) -> None:
    """Ask what is to be in the picture, and where it goes."""
    bench.part(exporter).save_picture()


def copy_picture(bench: Workbench) -> None:
    """Put the view on the clipboard as it is on the screen, or the words that are selected."""
    bench.part(exporter).copy_picture()


def copy_anonymous(bench: Workbench) -> None:
    """Put the view on the clipboard without saying who the patient is."""
    bench.part(exporter).copy_anonymous()


def save_report(bench: Workbench) -> None:
    """Save the report as PDF, where the user wants it."""
    bench.part(exporter).save_report()


def save_anonymous_report(bench: Workbench) -> None:
    """Save the report as PDF without saying who the patient is."""
    bench.part(exporter).save_anonymous_report()


def save_heat_numbers(bench: Workbench) -> None:
    """Save the numbers of the heatmap on the screen as an .npz file."""
    bench.part(exporter).save_heat_numbers()


def print_report(bench: Workbench) -> None:
    """Show the report as it will be on paper, and print it if the user wants."""
    bench.part(exporter).print_report()


def print_picture(bench: Workbench) -> None:
    """Show the picture alone as it will be on paper, and print it if the user wants."""
    bench.part(exporter).print_picture()
