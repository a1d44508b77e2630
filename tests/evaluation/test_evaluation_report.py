"""The report as a reader gets it: one page with everything inside, and sentences that warn."""

import csv
import json
import re
from html.parser import HTMLParser

import numpy as np
import pytest

from cxrview.datasets.report import DataReport, Finding
from cxrview.errors import InvalidRequest
from cxrview.evaluation import evaluate, messages, report_tables
from cxrview.evaluation.caveats import caveats
from cxrview.evaluation.examples import Example, choose_examples
from cxrview.evaluation.report import write_report
from cxrview.message import verbatim
from cxrview.training.names import PARTS
from cxrview.training.run.history_figure import course
from tests.evaluation.test_evaluate import CLASSES, POINTS, answers, answers_of, several
from tests.evaluation.test_plots import history
from tests.refusals import refused, says

CARD = {
    "name": "tiny",
    "version": "1.2.3",
    "status": "user",
    "classes": [
        {"name": "covid19", "label": "COVID-19", "meaning": ""},
        {"name": "normal", "label": "<script>alert(1)</script>", "meaning": ""},
        {"name": "pneumonia", "label": "Other pneumonia", "meaning": ""},
    ],
    "operating_points": POINTS,
    "limits": ["It is a test & nothing else."],
    "libraries": {"keras": "3.15.0"},
}


class Page(HTMLParser):
    """What a browser would see: tags, what they link to, and the text."""

    VOID = frozenset({"meta", "img", "br", "link", "input"})

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.ids, self.open, self.words = [], [], [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        values = dict(attrs)
        self.links += [values[name] for name in ("href", "src", "xlink:href") if name in values]
        self.ids += [values["id"]] if "id" in values else []
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())


