"""Durations, sizes and speeds of a training in words."""

from typing import TYPE_CHECKING

from cxrview.i18n import fixed, mark, tr, trn
from cxrview.training.preflight import Examined
from cxrview.training.run.benchmark_records import KEPT_HEAD, BenchmarkRecord

if TYPE_CHECKING:
    from cxrview.training.run.estimate import Estimate

DEPTHS = {
    "head": mark("{speed} images/s where the head learns"),
    "last-block": mark("{speed} images/s where the last block learns"),
    "all": mark("{speed} images/s where every layer learns"),
}
MINUTE, HOUR = 60, 3600


def duration(seconds: float) -> str:
    """Return a duration as people say it, no finer than it is known."""
    if seconds < 90:
        count = max(1, round(seconds / 10)) * 10
        return trn("{count} second", "{count} seconds", count).format(count=count)
    if seconds < 90 * MINUTE:
        count = round(seconds / MINUTE)
        return trn("{count} minute", "{count} minutes", count).format(count=count)
    return tr("{count} hours").format(count=fixed(seconds / HOUR, 1 if seconds < 10 * HOUR else 0))


def size(count: float) -> str:
    """Return a number of bytes: "85 MB", "2.7 GB"."""
    if count < 1e9:
        return tr("{number} MB").format(number=fixed(count / 1e6, 1 if count < 1e7 else 0))
    return tr("{number} GB").format(number=fixed(count / 1e9, 1))


def speed(value: float) -> str:
    """Return a speed with two figures that mean something."""
    return fixed(value, 1 if value < 10 else 0)


def card_line(measured: BenchmarkRecord) -> str:
    """Return what was measured of a network, for its card."""
    words = tr("Here: learns {learns}, looks at {looks} images/s").format(
        learns=speed(measured.learning["all"]), looks=speed(measured.plain)
    )
    if not (memory := measured.memory.get("all", 0)):
        return words
    return f"{words}\n{tr('{size} of memory').format(size=size(memory))}"


def card_tip(measured: BenchmarkRecord | None) -> str:
    """Return what the figures of a card are, and how they were measured."""
    what = tr("Parameters without the head, pixels of the input, size of the finished model on the disk.")
    return what if measured is None else f"{what}\n{_measured_tip(measured)}"


def _measured_tip(measured: BenchmarkRecord) -> str:
    side = f"{measured.input_size} × {measured.input_size}"
    return tr(
        "Measured on {day} on {device} with images of {side} pixels in batches of {batch}: every layer "
        "learns, or the network only looks. The memory is the most that the process took while every layer "
        "learnt."
    ).format(day=measured.day, device=measured.device, side=side, batch=measured.batch_size)


def taken(found: "Estimate", may_stop: bool) -> str:
    """Return what the training will take, as far as it is known; "" if nothing is.

    `may_stop`: a phase may end before its last epoch.
    """
    parts = []
    if found.seconds is not None:
        words = tr("about {time}, less if it stops early") if may_stop else tr("about {time}")
        parts.append(words.format(time=duration(found.seconds)))
    if found.memory is not None:
        parts.append(tr("{size} of memory").format(size=size(found.memory)))
    if found.disk is not None:
        parts.append(tr("{size} on the disk").format(size=size(found.disk)))
    text = " · ".join(parts)
    return text[:1].upper() + text[1:]


def basis(found: Examined, counted: bool) -> str:
    """Return what that rests on, or why nothing is known."""
    if not counted:
        return tr("How long it takes can be told when the images have been checked in the first step.")
    if found.measured is None:
        return tr("How long it takes is not known: this network has not been measured here like this.")
    parts = [tr("{speed} images/s where it only looks").format(speed=speed(found.measured.plain))]
    for depth, value in found.measured.learning.items():
        if depth != KEPT_HEAD:
            parts.append(tr(DEPTHS[depth]).format(speed=speed(value)))
    text = tr("Measured here: {speeds}. Reading the files and writing the model come on top.")
    missing = [
        (found.estimate.seconds is None, tr("The time is not known: one of the phases was not measured.")),
        (found.estimate.memory is None, tr("The memory was not measured with these settings.")),
    ]
    return " ".join([text.format(speeds=", ".join(parts)), *(words for lacks, words in missing if lacks)])
