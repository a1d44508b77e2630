"""The panel, the classes side by side and the model's input say the same as the canvas."""

import dataclasses

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QDialog, QWidget

from cxrview.anatomy import Anatomy, framed, reduced
from cxrview.explain import messages
from cxrview.explain.model_input_view import seen_by
from cxrview.gui.panels.multiples import MOST
from cxrview.gui.view_state import PredictionProgress, PredictionState
from cxrview.gui.viewer.view_transform import Orientation
from cxrview.imaging import model_input
from cxrview.inference.predictor import Predictor
from tests.anatomy.chests import chest, lungs
from tests.conftest import TINY_SIZE


def pixels(widget: QWidget) -> np.ndarray:
    """Return what `widget` shows, (h, w, 3)."""
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


@pytest.fixture
def panel(opened):
    return opened.reading.heatmap


@pytest.fixture
def tiles(panel, qtbot):
    """The tiles of the panel, by class."""
    qtbot.waitUntil(lambda: bool(panel.multiples.tiles))
    return panel.multiples.tiles


def test_the_buttons_choose_how_it_is_drawn(opened, panel, qtbot):
    for mode in ("contour", "cells", "smooth"):
        qtbot.mouseClick(panel.modes[mode], Qt.MouseButton.LeftButton)
        assert opened.state.settings.heatmap_mode == mode
        assert [name for name, button in panel.modes.items() if button.isChecked()] == [mode]


def test_the_panel_follows_the_settings(opened, panel):
    opened.state.change_settings(
        heatmap_mode="cells", heatmap_grid=True, heatmap_bar=False, heatmap_colours="cividis"
    )
    assert panel.modes["cells"].isChecked()
    assert panel.grid.isChecked()
    assert not panel.scale.isChecked()
    assert panel.colours.currentData() == "cividis"
    opened.state.change_settings(heatmap_opacity=0.3, heatmap_threshold=0.6)
    assert (panel.opacity_value.text(), panel.threshold_value.text()) == ("30 %", "60 %")


def test_boxes_and_sliders_change_the_settings(opened, panel, qtbot):
    panel.grid.click()
    panel.scale.click()
    panel.threshold.setValue(35)
    settings = opened.state.settings
    assert (settings.heatmap_grid, settings.heatmap_bar, settings.heatmap_threshold) == (True, False, 0.35)


def test_jet_says_that_it_misleads(panel):
    names = [panel.colours.itemText(index) for index in range(panel.colours.count())]
    assert next(name for name in names if "Jet" in name) == "Jet (as in papers; misleading)"
    assert {"Magma", "Plasma", "Cividis"} <= set(names)


def test_a_choice_is_shortened_where_it_does_not_fit(opened, panel):
    opened.state.change_settings(heatmap_colours="jet")
    choice = panel.colours
    whole = choice.currentText()
    choice.setFixedWidth(120)
    short = choice.shown_text()
    assert short.endswith("…")
    assert whole.startswith(short.removesuffix("…").rstrip())
    before = pixels(choice)
    choice.setItemText(choice.currentIndex(), short)
    assert np.array_equal(pixels(choice), before)  # what is painted is what is said
    choice.setItemText(choice.currentIndex(), whole)
    choice.setFixedWidth(400)
    assert choice.shown_text() == whole


