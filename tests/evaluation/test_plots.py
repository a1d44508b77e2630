"""The figures of a report: the same bytes every day, readable, and true to the numbers."""

import re
import xml.etree.ElementTree as ET

import cv2
import numpy as np
import pytest

from cxrview import messages
from cxrview.errors import InvalidRequest
from cxrview.evaluation import evaluate, plots
from cxrview.evaluation.metrics import ClassificationMetrics
from cxrview.training.run.history import EpochRow, History
from cxrview.training.run.history_figure import history_figure
from tests.evaluation.test_evaluate import CLASSES, POINTS, answers, several
from tests.refusals import refused

LABELS = ("COVID-19", "Normal", "a <b> & $x^2$")


@pytest.fixture(scope="module")
def measured():
    return evaluate.measure(answers(), POINTS, repeats=20)


def history(epochs=6):
    rows = [
        EpochRow(
            1 + (n > 2), n, 1e-3, {"loss": 1 / n, "val_loss": 1.5 / n, "val_macro_f1": 1 - 1 / (n + 1)}, 2.0
        )
        for n in range(1, epochs + 1)
    ]
    return History(tuple(rows), 5)


def all_figures(measured):
    return {
        "confusion": plots.confusion_figure(measured, LABELS),
        "roc": plots.roc_figure(answers(), measured, LABELS),
        "precision-recall": plots.precision_recall_figure(answers(), measured, LABELS),
        "calibration": plots.calibration_figure(measured, LABELS),
        "sources": plots.sources_figure(measured, LABELS),
        "history": history_figure(history()),
    }


def texts(svg):
    return [element.text for element in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_every_figure_is_the_same_bytes_again(measured, tmp_path):
    once, again = all_figures(measured), all_figures(measured)
    for name, figure in once.items():
        text = plots.svg(figure)
        assert text == plots.svg(again[name])
        assert "<dc:date>" not in text
    first, second = (
        [path.read_bytes() for path in plots.write(drawn["history"], tmp_path, "x")]
        for drawn in (once, again)
    )
    assert first == second


def test_files_are_opaque_pictures_whatever_the_page_does_with_the_figure(measured, tmp_path):
    _, png = plots.write(plots.confusion_figure(measured, LABELS), tmp_path, "x")
    picture = cv2.imread(str(png), cv2.IMREAD_UNCHANGED)
    assert min(picture.shape[:2]) > 300
    assert picture.shape[2] == 3 or (picture[..., 3] == 255).all()
    assert (picture[0, 0, :3] == 255).all()
    assert (picture[..., :3].std(axis=(0, 1)) > 5).all()


def test_the_confusion_matrix_shows_every_count_and_share(measured):
    shown = texts(plots.svg(plots.confusion_figure(measured, LABELS)))
    table = np.array(measured["confusion"])
    for row in table:
        for count in row:
            assert str(count) in shown
            assert f"{count / row.sum():.0%}" in shown


def test_curves_carry_their_area_with_its_interval(measured):
    shown = " ".join(texts(plots.svg(plots.roc_figure(answers(), measured, LABELS))))
    for name in CLASSES:
        entry = measured["figures"][f"auc.{name}"]
        assert f"AUC {entry['value']:.2f} ({entry['low']:.2f}–{entry['high']:.2f})" in shown


def test_a_class_that_is_absent_has_no_curve():
    data = answers()
    chosen = data.subset(np.flatnonzero(data.labels != 0))
    found = evaluate.measure(chosen, repeats=2)
    shown = " ".join(texts(plots.svg(plots.roc_figure(chosen, found, LABELS))))
    assert "Normal" in shown
    assert "COVID-19" not in shown


def test_class_names_are_text_and_never_markup_or_mathematics(measured):
    figure = plots.roc_figure(answers(), measured, LABELS)
    assert any("a <b> & $x^2$" in text for text in texts(plots.svg(figure)))
    page = plots.inline_svg(plots.svg(plots.roc_figure(answers(), measured, LABELS)), "x", 'a "<title>"')
    assert "<b>" not in page
    assert ET.fromstring(page).attrib["aria-label"] == 'a "<title>"'


def test_a_class_may_be_written_in_any_script_and_nobody_is_warned(measured, tmp_path):
    labels = ["正常", *LABELS[1:]]
    figure = plots.confusion_figure(measured, labels)
    assert "正常" in " ".join(texts(plots.svg(figure)))
    assert len(plots.write(figure, tmp_path, "x")) == 2


def test_an_inline_figure_takes_colours_and_font_from_the_page(measured):
    page = plots.inline_svg(plots.svg(plots.roc_figure(answers(), measured, LABELS)), "roc", "ROC")
    assert "DejaVu" not in page
    assert "<style" not in page
    for index in range(3):
        assert f"var(--class-{index}, {plots.colour(index)})" in page
    assert {name.split("-")[0] for name in re.findall(r'id="([^"]*)"', page)} == {"roc"}
    identifiers = set(re.findall(r'\bid="([^"]*)"', page))
    assert (
        set(re.findall(r'href="#([^"]*)"', page)) | set(re.findall(r"url\(#([^)]*)\)", page)) <= identifiers
    )


def test_phases_are_shaded_and_the_best_epoch_is_marked():
    left, right = history_figure(history()).axes
    for axes in (left, right):
        assert [tuple(line.get_xdata()) for line in axes.lines if len(line.get_xdata()) == 2] == [(5, 5)]
        (shade,) = axes.patches
        assert (shade.get_x(), shade.get_x() + shade.get_width()) == (2.5, 6.5)
    np.testing.assert_allclose(left.lines[0].get_ydata(), [1 / n for n in range(1, 7)])


def test_classes_that_do_not_exclude_each_other_have_a_calibration_curve_each():
    found = evaluate.measure(several(), repeats=2)
    shown = texts(plots.svg(plots.calibration_figure(found, LABELS)))
    assert set(LABELS) <= set(shown)


def test_wilson_intervals_by_hand():
    low, high = plots.wilson(np.array([0.0, 0.5]), np.array([10, 100]))
    np.testing.assert_allclose(low, [0, 0.4038], atol=1e-4)
    np.testing.assert_allclose(high, [0.2775, 0.5962], atol=1e-4)


def test_a_figure_that_cannot_be_written_is_a_sentence(measured, tmp_path):
    with refused(InvalidRequest, messages.PLACE_CANNOT_BE_WRITTEN):
        plots.write(plots.confusion_figure(measured, LABELS), tmp_path / "absent", "x")


def test_the_curve_of_many_images_stays_small():
    data = answers(20_000)
    ones = ClassificationMetrics(data)(np.ones(20_000))
    found = {"figures": {n: {"value": v, "low": None, "high": None} for n, v in ones.items()}}
    found |= {"support": dict.fromkeys(CLASSES, 1)}
    assert len(plots.svg(plots.roc_figure(data, found, LABELS))) < 120_000
