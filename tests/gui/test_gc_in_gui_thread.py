"""Cycles of objects are collected in the GUI thread only, so that no worker destroys a widget."""

import gc
import threading
import weakref

from PySide6.QtCore import QObject


class Knot(QObject):
    """An object in a cycle with itself."""

    def __init__(self) -> None:
        super().__init__()
        self.me = self


def test_a_cycle_is_collected_in_the_gui_thread_and_not_by_a_busy_worker(window, qtbot):
    where = []
    knot = Knot()
    weakref.finalize(knot, lambda: where.append(threading.current_thread()))
    del knot

    def work(_report):
        return len([[number] for number in range(100_000)])  # enough objects for Python to collect

    done = []
    window.runner.start("busy", work, done=done.append, failed=lambda _error: None)
    qtbot.waitUntil(lambda: bool(done))
    assert set(where) <= {threading.main_thread()}
    window.collector.settle()  # of everything, however old it has become
    gc.unfreeze()
    assert where == [threading.main_thread()]


def test_when_the_window_closes_python_collects_again(make_window):
    window = make_window()
    assert not gc.isenabled()
    window.close()
    assert gc.isenabled()
