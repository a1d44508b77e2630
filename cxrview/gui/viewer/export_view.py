"""What a canvas shows, taken for a file: painted in the window's thread, or noted down for a worker."""

import dataclasses
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPicture

from cxrview.explain.style import HeatStyle
from cxrview.gui.viewer import corner_text, heat_scale
from cxrview.gui.viewer.export_choices import NOTICE, WITHHELD, ExportChoices
from cxrview.gui.viewer.view_transform import ViewTransform
from cxrview.i18n import tr

if TYPE_CHECKING:
    from cxrview.gui.state import AppState
    from cxrview.gui.viewer.canvas import Canvas
    from cxrview.gui.viewer.export_whole import Heat, HeatScale, Whole
    from cxrview.settings import Settings

EMPTY = QPicture().size()
DRAWN_APART = frozenset(
    {"heatmap", "overlays"}
)  # layers that a worker draws from the data, at any resolution


def has_heat(canvas: "Canvas", state: "AppState") -> bool:
    """Return whether a heatmap is on the screen."""
    settings, view = state.settings, canvas.view
    wanted = settings.heatmap_visible and settings.heatmap_opacity > 0 and view.heat_shown
    return wanted and view.heat is not None and not state.withholds_heat(view)


def caption(canvas: "Canvas", state: "AppState", choices: ExportChoices) -> str:
    """Return the line under the picture: file, window and filters, the heatmap and its model, the notice."""
    view = canvas.view
    radiograph, prediction = view.shown.radiograph, view.reading.prediction
    assert radiograph is not None
    parts = [radiograph.path.name] if choices.identity else []
    if radiograph.frame_count > 1:
        parts.append(tr("frame {number}").format(number=radiograph.frame + 1))
    parts.append(corner_text.shown_text(view))
    if choices.heatmap and prediction is not None and view.heat is not None and has_heat(canvas, state):
        label = state.model.label(view.heat_class)
        legend = heat_scale.legend_of(view.heat, view.heat_class, label, HeatStyle.of(state.settings))
        parts.append(tr("Heatmap: {label}").format(label=", ".join((label, *legend.words))))
        parts.append(f"{prediction.model} {prediction.model_version}")
        if not prediction.in_domain:
            parts.append(tr("not like the training films"))
    elif choices.heatmap and state.settings.heatmap_visible and state.withholds_heat(view):
        parts.append(tr(WITHHELD))
    return "  ·  ".join([*(part for part in parts if part), tr(NOTICE)])


