"""Where heat lies: planted maps whose boxes and lungs are known, against counting by hand."""

import csv
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PIL import Image

from cxrview.anatomy import LungFinder, reduced
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.evaluation import messages
from cxrview.evaluation.localization import measure, measure_film, measures
from cxrview.evaluation.localization.figures import summarise
from cxrview.evaluation.localization.films import FilmsToMeasure, MeasuredFilm, own_class, to_measure
from cxrview.evaluation.localization.heat_report import lay_heat, worst
from cxrview.evaluation.localization.measures import MEASURES, grid_shape
from cxrview.evaluation.localization.page import heat_caveats, heat_csv, heat_tables
from cxrview.evaluation.report import write_report
from cxrview.imaging import Letterbox, read
from cxrview.inference.predictor import Predictor
from tests.conftest import TINY_SIZE
from tests.evaluation.test_evaluate import answers
from tests.refusals import says

SQUARE = Letterbox.fit(100, 100, 100)


def blob(x, y, cells=20, spread=1.5):
    """Return a map with a hill at the place (x, y), both 0…1."""
    at = (np.arange(cells) + 0.5) / cells
    across, down = np.meshgrid((at - x) * cells, (at - y) * cells)
    return np.exp(-(across**2 + down**2) / (2 * spread**2)).astype(np.float32)


def test_heat_in_the_box_and_heat_elsewhere():
    box = [(10, 20, 50, 60)]
    inside = measure_film(blob(0.3, 0.4), SQUARE, box)
    outside = measure_film(blob(0.8, 0.8), SQUARE, box)
    assert (inside["pointing_game"], outside["pointing_game"]) == (1, 0)
    assert inside["energy_inside"] > 0.98
    assert outside["energy_inside"] < 0.01
    assert inside["iou"] > 0.7  # a disc in a square: π/4 at best
    assert outside["iou"] < 0.2


def test_even_heat_gives_the_shares_of_the_areas():
    even = np.ones((10, 10), np.float32)
    left_half, top_fifth = [(0, 0, 50, 100)], np.zeros((50, 50), np.bool_)
    top_fifth[:10] = True
    found = measure_film(even, SQUARE, left_half, lungs=top_fifth, drawn_lungs=~top_fifth)
    assert found["energy_inside"] == pytest.approx(0.5)
    assert found["iou"] == pytest.approx(0.5)
    assert found["iou_threshold"] == pytest.approx(1)
    assert found["in_lungs"] == pytest.approx(0.2, abs=0.005)
    assert found["in_drawn_lungs"] == pytest.approx(0.8, abs=0.005)
    assert (found["chance_seen"], found["chance_lungs"]) == (0.5, 0.5)
    assert found["pointing_game"] == 1  # of equal cells the first, which lies in the left half
    right_half = [(50, 0, 100, 100)]
    assert measure_film(even, SQUARE, right_half)["pointing_game"] == 0


def test_boxes_that_overlap_count_once():
    even = np.ones((10, 10), np.float32)
    boxes = [(0, 0, 50, 100), (25, 0, 75, 100)]
    assert measure_film(even, SQUARE, boxes)["energy_inside"] == pytest.approx(0.75)


def test_the_best_overlap_is_the_best_of_every_threshold(monkeypatch):
    monkeypatch.setattr(measures, "GRID", 30)
    random = np.random.default_rng(4)
    heat = random.random((6, 5)).astype(np.float32)
    letterbox = Letterbox.fit(120, 90, 64)
    boxes = [(11, 13, 47, 70), (50.5, 60, 89, 118)]
    found = measure_film(heat, letterbox, boxes)
    warm = letterbox.back(heat, shape=(30, 22)).clip(0)
    inside = np.zeros((30, 22), np.bool_)
    for row in range(30):
        for column in range(22):
            x, y = (column + 0.5) * 90 / 22, (row + 0.5) * 120 / 30
            inside[row, column] = any(a <= x <= c and b <= y <= d for a, b, c, d in boxes)
    overlaps = {
        value: (inside & (warm >= value)).sum() / (inside | (warm >= value)).sum()
        for value in np.unique(warm[warm > 0])
    }
    assert found["iou"] == pytest.approx(max(overlaps.values()))
    best = found["iou_threshold"] * warm.max()
    nearest = min(overlaps, key=lambda value: abs(value - best))
    assert overlaps[nearest] == pytest.approx(found["iou"])
    assert found["energy_inside"] == pytest.approx(warm[inside].sum() / warm.sum(), rel=1e-5)


