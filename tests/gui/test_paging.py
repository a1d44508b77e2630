"""Paging through many images: the next one is there at once, and memory stays within its budget."""

import os
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt

from cxrview.gui.session.cache import MEGABYTE
from cxrview.gui.state import ViewStage
from tests.gui.dicom_files import write_dicom
from tests.gui.stalls import own_seconds

COUNT = 125
BUDGET = 256  # MB, the least that the settings allow
SIDE = 1400  # pixels: 4 MB an image, so that all of them would take twice the budget


def resident() -> int:
    """Return the bytes of memory that this process holds."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def many(tmp_path):
    """A folder of many names for one radiograph: read, they are as many images."""
    folder = tmp_path / "many"
    folder.mkdir()
    pixels = np.random.default_rng(0).integers(0, 4096, (SIDE, SIDE)).astype(np.uint16)
    first = write_dicom(folder / "0.dcm", pixels=pixels)
    for number in range(1, COUNT):
        (folder / f"{number}.dcm").hardlink_to(first)
    return folder


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="memory is read from /proc")
def test_paging_through_twice_the_budget_keeps_memory_within_it(window, many, qtbot):
    window.state.change_settings(memory_budget_mb=BUDGET)
    window.open([many])
    qtbot.waitUntil(lambda: len(window.state.entries) == COUNT and not window.runner.jobs, timeout=20000)
    qtbot.waitUntil(lambda: window.state.shown.stage is ViewStage.SHOWN)
    before, kept, most = resident(), window.session._shelf.images.nbytes, 0
    for _ in range(COUNT - 1):
        path = window.state.shown.path
        qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
        qtbot.waitUntil(
            lambda path=path: window.state.shown.path != path and window.state.shown.stage is ViewStage.SHOWN
        )
        assert window.session._shelf.images.nbytes <= BUDGET * MEGABYTE
        most = max(most, resident())
    assert window.session._shelf.images.nbytes > BUDGET * MEGABYTE * 0.9  # it was filled
    grown = (most - before) / MEGABYTE
    assert grown <= BUDGET - kept / MEGABYTE + 100  # what is on its way, and the allocator's gaps


@pytest.mark.timed
def test_the_next_image_is_there_at_once(window, many, qtbot):
    window.open([many])
    qtbot.waitUntil(lambda: len(window.state.entries) == COUNT and not window.runner.jobs, timeout=20000)
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    times = []
    for _ in range(15):
        shown = window.state.shown.path
        qtbot.waitUntil(lambda: not window.runner.jobs and window.session.is_idle)
        begin = own_seconds()
        qtbot.keyClick(window.canvas, Qt.Key.Key_Right)
        assert window.state.shown.path != shown
        assert window.state.shown.stage is ViewStage.SHOWN  # there was nothing to wait for
        window.canvas.repaint()
        times.append((own_seconds() - begin) * 1000)
        qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    assert np.median(times) <= 100
