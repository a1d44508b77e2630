"""What stands in the report, put together in a worker from what was on the screen when it was asked for."""

import dataclasses
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from cxrview.annotations.annotation import calibration_of
from cxrview.annotations.results import NAMES, result_of
from cxrview.annotations.texts import FilmText
from cxrview.annotations.units import calibrated_scale, scale_of
from cxrview.errors import CxrviewError
from cxrview.explain import place
from cxrview.explain.class_colours import class_colour
from cxrview.explain.paint import is_empty
from cxrview.gui import messages
from cxrview.gui.panels.prediction import ENGINE_NAMES, domain_tool_tip, verdict
from cxrview.gui.report.page import Chance, ReportFacts, ReportLine
from cxrview.gui.viewer import corner_text, heat_scale
from cxrview.gui.viewer.export_choices import WITHHELD, burned_in
from cxrview.gui.viewer.export_whole import Heat, Whole, image
from cxrview.i18n import percent, say, tr
from cxrview.imaging import Radiograph
from cxrview.inference import call as calls
from cxrview.progress import Report

if TYPE_CHECKING:
    from cxrview.annotations.annotation import Annotation
    from cxrview.bundle import Card
    from cxrview.inference.call import Call
    from cxrview.inference.prediction import Prediction

SIDE = 1400  # pixels of the longer side of a picture: 300 dots per inch on the page
LOGICAL_SIDE = 600  # so that what is drawn on it can be read at that size
HASH_SHOWN = 16  # digits of the model's hash; the file's is given whole


@dataclass(frozen=True, slots=True, eq=False)
class ReportOrder:
    """What was on the screen: `plain` and `heated` are the same picture, the latter with the heatmap.

    `text` gives what the reader has written of it, or raises StoreUnusable. The heatmap is `withheld` where
    the image is not like the training films and nobody has asked for it.
    """

    radiograph: Radiograph
    plain: Whole
    heated: Whole | None
    withheld: bool
    how: str  # it is shown: window, filters, turns
    prediction: "Prediction | None"
    call: "Call | None"
    card: "Card | None"
    annotations: tuple["Annotation", ...]
    identity: bool
    made: datetime
    text: Callable[[], FilmText] = FilmText  # asked in the worker


def facts(order: ReportOrder, report: Report) -> ReportFacts:
    """Return all that stands on the page. Raises CxrviewError if the file, or what was written, is gone."""
    report(-1.0, "")
    radiograph, prediction = order.radiograph, order.prediction
    words, tone = verdict(prediction) if prediction is not None else ("", "")
    near = domain_tool_tip(prediction) if prediction is not None else ""
    heat = order.heated.heat if order.heated is not None else None
    reading, remarks = _reading(order.call, order.card)
    text = order.text()
    return ReportFacts(
        plain=image(order.plain, report),
        plain_caption=f"{order.how}  ·  {tr(WITHHELD)}" if order.withheld else order.how,
        heated=image(order.heated, report) if order.heated is not None else None,
        heat_caption=_heat_caption(heat, prediction, radiograph),
        heat_scale=_scale(heat),
        heat_unit=_unit(heat),
        about=_about(radiograph) if order.identity else _anonymous(radiograph),
        technique=_technique(radiograph, order.annotations),
        chances=_chances(prediction, order.call, order.card),
        verdict=" ".join(part for part in (f"{words.rstrip('.')}." if words else "", near) if part),
        doubtful=tone == "warning",
        measurements=measured(order.annotations, radiograph),
        model=_model(prediction, order.card),
        limits=order.card.limits if order.card is not None and prediction is not None else (),
        file_hash=_hash(radiograph),
        made=order.made.strftime("%Y-%m-%d %H:%M"),
        reading=reading,
        remarks=remarks,
        findings=text.findings.strip(),
        impression=text.impression.strip(),
    )


def measured(annotations: tuple["Annotation", ...], radiograph: Radiograph) -> tuple[ReportLine, ...]:
    """Return what the reader measured and wrote: kind or own label, and the numbers with units and doubts."""
    scale = scale_of(radiograph, annotations)
    lines = []
    for annotation in annotations:
        result = result_of(annotation, radiograph, scale)
        if result.quantities:
            numbers = ", ".join(" ".join(line.split()) for line in result.lines)
            value = ". ".join(part for part in (numbers, result.remark) if part)
            lines.append(ReportLine(annotation.label or tr(NAMES[annotation.kind]), value))
        elif annotation.label:  # words on the image
            lines.append(ReportLine(tr(NAMES[annotation.kind]), " ".join(annotation.label.split())))
    return tuple(lines)


