"""Similar films: the index over a stored batch, against comparing every film with every other."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from cxrview.batch import messages
from cxrview.batch.similar import SimilarFilms, embeddings_in, index_of
from cxrview.batch.store import BatchStore, StoredFilm
from cxrview.errors import InvalidRequest
from cxrview.imaging import Letterbox
from cxrview.inference.prediction import Prediction
from tests.refusals import refused

FILMS, LENGTH = 1000, 160
ROW = {"frame": 1, "status": "ok", "p_a": 1.0}


def drawn(count: int) -> np.ndarray:
    """Return embeddings, (count, LENGTH) float16, that differ more along some directions."""
    random = np.random.default_rng(5)
    turn = np.linalg.qr(random.normal(size=(LENGTH, LENGTH)))[0]
    spread = np.arange(1, LENGTH + 1) ** -0.75
    return (random.normal(0, 0.2, LENGTH) + random.normal(size=(count, LENGTH)) * spread @ turn).astype(
        np.float16
    )


def test_nine_and_a_half_of_the_true_ten_are_found():
    whole = drawn(FILMS)
    numbers = np.arange(10, FILMS + 10)

    def embeddings(wanted):
        return whole[np.array(wanted) - 10]

    index = SimilarFilms.of(numbers, embeddings)
    assert index.reduced.shape == (FILMS, 128)
    unit = whole.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1, keepdims=True)
    hits = 0
    for place in range(0, FILMS, 100):
        found = index.find(whole[place], embeddings, 10, {place + 10})
        likeness = unit @ unit[place]
        likeness[place] = -2
        hits += len({each.number - 10 for each in found} & set(np.argsort(-likeness)[:10].tolist()))
        assert [each.likeness for each in found] == sorted((each.likeness for each in found), reverse=True)
        assert found[0].likeness == pytest.approx(likeness[found[0].number - 10], abs=1e-4)
    assert hits / (FILMS // 100 * 10) >= 0.95


def film(path: str, embedding: np.ndarray | None) -> StoredFilm:
    row = {"path": path, **ROW}
    if embedding is None:
        return StoredFilm(row | {"status": "error", "p_a": None}, Path(path))
    said = Prediction(
        ("a",), np.ones(1, np.float32), np.zeros(1, np.float32), np.zeros((1, 2, 2), np.float32),
        embedding.astype(np.float32), True, 0.5, 50.0, (), Letterbox.fit(9, 9, 8), (0.0, 0.0, 1.0, 1.0),
        "model", "1", "openvino", "CPU", 1.0,
    )  # fmt: skip
    return StoredFilm(row, Path(path), prediction=said)


def test_a_stored_batch_is_searched_whatever_could_not_be_read(tmp_path):
    card = SimpleNamespace(class_names=("a",), label=str, name="model", version="1", raw={})
    with BatchStore.make(tmp_path / "batch.sqlite", card) as store:
        with refused(InvalidRequest, messages.NO_FILM_TO_COMPARE):
            index_of(store)
        east, north = np.array([1.0, 0, 0]), np.array([0, 1.0, 0])
        nearly = np.array([2.0, 0.2, 0])  # only the direction counts
        store.add([film(f"{n}.png", each) for n, each in enumerate((east, None, north, nearly, -east))])
        index = index_of(store)
        found = index.find(east, embeddings_in(store), 3, {1})
        assert [each.number for each in found] == [4, 3, 5]
        assert found[0].likeness == pytest.approx(2 / np.hypot(2, 0.2), abs=1e-3)
        assert (found[1].likeness, found[2].likeness) == pytest.approx((0, -1), abs=1e-3)
        with refused(InvalidRequest, messages.OTHER_EMBEDDING):
            index.find(np.ones(4), embeddings_in(store))