def strongest(row, column):
    heat = np.full((4, 4), 0.01, np.float32)
    heat[row, column] = 1
    return heat


def test_cells_are_found_on_a_film_that_was_cropped():
    """The crop fills the middle 32 of 64 columns, so cell (1, 1) lies at x 75, y 135 of the film."""
    letterbox = Letterbox.fit(300, 200, 64, crop=(50, 60, 150, 260))
    around, mirrored = [(74, 134, 76, 136)], [(124, 134, 126, 136)]
    assert measure_film(strongest(1, 1), letterbox, around)["pointing_game"] == 1
    assert measure_film(strongest(1, 1), letterbox, mirrored)["pointing_game"] == 0
    assert measure_film(strongest(1, 2), letterbox, mirrored)["pointing_game"] == 1
    everywhere = [(0, 0, 200, 300)]
    beside = measure_film(strongest(1, 0), letterbox, everywhere)
    assert beside["pointing_game"] == 0  # in the black bar: the model saw nothing there
    assert beside["energy_inside"] == pytest.approx(1)  # of the heat on the film
    left = [(50, 60, 100, 260)]
    assert measure_film(strongest(1, 1), letterbox, left)["chance_seen"] == 0.5
    assert measure_film(np.ones((4, 4), np.float32), letterbox, left)["energy_inside"] == pytest.approx(
        0.5, abs=0.01
    )


def test_a_map_of_a_part_of_the_square_lies_in_that_part():
    field = (0.5, 0.5, 1.0, 1.0)
    quarter = [(50, 50, 62.5, 62.5)]  # the first of 4 × 4 cells there
    assert measure_film(strongest(0, 0), SQUARE, quarter, field=field)["pointing_game"] == 1
    assert measure_film(strongest(0, 0), SQUARE, [(0, 0, 25, 25)], field=field)["pointing_game"] == 0


def test_a_map_without_heat_misses_and_what_is_not_told_is_not_known():
    empty = measure_film(np.zeros((5, 5), np.float32), SQUARE, [(0, 0, 100, 100)], np.ones((9, 9)))
    assert [empty[name] for name in ("pointing_game", "energy_inside", "iou", "empty")] == [0, 0, 0, 1]
    assert np.isnan(empty["in_lungs"])
    untold = measure_film(blob(0.5, 0.5), SQUARE)
    assert {name for name in MEASURES if not np.isnan(untold[name])} == {"empty"}


def test_many_films_are_measured_at_once():
    maps, boxes = [blob(0.3, 0.4), blob(0.8, 0.8)], [[(10, 20, 50, 60)]] * 2
    lungs = [None, np.full((8, 8), 200, np.uint8)]
    found = measure(maps, [SQUARE] * 2, boxes, lungs)
    assert set(found) == set(MEASURES)
    assert found["pointing_game"].tolist() == [1, 0]
    assert np.isnan(found["in_lungs"][0])
    assert found["in_lungs"][1] == pytest.approx(1)
    with pytest.raises(ValueError, match="zip"):
        measure(maps, [SQUARE], boxes)


def film(number, hit, inside=0.5, group="", source="a", label="covid19"):
    of = dict.fromkeys(MEASURES, np.nan) | {"pointing_game": hit, "energy_inside": inside, "iou": 0.1}
    of |= {"empty": 0.0, "chance_lungs": 0.2, "in_lungs": 0.6}
    item = Item(None, f"{number}.png", (label,), source=source, boxes=((0, 0, 1, 1),))
    return MeasuredFilm(item, group or f"g{number}", label, label, label, of, of)


