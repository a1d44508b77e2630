"""Progress: each session of a reader with its area and its time, as worked out by hand."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from cxrview.teaching.over_time import over_time
from cxrview.teaching.sessions import Sessions
from cxrview.teaching.set_file import save
from tests.teaching.sets import CLASSES, imagined, set_of


def test_sessions_follow_each_other_and_lost_sets_are_counted(tmp_path):
    made = set_of(tmp_path / "films", repeats=0.2)
    path, lost = tmp_path / "set.cxrset", tmp_path / "lost.cxrset"
    save(made, path)
    sessions, began = Sessions(tmp_path / "teaching.sqlite"), datetime(2026, 1, 3, tzinfo=UTC)
    said = [imagined(made, "Ana", skill, seed) for seed, skill in enumerate((0.2, 0.9))]
    for number, file, reader in ((1, path, "Ana"), (0, path, "Ana"), (0, lost, "Ana"), (0, path, "Ben")):
        info = sessions.begin(made, file, reader, began + timedelta(days=number))
        for place, answer in said[number].blind.items():
            sessions.lock(info, place, answer)
    sessions.begin(made, path, "Ana", began + timedelta(days=9))  # nothing was read in it
    found = over_time(sessions, "Ana")
    assert (len(found.steps), found.gone) == (2, 1)
    first = [place for place in range(len(made)) if made.showing(place) == 0]
    for number, step in enumerate(found.steps):
        answers = said[number].blind
        areas = [
            roc_auc_score(
                [name in made.film(place).classes for place in first],
                [answers[place].confidence[name] for place in first],
            )
            for name in CLASSES
        ]
        assert step.session.begun == began + timedelta(days=number)
        assert (step.answered, step.area) == (30, pytest.approx(np.mean(areas)))
        assert step.interval[0] < step.area < step.interval[1]
        seconds = [round(answers[place].seconds, 2) for place in first]
        assert step.seconds == pytest.approx(np.median(seconds))
        assert min(seconds) < step.seconds_interval[0] < step.seconds < step.seconds_interval[1]
    assert found.steps[0].area < found.steps[1].area
