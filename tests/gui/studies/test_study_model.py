"""The tree of the study list: levels, orders, filters, and that nothing moves by itself."""

import random
import statistics
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from cxrview.gui.state import Entry, FrameResult, Mark
from cxrview.gui.studies.filters import UNLIKE, Filters, View, view_of
from cxrview.gui.studies.sorting import SortOrder, natural
from cxrview.gui.studies.study_model import KEY, StudyModel
from cxrview.imaging import Pictured
from tests.gui.stalls import own_seconds
from tests.gui.studies.browsing import dicom_entry, raster_entry, texts


@pytest.fixture
def model(qapp: QApplication) -> StudyModel:
    return StudyModel()


@pytest.fixture
def checked(model: StudyModel) -> StudyModel:
    """A model whose every signal Qt's own tester checks; what it finds wrong ends the test."""
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal, model)
    assert tester.model() is model
    return model


def test_a_study_of_single_films_is_flat(checked):
    checked.add([dicom_entry(1, series="1"), dicom_entry(2, series="2", view="LL")])
    assert texts(checked) == ["DOE, 1", "  2024-01-02", "    PA  IM00001", "    LL  IM00002"]


def test_a_series_of_several_images_beside_another_gets_a_row(checked):
    checked.add([dicom_entry(1, series="2"), dicom_entry(2, series="2")])
    assert len(texts(checked)) == 4
    kept = QPersistentModelIndex(checked.index_of(Path("/films/IM00002")))
    checked.add([dicom_entry(3, series="1", view="LL", series_description="Lateral")])
    assert texts(checked)[2:] == [
        "    LL  IM00003",
        "    Series 2",
        "      PA  IM00001",
        "      PA  IM00002",
    ]
    assert kept.data(KEY) == (Path("/films/IM00002"), 0)
    checked.add([dicom_entry(4, series="1", series_description="Lateral", instance="1")])
    assert texts(checked)[2:5] == ["    Series 1  Lateral", "      PA  IM00004", "      LL  IM00003"]


def test_images_stand_by_instance_number_and_files_by_their_natural_names(model):
    model.add([dicom_entry(1, instance="10"), dicom_entry(2, instance="9")])
    model.add([raster_entry(name) for name in ("b10.png", "B2.png", "a.png")])
    assert [row.strip() for row in texts(model)] == [
        *("DOE, 1", "2024-01-02", "PA  IM00002", "PA  IM00001"),
        *("films", "a.png", "B2.png", "b10.png"),
    ]


def test_natural_keys_order_like_the_search_for_files():
    from cxrview.imaging.find import natural_key

    names = [
        "a",
        "a1",
        "a01",
        "a2",
        "A10",
        "a-1",
        "b",
        "10",
        "9",
        "009x",
        "film 3",
        "film 12",
        "é2",
        "é10",
        "00c",
        "0ad",
        "0",
        "00",
    ]
    expected = sorted(names, key=lambda name: (natural_key(name), name))
    assert sorted(names, key=lambda name: (natural(name), name)) == expected


@pytest.mark.parametrize(
    ("order", "patients"),
    [
        (SortOrder.NAME, ["DOE, 2", "DOE, 10", "DOE, 30"]),
        (SortOrder.PATIENT_ID, ["DOE, 2", "DOE, 10", "DOE, 30"]),
        (SortOrder.DATE, ["DOE, 10", "DOE, 30", "DOE, 2"]),
        (SortOrder.ADDED, ["DOE, 30", "DOE, 2", "DOE, 10"]),
    ],
)
def test_patients_stand_in_the_order_that_is_chosen(checked, order, patients):
    days = {"30": "20220101", "2": "20210101", "10": "20230101"}
    checked.add([dicom_entry(n, patient=p, day=day) for n, (p, day) in enumerate(days.items())])
    checked.sort_by(order)
    assert [row for row in texts(checked) if not row.startswith(" ")] == patients