def test_means_stand_with_intervals_over_groups_by_class_and_source():
    random = np.random.default_rng(0)
    hits = (random.random(120) < 0.7).astype(float)
    films = [film(i, hit, source="ab"[i % 2], label="xyz"[i % 3]) for i, hit in enumerate(hits)]
    found = summarise(films, repeats=300)
    pointing = found["own"]["pointing_game"]
    assert pointing["value"] == pytest.approx(hits.mean(), abs=1e-4)
    spread = 1.96 * hits.std() / np.sqrt(len(hits))  # of a mean of independent films
    assert pointing["high"] - pointing["low"] == pytest.approx(2 * spread, rel=0.2)
    assert found["own"]["in_drawn_lungs"] == {"value": None, "low": None, "high": None}
    assert {name: part["films"] for name, part in found["per_class"].items()} == {"x": 40, "y": 40, "z": 40}
    assert found["per_source"]["b"]["own"]["pointing_game"]["value"] == pytest.approx(
        hits[1::2].mean(), abs=1e-4
    )
    assert found["per_device"] == {}
    pairs = [film(i, hit, group=f"g{i // 2}") for i, hit in enumerate(np.repeat(hits[:60], 2))]
    wider = summarise(pairs, repeats=300)["own"]["pointing_game"]
    apart = summarise([film(i, hit) for i, hit in enumerate(np.repeat(hits[:60], 2))], repeats=300)
    narrow = apart["own"]["pointing_game"]
    assert wider["high"] - wider["low"] > 1.2 * (narrow["high"] - narrow["low"])


def test_the_worst_films_come_first_and_one_of_each_group():
    films = [
        film(0, 1, 0.9),
        film(1, 0, 0.3),
        film(2, 0, 0.1, "same"),
        film(3, 0, 0.2, "same"),
        film(4, 1, 0.05),
    ]
    assert [one.item.file for one in worst(films)] == ["2.png", "1.png", "4.png", "0.png"]
    assert len(worst([film(i, 0) for i in range(30)])) == 12


def test_heat_that_points_as_chance_does_is_a_serious_remark():
    bad = heat_caveats(summarise([film(i, float(i % 5 == 0)) for i in range(60)], repeats=200))
    assert any(one.serious and says(one.message, messages.HEAT_BY_CHANCE(chance="20 %")) for one in bad)
    assert any(says(one.message, messages.HEAT_OUTSIDE_LUNGS(share="40 %")) for one in bad)
    good = heat_caveats(summarise([film(i, float(i % 5 != 0)) for i in range(60)], repeats=200))
    assert not any(says(one.message, messages.HEAT_BY_CHANCE) for one in good)


def test_small_sources_have_no_line_of_their_own():
    films = [film(i, 1.0, source="many" if i < 20 else f"few{i}") for i in range(24)]
    tables = heat_tables(summarise(films, repeats=20), str, ("covid19",))
    assert [row[0].text for row in tables[-1].rows] == ["many"]
    assert tables[-1].note


