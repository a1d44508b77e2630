"""Into the model's square and back: what lies at a place comes back at that place."""

import numpy as np
import pytest

from cxrview.imaging import Letterbox

SHAPES = [(300, 300), (400, 250), (250, 400), (1955, 1841), (97, 1024), (5, 3)]


@pytest.mark.parametrize(("height", "width"), SHAPES)
@pytest.mark.parametrize("aspect", [1.0, 2.0, 0.5])
def test_image_fills_one_side_and_is_centred(height, width, aspect):
    box = Letterbox.fit(height, width, 224, aspect)
    assert max(box.inner_height, box.inner_width) == 224
    assert abs((224 - box.inner_height) // 2 - box.top) == 0
    assert abs((224 - box.inner_width) // 2 - box.left) == 0
    truth = height * aspect / width
    # The inner sides are whole numbers, so the ratio may be off by half a pixel of the shorter one.
    shorter = min(box.inner_height, box.inner_width)
    assert abs(np.log(box.inner_height / box.inner_width / truth)) <= 0.51 / shorter + 1e-9


@pytest.mark.parametrize(("height", "width"), [(400, 250), (250, 400), (1955, 1841), (300, 900)])
@pytest.mark.parametrize("aspect", [1.0, 1.6])
@pytest.mark.parametrize("place", [(0.25, 0.3), (0.5, 0.5), (0.8, 0.65)])
@pytest.mark.parametrize("cells", [7, 14])
def test_bright_blob_comes_back_within_half_a_cell(height, width, aspect, place, cells):
    row, column = place[0] * height, place[1] * width
    y, x = np.mgrid[0:height, 0:width] + 0.5
    reach = 0.04 * max(height * aspect, width)
    blob = (((y - row) * aspect) ** 2 + (x - column) ** 2 < reach**2).astype(np.uint8) * 255
    box = Letterbox.fit(height, width, 224, aspect)
    square = box.apply(blob)
    coarse = square.reshape(cells, 224 // cells, cells, 224 // cells).mean(axis=(1, 3), dtype=np.float32)
    back = box.back(coarse)
    assert back.shape == (height, width)
    found_row, found_column = (float((back * axis).sum() / back.sum()) for axis in (y, x))
    cell_high = height / box.inner_height * 224 / cells
    cell_wide = width / box.inner_width * 224 / cells
    assert abs(found_row - row) < 0.5 * cell_high
    assert abs(found_column - column) < 0.5 * cell_wide


@pytest.mark.parametrize(("height", "width", "aspect"), [(400, 250, 1.0), (250, 400, 1.0), (300, 300, 1.5)])
def test_map_of_coordinates_comes_back_as_coordinates(height, width, aspect):
    # A map whose cells hold their own position must, over the image, read as the image's position.
    box = Letterbox.fit(height, width, 224, aspect)
    cells = (np.arange(28) + 0.5) / 28 * 224
    rows = box.back(np.repeat(cells[:, None], 28, axis=1).astype(np.float32))
    columns = box.back(np.repeat(cells[None, :], 28, axis=0).astype(np.float32))
    wanted_rows = box.top + (np.arange(height) + 0.5) * box.inner_height / height
    wanted_columns = box.left + (np.arange(width) + 0.5) * box.inner_width / width
    inner = slice(height // 10, -height // 10), slice(width // 10, -width // 10)
    assert np.abs(rows[inner] - wanted_rows[:, None][inner[0]]).max() < 0.01
    assert np.abs(columns[inner] - wanted_columns[None, inner[1]]).max() < 0.01


def test_field_places_the_map_on_its_part_of_the_square():
    box = Letterbox.fit(200, 200, 100)
    back = box.back(np.ones((4, 4), np.float32), field=(0.25, 0.1, 0.75, 0.9))
    inside = np.zeros((200, 200), bool)
    inside[20:180, 50:150] = True
    np.testing.assert_array_equal(np.isclose(back, 1, atol=1e-5), inside)
    np.testing.assert_array_equal(back == 0, ~inside)


def test_field_moves_a_blob_as_the_crop_did():
    box = Letterbox.fit(200, 200, 100)
    coarse = np.zeros((8, 8), np.float32)
    coarse[2, 5] = 1
    back = box.back(coarse, field=(0.2, 0.2, 0.8, 0.8))
    row, column = np.unravel_index(back.argmax(), back.shape)
    assert abs(row + 0.5 - (0.2 + 0.6 * 2.5 / 8) * 200) <= 1
    assert abs(column + 0.5 - (0.2 + 0.6 * 5.5 / 8) * 200) <= 1


def test_smaller_sampling_is_the_same_map():
    box = Letterbox.fit(400, 300, 224)
    coarse = np.random.default_rng(1).random((7, 7)).astype(np.float32)
    full, small = box.back(coarse), box.back(coarse, shape=(80, 60))
    blocks = full.reshape(80, 5, 60, 5).mean(axis=(1, 3))
    assert np.abs(blocks - small).max() < 0.02


def test_picture_with_known_grey_levels_is_not_distorted():
    image = np.zeros((400, 200), np.uint8)
    image[:, :100], image[:, 100:] = 50, 150
    square = Letterbox.fit(400, 200, 100).apply(image)
    np.testing.assert_array_equal(square[50], [0] * 25 + [50] * 25 + [150] * 25 + [0] * 25)


@pytest.mark.parametrize("arguments", [(0, 5, 10), (5, 0, 10), (5, 5, 0), (5, 5, 10, 0.0), (5, 5, 10, -1)])
def test_impossible_boxes_are_refused(arguments):
    with pytest.raises(ValueError, match="no letterbox"):
        Letterbox.fit(*arguments)


def test_image_of_another_shape_is_refused():
    with pytest.raises(ValueError, match="expected 10 × 20"):
        Letterbox.fit(10, 20, 32).apply(np.zeros((20, 10), np.uint8))


def test_the_axis_that_shrinks_is_averaged_also_where_the_other_grows():
    # Of fine stripes, mean 127.5, OpenCV's linear steps would show single ones: black or white.
    stripes = np.zeros((1200, 100), np.uint8)
    stripes[::2] = 255
    box = Letterbox.fit(1200, 100, 240, pixel_aspect=100 / 1200)
    assert (box.inner_height, box.inner_width) == (240, 240)
    rows = box.apply(stripes)
    assert rows.min() >= 102  # five rows, two or three of them white
    assert rows.max() <= 153
    turned = Letterbox.fit(100, 1200, 240, pixel_aspect=12).apply(np.ascontiguousarray(stripes.T))
    np.testing.assert_array_equal(turned, rows.T)


CROPS = [(40, 30, 240, 330), (0, 0, 300, 100), (250, 350, 251, 400)]


@pytest.mark.parametrize("crop", CROPS)
@pytest.mark.parametrize("aspect", [1.0, 1.5])
def test_a_crop_is_the_letterbox_of_that_part(crop, aspect):
    image = np.random.default_rng(3).integers(0, 256, (400, 300), dtype=np.uint8)
    left, top, right, bottom = crop
    part = image[top:bottom, left:right]
    box = Letterbox.fit(400, 300, 96, aspect, crop)
    alone = Letterbox.fit(*part.shape, 96, aspect)
    np.testing.assert_array_equal(box.apply(image), alone.apply(part))
    map_ = np.random.default_rng(4).random((7, 7)).astype(np.float32)
    back = box.back(map_)
    assert back.shape == image.shape
    np.testing.assert_allclose(back[top:bottom, left:right], alone.back(map_), atol=1e-4)
    back[top:bottom, left:right] = 0
    assert not back.any()


@pytest.mark.parametrize("crop", [None, *CROPS])
def test_places_go_into_the_square_and_out_of_it(crop):
    box = Letterbox.fit(400, 300, 96, 1.2, crop)
    left, top, right, bottom = box.crop
    assert box.into(left, top) == pytest.approx((box.left, box.top))
    assert box.into(right, bottom) == pytest.approx((box.left + box.inner_width, box.top + box.inner_height))
    for place in ((0.0, 0.0), (17.5, 200.0), (300.0, 400.0)):
        assert box.out_of(*box.into(*place)) == pytest.approx(place)


@pytest.mark.parametrize("crop", [(0, 0, 0, 10), (5, 0, 4, 10), (0, 0, 301, 10), (-1, 0, 10, 10)])
def test_a_crop_outside_the_image_is_refused(crop):
    with pytest.raises(ValueError, match="no letterbox"):
        Letterbox.fit(400, 300, 96, 1.0, crop)