def example(right=True):
    shape = (32, 40)
    return Example(
        "secret/file.png", "a", ("normal",), "covid19", 0.91, right, False,
        np.zeros(shape, np.uint8), np.zeros((*shape, 3), np.uint8),
    )  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder of a report with everything in it."""
    folder = tmp_path_factory.mktemp("report") / "new"
    data = DataReport(
        {"train": {"covid19": 7, "normal": 9}},
        (Finding("near-duplicate", "warning", verbatim("Two images are alike."), ("secret/one.png",)),),
    )
    outside = answers_of(np.full((20, 3), 1 / 3), np.full(20, -1), in_domain=np.arange(20) < 4)
    write_report(
        folder,
        "Tiny & co",
        {"validation": answers(200, seed=1), "test": answers(in_domain=np.arange(300) > 5)},
        course=course(history()),
        card=CARD,
        examples=[example(), example(right=False)],
        data_report=data,
        out_of_distribution=outside,
        notes=["3 images were left out."],
        failures=[("secret/bad.png", "is empty.")],
        repeats=20,
    )
    return folder


def test_the_page_needs_nothing_but_itself(whole):
    page = Page((whole / "report.html").read_text("utf-8"))
    assert not page.open
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert all(link.startswith(("#", "data:image/jpeg;base64,")) for link in page.links)
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    style = (whole / "report.html").read_text("utf-8")
    assert not re.search(r"@import|url\((?!#)", style)
    assert "prefers-color-scheme: dark" in style
    assert "@media print" in style


def test_the_page_says_what_was_measured(whole):
    page = Page((whole / "report.html").read_text("utf-8"))
    metrics = json.loads((whole / "metrics.json").read_text("utf-8"))
    test = metrics["parts"]["test"]
    assert page.text.index(str(PARTS["test"])) < page.text.index(f"{PARTS['validation']} 200 images")
    for name in ("accuracy", "balanced_accuracy"):
        entry = test["figures"][name]
        assert report_tables.percent(entry["value"]) in page.text
        assert report_tables.interval_text(entry, "percent") in page.text
    for row in test["confusion"]:
        assert all(str(count) in page.text for count in row)
    for words in ("Source by source", "At the model's operating points", "COVID-19", "ECE", "Brier"):
        assert words in page.text
    assert "It is a test & nothing else." in page.text
    assert "Two images are alike." in page.text
    assert "flagged as out of domain" in page.text
    assert "80 %" in page.text  # of the images outside the task
    assert "epoch 5" in page.text
    assert "keras 3.15.0" in page.text
    assert "secret/bad.png" in page.text


def test_the_page_tells_disease_of_any_kind_from_none_and_what_holds_within_one_source(tmp_path):
    card = CARD | {
        "watch_class": "covid19",
        "classes": [{"name": n, "label": n.title(), "meaning": ""} for n in CLASSES],
    }
    write_report(tmp_path, "Within", {"test": answers()}, card=card, repeats=20)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    found = json.loads((tmp_path / "metrics.json").read_text("utf-8"))["parts"]["test"]
    area = report_tables.decimal(found["any_disease"]["auc"]["value"])
    assert f"Disease of any kind against Normal (AUC) {area}" in page.text
    mean = found["within_source"]["mean"]
    row = f"Mean of the sources {report_tables.decimal(mean['value'])} {report_tables.interval_text(mean)}"
    assert "Covid19 against Normal, each source by itself" in page.text
    assert row in page.text
    assert "each device by itself" not in page.text


def test_names_of_classes_stay_text(whole):
    page = Page((whole / "report.html").read_text("utf-8"))
    assert "<script>alert(1)</script>" in page.text
    assert "script" not in page.tags


def test_every_figure_is_on_disk_too(whole):
    names = {path.name for path in (whole / "figures").iterdir()}
    kinds = ("confusion", "roc", "precision-recall", "calibration", "sources")
    wanted = {f"{part}-{kind}" for part in ("test", "validation") for kind in kinds} | {"history"}
    assert names == {f"{name}.{suffix}" for name in wanted for suffix in ("svg", "png")}


def test_predictions_stand_in_a_table(whole):
    with (whole / "predictions.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [
        sum(row["part"] == part for row in rows) for part in ("test", "validation", "out_of_distribution")
    ] == [
        300,
        200,
        20,
    ]
    right = np.mean([row["label"] == row["predicted"] for row in rows if row["part"] == "test"])
    metrics = json.loads((whole / "metrics.json").read_text("utf-8"))
    assert right == pytest.approx(metrics["parts"]["test"]["figures"]["accuracy"]["value"], abs=1e-4)


def test_a_report_to_share_names_no_file_and_shows_no_picture(whole, tmp_path):
    metrics = json.loads((whole / "metrics.json").read_text("utf-8"))
    data = DataReport({}, (Finding("blank", "warning", verbatim("One image is blank."), ("secret/x.png",)),))
    del metrics["parts"]["validation"]
    parts = {"test": answers(in_domain=np.arange(300) > 5)}
    own, shared = tmp_path / "own", tmp_path / "shared"
    write_report(
        own, "Shared", parts, card=CARD, examples=[example()], data_report=data,
        failures=[("secret/bad.png", "is empty.")], metrics=metrics, shared=shared,
    )  # fmt: skip
    assert "secret" in (own / "report.html").read_text("utf-8")
    assert sorted(path.name for path in shared.iterdir()) == ["metrics.json", "report.html"]
    text = (shared / "report.html").read_text("utf-8")
    assert "One image is blank." in text
    assert "secret" not in text
    assert "data:image" not in text
    assert json.loads((shared / "metrics.json").read_text("utf-8")) == metrics


def test_a_report_of_several_classes_at_once(tmp_path):
    write_report(tmp_path, "Several", {"test": several()}, card=CARD, repeats=5)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert "Right and wrong calls" in page.text
    assert "A class counts as called from these probabilities on: COVID-19 0.30" in page.text
    assert not (tmp_path / "figures" / "test-confusion.svg").exists()


def test_a_report_with_no_known_class_and_no_card(tmp_path):
    data = answers_of(np.tile([0.2, 0.5, 0.3], (4, 1)), np.full(4, -1))
    write_report(tmp_path, "Nothing known", {"external": data}, repeats=5)
    page = Page((tmp_path / "report.html").read_text("utf-8"))
    assert str(messages.NOTHING_KNOWN) in page.text


def test_a_place_that_cannot_be_written_is_a_sentence(tmp_path):
    (tmp_path / "file").write_text("x")
    with refused(InvalidRequest, messages.FOLDER_NOT_MADE):
        write_report(tmp_path / "file" / "x", "T", {"test": answers()}, repeats=2)


def said(data, wanted, **options):
    """Return the caveats on `data` that are the message `wanted`."""
    found = caveats(data, evaluate.measure(data, repeats=100, **options))
    return [caveat for caveat in found if says(caveat.message, wanted)]


def test_a_class_from_a_source_of_its_own_is_a_serious_remark():
    data = answers()
    sources = np.where(data.labels == 0, "covid-only", "mixed")
    wanted = messages.ONE_SOURCE(name="covid19", sources=["covid-only"])
    (caveat,) = said(answers(sources=sources), wanted)
    assert caveat.serious
    assert said(data, messages.ONE_SOURCE) == []


def test_few_images_wide_intervals_and_perfect_recall_are_said_with_their_number():
    data = answers(600)
    few = np.r_[np.flatnonzero(data.labels == 0)[:12], np.flatnonzero(data.labels != 0)]
    images = messages.OF_CLASS(images=messages.IMAGES(count=12), name="covid19", patients=12)
    assert said(data.subset(few), images)
    assert said(data.subset(few), messages.RECALL_UNCERTAIN(name="normal")) == []
    perfect = answers_of(np.eye(3)[np.arange(60) % 3] * 0.94 + 0.02, np.arange(60) % 3)
    images = messages.OF_CLASS(images=messages.IMAGES(count=20), name="normal", patients=20)
    assert said(perfect, messages.NONE_MISSED(images=images, bound="15 %"))


def test_sources_apart_absent_classes_and_wrong_probabilities_are_serious():
    data = answers()
    wrong = data.probabilities.copy()
    swapped = np.arange(300) < 100
    wrong[swapped] = wrong[swapped][:, [1, 2, 0]]
    apart = answers_of(wrong, data.labels.copy())
    for wanted in (messages.SOURCES_APART, messages.NOT_CALIBRATED):
        (caveat,) = said(apart, wanted)
        assert caveat.serious
    (caveat,) = said(data.subset(np.flatnonzero(data.labels != 0)), messages.CLASS_ABSENT(names="covid19"))
    assert caveat.serious


def test_examples_are_the_most_confident_of_each_kind_and_one_a_patient():
    data = answers()
    groups = (np.arange(300) // 2).astype(np.str_)
    data = answers(groups=groups)
    choices = choose_examples(data, right=2, wrong=4)
    called = data.probabilities.argmax(1)
    for index in range(3):
        own = [c.index for c in choices if c.right and c.class_index == index]
        hits = np.flatnonzero((called == index) & (data.labels == index))
        assert own[0] == hits[data.probabilities[hits, index].argmax()]
        assert len(set(groups[own])) == len(own) == 2
    wrong = [c for c in choices if not c.right]
    assert len(wrong) == 4
    assert all(called[c.index] == c.class_index != data.labels[c.index] for c in wrong)
    sure = [data.probabilities[c.index, c.class_index] for c in wrong]
    assert sure == sorted(sure, reverse=True)
    assert sure[0] == data.probabilities.max(1)[called != data.labels].max()


@pytest.mark.parametrize(
    ("value", "as_decimal", "as_percent"),
    [
        (None, "–", "–"),
        (1.0, "1.00", "100 %"),
        (0.9996, "0.999", "100.0 %"),
        (0.996, "0.996", "99.6 %"),
        (0.5, "0.50", "50 %"),
        (0.021, "0.02", "2.1 %"),
        (0.0, "0.00", "0 %"),
    ],
)
def test_figures_have_the_digits_that_they_deserve(value, as_decimal, as_percent):
    assert report_tables.decimal(value) == as_decimal
    assert report_tables.percent(value) == as_percent
