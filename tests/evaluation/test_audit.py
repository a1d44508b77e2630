"""The shortcut audit: a reader of a planted marker is told from a reader of the lungs."""

import numpy as np
import pytest

from cxrview import bundle
from cxrview.anatomy import Anatomy, LungFinder
from cxrview.datasets.sources import Item
from cxrview.evaluation import messages
from cxrview.evaluation.audit.changes import CHANGES, GREY, changed
from cxrview.evaluation.audit.films import FilmsToAudit
from cxrview.evaluation.audit.page import audit_caveats, lungs_not_needed
from cxrview.evaluation.audit.regions import REGIONS, regions, shares
from cxrview.evaluation.audit.report import audit_report
from cxrview.evaluation.predict import answer_files
from cxrview.imaging import Letterbox
from cxrview.inference.predictor import Predictor
from tests.training import planted

FILMS = 24


class Reader:
    """An engine made by hand: it reads the brightest places of one window of the picture."""

    name, device = "hand-made", "CPU"

    def __init__(self, rows: slice, columns: slice, sign: int) -> None:
        self._window, self._sign = (rows, columns), sign
        self._cells = tuple(slice(part.start // 8, -(-part.stop // 8)) for part in self._window)

    def predict(self, batch):
        values = np.sort(batch[:, *self._window].reshape(len(batch), -1), axis=1)[:, -12:].mean(axis=1)
        score = self._sign * (values / 255 - 0.5) * 8
        maps = np.zeros((len(batch), 3, 8, 8), np.float32)
        maps[:, :2, *self._cells] = 1
        logits = np.stack([score, -score, np.full(len(batch), -9.0)], axis=1)
        return {
            "logits": logits.astype(np.float32),
            "activation_maps": maps,
            "embedding": np.zeros((len(batch), 4), np.float32),
        }


CORNER = Reader(slice(1, 14), slice(50, 61), 1)  # where the marker of `planted.marker` lies
LUNG = Reader(slice(20, 38), slice(17, 23), -1)  # inside the lung on the left of the picture


def audited(engine, draw, folder, tiny_bundle):
    planted.write_task(folder, draw, FILMS)
    items = [
        Item(path, path.name, (name,))
        for place, name in (("b", "covid19"), ("a", "normal"))
        for path in sorted((folder / place).iterdir())
    ]
    predictor = Predictor(bundle.load(tiny_bundle), engine)
    films = FilmsToAudit(predictor, items, LungFinder.load())
    answer_files(predictor, items, watchers=(films,))
    (found,) = audit_report({"all": films}, predictor.card.class_names, repeats=200).metrics.values()
    assert found["films"] == FILMS
    assert found["measured"] > 0.8 * FILMS
    return found, {caveat.message.code: caveat for caveat in audit_caveats(found)}


def test_a_marker_in_one_class_is_flagged(tmp_path, tiny_bundle):
    found, said = audited(CORNER, planted.marker, tmp_path, tiny_bundle)
    assert found["readings"]["whole"]["auc"]["value"] > 0.95
    assert lungs_not_needed(found)
    assert said[messages.LUNGS_NOT_NEEDED.code].serious
    assert said[messages.TEXT_IS_READ.code].serious
    assert said[messages.HEAT_OUTSIDE_LUNGS.code].serious
    assert found["readings"]["without_text"]["auc"]["high"] < 0.9
    assert found["heat"]["lungs"]["value"] < 0.2


def test_its_twin_without_a_marker_is_not(tmp_path, tiny_bundle):
    found, said = audited(LUNG, planted.side, tmp_path, tiny_bundle)
    assert found["readings"]["whole"]["auc"]["value"] > 0.9
    assert not lungs_not_needed(found)
    assert not any(caveat.serious for caveat in said.values())
    assert messages.NO_SHORTCUT_FOUND.code in said
    assert found["readings"]["lungs_alone"]["auc"]["value"] > 0.9
    assert found["readings"]["without_lungs"]["auc"]["value"] < 0.7
    assert found["heat"]["lungs"]["value"] > 0.8


def test_every_place_is_in_one_region_by_the_boxes_of_the_lungs():
    right, left, text = (np.zeros((100, 200), np.bool_) for _ in range(3))
    right[20:70, 40:80] = left[30:80, 120:160] = True
    right[60:70, 40:60] = False  # a corner of its box
    text[10:16, 150:170] = text[40:44, 60:70] = True
    found = regions(right, left, text)
    assert sum(mask.astype(int) for mask in found.values()).tolist() == np.ones((100, 200)).tolist()
    for name, places in {
        "lungs": [(20, 40), (79, 159)],
        "text": [(10, 150), (42, 65)],
        "border": [(2, 100), (50, 3), (97, 197)],
        "between": [(25, 100), (75, 100), (25, 139)],
        "around": [(12, 60), (50, 20), (65, 41), (25, 180)],
        "below": [(70, 60), (85, 150), (72, 99)],
    }.items():
        assert [at for at in places if not found[name][at]] == [], name
    even = shares(np.ones((100, 200), np.float32), found)
    assert even["lungs"] == pytest.approx((right | left)[~text].sum() / 20000)
    assert set(even) == set(REGIONS)


def test_what_is_taken_away_is_the_same_grey_on_every_film():
    box = Letterbox.fit(128, 96, 64)
    lungs = np.zeros((64, 64), np.uint8)
    lungs[20:40, 16:26] = lungs[20:40, 38:48] = 255
    anatomy = Anatomy(lungs, box, True, (0, 0, 96, 128), np.zeros(1, np.float32), True)
    square = np.random.default_rng(0).integers(0, 100, (64, 64), dtype=np.uint8)
    square[4:8, 44:48] = 255  # a marker
    text = [((44 - 8) * 2.0, 8.0, (48 - 8) * 2.0, 16.0)]
    found = changed(square, box, anatomy, text, (8.0, 2.0))
    assert set(found) == set(CHANGES)
    inside = lungs > 0
    alone, without = found["lungs_alone"].picture, found["without_lungs"].picture
    assert (alone[inside] == square[inside]).all()
    assert (alone[~inside] == GREY).all()
    assert (without == GREY)[16:44, 12:30].all()  # two cells across, a sixteenth of the square down
    assert (without != GREY)[:, :11].all()
    assert found["without_lungs"].share == pytest.approx((without == GREY).mean())
    border = found["without_border"].picture
    assert (border[:, :10] == GREY).all()  # what lies beside the film, and a twentieth of it
    assert (border[5:59, 12:52] == square[5:59, 12:52]).all()
    filled = found["without_text"].picture
    assert filled[4:8, 44:48].max() < 128
    assert (filled != square).sum() == 16
