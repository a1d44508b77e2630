"""Read the VOI windows and tables of a DICOM dataset (PS3.3 C.11.2)."""

import numpy as np

from cxrview.i18n import tr
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.lookup_tables import LookupTable, read_table
from cxrview.imaging.radiograph import Voi, VoiFunction, VoiLut, Window

MAX_VOIS = 12  # of each kind: all may have to be tried on every frame


def read_vois(source: Elements, signed_input: bool) -> tuple[Voi, ...]:
    """Return the tables of the VOI LUT Sequence, then the windows, each kind in the file's order.

    `source` is the dataset, or the frame VOI LUT item of the frame. Tables come first because a maker who
    supplies both means the table. `signed_input` says that modality values may be negative.
    """
    luts: list[Voi] = []
    for item in source.items("VOILUTSequence")[:MAX_VOIS]:
        table = read_table(item, "VOI LUT", signed_input)
        if table is not None:
            luts.append(_filled(table, item))
    return (*luts, *_windows(source))


def _filled(table: LookupTable, item: Elements) -> VoiLut:
    """Return `table` so that it reaches white.

    Makers write entries of 12 bits and announce 16, which would show the film in a sixteenth of the grey
    scale: where the entries need fewer bits than are announced, the largest of them is white.
    """
    entries, largest = table.entries, int(table.entries.max())
    if 0 < largest < 2 ** (table.bits - 1):
        item.note(
            tr(
                "The VOI LUT announces {bits} bits and uses {needed}; its largest entry is shown white."
            ).format(bits=table.bits, needed=largest.bit_length())
        )
        full = 2**table.bits - 1
        entries = np.rint(entries * np.float64(full / largest)).astype(np.uint16)
    return VoiLut(entries, table.first, table.bits, table.explanation)


def _windows(source: Elements) -> list[Window]:
    centers, widths = source.numbers("WindowCenter"), source.numbers("WindowWidth")
    if len(centers) != len(widths):
        source.note(
            tr("The file has {centers} window centres and {widths} widths.").format(
                centers=len(centers), widths=len(widths)
            )
        )
    explanations = source.texts("WindowCenterWidthExplanation")
    windows = []
    for index, (center, width) in enumerate(list(zip(centers, widths, strict=False))[:MAX_VOIS]):
        function = _function(source, width)
        explanation = explanations[index] if index < len(explanations) else ""
        window = Window(center, width, function, explanation)
        if width <= 0:
            source.note(tr("A window of width {width:g} was passed over.").format(width=width))
        elif window not in windows:
            windows.append(window)
    return windows


def _function(source: Elements, width: float) -> VoiFunction:
    name = source.code("VOILUTFunction") or "LINEAR"
    try:
        function = VoiFunction(name)
    except ValueError:
        source.note(tr("The VOI LUT function “{name}” is not known; LINEAR is used.").format(name=name))
        function = VoiFunction.LINEAR
    if function is VoiFunction.LINEAR and 0 < width < 1:
        # Below 1 LINEAR is not defined, and files of small real numbers mean the exact function.
        return VoiFunction.LINEAR_EXACT
    return function
