"""Models that read lungs: framed first, in batches, told when there are none; others as before."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from cxrview import bundle, i18n, paths
from cxrview.anatomy import Film, LungFinder, framed, messages, reduced
from cxrview.engines.messages import SELF_TEST_OF_ANOTHER
from cxrview.errors import UnusableModel
from cxrview.explain.overlay import overlay
from cxrview.imaging import read
from cxrview.inference import contract
from cxrview.inference.predictor import ModelInput, Predictor
from tests.anatomy.chests import chest, film
from tests.conftest import TINY_SIZE, make_tiny_bundle, write_card
from tests.refusals import refused

EMPTY = film(np.zeros((300, 400), np.uint8))


@pytest.fixture(scope="module")
def predictor(tiny_lungs_bundle) -> Predictor:
    return Predictor.load(str(tiny_lungs_bundle), "cpu")


def test_the_model_is_given_film_and_mask_cropped_to_the_lungs(predictor):
    radiograph = film(chest(900, 800))
    prediction = predictor.predict([radiograph])[0]
    small = reduced(radiograph)
    image, letterbox = framed(small, prediction.anatomy, TINY_SIZE)
    assert prediction.anatomy.found
    assert prediction.letterbox == letterbox
    assert letterbox.crop != small.whole
    outputs = predictor.engine.predict(image[None])
    np.testing.assert_allclose(prediction.logits, outputs["logits"][0], rtol=1e-5)


def test_heat_lies_in_the_crop_and_nowhere_else(predictor):
    prediction = predictor.predict([film(chest(900, 800))])[0]
    left, top, right, bottom = prediction.letterbox.crop
    heat = overlay(prediction, prediction.predicted)
    assert heat.shape == (900, 800)
    outside = heat.copy()
    outside[top:bottom, left:right] = 0
    assert not outside.any()


def test_many_films_come_back_in_order(predictor):
    films = [film(chest(400 + 7 * number, 380)) for number in range(5)]
    films[2] = EMPTY
    for radiograph, together in zip(films, predictor.predict(films), strict=True):
        single = predictor.predict([radiograph])[0]
        assert single.letterbox == together.letterbox
        assert single.objections == together.objections
        np.testing.assert_allclose(single.logits, together.logits, rtol=1e-3, atol=1e-3)


def test_a_film_without_lungs_is_read_whole_and_says_so(predictor):
    prediction = predictor.predict([EMPTY])[0]
    assert not prediction.anatomy.found
    assert prediction.letterbox.crop == (0, 0, 400, 300)
    assert i18n.tr("No lungs were found: the model was given the whole film.") in prediction.objections
    assert not prediction.in_domain


def test_what_is_prepared_is_small_and_may_be_made_in_any_thread(predictor):
    films = [film(chest(700 + 40 * number, 1100)) for number in range(4)]
    with ThreadPoolExecutor(4) as executor:
        prepared: list[ModelInput] = list(executor.map(predictor.prepare, films))
    assert all(isinstance(item.film, Film) and item.film.pixels.nbytes <= 2**20 for item in prepared)
    for radiograph, prediction in zip(films, predictor.predict_inputs(prepared), strict=True):
        assert prediction.letterbox == predictor.predict([radiograph])[0].letterbox


def test_every_engine_reads_lungs_alike(tiny_lungs_bundle, chest_pa):
    radiographs = [read(chest_pa)[0], film(chest())]
    answers = [
        Predictor.load(str(tiny_lungs_bundle), device).predict(radiographs)
        for device in ("openvino:cpu", "onnxruntime:cpu")
    ]
    for one, other in zip(*answers, strict=True):
        assert one.letterbox == other.letterbox
        np.testing.assert_allclose(one.probabilities, other.probabilities, atol=2e-3)


def test_a_model_that_reads_films_never_loads_the_lung_network(tiny_bundle, tmp_path, monkeypatch):
    monkeypatch.setattr(paths, "bundled_models", lambda: tmp_path)
    prediction = Predictor.load(str(tiny_bundle), "cpu").predict([film(chest())])[0]
    assert prediction.anatomy is None
    with refused(UnusableModel, messages.NO_LUNG_NETWORK):
        Predictor.load(str(make_tiny_bundle(tmp_path / "m", frame="lungs")), "cpu")


def test_a_finder_and_a_model_that_reads_films_do_not_go_together(tiny_bundle, tiny_lungs_bundle):
    films, lungs = bundle.load(tiny_bundle), bundle.load(tiny_lungs_bundle)
    engine = contract.choose(tiny_bundle, "cpu").engine
    with pytest.raises(ValueError, match="finder"):
        Predictor(films, engine, lungs=LungFinder.load("cpu"))
    with pytest.raises(ValueError, match="finder"):
        Predictor(lungs, engine)


def test_a_stored_input_of_the_other_shape_is_refused(tmp_path):
    for name, frame, said in (("one", "film", "lungs"), ("two", "lungs", "film")):
        folder = make_tiny_bundle(tmp_path / name, frame=frame)
        write_card(folder, frame=said)
        with refused(UnusableModel, SELF_TEST_OF_ANOTHER):
            contract.choose(folder)


def test_reading_lungs_imports_no_tensorflow(tiny_lungs_bundle, chest_pa):
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from cxrview.imaging import read\n"
        "from cxrview.inference.predictor import Predictor\n"
        f"found = Predictor.load({str(tiny_lungs_bundle)!r}).predict(read(Path({str(chest_pa)!r})))[0]\n"
        "assert found.anatomy.outline() and found.anatomy.zones()\n"
        "print([name for name in ('tensorflow', 'keras', 'PySide6') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
