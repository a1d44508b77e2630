"""Training runs in folders of the test's own; their processes have ended before the test is over."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from cxrview.gui.training import training_process
from cxrview.gui.training.runs import TrainingRuns


@pytest.fixture
def runs(qtbot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TrainingRuns]:
    """The runs of a computer that has none yet; a process sees the same folders as the test."""
    for kind in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(tmp_path / "xdg" / kind.lower()))
    monkeypatch.setattr(training_process, "NICE", 0)  # on a busy machine it would take long
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setenv("TF_NUM_INTRAOP_THREADS", "1")
    runs = TrainingRuns(root=tmp_path / "runs")
    yield runs
    runs.close()
