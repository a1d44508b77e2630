"""From a folder or a table to inputs, checked and split; a second time from the cache."""

import csv
import errno
import json
import os
from dataclasses import replace

import cv2
import numpy as np
import pytest

from cxrview.datasets import decoded, finding_texts, messages
from cxrview.datasets import report as data_report
from cxrview.datasets.config import DataConfig
from cxrview.datasets.decoded import read_inputs
from cxrview.datasets.sources import find_items
from cxrview.errors import InvalidRequest
from cxrview.imaging import model_input, read
from cxrview.progress import Cancelled
from cxrview.training.config import ModelConfig, TrainingConfig
from cxrview.training.export.phantom import chest_phantom
from cxrview.training.run import prepare as preparing
from cxrview.training.run.prepare import prepare
from tests.imaging.phantoms import phantom, save
from tests.refusals import refused, says
from tests.training.drawn import chest, class_folders, small, version, write

SIZE = 32


def config(path, card=None, exclusive=True, **choices):
    model = ModelConfig(exclusive=exclusive)
    return TrainingConfig(data=DataConfig(path=str(path), **choices), model=model, card=card or {})


def kinds(report):
    return {finding.kind: finding for finding in report.findings}


def sides(prepared):
    return [set(part.files) for part in (prepared.train, prepared.validation, prepared.test)]


def table(path, *rows, head="file,label"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join((head, *rows)), "utf-8")
    return path


@pytest.fixture
def folder(tmp_path):
    return class_folders(tmp_path / "data", {"normal": 12, "sick": 8})


def test_a_folder_becomes_inputs_a_split_and_a_report(folder, tmp_path):
    out = tmp_path / "out"
    prepared = prepare(config(folder), SIZE, out)
    data = prepared.data
    assert data.class_names == ("normal", "sick")
    assert len(data) == 20
    for index in (0, 13):
        expected, _ = model_input(read(folder / data.files[index])[0], SIZE)
        np.testing.assert_array_equal(data.images[index], expected)
    assert data.labels.tolist() == [0] * 12 + [1] * 8
    train, validation, test = sides(prepared)
    assert train | validation | test == set(data.files)
    assert min(len(train), len(validation), len(test)) >= 2
    assert prepared.external is None
    assert prepared.out_of_distribution is None
    assert json.loads((out / "data_report.json").read_text("utf-8")) == prepared.report.as_dict()
    assert prepared.report.counts["train"]["normal"] == int((prepared.train.labels == 0).sum())
    with (out / "split.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {(out / row["file"]).resolve() for row in rows if row["split"] == "test"} == {
        (folder / name).resolve() for name in test
    }


def test_the_second_time_nothing_is_decoded_and_all_is_the_same(folder, tmp_path, monkeypatch):
    first = prepare(config(folder), SIZE, tmp_path / "out")
    monkeypatch.setattr(decoded, "read", lambda path: pytest.fail(f"{path} was decoded again"))
    again = prepare(config(folder), SIZE, tmp_path / "out")
    np.testing.assert_array_equal(again.data.images, first.data.images)
    assert sides(again) == sides(first)
    assert again.report == first.report


def test_a_changed_file_another_size_and_a_damaged_cache_are_read_anew(folder, tmp_path):
    out = tmp_path / "out"
    prepare(config(folder), SIZE, out)
    write(folder / "normal" / "p000.png", small(77))
    os.utime(folder / "normal" / "p000.png", (1, 1))
    changed = prepare(config(folder), SIZE, out).data.images[0]
    np.testing.assert_array_equal(changed, model_input(read(folder / "normal" / "p000.png")[0], SIZE)[0])
    assert prepare(config(folder), 40, out).data.images.shape == (20, 40, 40)
    stored = out / "cache" / f"inputs-{SIZE}.npy"
    stored.write_bytes(stored.read_bytes()[:500])
    assert prepare(config(folder), SIZE, out).data.images.shape == (20, SIZE, SIZE)


def test_the_split_written_is_the_split_read(folder, tmp_path):
    first = prepare(config(folder), SIZE, tmp_path / "out")
    again = prepare(config(tmp_path / "out" / "split.csv"), SIZE, tmp_path / "second")
    for side in ("train", "validation", "test"):
        np.testing.assert_array_equal(getattr(again.split, side), getattr(first.split, side))
    np.testing.assert_array_equal(again.data.targets, first.data.targets)


