"""What annotations say, in words and numbers, and as JSON."""

import dataclasses
from datetime import UTC, datetime

import numpy as np
import pytest

from cxrview.annotations.annotation import (
    ACCEPTED,
    KINDS,
    Angle,
    Arrow,
    CardiothoracicRatio,
    Length,
    Point,
    PointValue,
    RectangleRoi,
    Text,
)
from cxrview.annotations.annotation_json import from_json, to_json
from cxrview.annotations.results import NAMES, result_of, table
from cxrview.annotations.units import scale_of
from cxrview.imaging import SpacingSource
from tests.annotations.images import image, of_modality, seen_from, spaced


def points(*pairs: tuple[float, float]) -> tuple[Point, ...]:
    return tuple(Point(*pair) for pair in pairs)


def said(annotation, radiograph):
    return result_of(annotation, radiograph, scale_of(radiograph))


CTR = CardiothoracicRatio(points=points((10, 0), (23, 5), (0, 0), (26, 0)))


def test_a_length_says_its_unit_and_where_that_comes_from():
    line = Length(points=points((0, 0), (30, 40)))
    assert said(line, image()).lines == ("50.0 px",)
    assert said(line, spaced(0.1, 0.1)).lines == ("5.0 mm",)
    at_detector = said(line, spaced(0.1, 0.1, SpacingSource.IMAGER))
    assert at_detector.lines == ("5.0 mm at detector",)
    assert at_detector.summary == "5.0 mm"
    assert at_detector.quantities[0].unit == "mm at detector"


def test_an_angle_says_degrees():
    assert said(Angle(points=points((9, 0), (0, 0), (9, 9))), image()).summary == "45.0°"


@pytest.mark.parametrize(
    ("view", "remark"),
    [("PA", ""), ("AP", "AP view: the heart is magnified"), ("", "does not say"), ("LL", "The file says LL")],
)
def test_the_ratio_says_how_far_the_view_allows_it(view, remark):
    result = said(CTR, seen_from(view))
    assert result.lines[0] == "CTR 0.50"
    assert result.summary == "0.50"
    assert remark in result.remark
    assert bool(remark) == bool(result.remark)


def test_a_point_says_value_unit_and_place():
    result = said(PointValue(points=points((3.9, 2.1))), of_modality("CT"))
    assert result.lines == ("123 HU", "column 3, row 2")
    stored = said(PointValue(points=points((3.9, 2.1))), image())
    assert stored.lines == ("123", "stored value after rescale", "column 3, row 2")
    assert stored.quantities[0].unit == "stored value after rescale"
    assert said(PointValue(points=points((-0.1, 2))), image()).summary == "outside the image"


def test_a_point_in_the_padding_has_no_value():
    padding = np.zeros((40, 60), dtype=bool)
    padding[2, 3] = True
    assert said(PointValue(points=points((3.5, 2.5))), image(padding=padding)).summary == "padding, no value"


def test_a_region_says_mean_sd_extremes_area_and_count():
    result = said(RectangleRoi(points=points((2, 2), (5, 4))), spaced(0.5, 0.5))
    assert result.lines == (
        "Mean 153.0   SD 30.0",
        "Min 122   Max 184",
        "1.5 mm²   6 px",
        "stored value after rescale",
    )


def test_colour_is_measured_as_luminance():
    rgb = np.full((40, 60, 3), 50, np.uint8)
    result = said(
        RectangleRoi(points=points((2, 2), (5, 4))), image(np.full((40, 60), 50, np.uint8), rgb=rgb)
    )
    assert result.lines[-1] == "luminance"


def test_values_are_copied_with_their_units_for_a_spreadsheet():
    radiograph = spaced(0.1, 0.1, SpacingSource.IMAGER)
    drawn = (
        Length(points=points((0, 0), (30, 40)), label="node\tleft"),
        Text(points=points((1, 1)), label="=R"),
    )
    rows = [(annotation, said(annotation, radiograph)) for annotation in drawn]
    assert table(rows).splitlines() == [
        "Kind\tLabel\tQuantity\tValue\tUnit",
        "Length\tnode left\tLength\t5.0\tmm at detector",
        "Text\t'=R\t\t\t",
    ]


def example(kind):
    count = kind.count or 5
    extra = (
        {"known_mm": 12.5}
        if kind.kind == "calibration"
        else {"sideways": True, "thorax_by": "accepted"}
        if kind.kind == "ctr"
        else {}
    )
    return kind(
        points=tuple(Point(index * 1.25, index / 3) for index in range(count)),
        label="Höhe “x”",
        plate=Point(1, 2),
        created=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        **extra,
    )


@pytest.mark.parametrize("kind", KINDS.values())
def test_what_is_written_is_read_again(kind):
    drawn = example(kind)
    assert from_json(to_json(drawn)) == drawn


@pytest.mark.parametrize("kind", KINDS.values())
def test_every_kind_has_a_name_and_says_something(kind):
    assert NAMES[kind.kind]
    assert said(example(kind), image()).summary


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        to_json(Length(points=points((0, 0), (1, 1)))).replace('"schema": 1', '"schema": 2'),
        to_json(Length(points=points((0, 0), (1, 1)))).replace('"length"', '"spiral"'),
        to_json(Length(points=points((0, 0), (1, 1)))).replace("[0, 0], ", ""),
        to_json(Length(points=points((0, 0), (1, 1)))).replace("[0, 0]", "[0, 1e999]"),
        to_json(Length(points=points((0, 0), (1, 1)))).replace("[0, 0]", '["a", {}]'),
        to_json(Length(points=points((0, 0), (1, 1)))).replace('"created": "', '"created": "x'),
    ],
)
def test_what_is_no_annotation_is_refused(text):
    with pytest.raises(ValueError):  # noqa: PT011 - one of many
        from_json(text)


def test_a_shape_with_the_wrong_number_of_points_is_refused():
    with pytest.raises(ValueError, match="3 points"):
        Arrow(points=points((0, 0), (1, 1), (2, 2)))


def test_a_ratio_of_an_earlier_version_was_drawn_by_the_reader():
    earlier = to_json(CTR).replace(', "thorax_by": "drawn"', "")
    assert "thorax_by" not in earlier
    assert from_json(earlier) == CTR


def test_a_ratio_whose_thorax_comes_from_nowhere_is_none():
    with pytest.raises(ValueError, match="guessed"):
        from_json(to_json(CTR).replace('"drawn"', '"guessed"'))


def test_a_proposed_thorax_says_so_in_the_spreadsheet():
    radiograph = spaced(0.1, 0.1, SpacingSource.IMAGER)
    accepted = dataclasses.replace(CTR, thorax_by=ACCEPTED)
    text = table([(accepted, said(accepted, radiograph))])
    assert "Width of the thorax, proposed by the lung network, accepted by the reader\t" in text