def view_image(canvas: "Canvas", state: "AppState", choices: ExportChoices) -> QImage:
    """Return the canvas as it is on the screen, at its resolution, with what `choices` want."""
    ratio = canvas.placement.ratio
    image = QImage(canvas.size() * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    _paint(painter, canvas, state, canvas.placement, choices)
    painter.end()
    image.setDevicePixelRatio(1.0)
    return _over(image, caption(canvas, state, choices)) if choices.caption else image


def whole_preview(canvas: "Canvas", state: "AppState", choices: ExportChoices, room: QSize) -> QImage:
    """Return the whole image with its caption, so small that it fits into `room` pixels."""
    from cxrview.gui.viewer.export_whole import size_of, strip

    words = caption(canvas, state, choices) if choices.caption else ""
    place = _placement(canvas, 1.0)
    heat = _heat(canvas, state) if choices.heatmap and has_heat(canvas, state) else None
    scale = heat.scale if heat is not None else None
    below = strip(words, max(64, room.width()), scale).shape[0] if words else 0
    across, down = place.shown_size
    zoom = min(room.width() / across, max(1, room.height() - below) / down)
    place = _placement(canvas, zoom)
    image = QImage(*size_of(place), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.black)
    image.setDevicePixelRatio(place.ratio)
    painter = QPainter(image)
    _paint(painter, canvas, state, place, choices)
    painter.end()
    image.setDevicePixelRatio(1.0)
    return _over(image, words, scale) if words else image


def whole(
    canvas: "Canvas", state: "AppState", choices: ExportChoices, zoom: float = 1.0, side: int = 0
) -> "Whole":
    """Note down the whole image as it is shown, `zoom` pixels for an image column.

    `side` is that of `export_whole.placement_of`; 0 for the usual one.
    """
    from cxrview.gui.viewer.export_whole import Whole
    from cxrview.imaging.pyramid import Look

    view, settings = canvas.view, state.settings
    radiograph, levels, voi = view.shown.radiograph, view.shown.levels, view.voi
    assert radiograph is not None
    assert levels is not None
    assert voi is not None
    place = _placement(canvas, zoom, side)
    return Whole(
        levels,
        Look(voi, view.inverted, view.filters, settings.smooth),
        place,
        radiograph if settings.show_overlays and radiograph.overlays else None,
        _heat(canvas, state) if choices.heatmap and has_heat(canvas, state) else None,
        _marks(canvas, state, place, choices),
        caption(canvas, state, choices) if choices.caption else "",
    )


def whole_size(canvas: "Canvas") -> tuple[int, int]:
    """Return width and height in pixels of the whole image as it is turned, without its caption."""
    from cxrview.gui.viewer.export_whole import size_of

    return size_of(_placement(canvas, 1.0))


def _heat(canvas: "Canvas", state: "AppState") -> "Heat":
    from cxrview.gui.viewer.export_whole import Heat

    name, explanation = canvas.view.heat_class, canvas.view.heat
    assert explanation is not None  # `has_heat` is asked first
    style = HeatStyle.of(state.settings)
    return Heat(explanation, name, state.model.label(name), style)


def _placement(canvas: "Canvas", zoom: float, side: int = 0) -> ViewTransform:
    from cxrview.gui.viewer.export_whole import STANDARD_SIDE, placement_of

    place, orientation = canvas.placement, canvas.view.orientation
    return placement_of(
        place.rows, place.columns, place.pixel_aspect, orientation, zoom, side or STANDARD_SIDE
    )


def _marks(
    canvas: "Canvas", state: "AppState", placement: ViewTransform, choices: ExportChoices
) -> QPicture | None:
    """Record what stands over picture and heatmap; None if there is nothing."""
    picture = QPicture()
    painter = QPainter(picture)
    canvas.paint_layers(painter, placement, DRAWN_APART | _unwanted(choices))
    if choices.corners:
        _paint_corners(painter, canvas, state, placement, choices)
    painter.end()
    return picture if picture.size() > EMPTY else None


def _paint(
    painter: QPainter, canvas: "Canvas", state: "AppState", placement: ViewTransform, choices: ExportChoices
) -> None:
    area = QRectF(0, 0, placement.width, placement.height)
    canvas.paint_image(painter, placement, area, _unwanted(choices))
    if choices.corners:
        _paint_corners(painter, canvas, state, placement, choices)


def _paint_corners(
    painter: QPainter, canvas: "Canvas", state: "AppState", placement: ViewTransform, choices: ExportChoices
) -> None:
    hidden = state.settings.hide_identity or not choices.identity
    settings: Settings = dataclasses.replace(state.settings, hide_identity=hidden)
    area = QRect(0, 0, placement.width, placement.height)
    zoom = placement.zoom if placement is canvas.placement else 1.0  # a preview says what the file will say
    painter.save()
    canvas.corners.draw_still(painter, area, settings, zoom)
    painter.restore()


def _unwanted(choices: ExportChoices) -> frozenset[str]:
    return frozenset(kind for kind in ("heatmap", "annotations") if not getattr(choices, kind))


def _over(image: QImage, words: str, scale: "HeatScale | None" = None) -> QImage:
    """Return `image` over its caption, with the `scale` of a heatmap."""
    from cxrview.gui.viewer.drawn import to_image
    from cxrview.gui.viewer.export_whole import strip

    below = to_image(strip(words, image.width(), scale))
    both = QImage(image.width(), image.height() + below.height(), QImage.Format.Format_RGB32)
    painter = QPainter(both)
    painter.drawImage(0, 0, image)
    painter.drawImage(0, image.height(), below)
    painter.end()
    return both
