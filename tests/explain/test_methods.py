"""Explanation methods: the table, and what each gives against a network worked out by hand."""

import re
import subprocess
import sys

import cv2
import numpy as np
import pytest

from cxrview.cli import main
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.explain import messages as texts
from cxrview.explain import methods, occlusion, scorecam
from cxrview.explain.explanation import gradcam
from cxrview.explain.overlay import heat_over, overlay
from cxrview.explain.saved import save_numbers, save_several
from cxrview.inference.calibration import probabilities
from cxrview.progress import Cancelled, silent
from tests.conftest import TINY_SIZE
from tests.explain.networks import CELL, features_by_hand, make_bundle, scores_by_hand, subject_of
from tests.refusals import refused

NO_GRADIENT = ("gradcam", "gradcam++", "hirescam", "eigencam", "scorecam", "occlusion")


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Bundles of the network with a head behind means, and behind all features in a row."""
    home = tmp_path_factory.mktemp("explained")
    return {flat: make_bundle(home / f"flat-{flat}", flat) for flat in (False, True)}


@pytest.fixture(scope="module")
def subjects(folders):
    return {flat: subject_of(folder) for flat, folder in folders.items()}


def derivatives(features: np.ndarray, flat: bool, step: float = 0.02) -> list[np.ndarray]:
    """Return the first to third derivative of e^score by each feature, each (C, 8, 8, 4), by differences."""
    found = [np.zeros((3, *features.shape)) for _ in range(3)]
    for place in np.ndindex(features.shape):
        at = {}
        for way in (-2, -1, 0, 1, 2):
            moved = features.copy()
            moved[place] += way * step
            at[way] = np.exp(scores_by_hand(moved, flat))
        found[0][(slice(None), *place)] = (at[1] - at[-1]) / (2 * step)
        found[1][(slice(None), *place)] = (at[1] - 2 * at[0] + at[-1]) / step**2
        found[2][(slice(None), *place)] = (at[2] - 2 * at[1] + 2 * at[-1] - at[-2]) / (2 * step**3)
    return found


@pytest.mark.parametrize("flat", [False, True])
def test_gradcam_plus_plus_and_hirescam_are_those_of_derivatives_by_differences(subjects, flat):
    subject = subjects[flat]
    features = features_by_hand(subject.film)
    np.testing.assert_allclose(subject.outputs["features"][0], features, atol=1e-5)
    scores = np.exp(scores_by_hand(features, flat))[:, None, None, None]
    first, second, third = derivatives(features, flat)
    alpha = second / (2 * second + third * features.sum((0, 1)))  # Chattopadhay 2018, eq. 19
    weights = (alpha * np.maximum(first / scores, 0)).sum((1, 2))  # less the factor e^score
    wanted = np.maximum(np.einsum("ijk,ck->cij", features, weights), 0)
    found = methods.explain(subject, "gradcam++", "normal").maps
    assert wanted.max() > 0
    np.testing.assert_allclose(found, wanted, atol=0.02 * wanted.max())
    wanted = np.maximum((features * first / scores).sum(-1), 0)
    found = methods.explain(subject, "hirescam", "normal").maps
    np.testing.assert_allclose(found, wanted, atol=0.02 * wanted.max())


def test_behind_means_hirescam_is_gradcam(subjects):
    """The gradient is the same at every place, so weighing each place is weighing the map."""
    for flat, same in ((False, True), (True, False)):
        subject = subjects[flat]
        first = derivatives(features := features_by_hand(subject.film), flat)[0]
        first /= np.exp(scores_by_hand(features, flat))[:, None, None, None]
        gradcam = np.maximum(np.einsum("ijk,ck->cij", features, first.mean((1, 2))), 0)
        found = methods.explain(subject, "hirescam", "normal").maps
        assert np.allclose(found, gradcam, atol=0.02 * gradcam.max()) == same


def test_eigencam_is_the_first_component_of_the_features(subjects):
    subject = subjects[False]
    features = features_by_hand(subject.film)
    left, values, _ = np.linalg.svd(features.reshape(64, 4), full_matrices=False)
    found = methods.explain(subject, "eigencam", "normal").maps
    np.testing.assert_allclose(found[0], np.abs(left[:, 0] * values[0]).reshape(8, 8), rtol=1e-3, atol=1e-4)
    assert (found == found[0]).all()


def test_scorecam_weighs_features_by_the_film_seen_through_them(subjects):
    subject = subjects[False]
    features, film = features_by_hand(subject.film), subject.film.astype(float)
    plain = np.full(film.shape, round(subject.grey))
    gains = []
    for feature in np.moveaxis(features, -1, 0):
        mask = (feature - feature.min()) / (feature.max() - feature.min())
        mask = cv2.resize(mask, (TINY_SIZE, TINY_SIZE), interpolation=cv2.INTER_LINEAR)
        seen = np.rint(subject.grey + mask * (film - subject.grey))
        gains.append(
            scores_by_hand(features_by_hand(seen), False) - scores_by_hand(features_by_hand(plain), False)
        )
    weights = np.exp(gains) / np.exp(gains).sum(0)
    wanted = np.einsum("ijk,kc->cij", features, weights)
    found = scorecam.explain(subject, "normal", silent)
    np.testing.assert_allclose(found.maps, wanted, rtol=1e-3, atol=1e-4)
    one = scorecam.explain(subject, "normal", silent, most=1).maps
    loudest = features[..., features.var((0, 1)).argmax()]
    np.testing.assert_allclose(one, np.stack([loudest] * 3), rtol=1e-3, atol=1e-4)


def test_occlusion_is_how_far_the_probability_falls(subjects):
    subject = subjects[False]
    found = occlusion.explain(subject, "normal", silent, cells=8, patch=1)
    card, film = subject.predictor.card, subject.film
    whole = probabilities(scores_by_hand(features_by_hand(film), False)[None], card)[0]
    wanted = np.zeros((3, 8, 8))
    for row in range(8):
        for column in range(1, 7):  # beside these lie the bars, which are no film
            covered = film.copy()
            covered[row * CELL : (row + 1) * CELL, column * CELL : (column + 1) * CELL] = round(subject.grey)
            scores = scores_by_hand(features_by_hand(covered), False)
            wanted[:, row, column] = whole - probabilities(scores[None], card)[0]
    assert np.abs(wanted).max() > 1e-3
    np.testing.assert_allclose(found.maps, wanted, atol=1e-5)
    assert found.patch == 1 / 8
    assert subject.grey == pytest.approx(film[:, 8:-8].mean())


def test_engines_agree_where_no_gradient_is_needed(folders, subjects):
    other = subject_of(folders[False], "onnxruntime:cpu")
    for name in NO_GRADIENT:
        first, second = (
            methods.explain(subject, name, "normal").maps for subject in (subjects[False], other)
        )
        np.testing.assert_allclose(first, second, rtol=1e-3, atol=1e-4 * np.abs(first).max())


def test_a_model_without_features_or_with_another_head_says_so(tiny_bundle, subjects):
    plain = subject_of(tiny_bundle)
    with refused(UnusableModel, texts.NO_FEATURES(name="tiny", method="Eigen-CAM")):
        methods.explain(plain, "eigencam", "normal")
    with refused(UnusableModel, texts.NOT_TRAINABLE(method="SmoothGrad", name="tiny")):
        methods.explain(plain, "smoothgrad", "normal")
    with refused(InvalidRequest, texts.NO_CLASS(name="z", names="covid19, normal, pneumonia")):
        methods.explain(plain, "gradcam", "z")
    subject = subjects[False]
    outputs = subject.outputs | {"logits": subject.outputs["logits"] + 1}
    strange = type(subject)(subject.predictor, subject.prediction, subject.given, outputs)
    with refused(UnusableModel, texts.NO_KNOWN_HEAD(name="flat-False", method="HiResCAM")):
        methods.explain(strange, "hirescam", "normal")


def test_slow_methods_report_and_can_be_stopped(subjects):
    told = []

    def stop(fraction, _doing):
        told.append(fraction)
        if len(told) == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        occlusion.explain(subjects[False], "normal", stop, cells=8, patch=1)
    assert told[0] == 0
    assert 0 < told[1] < 1
    assert all(methods.METHODS[name].slow for name in ("scorecam", "occlusion", "smoothgrad"))
    assert not any(methods.METHODS[name].slow for name in ("gradcam", "gradcam++", "hirescam", "eigencam"))


def test_the_numbers_are_saved_with_all_that_they_mean(tmp_path, subjects):
    made = methods.explain(subjects[False], "occlusion", "normal")
    save_numbers(tmp_path / "map.npz", made, "normal", "abc")
    with np.load(tmp_path / "map.npz") as saved:
        np.testing.assert_array_equal(saved["map"], made.map_of("normal"))
        assert [str(saved[name]) for name in ("class", "method", "model_hash")] == [
            "normal",
            "occlusion",
            "abc",
        ]
        assert np.isnan(saved["full"])
        assert saved["crop"].tolist() == [0, 0, 48, 64]
        assert saved["inside"].tolist() == [8, 0, 56, 64]
    with refused(InvalidRequest):
        save_numbers(tmp_path / "nowhere" / "map.npz", made, "normal", "abc")
    plain = gradcam(subjects[False].prediction)
    save_several(
        tmp_path / "two.npz", {"occlusion": (made, "abc"), "second.gradcam": (plain, "def")}, "normal"
    )
    with np.load(tmp_path / "two.npz") as saved:
        np.testing.assert_array_equal(saved["occlusion.map"], made.map_of("normal"))
        np.testing.assert_array_equal(saved["second.gradcam.map"], plain.map_of("normal"))
        assert str(saved["second.gradcam.model_hash"]) == "def"


def test_gradcam_is_the_overlay(subjects):
    film = subjects[False].prediction
    made = methods.explain(subjects[False], "gradcam", "normal")
    assert np.array_equal(heat_over(made, "normal"), overlay(film, "normal"))


def test_the_default_is_in_the_table_and_the_command_line_offers_the_table(monkeypatch, capsys):
    assert methods.DEFAULT in methods.METHODS
    monkeypatch.setitem(methods.METHODS, "another", methods.METHODS["gradcam"])
    command = ["explain", "film.dcm", "--out", "film.png"]
    assert main.parse(command).method == methods.DEFAULT
    assert main.parse([*command, "--method", "another"]).method == "another"
    with pytest.raises(SystemExit):
        main.parse([*command, "--method", "unknown"])
    assert re.search("gradcam.*another", capsys.readouterr().err)


def test_the_table_is_light():
    code = "import sys, cxrview.explain.methods; print({'numpy', 'cv2'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