def _heat_caption(heat: Heat | None, prediction: "Prediction | None", radiograph: Radiograph) -> str:
    if heat is None or prediction is None:
        return ""
    if is_empty(heat.explanation, heat.class_name, heat.style):
        words = tr("The heatmap of “{label}”: {nothing}.")
        return words.format(label=heat.label, nothing=heat_scale.nothing(heat.style))
    words = tr("Where the model looked for “{label}”. It does not show where disease is.")
    patient = radiograph.pictured.patient_orientation
    shown = heat.explanation
    where = say(place.words(prediction, heat.class_name, patient, heat.style.own, shown))
    return f"{words.format(label=heat.label)} {where}".rstrip()


def _unit(heat: Heat | None) -> str:
    if heat is None:
        return ""
    legend = heat_scale.legend_of(heat.explanation, heat.class_name, heat.label, heat.style)
    return "  ·  ".join(dataclasses.replace(legend, empty=False).words)


def _scale(heat: Heat | None) -> QImage | None:
    return heat_scale.scale_image(heat.style, upright=False) if heat is not None else None


def _about(radiograph: Radiograph) -> tuple[ReportLine, ...]:
    who = radiograph.identity
    frame = tr("frame {number} of {count}").format(number=radiograph.frame + 1, count=radiograph.frame_count)
    file = radiograph.path.name
    lines = (
        ReportLine(tr("Patient"), corner_text.person(who.patient_name)),
        ReportLine(tr("Patient ID"), who.patient_id),
        ReportLine(tr("Sex, age"), corner_text.age_and_sex(who)),
        ReportLine(tr("Study date"), corner_text.date(who.study_date)),
        ReportLine(tr("Study"), who.study_description or who.series_description),
        ReportLine(tr("File"), f"{file}, {frame}" if radiograph.frame_count > 1 else file),
    )
    return _filled(lines)


def _anonymous(radiograph: Radiograph) -> tuple[ReportLine, ...]:
    sex = ReportLine(tr("Sex, age"), corner_text.age_and_sex(radiograph.identity))
    burned = ReportLine(tr("Burned-in text"), burned_in(radiograph, identity=False))
    return _filled((ReportLine(tr("Patient"), tr("withheld")), sex, burned))


def _technique(radiograph: Radiograph, annotations: tuple["Annotation", ...]) -> tuple[ReportLine, ...]:
    pictured = radiograph.pictured
    height, width = radiograph.shape
    parts = (pictured.body_part, pictured.view_position, pictured.laterality)
    line = calibration_of(annotations)
    by_hand = calibrated_scale(line, radiograph.pixel_aspect) if line is not None else None
    lines = (
        ReportLine(tr("View"), " ".join(part for part in parts if part)),
        ReportLine(tr("Modality"), radiograph.identity.modality),
        ReportLine(tr("Pixels"), f"{width} × {height}"),
        ReportLine(tr("Pixel size"), corner_text.spacing_text(radiograph, by_hand)),
        ReportLine(tr("Format"), radiograph.format),
        *(ReportLine(tr("Note"), words) for words in radiograph.warnings),
    )
    return _filled(lines)


def _filled(lines: tuple[ReportLine, ...]) -> tuple[ReportLine, ...]:
    return tuple(line for line in lines if line.value)


def _reading(call: "Call | None", card: "Card | None") -> tuple[str, str]:
    """Return what the film is called, and how, where the card says more of that than the bars."""
    if call is None or card is None or not calls.decides(card):
        return "", ""

    def label(name: str) -> str:
        return tr(card.label(name))

    return say(calls.headline(call, label)), say(calls.remarks(call, card, label))


def _chances(prediction: "Prediction | None", call: "Call | None", card: "Card | None") -> tuple[Chance, ...]:
    if prediction is None:
        return ()
    called = call.candidates if call is not None else ()
    return tuple(
        Chance(
            tr(card.label(name)) if card is not None else name,
            percent(float(probability)),
            float(probability),
            class_colour("light", index),
            name in called,
        )
        for index, (name, probability) in enumerate(
            zip(prediction.class_names, prediction.probabilities, strict=True)
        )
    )


def _model(prediction: "Prediction | None", card: "Card | None") -> tuple[ReportLine, ...]:
    if prediction is None:
        return ()
    engine = f"{ENGINE_NAMES.get(prediction.engine, prediction.engine)} {prediction.device}".strip()
    graph = card.graph_hash[:HASH_SHOWN] if card is not None else ""
    lines = (
        ReportLine(tr("Name"), f"{prediction.model} {prediction.model_version}"),
        ReportLine(tr("Ran on"), engine),
        ReportLine(tr("SHA-256"), f"{graph} …" if graph else ""),
    )
    return _filled(lines)


def _hash(radiograph: Radiograph) -> str:
    """Return the sha256 of the file as it is now, in hexadecimal digits."""
    try:
        with radiograph.path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise CxrviewError(messages.GONE_BEFORE_REPORT, messages.OPEN_AGAIN, radiograph.path) from error
