"""Whether maps are to be believed: stability and the curves, on networks whose answer is known."""

import numpy as np
import pytest

from cxrview.explain import messages, methods
from cxrview.explain.agreement import rank_correlation
from cxrview.explain.explanation import of_maps
from cxrview.explain.faithfulness import curves
from cxrview.explain.stability import CHANGES, Outcome, Stability, stability
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from tests.explain.networks import make_bundle, subject_of


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_bundle(tmp_path_factory.mktemp("believed") / "model")


def test_rank_correlation_is_spearmans():
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(2)
    first, second = random.integers(0, 6, (2, 40)).astype(np.float32)
    assert rank_correlation(first, second) == pytest.approx(stats.spearmanr(first, second).statistic)
    assert rank_correlation(first, -first) == pytest.approx(-1)
    assert np.isnan(rank_correlation(first, np.ones(40, np.float32)))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name.code)
def test_heat_that_moves_with_the_film_is_carried_back(change):
    rows, columns = np.mgrid[:90, :72].astype(np.float32)
    blob = np.exp(-(((rows - 24) / 9) ** 2) - ((columns - 18) / 7) ** 2)
    moved = change.of(np.rint(blob * 200).astype(np.uint8)).astype(np.float32)
    back = change.back(moved)
    there = ~np.isnan(back)
    assert there.mean() > 0.85
    # Darker ones fall together, as grey levels are whole numbers.
    assert rank_correlation(back[there], np.rint(blob * 200)[there]) > 0.9
    if change.gamma == 1:
        assert np.abs(back - blob * 200)[there].max() < 8
        assert np.abs(moved - blob * 200).max() > 12


def test_a_network_that_does_not_care_where_things_are_is_steady(folder, chest_pa):
    """Means of features do not change with small shifts, and the map goes with them."""
    predictor, told = Predictor.load(str(folder), "openvino:cpu"), []
    film = read(chest_pa)[0]
    said = predictor.predict([film])[0]
    name = said.class_names[int(said.activation_maps.max((1, 2)).argmax())]
    found = stability(predictor, film, "gradcam", name, lambda part, _doing: told.append(part))
    assert [outcome.name for outcome in found.outcomes] == [change.name for change in CHANGES]
    assert found.outcomes[0].correlation > 0.8
    assert found.most < 0.5
    assert told == sorted(told)


def test_one_word_says_how_steady_a_map_is():
    def word(correlation, rise):
        return Stability(
            (Outcome(messages.DARKER, 0.95, 0.0), Outcome(messages.FILM_LARGER, correlation, rise))
        ).word

    assert word(0.85, -0.05) == messages.IS_STEADY
    assert word(0.85, -0.2) == word(0.6, 0.05) == messages.IS_SHAKY
    assert word(0.3, 0.0) == word(0.9, 0.4) == messages.IS_UNSTEADY
    assert Stability((Outcome(messages.DARKER, float("nan"), 0.0),)).word == messages.IS_UNSTEADY


def test_the_curves_prefer_the_map_that_tells_what_counts(folder):
    subject = subject_of(folder)
    name = subject.prediction.predicted
    good = methods.explain(subject, "occlusion", name)
    bad = of_maps(subject.prediction, "occlusion", -good.maps)
    found, other = (curves(subject, made, name) for made in (good, bad))
    assert found.shares[[0, -1]].tolist() == [0, 1]
    probability = subject.prediction.probabilities[subject.prediction.class_names.index(name)]
    assert found.deletion[0] == pytest.approx(probability, abs=1e-4)
    assert found.insertion[-1] == pytest.approx(probability, abs=1e-4)
    assert found.deletion[-1] == pytest.approx(other.deletion[-1], abs=1e-4)
    assert found.deletion_area < other.deletion_area
    assert found.insertion_area > other.insertion_area
