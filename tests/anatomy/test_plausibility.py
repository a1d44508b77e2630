"""Lungs like those of a frontal chest film, and such that are not, as the shipped network finds them."""

import hashlib
import json
import shutil

import numpy as np
import pytest

from cxrview import bundle, i18n, paths
from cxrview.anatomy import LungFinder, finder, messages, plausibility, reduced
from cxrview.anatomy.measures import NAMES, measured
from cxrview.errors import UnusableModel
from cxrview.imaging import read
from cxrview.inference.predictor import Predictor
from cxrview.training.export.phantom import chest_phantom
from tests.anatomy.chests import film
from tests.imaging.samples import sample
from tests.refusals import refused

SIDE = 112


@pytest.fixture(scope="module")
def lung_finder() -> LungFinder:
    return LungFinder.load("cpu")


def drawn(*lungs: tuple[int, int, int, int]) -> np.ndarray:
    """Return a mask with ellipses in these boxes (left, top, right, bottom)."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    rows, columns = np.mgrid[:SIDE, :SIDE] + 0.5
    for left, top, right, bottom in lungs:
        across = (columns - (left + right) / 2) / ((right - left) / 2)
        down = (rows - (top + bottom) / 2) / ((bottom - top) / 2)
        mask[across**2 + down**2 <= 1] = 255
    return mask


def named(mask: np.ndarray, box: tuple[int, int, int, int] = (0, 0, SIDE, SIDE)) -> dict[str, float]:
    return dict(zip(NAMES, measured(mask, 200 - mask // 2, box).tolist(), strict=True))


def accepted(lung_finder: LungFinder, pixels: np.ndarray) -> bool:
    (found,) = lung_finder.find([reduced(film(np.ascontiguousarray(pixels)))])
    return found.found and found.likely


def test_a_symmetric_pair_of_lungs_measures_as_one():
    one = named(drawn((26, 30, 52, 90), (60, 30, 86, 90)))
    for name in ("across", "areas", "heights", "widths", "tops", "bottoms", "level", "opening", "scattered"):
        assert one[name] == pytest.approx(0, abs=1e-6), name
    assert one["mirrored"] == pytest.approx(1)
    assert one["sure"] == 1
    assert one["apart"] == pytest.approx(34 / 60)
    assert one["down"] == pytest.approx(4 / SIDE)
    assert one["right base"] == pytest.approx(one["left base"], abs=1e-6)


def test_measures_do_not_know_how_large_the_film_is():
    small = drawn((20, 22, 36, 60), (42, 26, 60, 66))
    double = np.kron(small, np.ones((2, 2), np.uint8))
    one, other = named(small, (8, 4, 80, 90)), named(double, (16, 8, 160, 180))
    del one["edge"], other["edge"]  # a step from pixel to pixel, which depends on them
    assert other == pytest.approx(one, abs=0.05)


def test_turned_lungs_and_uneven_ones_measure_differently():
    mask = drawn((26, 30, 52, 90), (60, 44, 86, 80))
    upright, over = named(mask), named(mask[::-1])
    assert upright["areas"] > 0.3
    assert upright["tops"] == pytest.approx(14 / 60)
    assert over["tops"] == pytest.approx(10 / 60)
    mirrored = named(mask[:, ::-1])
    assert mirrored["areas"] == pytest.approx(-upright["areas"])


@pytest.mark.parametrize("lungs", [(), ((20, 30, 45, 90),), ((70, 30, 95, 90),)])
def test_missing_lungs_still_have_measures(lungs):
    assert np.isfinite(list(named(drawn(*lungs)).values())).all()


def test_a_drawn_chest_is_likely_and_turned_or_cut_it_is_not(lung_finder):
    pixels = chest_phantom(600)
    assert accepted(lung_finder, pixels)
    for spoilt in (np.rot90(pixels), np.rot90(pixels, 3), pixels[::-1], pixels[300:], pixels[:, :300]):
        assert not accepted(lung_finder, spoilt)


def test_the_greys_around_the_lungs_are_measured_in_spreads_of_the_film():
    mask = drawn((26, 30, 52, 90), (60, 30, 86, 90))
    square = np.full((SIDE, SIDE), 160, np.uint8)
    square[62:] = 220  # brighter below
    square[mask > 0] = 60
    one = dict(zip(NAMES, measured(mask, square, (0, 0, SIDE, SIDE)).tolist(), strict=True))
    spread = float(square.std())
    assert one["above"] == pytest.approx(100 / spread, rel=1e-3)
    assert one["below"] == pytest.approx(160 / spread, rel=1e-3)
    assert 100 / spread < one["outside"] < 160 / spread
    assert (one["even"], one["darker"]) == (0, 0)
    paler = dict(zip(NAMES, measured(mask, square // 2 + 20, (0, 0, SIDE, SIDE)).tolist(), strict=True))
    assert paler == pytest.approx(one, abs=1e-3)


def test_two_blobs_side_by_side_are_no_chest(lung_finder):
    blobs = np.full((600, 800), 170, np.uint8)
    rows, columns = np.mgrid[:600, :800]
    for middle in (260, 540):
        blobs[(rows - 300) ** 2 + (columns - middle) ** 2 < 110**2] = 60
    assert not accepted(lung_finder, blobs)


def test_the_real_chest_is_likely_and_turned_it_is_not(lung_finder, chest_pa):
    small = reduced(read(chest_pa)[0]).pixels
    assert accepted(lung_finder, small)
    for turned in (np.rot90(small), np.rot90(small, 3), small[::-1, ::-1], small[::-1]):
        assert not accepted(lung_finder, turned)


@pytest.mark.parametrize("name", ["RG3_UNCR.dcm", "MR2_UNCR.dcm", "US1_UNCR.dcm", "CT_small.dcm"])
def test_other_kinds_of_images_have_no_likely_lungs(lung_finder, name):
    assert not accepted(lung_finder, reduced(read(sample(name))[0]).pixels)


def test_a_model_that_reads_lungs_says_why_it_doubts(tiny_lungs_bundle, tiny_bundle, chest_pa):
    upright = reduced(read(chest_pa)[0]).pixels
    films = [film(np.ascontiguousarray(pixels)) for pixels in (upright, upright[::-1])]
    sentence = i18n.tr("The lungs found are unlike those of a frontal chest film.")
    good, bad = Predictor.load(str(tiny_lungs_bundle), "cpu").predict(films)
    assert sentence in bad.objections
    assert not bad.in_domain
    assert good.objections == ()
    assert Predictor.load(str(tiny_bundle), "cpu").predict(films)[1].objections == ()


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"centre": np.zeros(3, np.float32)}, messages.MEASURES_WRONG_SHAPE),
        ({"limit": np.zeros(2, np.float32)}, messages.MEASURES_WRONG_SHAPE),
        ({"network": np.zeros(32, np.uint8)}, messages.MEASURES_OF_ANOTHER),
    ],
)
def test_statistics_that_do_not_fit_are_refused_in_a_sentence(tmp_path, monkeypatch, changed, message):
    folder = tmp_path / finder.NAME
    shutil.copytree(finder.folder(), folder)
    with np.load(folder / plausibility.FILE) as stored:
        arrays = dict(stored)
    np.savez(folder / plausibility.FILE, **(arrays | changed))
    card = json.loads((folder / "card.json").read_text("utf-8"))
    data = (folder / plausibility.FILE).read_bytes()
    card["files"][plausibility.FILE] = {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
    (folder / "card.json").write_text(json.dumps(card), "utf-8")
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    with refused(UnusableModel, message):
        LungFinder.load("cpu")


def test_the_shipped_statistics_belong_to_the_shipped_network():
    opened = bundle.load(finder.folder())
    assert plausibility.load(opened) is not None
    figures = json.loads((opened.folder / "card.json").read_text("utf-8"))["domain"]["not learnt from"]
    assert figures["adults"]["refused"] <= 0.012 * figures["adults"]["films"]
    assert all(figures[kind]["refused"] == figures[kind]["films"] for kind in ("ood, ct", "ood, lateral"))