@pytest.fixture
def films(tmp_path):
    """Return a table of drawn films: boxes told, told to be none and not told, a label unknown, a mask."""
    random = np.random.default_rng(0)
    for name in "abcdef":
        picture = random.integers(0, 256, (TINY_SIZE, TINY_SIZE + 16), dtype=np.uint8)
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    mask = np.zeros((TINY_SIZE // 2, TINY_SIZE // 2 + 8), np.uint8)
    mask[:, :20] = 1
    cv2.imwrite(str(tmp_path / "mask.png"), mask)
    box = "[[4, 8, 40, 50]]"
    rows = [
        ["file", "label", "source", "device", "boxes", "lung_mask"],
        ["a.png", "COVID-19", "here", "A", box, "mask.png"],
        ["b.png", "pneumonia", "here", "B", box, ""],
        ["c.png", "indeterminate", "there", "B", box, ""],
        ["d.png", "normal", "there", "B", box, ""],
        ["e.png", "covid19", "there", "B", "[]", ""],
        ["f.png", "", "", "", "", "mask.png"],
    ]
    with (tmp_path / "films.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path / "films.csv"


def laid(predictor, items, finder=None):
    films = FilmsToMeasure(predictor, items, finder)
    films.read_rest()
    return films.measured()


def test_films_are_measured_by_the_map_of_their_own_class(films, tiny_bundle):
    predictor = Predictor.load(str(tiny_bundle))
    items = find_items(DataConfig(str(films)))
    assert [item.file for item in to_measure(items, predictor.card)] == ["a.png", "b.png", "c.png", "f.png"]
    found = laid(predictor, items)
    assert not found.failures
    by_file = {one.item.file: one for one in found.films}
    assert {one.label for one in found.films} == {"covid19", "pneumonia", "indeterminate", ""}
    for item in items:
        if item.file not in by_file:
            continue
        one, prediction = by_file[item.file], predictor.predict(read(item.path))[0]
        names = {"a.png": "covid19", "b.png": "pneumonia", "f.png": ""}
        diseases = {name: prediction.probabilities[i] for i, name in enumerate(prediction.class_names)}
        del diseases["normal"]
        assert one.own == names.get(item.file, max(diseases, key=diseases.get))
        assert one.own == own_class(item, prediction, predictor.card)
        drawn = None if item.lung_mask is None else cv2.imread(str(item.lung_mask), 0) > 0
        for name, measured in ((one.own, one.of_own), (prediction.predicted, one.of_called)):
            if name:
                heat = prediction.activation_maps[prediction.class_names.index(name)]
                wanted = measure_film(heat, prediction.letterbox, item.boxes or (), None, drawn)
                assert measured == pytest.approx(wanted, nan_ok=True)
    assert by_file["f.png"].of_own is None
    assert 0 < by_file["f.png"].of_called["in_drawn_lungs"] < 1


def test_lungs_are_found_by_the_network(chest_pa, tiny_bundle):
    radiograph = read(chest_pa)[0]
    height, width = radiograph.shape
    item = Item(chest_pa, "chest.dcm", ("covid19",), boxes=((0, 0, width, height),))
    finder = LungFinder.load()
    one = laid(Predictor.load(str(tiny_bundle)), [item], finder).films[0]
    anatomy = finder.find([reduced(radiograph)])[0]
    prediction = Predictor.load(str(tiny_bundle)).predict([radiograph])[0]
    heat = prediction.letterbox.back(prediction.activation_maps[0], shape=(height, width)).clip(0)
    x, y = np.meshgrid((np.arange(width) + 0.5), (np.arange(height) + 0.5))
    columns, rows = anatomy.letterbox.into(x, y)
    lungs = anatomy.lungs[rows.astype(int), columns.astype(int)] > 127
    assert one.of_own["in_lungs"] == pytest.approx(heat[lungs].sum() / heat.sum(), abs=0.02)
    assert one.of_own["energy_inside"] == pytest.approx(1)
    assert one.of_own["chance_seen"] == one.of_own["chance_lungs"] == 1


def test_a_film_is_called_by_the_operating_point_and_not_by_the_most_probable_class(films, tiny_bundle):
    predictor = Predictor.load(str(tiny_bundle))
    items = [item for item in find_items(DataConfig(str(films))) if item.boxes and not item.lung_mask]
    card = predictor.card
    likely = min(one.called for one in laid(predictor, items).films)
    for watched in card.class_names:  # called from any probability on, and from none
        points = {"balanced": {watched: 0.0}}
        predictor.card = replace(card, watch_class=watched, operating_points=points)
        always = laid(predictor, items).films
        assert {one.called for one in always} == {watched}
        maps = [predictor.predict(read(one.item.path))[0] for one in always]
        for one, said in zip(always, maps, strict=True):
            heat = said.activation_maps[card.class_names.index(watched)]
            assert one.of_called == pytest.approx(
                measure_film(heat, said.letterbox, one.item.boxes), nan_ok=True
            )
    predictor.card = replace(card, watch_class=likely, operating_points={"balanced": {likely: 1.01}})
    assert likely not in {one.called for one in laid(predictor, items).films}


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_and_drawn_lungs_of_a_turned_picture_are_turned_with_it(orientation, tmp_path, tiny_bundle):
    """What is told of a picture stays the same when it is stored as it was taken, on its side say."""
    random = np.random.default_rng(0)
    stored = random.integers(0, 256, (60, 80), dtype=np.uint8)
    stored[10:22, 50:75] = 255  # the box
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(stored).save(tmp_path / "film.png", exif=exif)
    cv2.imwrite(str(tmp_path / "mask.png"), (stored == 255).astype(np.uint8))
    item = Item(
        tmp_path / "film.png",
        "film.png",
        ("covid19",),
        boxes=((50, 10, 75, 22),),
        lung_mask=tmp_path / "mask.png",
    )
    predictor = Predictor.load(str(tiny_bundle))
    one = laid(predictor, [item]).films[0]
    radiograph = read(tmp_path / "film.png")[0]
    left, top, right, bottom = map(int, one.item.boxes[0])
    assert (radiograph.values[top:bottom, left:right] == 255).all()
    assert (right - left) * (bottom - top) == 25 * 12
    said = predictor.predict([radiograph])[0]
    heat, lungs = said.activation_maps[said.class_names.index("covid19")], radiograph.values == 255
    expected = measure_film(heat, said.letterbox, one.item.boxes, None, lungs)
    assert one.of_own == pytest.approx(expected, nan_ok=True)


def test_a_model_that_reads_lungs_is_not_followed_by_another_search(chest_pa, tiny_lungs_bundle, monkeypatch):
    radiograph = read(chest_pa)[0]
    item = Item(chest_pa, "chest.dcm", ("covid19",), boxes=((300, 500, 900, 1500),))
    predictor, finder = Predictor.load(str(tiny_lungs_bundle)), LungFinder.load()
    (anatomy,) = finder.find([reduced(radiograph)])
    monkeypatch.setattr(finder, "find", lambda _films: pytest.fail("the lungs are found already"))
    films = FilmsToMeasure(predictor, [item], finder)
    films.read_rest()
    (one,) = films.measured().films
    prediction = predictor.predict([radiograph])[0]
    shape = grid_shape(prediction.letterbox)
    lungs = anatomy.letterbox.back(anatomy.lungs.astype(np.float32), shape=shape) > 127.5
    heat = prediction.activation_maps[prediction.class_names.index(one.own)]
    wanted = measure_film(heat, prediction.letterbox, item.boxes, lungs)
    assert one.of_own == pytest.approx(wanted, abs=1e-3, nan_ok=True)
    assert one.of_own["in_lungs"] > 0


def test_a_mask_of_another_film_is_a_failure_of_its_film(films, tmp_path, tiny_bundle):
    cv2.imwrite(str(tmp_path / "mask.png"), np.zeros((30, 80), np.uint8))
    found = laid(Predictor.load(str(tiny_bundle)), find_items(DataConfig(str(films))))
    assert [file for file, _ in found.failures] == ["a.png", "f.png"]
    assert says(found.failures[0][1], messages.MASK_OF_ANOTHER_SHAPE(file="a.png"))
    assert {one.item.file for one in found.films} == {"b.png", "c.png"}


def test_a_report_shows_the_worst_films_and_one_to_share_shows_none(films, tmp_path, tiny_bundle):
    predictor = Predictor.load(str(tiny_bundle))
    parts = {"test": FilmsToMeasure(predictor, find_items(DataConfig(str(films))))}
    heat = lay_heat(predictor, parts, repeats=20)
    assert len(heat.worst) == 3
    one = heat.worst[0]
    assert one.boxed.shape == one.heated.shape == (TINY_SIZE, TINY_SIZE + 16, 3)
    plain = cv2.imread(str(one.film.item.path), 0)
    changed = (one.boxed != plain[..., None]).any(2)
    assert changed[8, 4:40].all()  # the box's upper side
    assert not changed[15:43, 12:32].any()
    write_report(tmp_path / "own", "T", {"test": answers()}, heat=heat, shared=tmp_path / "shared", repeats=5)
    page = (tmp_path / "own" / "report.html").read_text("utf-8")
    assert page.count("data:image/jpeg") == 6
    assert "b.png" in page
    shared = (tmp_path / "shared" / "report.html").read_text("utf-8")
    assert "data:image/jpeg" not in shared
    assert "b.png" not in shared
    assert 'id="heat"' in shared
    assert not (tmp_path / "shared" / "boxes.csv").exists()
    assert (tmp_path / "own" / "boxes.csv").read_text("utf-8") == heat_csv(heat.films)
    assert not lay_heat(predictor, parts, pictures=False).worst
