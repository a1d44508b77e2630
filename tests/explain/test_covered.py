"""The film with places covered, against the network worked out by hand."""

import cv2
import numpy as np
import pytest

from cxrview.explain.covered import FILLINGS, Cover, covered, read_covered
from cxrview.explain.grid import Area
from cxrview.explain.subject import Subject
from cxrview.imaging import read
from cxrview.inference.calibration import probabilities
from cxrview.inference.predictor import Predictor
from tests.anatomy.chests import chest
from tests.explain.networks import features_by_hand, make_bundle, scores_by_hand, subject_of

# The film of `networks.drawn_film` has 64 × 48 pixels and lies 8 pixels from the left of the model's square.
AREA = Area(5, 20, 25, 44)
PLACE = np.s_[20:44, 13:33]


@pytest.fixture(scope="module")
def subject(tmp_path_factory):
    return subject_of(make_bundle(tmp_path_factory.mktemp("covered") / "model"))


def test_a_grey_rectangle_is_read_as_worked_out_by_hand(subject):
    before = subject.film.copy()
    wanted = before.copy()
    wanted[PLACE] = round(subject.grey)
    found = covered(subject, [Cover(AREA)])
    np.testing.assert_array_equal(found, wanted)
    scores = scores_by_hand(features_by_hand(wanted), False)
    said = read_covered(subject, [Cover(AREA)]).probabilities
    np.testing.assert_allclose(said, probabilities(scores[None], subject.predictor.card)[0], atol=1e-4)
    assert np.abs(said - subject.prediction.probabilities).max() > 1e-3
    np.testing.assert_array_equal(subject.film, before)
    np.testing.assert_allclose(
        read_covered(subject, []).probabilities, subject.prediction.probabilities, atol=1e-6
    )


@pytest.mark.parametrize("filling", FILLINGS)
def test_nothing_but_the_place_changes_and_an_ellipse_is_round(subject, filling):
    found = covered(subject, [Cover(AREA, ellipse=True, filling=filling)])
    changed = found != subject.film
    outside = np.ones(changed.shape, bool)
    outside[PLACE] = False
    assert not changed[outside].any()
    share = changed[PLACE].mean()
    assert share == pytest.approx(np.pi / 4, abs=0.04)  # some pixels are as they were by chance
    assert not changed[20, 13]
    assert changed[32, 22:25].any()


def test_what_lies_around_is_drawn_on_and_blur_keeps_how_bright_it_is(subject):
    film = np.tile(np.linspace(40, 160, 64).astype(np.uint8), (64, 1))
    ramp = film.astype(int)
    film[30:34, 27:31] = 255  # a thing in it
    film[:, :8] = film[:, -8:] = 0
    given = subject.given._replace(image=film)
    plain = Subject(subject.predictor, subject.prediction, given, subject.outputs)
    there = Area(17, 28, 25, 36)
    inside = np.s_[28:36, 25:33]
    filled = {name: covered(plain, [Cover(there, filling=name)])[inside] for name in FILLINGS}
    assert np.abs(filled["around"] - ramp[inside]).max() < 10
    assert np.ptp(filled["grey"]) == 0
    assert ramp[inside].mean() < filled["blur"].mean() < film[inside].mean()  # the thing is still bright
    assert np.ptp(filled["blur"]) < np.ptp(film[inside])
    everything = covered(plain, [Cover(Area(0, 0, 48, 64), filling="around")])
    assert np.ptp(everything[:, 8:-8]) == 0  # nothing is around it
    assert not everything[:, :8].any()  # beside the film lies nothing that could be covered


def test_places_are_covered_one_after_the_other(subject):
    grey = Cover(AREA)
    blurred = Cover(Area(0, 0, 48, 64), filling="blur")
    first, second = covered(subject, [grey, blurred]), covered(subject, [blurred, grey])
    assert (first != second).any()
    assert np.ptp(second[PLACE]) == 0
    with pytest.raises(ValueError, match="no filling"):
        covered(subject, [Cover(AREA, filling="lead")])


def test_a_model_that_reads_lungs_is_told_where_they_are_as_before(tiny_lungs_bundle, tmp_path):
    path = tmp_path / "chest.png"
    cv2.imwrite(str(path), chest(300, 280))
    predictor = Predictor.load(str(tiny_lungs_bundle), "openvino:cpu")
    subject = Subject.of(predictor, read(path)[0])
    left, top, right, bottom = subject.given.letterbox.crop
    half = Area(left, top, (left + right) / 2, bottom)
    found = read_covered(subject, [Cover(half)])
    image = subject.given.image.copy()
    image[..., 0] = covered(subject, [Cover(half)])
    wanted = predictor.engine.predict(image[None])["logits"][0]
    np.testing.assert_allclose(found.logits, wanted, atol=1e-5)
    assert found.anatomy is subject.given.anatomy
    assert np.abs(found.logits - subject.prediction.logits).max() > 1e-4