def test_a_newer_study_brings_its_patient_up_and_the_row_keeps_its_place_in_the_study(checked):
    checked.sort_by(SortOrder.DATE)
    checked.add([dicom_entry(1, patient="1", day="20200101"), dicom_entry(2, patient="2", day="20210101")])
    kept = QPersistentModelIndex(checked.index_of(Path("/films/IM00001")))
    checked.add([dicom_entry(3, patient="1", day="20220101")])
    assert [row for row in texts(checked) if row.startswith("  20") or row[0] != " "] == [
        *("DOE, 1", "  2022-01-01", "  2020-01-01"),
        *("DOE, 2", "  2021-01-01"),
    ]
    assert kept.data(KEY) == (Path("/films/IM00001"), 0)


@pytest.mark.timed
def test_five_thousand_patients_of_one_name_are_told_apart_in_no_time(model):
    entries = [dicom_entry(n, patient=str(n)) for n in range(5000)]
    entries = [replace(e, identity=replace(e.identity, patient_name="ANON")) for e in entries]
    begin = own_seconds()
    model.add(entries)
    assert own_seconds() - begin < 5  # quadratic work took a minute
    assert model.index(0, 0).data() == "ANON  (ID 0)"
    assert model.index(4999, 0).data() == "ANON  (ID 4999)"


def test_files_out_of_an_archive_stand_under_its_name_and_not_where_they_were_unpacked(model):
    archive, path = Path("/home/reader/cases.zip"), Path("/cache/cxrview/x7/cases/a.png")
    model.add([Entry(path, archive=archive)])
    assert texts(model) == ["cases", "  a.png"]
    index = model.index_of(path)
    assert "cases.zip" in index.data(Qt.ItemDataRole.ToolTipRole)
    assert "cache" not in index.data(Qt.ItemDataRole.ToolTipRole)
    model.set_filter(None, "cache")
    assert model.in_sight == 0
    model.set_filter(None, "cases.zip")
    assert model.in_sight == 1


def finding(index: int, in_domain: bool = True) -> dict[int, FrameResult]:
    return {0: FrameResult("a class", index, 0.8, in_domain)}


@pytest.mark.parametrize(
    ("filters", "numbers"),
    [
        (Filters(views=frozenset({View.PA})), {1}),
        (Filters(views=frozenset({View.LATERAL, View.OTHER})), {3, 4}),
        (Filters(classes=frozenset({0})), {1}),
        (Filters(classes=frozenset({UNLIKE})), {2}),
        (Filters(classes=frozenset({0, 1}), views=frozenset({View.LATERAL})), {3}),
        (Filters(seen=frozenset({True})), {2}),
        (Filters(seen=frozenset({False})), {1, 3, 4}),
        (Filters(failed=True), {4}),
        (Filters(), {1, 2, 3, 4}),
    ],
)
def test_filters_keep_what_is_wanted(checked, filters, numbers):
    entries = [
        replace(dicom_entry(1, view="PA"), findings=finding(0)),
        replace(dicom_entry(2, view="AP"), findings=finding(0, in_domain=False), seen=True),
        replace(dicom_entry(3, view="left lateral", patient="2"), findings=finding(1)),
        replace(dicom_entry(4, view="LLD", patient="3"), mark=Mark.FAILED, note="Is damaged."),
    ]
    checked.add(entries)
    checked.set_filter(filters.keeps if filters.count else None)
    kept = {entry.path for entry in checked.entries(QModelIndex())}
    assert kept == {Path(f"/films/IM{number:05d}") for number in numbers}
    assert checked.in_sight == len(numbers)
    assert checked.total == 4


@pytest.mark.parametrize(
    ("said", "view"),
    [
        ("PA", View.PA),
        (" ap ", View.AP),
        ("RL", View.LATERAL),
        ("Left lateral", View.LATERAL),
        ("", View.OTHER),
    ],
)
def test_the_view_is_told_from_what_the_file_says(said, view):
    assert view_of(Entry(Path("x"), pictured=Pictured("", said, ""))) is view


@pytest.mark.parametrize(
    "text", ["doe 7", "20 IM00007", "2024-01", "chest two", "ll", "im00007", "1.2.3-portable"]
)
def test_every_word_of_the_search_must_be_somewhere_in_the_row(checked, text):
    wanted = dicom_entry(
        7, patient="7", view="LL", study_description="Chest two views", series_description="1.2.3-PORTABLE"
    )
    checked.add([wanted, dicom_entry(1, patient="8", day="20230303"), raster_entry("other.png")])
    checked.set_filter(None, text)
    assert checked.entries(QModelIndex()) == [wanted]