def test_unreadable_and_blank_files_are_left_out_and_named(folder, tmp_path):
    (folder / "normal" / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    write(folder / "sick" / "black.png", np.zeros((60, 60), np.uint8))
    holes = small(5).astype(np.float32)
    holes[:5] = np.nan
    write(folder / "sick" / "holes.tif", holes)
    write(folder / "sick" / "nothing.tif", np.full((48, 48), np.nan, np.float32))
    prepared = prepare(config(folder), SIZE, tmp_path / "out")
    found = kinds(prepared.report)
    assert set(found["unreadable"].files) == {"normal/torn.png", "sick/nothing.tif"}
    assert found["blank"].files == ("sick/black.png",)
    assert found["not-finite"].files == ("sick/holes.tif",)
    assert len(prepared.data) == 21
    np.testing.assert_array_equal(
        prepared.data.images[list(prepared.data.files).index("sick/holes.tif")],
        model_input(read(folder / "sick" / "holes.tif")[0], SIZE)[0],
    )
    assert prepare(config(folder), SIZE, tmp_path / "out").report == prepared.report


def dicom_folder(root, patient):
    """Write six DICOM files of 48 pixels a class; `patient` gives the PatientID of each."""
    for number in range(12):
        place = root / ("a" if number < 6 else "b") / f"f{number}.dcm"
        place.parent.mkdir(parents=True, exist_ok=True)
        save(phantom(small(number), PatientID=patient(number), Manufacturer=f"M{number // 6}"), place)
    return root


def test_patients_of_dicom_files_stay_together_and_nameless(tmp_path):
    folder = dicom_folder(tmp_path / "data", lambda number: f"SECRET-{number // 2}")
    prepared = prepare(config(folder), SIZE, tmp_path / "out")
    groups = prepared.data.groups
    assert [groups[n] == groups[n + 1] for n in range(11)] == [n % 2 == 0 for n in range(11)]
    for written in (path for path in (tmp_path / "out").rglob("*") if path.is_file()):
        assert b"SECRET" not in written.read_bytes()
    found = kinds(prepared.report)
    assert found["confounded"].message.values["attribute"] == finding_texts.ATTRIBUTES["Manufacturer"]


def test_one_patient_id_for_all_is_nobodys(tmp_path):
    folder = dicom_folder(tmp_path / "data", lambda number: "42")
    prepared = prepare(config(folder), SIZE, tmp_path / "out")
    assert len(set(prepared.data.groups)) == 12
    assert says(kinds(prepared.report)["one-patient"].message, finding_texts.ONE_PATIENT)


def test_a_picture_and_its_dicom_original_stay_together(folder, tmp_path):
    picture = cv2.imread(str(folder / "sick" / "p003.png"), cv2.IMREAD_GRAYSCALE)
    save(phantom(picture), folder / "sick" / "original.dcm")
    prepared = prepare(config(folder), SIZE, tmp_path / "out")
    found = kinds(prepared.report)["exact-duplicate"]
    assert set(found.files) == {"sick/p003.png", "sick/original.dcm"}
    group = dict(zip(prepared.data.files, prepared.data.groups, strict=True))
    assert group["sick/p003.png"] == group["sick/original.dcm"]


def test_the_pattern_finds_the_patient_in_the_name(folder, tmp_path):
    choices = config(folder, group_pattern=r"p\d\d(\d)", allow=("patient-conflict",))
    prepared = prepare(choices, SIZE, tmp_path / "out")
    group = dict(zip(prepared.data.files, prepared.data.groups, strict=True))
    assert group["normal/p001.png"] == group["normal/p011.png"] == group["sick/p001.png"]
    assert len(set(prepared.data.groups)) == 10


def test_near_duplicates_are_kept_together_and_found_in_the_external_images(tmp_path):
    for number in range(8):
        write(tmp_path / "data" / "a" / f"{number}.png", chest(number))
        write(tmp_path / "data" / "b" / f"{number}.png", chest(100 + number))
    write(tmp_path / "data" / "a" / "version.png", version(chest(3)))
    write(tmp_path / "other" / "a" / "known.png", version(chest(5)))
    write(tmp_path / "other" / "c" / "new.png", chest(300))
    write(tmp_path / "odd" / "hand.png", chest(301))
    strange = {"external": str(tmp_path / "other"), "out_of_distribution": str(tmp_path / "odd")}
    choices = config(tmp_path / "data", **strange)
    prepared = prepare(choices, SIZE, tmp_path / "out")
    found = kinds(prepared.report)
    assert set(found["near-duplicate"].files) == {"a/3.png", "a/version.png"}
    assert found["external-duplicate"].files == ("a/known.png",)
    group = dict(zip(prepared.data.files, prepared.data.groups, strict=True))
    assert group["a/3.png"] == group["a/version.png"]
    assert prepared.external.files.tolist() == ["c/new.png"]  # the one that was learnt from does not judge
    assert prepared.external.labels.tolist() == [-1]
    assert prepared.out_of_distribution.labels.tolist() == [-1]
    assert prepared.report.counts["external"] == {"a": 0, "b": 0, "–": 1}
    (tmp_path / "other" / "c" / "new.png").unlink()
    nothing_new = prepare(choices, SIZE, tmp_path / "out")
    assert nothing_new.external is None
    assert "external" not in nothing_new.report.counts
    without = prepare(
        replace(choices, data=replace(choices.data, near_duplicates=False)), SIZE, tmp_path / "out"
    )
    assert "near-duplicate" not in kinds(without.report)


def test_a_given_split_that_leaks_stops_the_run_after_the_report(folder, tmp_path):
    rows = [f"normal/p{n:03d}.png,normal,g{n},{'train' if n < 8 else 'val'}" for n in range(12)]
    rows += [f"sick/p{n:03d}.png,sick,s{n // 2},{'train' if n < 5 else 'val'}" for n in range(8)]
    leaking = table(folder / "list.csv", *rows, head="file,label,group,split")
    with refused(InvalidRequest, finding_texts.LEAKING_PATIENTS(count=1)) as caught:
        prepare(config(leaking), SIZE, tmp_path / "out")
    assert caught.error.advice == messages.MEND_OR_ALLOW(options="--allow leak-patient")
    stored = json.loads((tmp_path / "out" / "data_report.json").read_text("utf-8"))
    assert stored["blocking"] == ["leak-patient"]
    allowed = prepare(config(leaking, allow=("leak-patient",)), SIZE, tmp_path / "out")
    assert kinds(allowed.report)["leak-patient"].files == ("sick/p004.png", "sick/p005.png")
    assert len(allowed.test) == 0
    assert len(allowed.validation) == 7


def test_a_copy_across_a_given_split_stops_the_run(folder, tmp_path):
    (folder / "normal").rename(tmp_path / "normal")
    for part, files in (("train", range(8)), ("test", range(8, 12))):
        for number in files:
            write(tmp_path / "parts" / part / "normal" / f"{number}.png", small(number))
            write(tmp_path / "parts" / part / "sick" / f"{number}.png", small(50 + number))
    write(tmp_path / "parts" / "test" / "normal" / "again.png", small(2))
    with refused(InvalidRequest, finding_texts.LEAKING_COPIES(count=1)):
        prepare(config(tmp_path / "parts"), SIZE, tmp_path / "out")
    allowed = prepare(config(tmp_path / "parts", allow=("leak-duplicate",)), SIZE, tmp_path / "out")
    assert set(allowed.test.files) == {
        *(f"test/{name}/{number}.png" for name in ("normal", "sick") for number in range(8, 12)),
        "test/normal/again.png",
    }
    assert len(allowed.validation) >= 2  # taken from the images for training
    assert all(name.startswith("train/") for name in allowed.validation.files)


def test_one_picture_with_two_labels_stops_the_run(folder, tmp_path):
    write(folder / "sick" / "again.png", small(4))  # as normal/p004.png
    with refused(InvalidRequest, finding_texts.TORN):
        prepare(config(folder), SIZE, tmp_path / "out")
    assert len(prepare(config(folder, allow=("label-conflict",)), SIZE, tmp_path / "out").data) == 21


def test_labels_may_go_together(folder, tmp_path):
    labels = ["normal", "sick|old", "old", ""]
    rows = [f"normal/p{n:03d}.png,{labels[n % 4]}" for n in range(12)]
    rows += [f"sick/p{n:03d}.png,{labels[n % 3]}" for n in range(8)]
    several = table(folder / "list.csv", *rows)
    with refused(InvalidRequest, messages.NO_LABEL(file="normal/p003.png")):
        prepare(config(several), SIZE, tmp_path / "out")
    prepared = prepare(config(several, exclusive=False), SIZE, tmp_path / "out")
    data = prepared.data
    lines = data_report.text(prepared.report).splitlines()
    every = next(line for line in lines if line.startswith("all "))
    assert sum(map(int, every.split()[1:])) == 20  # images, of which some have two labels
    assert data.class_names == ("normal", "old", "sick")
    assert data.targets[:4].tolist() == [[1, 0, 0], [0, 1, 1], [0, 1, 0], [0, 0, 0]]
    assert data.labels[:4].tolist() == [0, 1, 1, -1]


def test_one_of_several_classes_is_learnt_from_and_judges_nothing(folder, tmp_path):
    rows = [f"normal/p{n:03d}.png,normal,n{n}" for n in range(12)]
    rows += [f"sick/p{n:03d}.png,{['sick', 'old'][n % 2]},s{n}" for n in range(8)]
    for n in range(9):
        write(folder / "unsure" / f"p{n:03d}.png", small(5000 + n))
    rows += [f"unsure/p{n:03d}.png,sick|old,{f's{n}' if n < 8 else 'alone'}" for n in range(9)]
    several = table(folder / "list.csv", *rows, head="file,label,group")
    prepared = prepare(config(several), SIZE, tmp_path / "out")
    data = prepared.data
    unsure = set(data.files[data.several])
    assert len(unsure) == 9
    assert not unsure & {*prepared.validation.files, *prepared.test.files}
    judging = {*prepared.validation.groups, *prepared.test.groups}
    kept = {file for file, group in zip(data.files, data.groups, strict=True) if group not in judging}
    assert unsure & set(prepared.train.files) == unsure & kept
    assert "unsure/p008.png" in kept
    assert 0 < len(unsure & kept) < 9
    note = kinds(prepared.report)["one-of-several"]
    assert (note.severity, len(note.files)) == ("warning", 9)  # of 29
    assert "patient-conflict" not in kinds(prepared.report)
    # The split that was written gives the same sides again.
    again = prepare(config(tmp_path / "out" / "split.csv"), SIZE, tmp_path / "again")
    assert [len(side) for side in sides(again)] == [len(side) for side in sides(prepared)]
    assert kinds(again.report)["one-of-several"].severity in ("info", "warning")


def test_every_class_at_once_says_nothing_and_is_refused(folder, tmp_path):
    rows = [f"normal/p{n:03d}.png,{'normal' if n else 'normal|sick'}" for n in range(12)]
    everything = table(folder / "list.csv", *rows)
    with refused(InvalidRequest, messages.ALL_LABELS(count=2, file="normal/p000.png")):
        prepare(config(everything), SIZE, tmp_path / "out")


def test_external_images_of_several_classes_judge_nothing(folder, tmp_path):
    for n in range(3):
        write(tmp_path / "elsewhere" / "a" / f"p{n:03d}.png", small(6000 + n))
    labels = ["normal", "sick", "normal|sick"]
    foreign = table(tmp_path / "elsewhere" / "t.csv", *(f"a/p{n:03d}.png,{labels[n]}" for n in range(3)))
    prepared = prepare(config(folder, external=str(foreign), near_duplicates=False), SIZE, tmp_path / "out")
    assert prepared.external is not None
    assert prepared.external.files.tolist() == ["a/p000.png", "a/p001.png"]


def framed_chests(folder, boxes):
    """Write a table of drawn chests, each with a bright square, whose place the table tells or not."""
    rows = []
    for number in range(12):
        picture = chest_phantom(300)
        row, column = 90 + 4 * number, 70 if number % 2 else 190
        picture[row : row + 40, column : column + 40] = 255 - number  # no two alike
        write(folder / f"{number}.png", picture)
        told = f'"[[{column}, {row}, {column + 40}, {row + 40}]]"' if boxes and number % 3 else ""
        rows.append(f"{number}.png,{'ab'[number % 2]},{told}")
    return table(folder / "list.csv", *rows, head="file,label,boxes")


def test_films_are_framed_to_the_lungs_with_their_boxes(tmp_path):
    listed = framed_chests(tmp_path / "data", boxes=True)
    empty = np.zeros((300, 300), np.uint8)
    empty[:30, :30] = 200
    write(tmp_path / "data" / "12.png", empty)
    with listed.open("a") as file:
        file.write("\n12.png,a,")
    chosen = config(listed, near_duplicates=False)
    data = prepare(chosen, 64, tmp_path / "out", frame="lungs").data
    assert data.images.shape == (13, 64, 64, 3)
    assert data.boxed.tolist() == [bool(n % 3) for n in range(12)] + [False]
    film, lungs, boxes = (data.images[..., channel].astype(int) for channel in range(3))
    for index in range(12):
        assert lungs[index].mean() > 50
        box = (boxes[index] == 255).astype(np.uint8)
        if index % 3:  # the box is where the square is, but for a pixel's rim
            core, rim = cv2.erode(box, np.ones((3, 3))), cv2.dilate(box, np.ones((5, 5)))
            ring = rim - cv2.dilate(box, np.ones((3, 3)))
            assert film[index][core > 0].min() > 235
            assert film[index][ring > 0].mean() < 150
            assert 60 < box.sum() < 200
        else:
            assert not box.any()
    np.testing.assert_array_equal(data.inputs, data.images[..., :2])
    np.testing.assert_array_equal(data.films, data.images[..., 0])
    again = prepare(chosen, 64, tmp_path / "out", frame="lungs")
    assert isinstance(again.data.images.base, np.memmap | type(data.images.base))
    missing = kinds(again.report)["no-lungs"]
    assert (missing.files, missing.severity) == (("12.png",), "warning")
    assert (lungs[12] == 255).all()
    # Other boxes are other inputs.
    framed_chests(tmp_path / "data", boxes=False)
    without = prepare(chosen, 64, tmp_path / "out", frame="lungs").data
    assert not without.images[..., 2].any()


def test_the_split_that_is_written_keeps_the_boxes(tmp_path):
    listed = framed_chests(tmp_path / "data", boxes=True)
    prepare(config(listed, near_duplicates=False), SIZE, tmp_path / "out")
    wanted = {item.path.name: item.boxes for item in find_items(DataConfig(path=str(listed)))}
    split = find_items(DataConfig(path=str(tmp_path / "out" / "split.csv")))
    assert {item.path.name: item.boxes for item in split} == wanted
    assert any(wanted.values())


def test_the_card_orders_the_classes_and_names_them_all(folder, tmp_path):
    card = {"classes": [{"name": "sick", "label": "Ill"}, {"name": "normal"}]}
    data = prepare(config(folder, card), SIZE, tmp_path / "out").data
    assert data.class_names == ("sick", "normal")
    assert data.labels[0] == 1
    with refused(InvalidRequest, messages.CLASS_NOT_ON_CARD(name="sick")):
        prepare(config(folder, {"classes": [{"name": "normal"}]}), SIZE, tmp_path / "out")
    card["classes"].append({"name": "odd"})
    with refused(InvalidRequest, finding_texts.EMPTY_CLASS(classes=finding_texts.quoted(["odd"]))):
        prepare(config(folder, card), SIZE, tmp_path / "out")


def test_one_class_and_two_images_are_refused_whatever_is_allowed(tmp_path):
    everything = ("one-class", "too-few", "few-images")
    one = class_folders(tmp_path / "one", {"a": 9})
    with refused(InvalidRequest, finding_texts.ONE_CLASS(name="a")):
        prepare(config(one, allow=everything), SIZE, tmp_path / "out")
    two = class_folders(tmp_path / "two", {"a": 1, "b": 1})
    with refused(InvalidRequest, finding_texts.TOO_FEW(name="a", count=1)):
        prepare(config(two, allow=everything), SIZE, tmp_path / "out")
    assert json.loads((tmp_path / "out" / "data_report.json").read_text("utf-8"))["blocking"] == ["too-few"]


def test_a_folder_without_images_and_a_column_of_patients_are_told_of(folder, tmp_path):
    assert not {"empty-folder", "unread-patients"} & set(
        kinds(prepare(config(folder), SIZE, tmp_path / "a").report)
    )
    (folder / "odd").mkdir()
    (folder / "odd" / "notes.txt").write_text("no image")
    told = kinds(prepare(config(folder), SIZE, tmp_path / "b").report)["empty-folder"]
    assert told.message == finding_texts.EMPTY_FOLDERS(count=1, classes=finding_texts.quoted(["odd"]))
    assert told.severity == "warning"
    files = sorted(folder.rglob("*.png"))
    rows = [f"{path.relative_to(folder).as_posix()},{path.parent.name},p" for path in files]
    listed = table(folder / "list.csv", *rows, head="file,label,Patient_ID")
    told = kinds(prepare(config(listed), SIZE, tmp_path / "c").report)["unread-patients"]
    assert told.message == finding_texts.UNREAD_PATIENTS(column="patient_id")
    grouped = [f"{row.rsplit(',', 1)[0]},g{number},p" for number, row in enumerate(rows)]
    listed = table(folder / "list.csv", *grouped, head="file,label,group,patient_id")
    assert "unread-patients" not in kinds(prepare(config(listed), SIZE, tmp_path / "d").report)


def test_ten_thousand_classes_no_classes_and_no_readable_file_are_refused(tmp_path):
    many = table(tmp_path / "many.csv", *(f"{n}.png,class{n}" for n in range(10_000)))
    with refused(InvalidRequest, messages.TOO_MANY_CLASSES(count=10_000, most=1000)):
        prepare(config(many), SIZE, tmp_path / "out")
    write(tmp_path / "flat" / "x.png", small(1))
    with refused(InvalidRequest, messages.NAMES_NO_CLASSES):
        prepare(config(tmp_path / "flat"), SIZE, tmp_path / "out")
    missing = table(tmp_path / "missing.csv", "no.png,a", "none.png,b")
    with refused(InvalidRequest, finding_texts.UNREADABLE(count=2)):
        prepare(config(missing), SIZE, tmp_path / "out")


def test_cancelling_leaves_no_half_cache(folder, tmp_path):
    seen = []

    def stop(done, name):
        seen.append(done)
        if len(seen) == 5:
            raise Cancelled

    with pytest.raises(Cancelled):
        prepare(config(folder), SIZE, tmp_path / "out", stop)
    assert [path.name for path in (tmp_path / "out" / "cache").iterdir()] == []
    assert len(prepare(config(folder), SIZE, tmp_path / "out").data) == 20


def test_progress_only_grows(folder, tmp_path):
    seen = []
    prepare(config(folder), SIZE, tmp_path / "out", lambda done, _: seen.append(done))
    assert seen == sorted(seen)
    assert 0 < seen[0] < seen[-1] <= 1


def test_a_full_disk_is_a_sentence(folder, tmp_path, monkeypatch):
    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(decoded, "_write_headers", full)
    with refused(InvalidRequest, messages.NO_ROOM):
        prepare(config(folder), SIZE, tmp_path / "out")


def test_without_a_key_patients_are_still_told_apart(tmp_path, monkeypatch):
    def refuse(_):
        raise InvalidRequest("no home")

    monkeypatch.setattr(preparing, "load_key", refuse)
    folder = dicom_folder(tmp_path / "data", lambda number: f"P{number // 2}")
    assert len(set(prepare(config(folder), SIZE, tmp_path / "out").data.groups)) == 6


def test_inputs_without_any_readable_file_are_empty(tmp_path):
    items = find_items(DataConfig(path=str(table(tmp_path / "list.csv", "x.png,a"))))
    for _ in range(2):  # and from the cache
        inputs = read_inputs(items, SIZE, tmp_path / "cache", "inputs", b"")
        assert inputs.images.shape == (0, SIZE, SIZE)
        assert list(inputs.failures) == ["x.png"]