def test_the_scale_leaves_out_what_is_hidden(opened, panel):
    opened.state.change_settings(heatmap_mode="smooth", heatmap_threshold=0.5, heatmap_opacity=1.0)
    bar = pixels(panel.bar)
    row, width = bar[6].astype(int), bar.shape[1]
    hidden = np.ptp(row, axis=1) < 12
    assert hidden[4 : width // 2 - 4].all()
    assert not hidden[width // 2 + 4 : width - 6].any()


def test_there_is_a_tile_for_every_class_with_its_probability(opened, tiles):
    prediction = opened.state.reading.prediction
    assert list(tiles) == ["covid19", "normal", "pneumonia"]
    for tile, probability in zip(tiles.values(), prediction.probabilities.tolist(), strict=True):
        assert f"{probability * 100:.0f} %" in tile.accessibleName()
    assert [name for name, tile in tiles.items() if tile.isChecked()] == [opened.state.heat_class]


def test_a_click_on_a_tile_shows_its_heatmap_on_the_canvas(opened, tiles, qtbot):
    for name, tile in tiles.items():
        qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
        assert opened.state.heat_class == name
        qtbot.waitUntil(lambda name=name: [n for n, t in tiles.items() if t.isChecked()] == [name])


def test_a_tile_is_chosen_by_key(opened, tiles, qtbot):
    opened.state.choose_class("normal")
    tiles["pneumonia"].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(tiles["pneumonia"], Qt.Key.Key_Space)
    assert opened.state.heat_class == "pneumonia"


def test_all_tiles_are_on_one_scale(opened, tiles):
    """A class that is a fifth as strong as the strongest is hidden at a threshold of a half."""
    maps = np.ones((3, 7, 7), np.float32)
    maps[1] *= 0.2
    prediction = dataclasses.replace(opened.state.reading.prediction, activation_maps=maps)
    opened.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
    opened.state.change_settings(heatmap_mode="smooth", heatmap_threshold=0.5, heatmap_opacity=0.8)
    multiples = opened.reading.heatmap.multiples
    multiples._show()
    coloured = {
        name: (np.ptp(pixels(tile)[4:40, 8:-8].astype(int), axis=2) > 12).mean()
        for name, tile in multiples.tiles.items()
    }
    assert coloured["normal"] == 0
    assert min(coloured["covid19"], coloured["pneumonia"]) > 0.3


def read_with(window, scales: dict[str, float], **changes) -> None:
    """Let the reading be one of maps that are as strong as `scales` say, 1 on a class's own scale being 1."""
    maps = np.stack(
        [np.full((7, 7), scales[name], np.float32) for name in ("covid19", "normal", "pneumonia")]
    )
    maps[:, :2] = 0
    changes = {"activation_maps": maps, "map_scale": dict.fromkeys(scales, 1.0)} | changes
    prediction = dataclasses.replace(window.state.reading.prediction, **changes)
    window.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
    window.reading.heatmap.multiples._show()


STRONG, WEAK = (
    {"covid19": 0.9, "normal": 0.5, "pneumonia": 0.3},
    {"covid19": 0.9, "normal": 0.5, "pneumonia": 0.1},
)


def test_the_panel_says_which_scale_it_is_and_changes_it(opened, panel, tiles, qtbot):
    assert panel.unit.text() == "scale: all classes"
    assert not panel.scale_row.isVisible()
    read_with(opened, STRONG)
    assert panel.unit.text() == "scale: this class"
    assert panel.scales["own"].isChecked()
    own = pixels(tiles["normal"])
    qtbot.mouseClick(panel.scales["common"], Qt.MouseButton.LeftButton)
    assert opened.state.settings.heatmap_scale == "common"
    assert panel.unit.text() == "scale: all classes"
    panel.multiples._show()
    assert (pixels(panel.multiples.tiles["normal"]) != own).any()
    opened.menus.actions["heatmap_by_class"].trigger()
    assert panel.scales["own"].isChecked()


def test_a_class_that_is_too_weak_says_so_in_panel_tile_and_dialog(opened, panel, tiles, qtbot):
    read_with(opened, WEAK)
    opened.menus.actions["all_classes"].trigger()
    dialog = opened.heatmaps.all_classes
    qtbot.waitUntil(lambda: len(dialog.multiples.tiles) == 3)
    for multiples in (panel.multiples, dialog.multiples):
        remarks = {name: tile.remark for name, tile in multiples.tiles.items()}
        assert remarks == {"covid19": "", "normal": "", "pneumonia": "nothing above 20 %"}
    opened.state.choose_class("pneumonia")
    assert panel.unit.text() == "scale: this class · nothing above 20 %"
    opened.state.choose_class("covid19")
    assert panel.unit.text() == "scale: this class"


def test_tiles_and_dialogs_withhold_the_heat_of_an_unlike_film_until_asked(opened, panel, tiles, qtbot):
    opened.state.change_settings(heatmap_mode="smooth")

    def coloured(tile: QWidget) -> int:
        return int((np.ptp(pixels(tile)[4:40, 8:-8].astype(int), axis=2) > 12).sum())

    opened.menus.actions["all_classes"].trigger()
    dialog = opened.heatmaps.all_classes
    read_with(opened, STRONG, in_domain=False)
    qtbot.waitUntil(lambda: len(dialog.multiples.tiles) == 3)
    assert dialog.note.text() == "Not like the training films, so no heatmap is shown."
    assert [coloured(tile) for tile in panel.multiples.tiles.values()] == [0, 0, 0]
    panel.anyway.click()
    qtbot.waitUntil(lambda: min(coloured(tile) for tile in panel.multiples.tiles.values()) > 50)
    assert dialog.note.text().startswith("Scale: this class. 100 % is")


def test_tiles_show_the_picture_as_the_canvas_does(opened, tiles, qtbot):
    opened.state.change_settings(heatmap_visible=True, heatmap_threshold=1.0)
    tile = tiles["normal"]
    qtbot.waitUntil(lambda: tile.isVisible())
    before = pixels(tile)
    bright = before[10:40, 20:50].mean()
    opened.state.set_inverted(True)
    qtbot.waitUntil(lambda: pixels(tile)[10:40, 20:50].mean() > 255 - bright - 60)
    opened.state.active.set_orientation(Orientation(1))
    high = tile.height()
    qtbot.waitUntil(lambda: tile.height() < high)  # the phantom is taller than wide, and lies now


def test_of_many_classes_the_most_probable_have_a_tile(opened, panel, qtbot):
    count = 20
    names = tuple(f"class{index:02}" for index in range(count))
    probabilities = np.linspace(0.1, 0.0, count, dtype=np.float32)
    prediction = dataclasses.replace(
        opened.state.reading.prediction,
        class_names=names,
        probabilities=probabilities,
        activation_maps=np.ones((count, 7, 7), np.float32),
    )
    opened.state.active.set_reading(PredictionState(PredictionProgress.DONE, prediction))
    qtbot.waitUntil(lambda: list(panel.multiples.tiles) == list(names[:MOST]))


def test_without_an_image_there_are_no_tiles(window):
    assert not window.reading.heatmap.multiples.isVisible()
    assert not window.reading.heatmap.isEnabled()


# The dialogs


def test_all_classes_open_beside_the_window_and_follow_it(opened, qtbot):
    opened.menus.actions["all_classes"].trigger()
    dialog = opened.heatmaps.all_classes
    qtbot.waitUntil(lambda: len(dialog.multiples.tiles) == 3)
    assert not dialog.isModal()
    assert "strongest cell of any class" in dialog.note.text()
    tile = dialog.multiples.tiles["pneumonia"]
    assert tile.width() > 200
    qtbot.mouseClick(tile, Qt.MouseButton.LeftButton)
    assert opened.state.heat_class == "pneumonia"
    opened.session.close_all()
    qtbot.waitUntil(lambda: not dialog.multiples.isVisible())
    assert dialog.empty.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


@pytest.fixture
def model_view(opened, qtbot):
    """The dialog with the model's input, of the phantom."""
    opened.reading.heatmap.model_view.click()
    dialog = opened.heatmaps.model_view
    qtbot.waitUntil(lambda: dialog.title.text() == "The model saw 224 × 224 pixels")
    return dialog


def shown_input(dialog: QDialog, side: int) -> np.ndarray:
    """Return the grey levels that the dialog shows, (side, side), from the middle of each pixel."""
    picture = dialog.picture
    area = picture._placement().area
    middles = (np.arange(side) + 0.5) / side
    rows = (area.top() + middles * area.height()).astype(int)
    columns = (area.left() + middles * area.width()).astype(int)
    return pixels(picture)[np.ix_(rows, columns)][..., 0]


def test_what_is_shown_is_what_the_model_gets(opened, model_view, qtbot):
    model_view.grid.click()
    given, _ = model_input(opened.state.shown.radiograph, 224)
    qtbot.waitUntil(lambda: bool((shown_input(model_view, 224) == given).all()))
    words = model_view.words.text()
    assert "240 × 300 pixels is reduced to 179 × 224 in a square of 224 × 224" in words
    assert "7 × 7 cells" in words
    assert not model_view.isModal()


def test_it_stays_what_the_model_got_when_the_window_changes(opened, model_view, qtbot):
    before = pixels(model_view.picture)
    opened.state.set_inverted(True)
    qtbot.waitUntil(lambda: opened.canvas.view.inverted)
    np.testing.assert_array_equal(pixels(model_view.picture), before)


def test_heatmap_and_grid_can_be_laid_over_it(model_view, qtbot):
    def coloured() -> bool:
        return bool((np.ptp(pixels(model_view.picture).astype(int), axis=2) > 12).sum() > 1000)

    assert not coloured()
    model_view.heatmap.click()
    qtbot.waitUntil(coloured)
    model_view.heatmap.click()
    qtbot.waitUntil(lambda: not coloured())
    with_grid = pixels(model_view.picture)
    model_view.grid.click()
    qtbot.waitUntil(lambda: (pixels(model_view.picture) != with_grid).any())


def test_of_an_unlike_film_the_input_is_shown_without_heat(opened, model_view, qtbot):
    model_view.heatmap.click()
    read_with(opened, STRONG, in_domain=False)
    qtbot.waitUntil(lambda: not model_view.heatmap.isEnabled())
    assert "no heatmap is shown" in model_view.words.text()
    assert not (np.ptp(pixels(model_view.picture).astype(int), axis=2) > 12).any()
    opened.menus.actions["heatmap_anyway"].trigger()
    qtbot.waitUntil(lambda: bool((np.ptp(pixels(model_view.picture).astype(int), axis=2) > 12).any()))


def test_it_follows_to_the_next_image(opened, model_view, second, qtbot):
    opened.open([second])
    qtbot.waitUntil(lambda: "260 × 200 pixels" in model_view.words.text())


def test_a_model_that_crops_says_so_and_shows_what_is_left(opened, model_view, qtbot):
    info = opened.state.model
    crop = (20 / 224, 20 / 224, 204 / 224, 204 / 224)
    model = {"seen_size": 160, "resolution": 160, "preprocessing": "standardised"}
    raw = {**info.card.raw, "training": {"model": model}}
    card = dataclasses.replace(info.card, map_field=crop, raw=raw)
    opened.state.set_model(dataclasses.replace(info, card=card))
    qtbot.waitUntil(lambda: model_view.title.text() == "The model saw 160 × 160 pixels")
    words = model_view.words.text()
    assert "cuts off the border and keeps 184 × 184, reduced to 160 × 160." in words
    assert "mean 0 and the spread 1" in words
    model_view.grid.click()
    model_view.kept.click()
    kept = seen_by(card, opened.state.shown.radiograph).seen
    qtbot.waitUntil(lambda: bool((shown_input(model_view, 160) == kept).all()))


def test_a_model_that_reads_lungs_is_shown_with_their_border(make_window, tiny_lungs_bundle, tmp_path, qtbot):
    files = {"chest": chest(300, 280), "nothing": np.zeros((200, 260), np.uint8)}
    for name, picture in files.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    window = make_window(
        load_predictor=lambda _model, _device, _report: Predictor.load(str(tiny_lungs_bundle), "cpu")
    )
    window.open([tmp_path / "chest.png"])
    qtbot.waitUntil(lambda: window.state.reading.prediction is not None)
    window.reading.heatmap.model_view.click()
    dialog = window.heatmaps.model_view
    qtbot.waitUntil(lambda: dialog.title.text() == "The model saw 64 × 64 pixels")
    prediction = window.state.reading.prediction
    given = framed(reduced(window.state.shown.radiograph), prediction.anatomy, TINY_SIZE)[0][..., 0]
    assert "280 × 300 pixels is cropped to the lungs." in dialog.words.text()
    dialog.grid.click()
    # All but the border of the lungs is as it was given.
    qtbot.waitUntil(lambda: 0.7 < (shown_input(dialog, TINY_SIZE) == given).mean() < 1)
    window.open([tmp_path / "nothing.png"])
    qtbot.waitUntil(lambda: "No lungs were found" in dialog.words.text())
    window.state.active.set_reading(PredictionState())
    qtbot.waitUntil(lambda: dialog.title.text() == "The model has not read this image.")


def test_the_panel_says_in_which_zone_the_heat_is_strongest(opened, panel):
    assert not panel.place.isVisible()  # a model that reads whole films
    shown = opened.state.shown.radiograph
    film, (height, width) = reduced(shown), shown.shape
    mask = np.where(lungs(height, width), 255, 0).astype(np.uint8)
    anatomy = Anatomy.of(film, film.letterbox(112).apply(mask), film.letterbox(112))
    maps = np.zeros((3, 12, 12), np.float32)
    maps[0, 10, 2], maps[1, 10, [2, 9]], maps[2, 1, 9] = 0.9, 0.6, 0.1
    changes = {"anatomy": anatomy, "letterbox": film.letterbox(160, anatomy.crop), "activation_maps": maps}
    read_with(opened, STRONG, in_domain=True, **changes)
    said = {
        "covid19": str(messages.IN_RIGHT_LOWER),
        "normal": str(messages.IN_BOTH_LOWER),
        "pneumonia": "",
    }
    for name, words in said.items():
        opened.state.choose_class(name)
        assert (panel.place.text(), panel.place.isVisible()) == (words, bool(words))
    opened.state.choose_class("covid19")
    read_with(opened, STRONG, in_domain=False, **changes)
    opened.state.ask_for_heat()
    assert not panel.place.isVisible()


def test_without_an_image_it_says_so(opened, model_view, qtbot):
    opened.session.close_all()
    qtbot.waitUntil(lambda: model_view.title.text() == "No image")
    assert not model_view.heatmap.isEnabled()
    assert not pixels(model_view.picture).any()