@pytest.mark.parametrize("text", ["muller", "MÜLLER", "mu\u0308ller anne", "Änne"])
def test_accents_need_not_be_typed(checked, text):
    wanted = dicom_entry(1, patient="Müller^Änne")
    checked.add([wanted, dicom_entry(2, patient="Miller^Anna")])
    checked.set_filter(None, text)
    assert checked.entries(QModelIndex()) == [wanted]


def test_what_is_in_sight_stays_until_the_filter_is_set_anew(checked):
    entry = dicom_entry(1)
    checked.add([entry, dicom_entry(2)])
    unseen = Filters(seen=frozenset({False}))
    checked.set_filter(unseen.keeps)
    checked.change(replace(entry, seen=True))
    assert checked.index_of(entry.path).isValid()
    checked.set_filter(unseen.keeps)
    assert not checked.index_of(entry.path).isValid()
    checked.change(entry)  # and what comes to match comes into sight
    assert checked.index_of(entry.path).isValid()


def test_the_model_stays_sound_whatever_is_done_to_it(checked):
    """Qt's tester watches, and a row that is held follows its file, through six hundred changes."""
    rng = random.Random(5)
    here: dict[Path, Entry] = {}
    held: dict[Path, QPersistentModelIndex] = {}

    def add() -> None:
        number = rng.randrange(60)
        if number % 5:
            patient, day = str(number % 4), f"2024010{number % 3 + 1}"
            entry = dicom_entry(number, patient=patient, day=day, series=str(number % 4))
        else:
            entry = raster_entry(f"film{number}.png", f"/films/{number % 3}")
        checked.add([entry])
        here.setdefault(entry.path, entry)

    def change() -> None:
        path = rng.choice(list(here))
        here[path] = replace(here[path], frames=rng.choice((1, 1, 3, 5)), seen=rng.random() < 0.5)
        checked.change(here[path])

    def remove() -> None:
        path = rng.choice(list(here))
        del here[path]
        checked.remove([path])

    def sift() -> None:
        filters = rng.choice((Filters(), Filters(seen=frozenset({False}))))
        checked.set_filter(filters.keeps if filters.count else None, rng.choice(("", "", "1", "doe", "film")))
        held.clear()  # a filter resets the model

    def sort() -> None:
        before = checked.order
        checked.sort_by(rng.choice(list(SortOrder)))
        if checked.order is not before:
            held.clear()

    for step in range(600):
        doing = rng.choices((add, change, remove, sift, sort), (10, 4, 3, 0.3, 0.2))[0]
        if here or doing is add:
            doing()
        path = rng.choice(list(here)) if here else None
        if path is not None and (index := checked.index_of(path)).isValid() and len(held) < 20:
            held[path] = QPersistentModelIndex(index)
        for path, index in list(held.items()):
            if path not in here:
                assert not index.isValid()
                del held[path]
            else:
                assert index.data(KEY) == (path, 0)
        if step % 20 == 0:
            in_sight = [entry.path for entry in checked.entries(QModelIndex())]
            assert len(in_sight) == len(set(in_sight)) == checked.in_sight
            assert checked.total == len(here)
    checked.set_filter(None)
    assert {entry.path for entry in checked.entries(QModelIndex())} == set(here)
    checked.remove(list(here))
    assert texts(checked) == []


@pytest.mark.timed
def test_a_tree_of_ten_thousand_rows_takes_in_and_sifts_quickly(model):
    """Bounds are several times what was measured (3 ms, 30 ms), and far below what quadratic work takes."""
    entries = [
        dicom_entry(n, patient=str(n // 4), day=f"20{n // 2 % 20:02d}0102", series=str(n % 2))
        for n in range(10_600)
    ]
    random.Random(1).shuffle(entries)
    model.add(entries[:10_000])
    took = []
    for start in range(10_000, 10_600, 60):
        begin = own_seconds()
        model.add(entries[start : start + 60])
        took.append(own_seconds() - begin)
    assert statistics.median(took) < 0.02
    took = []
    for text in ("d", "do", "doe", "doe 1", "doe 12", ""):
        begin = own_seconds()
        model.set_filter(None, text)
        took.append(own_seconds() - begin)
    assert statistics.median(took) < 0.15
    assert model.in_sight == 10_600
