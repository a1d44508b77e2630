"""Versions of one picture are found; pictures that merely look alike are not."""

import cv2
import numpy as np
import pytest

from cxrview.datasets import duplicates
from cxrview.datasets.decoded import Facts
from cxrview.datasets.duplicates import clusters, exact_pairs, near_pairs, neighbours
from cxrview.datasets.similarity import FINGERPRINT, PairComparison, fingerprint
from cxrview.progress import Cancelled
from tests.training.drawn import chest, small, version


def fact(pixels="", shown="", comparable=True):
    return Facts(9, 9, 1, "PNG", pixels, shown, 99.0, False, comparable)


def fingerprints_of(pictures):
    return [fingerprint(picture)[0] for picture in pictures]


@pytest.fixture(scope="module")
def pictures():
    """Eighteen pictures alike at first sight, and another version of five of them."""
    originals = [chest(seed) for seed in range(18)]
    return originals + [version(picture) for picture in originals[:5]]


def test_pictures_are_alike_at_first_sight(pictures):
    """What a perceptual hash would see: so the test below is no easy one."""
    tiny = [cv2.resize(each, (8, 8), interpolation=cv2.INTER_AREA).ravel() for each in pictures[:18]]
    others = [np.corrcoef(tiny[0], each)[0, 1] for each in tiny[1:]]
    assert np.median(others) > 0.8


def test_every_version_is_found_and_nothing_else(pictures):
    facts = [fact(str(index), str(-index)) for index in range(len(pictures))]
    images = [np.zeros((32, 32), np.uint8)] * len(pictures)
    pairs = near_pairs(images, fingerprints_of(pictures), facts)
    assert {(pair.first, pair.second) for pair in pairs} == {(index, 18 + index) for index in range(5)}
    assert all(0.7 <= pair.similarity < 1 and not pair.exact for pair in pairs)


@pytest.mark.parametrize("model", ["tiny_bundle", "tiny_lungs_bundle"])
def test_the_model_is_asked_where_there_are_many(pictures, model, request, monkeypatch):
    asked, compared, folder = [], [], request.getfixturevalue(model)
    nearest = duplicates.neighbours
    choose = duplicates.contract.choose
    monkeypatch.setattr(duplicates, "MODEL_FROM", 10)
    monkeypatch.setattr(duplicates, "BY_EDGES", 1)
    monkeypatch.setattr(duplicates.bundle, "find", lambda _: folder)
    monkeypatch.setattr(duplicates.contract, "choose", lambda f: asked.append(f) or choose(f, "openvino:cpu"))
    monkeypatch.setattr(duplicates, "neighbours", lambda v, n: compared.append(v.shape[1]) or nearest(v, n))
    facts = [fact(str(index), str(-index)) for index in range(len(pictures))]
    pairs = near_pairs(fingerprints_of(pictures), fingerprints_of(pictures), facts)
    assert asked == [folder]
    assert compared[1:] == [4]  # by the embedding, after the edges
    assert {(pair.first, pair.second) for pair in pairs} <= {(index, 18 + index) for index in range(5)}


def test_without_a_model_the_edges_do(pictures, tmp_path, monkeypatch):
    monkeypatch.setattr(duplicates, "MODEL_FROM", 10)
    monkeypatch.setattr(duplicates.bundle, "find", lambda _: tmp_path / "none")
    facts = [fact(str(index), str(-index)) for index in range(len(pictures))]
    assert len(near_pairs(fingerprints_of(pictures), fingerprints_of(pictures), facts)) == 5


def test_small_pictures_and_exact_copies_are_not_compared(pictures):
    fingerprints = fingerprints_of([pictures[0], pictures[0], pictures[18], small(1)])
    facts = [
        fact("p", "i"),
        fact("p", "j"),
        fact("q", "k", comparable=False),
        fact("r", "l", comparable=False),
    ]
    assert near_pairs(fingerprints, fingerprints, facts) == []
    assert fingerprint(small(1))[1] is False
    assert fingerprint(pictures[0])[1] is True


def test_dark_rims_do_not_hide_a_copy(pictures):
    framed = np.pad(pictures[3], ((5, 60), (40, 0)))
    assert PairComparison(fingerprints_of([pictures[3], framed])).similarity(0, 1) > 0.95


def test_pictures_without_content_are_like_nothing():
    empty = np.zeros((FINGERPRINT, FINGERPRINT), np.uint8)
    assert PairComparison([empty, empty, fingerprint(chest(1))[0]]).similarity(0, 1) == 0.0
    assert PairComparison([empty, fingerprint(chest(1))[0]]).similarity(0, 1) == 0.0


def test_the_same_pixels_or_the_same_input_are_the_same():
    facts = [fact("a", "1"), fact("b", "2"), fact("a", "3"), fact("c", "2"), fact("c", "4")]
    pairs = exact_pairs(facts)
    assert [(pair.first, pair.second) for pair in pairs] == [(0, 2), (1, 3), (3, 4)]


def test_cancelling_ends_the_comparison(pictures):
    def stop(done, _text):
        if done >= 0.5:
            raise Cancelled

    facts = [fact(str(index), str(-index)) for index in range(len(pictures))]
    with pytest.raises(Cancelled):
        near_pairs(fingerprints_of(pictures), fingerprints_of(pictures), facts, stop)


@pytest.mark.parametrize("block", [7, 1024])
def test_neighbours_are_the_nearest_whatever_the_block(monkeypatch, block):
    monkeypatch.setattr(duplicates, "BLOCK", block)
    vectors = np.random.default_rng(0).normal(size=(40, 5)).astype(np.float32)
    centred = vectors - vectors.mean(0)
    centred /= np.linalg.norm(centred, axis=1, keepdims=True)
    similarity = centred @ centred.T
    np.fill_diagonal(similarity, -2)
    expected = {tuple(sorted((i, int(j)))) for i in range(40) for j in np.argsort(-similarity[i])[:3]}
    assert neighbours(vectors, 3) == expected
    assert neighbours(vectors[:2], 3) == {(0, 1)}


def test_chains_become_one_cluster():
    assert clusters(6, [(4, 5), (1, 2), (2, 4)]).tolist() == [0, 1, 1, 3, 1, 1]
