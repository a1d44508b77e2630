"""What is found in the data: each kind of finding, from what gives rise to it, and from what does not."""

import json
from pathlib import Path

import numpy as np
import pytest

from cxrview.datasets import checks, finding_texts
from cxrview.datasets.confounding import attributes, confounded
from cxrview.datasets.decoded import Facts, Inputs
from cxrview.datasets.duplicates import DuplicatePair
from cxrview.datasets.labelled import LabelledImages, Split, one_hot
from cxrview.datasets.report import DataReport, Finding, in_order, save, text
from cxrview.datasets.sources import Item
from cxrview.message import verbatim
from tests.refusals import says


def item(name, label="a", **more):
    return Item(Path(name), name, (label,) if label else (), **more)


def fact(side=400, spread=200.0, frames=1, holes=False, **more):
    return Facts(side, side // 2, frames, "PNG, 8 bit", "p", "i", spread, holes, True, **more)


def inputs(*pairs, failures=()):
    items, facts = zip(*pairs, strict=True)
    empty = np.zeros((len(items), 1, 1), np.uint8)
    return Inputs(items, empty, empty, facts, dict(failures), "key")


def labelled(labels, names=("a", "b", "c")):
    count = len(labels)
    files = np.array([f"{index}.png" for index in range(count)])
    targets = one_hot(np.array(labels), len(names))
    return LabelledImages(names, np.zeros((count, 1, 1), np.uint8), targets, files, files, files)


def kinds(findings):
    return {finding.kind: finding for finding in findings}


def test_odd_files_are_named_and_even_ones_are_not():
    found = kinds(
        checks.file_findings(
            inputs(
                (item("good.png"), fact()),
                (item("blank.png"), fact(spread=2.0)),
                (item("nan.tif"), fact(holes=True)),
                (item("loop.dcm"), fact(frames=9)),
                (item("stamp.png"), fact(side=100)),
                failures={"torn.png": verbatim("torn.png is damaged.")},
            ),
            224,
        )
    )
    assert {kind: found[kind].files for kind in found} == {
        "unreadable": ("torn.png",),
        "blank": ("blank.png",),
        "not-finite": ("nan.tif",),
        "multi-frame": ("loop.dcm",),
        "small": ("stamp.png",),
    }
    assert says(found["unreadable"].message, finding_texts.UNREADABLE(count=1))
    assert all(finding.severity != "block" for finding in found.values())
    assert checks.file_findings(inputs((item("good.png"), fact())), 224) == []


def test_numbers_of_images_by_class():
    assert checks.class_findings(labelled([0] * 30 + [1] * 30 + [2] * 30), True) == []
    found = kinds(checks.class_findings(labelled([0] * 90 + [1] * 12), True))
    assert set(found) == {"empty-class", "few-images", "imbalance"}
    assert found["empty-class"].severity == "block"
    assert says(found["empty-class"].message, finding_texts.QUOTED(name="c"))
    assert found["few-images"].details == {"b": 12}
    assert found["imbalance"].message == finding_texts.IMBALANCE(most="a", many=90, least="b", few=12)


def test_one_class_is_no_task_unless_classes_go_together():
    one = checks.class_findings(labelled([0] * 30, ("a",)), True)
    assert kinds(one)["one-class"].severity == "block"
    assert DataReport(findings=tuple(one), allowed=("one-class",)).blocking == tuple(one)
    assert checks.class_findings(labelled([0] * 30 + [-1] * 30, ("a",)), False) == []
    assert "one-class" in kinds(checks.class_findings(labelled([-1] * 30, ("a",)), False))


def test_copies_in_two_classes_stop_the_run_and_others_do_not():
    items = [item("1", "a"), item("2", "a"), item("3", "b")]
    same, torn = DuplicatePair(0, 1, 1.0, True), DuplicatePair(1, 2, 0.9, False)
    assert kinds(checks.duplicate_findings([same], items)).keys() == {"exact-duplicate"}
    found = kinds(checks.duplicate_findings([same, torn], items))
    assert found["exact-duplicate"].files == ("1", "2")
    assert found["near-duplicate"].details == {"pairs": [["2", "3", 0.9]]}
    assert found["label-conflict"].severity == "block"
    assert found["label-conflict"].files == ("2", "3")


def test_a_patient_in_two_classes_stops_the_run():
    items = [item("1", "a"), item("2", "b"), item("3", "b"), item("4", "b")]
    (found,) = checks.patient_findings(items, np.array(["p", "p", "q", "q"]))
    assert (found.kind, found.severity, found.files) == ("patient-conflict", "block", ("1", "2"))
    assert checks.patient_findings(items, np.array(list("wxyz"))) == []


def test_patients_and_copies_on_two_sides_stop_the_run():
    items = [item(str(index)) for index in range(4)]
    split = Split(np.array([0, 1]), np.array([2]), np.array([3]))
    groups, alone = np.array(["p", "q", "q", "r"]), np.array(list("wxyz"))
    (patient,) = checks.leak_findings(items, groups, [DuplicatePair(0, 1, 1.0, True)], split)
    assert (patient.kind, patient.severity, patient.files) == ("leak-patient", "block", ("1", "2"))
    (copy,) = checks.leak_findings(
        items, alone, [DuplicatePair(0, 1, 1.0, True), DuplicatePair(1, 3, 0.8, False)], split
    )
    assert (copy.kind, copy.severity, copy.files) == ("leak-duplicate", "block", ("1", "3"))


def test_a_side_without_a_class_is_named():
    data = labelled([0] * 20 + [1] * 20, ("a", "b"))
    even = Split(np.r_[:10, 20:30], np.r_[10:20, 30:40], np.array([], np.int64))
    assert checks.split_findings(data, even) == []
    odd = Split(np.arange(20), np.r_[20:37], np.r_[37:40])
    found = checks.split_findings(data, odd)
    assert [(f.kind, f.severity) for f in found] == [
        ("class-missing", "block"),  # nothing to learn b from
        ("class-missing", "warning"),
        ("class-missing", "warning"),
        ("few-to-judge", "warning"),
    ]
    assert found[0].details == {"side": "train", "classes": ["b"]}


def test_external_images_that_were_learnt_from_are_named():
    own, foreign = [item("1", group="p"), item("2")], [item("x", group="p"), item("y"), item("z")]
    found = kinds(checks.overlap_findings(own, foreign, [(1, 2, 0.95)]))
    assert found["external-duplicate"].files == ("z",)
    assert found["external-patient"].files == ("x",)
    assert checks.overlap_findings(own, foreign[1:], []) == []


def alternating(count):
    return np.arange(count) % 3, np.array([f"g{index}" for index in range(count)])


def test_an_attribute_that_tells_the_class_is_found():
    labels, groups = alternating(90)
    makers = np.array(["Acme", "Beta", "Beta"])[labels].tolist()
    (found,) = confounded({"Manufacturer": makers}, labels, groups)
    assert (found.kind, found.severity) == ("confounded", "warning")
    assert found.details["attribute"] == str(finding_texts.ATTRIBUTES["Manufacturer"])
    assert found.details["balanced_accuracy"] == pytest.approx(2 / 3, abs=0.02)
    assert found.details["p"] <= 0.01
    assert found.message.values["accuracy"] == 67


def test_chance_and_values_of_single_files_tell_nothing():
    labels, groups = alternating(90)
    random = np.random.default_rng(0)
    known = {"coin": random.choice(["x", "y"], 90).tolist(), "own to each": [str(n) for n in range(90)]}
    assert confounded(known, labels, groups) == []


def test_a_patients_own_value_is_not_learnt_from_the_patient_himself():
    patients = np.repeat(np.arange(30), 3)
    labels = patients % 2
    known = {"size": [f"{patient} × 7" for patient in patients]}
    assert confounded(known, labels, patients.astype(np.str_)) == []
    assert confounded(known, labels, np.arange(90).astype(np.str_))  # as it would without the groups


def test_attributes_come_from_header_name_and_table():
    items = [item("x.dcm", source="one"), item("y.png", source="two")]
    facts = [fact(acquisition={"Manufacturer": "Acme"}), fact(side=500)]
    known = attributes(items, facts)
    assert known["Manufacturer"] == ["Acme", ""]
    assert known["source"] == ["one", "two"]
    assert known["suffix"] == [".dcm", ".png"]
    assert known["size"] == ["200 × 400", "250 × 500"]
    assert "format" not in known  # the same for both


def sample_report(allowed=()):
    findings = [
        Finding("few-images", "warning", verbatim("Few.")),
        Finding("leak-patient", "block", verbatim("A leak."), tuple(f"{n}.png" for n in range(7))),
    ]
    counts = {"train": {"a": 12, "b": 3}, "test": {"a": 1, "–": 100}}
    return DataReport(counts, in_order(findings), {"used": 116}, allowed)


def test_an_override_lets_the_run_go_on():
    assert [finding.kind for finding in sample_report().blocking] == ["leak-patient"]
    assert sample_report(("leak-patient",)).blocking == ()


def test_the_report_is_stored_and_shown_alike(tmp_path):
    report = sample_report()
    save(report, tmp_path / "new" / "report.json")
    stored = json.loads((tmp_path / "new" / "report.json").read_text("utf-8"))
    assert stored == report.as_dict()
    assert text(stored) == text(report)
    assert text(report).splitlines() == [
        "     train  test",
        "a       12     1",
        "b        3     0",
        "–        0   100",
        "all     15   101",
        "Stops the run (leak-patient): A leak. [0.png, 1.png, 2.png, 3.png, 4.png and 2 more]",
        "Warning: Few.",
    ]
    assert "Overridden (leak-patient): A leak." in text(sample_report(("leak-patient",)))
