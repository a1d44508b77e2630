"""What the user wants in a saved picture, how that is remembered, and what it would give away."""

import dataclasses
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSettings

from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.imaging import Radiograph

NOTICE = mark("For research and teaching, not for diagnosis")
WITHHELD = mark("no heatmap, since it is not like the training films")
SUFFIXES = {"png": (".png",), "jpeg": (".jpg", ".jpeg"), "tiff": (".tif", ".tiff")}
FORMATS = {"png": mark("PNG, lossless"), "jpeg": mark("JPEG, small"), "tiff": mark("TIFF, lossless")}
LEAST_QUALITY, MOST_QUALITY = 50, 100
LEAST_TELLING = 3  # letters of a name that are no accident in the name of a file
GROUP = "export"  # in the file where the window keeps its shape


@dataclass(frozen=True, slots=True)
class ExportChoices:
    """A file format and what is in the picture.

    `whole` is the whole image at full resolution, otherwise the view as on the screen; `identity` is who the
    patient is, wherever it would stand.
    """

    format: str = "png"
    quality: int = 92  # of JPEG
    whole: bool = True
    heatmap: bool = True
    annotations: bool = True
    corners: bool = False
    identity: bool = True
    caption: bool = True


def remembered(store: QSettings, hide_identity: bool) -> ExportChoices:
    """Return what was chosen last time; nobody is named while the window hides who the patient is."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(ExportChoices):
        value = store.value(f"{GROUP}/{field.name}", field.default, type(field.default))
        found[field.name] = value
    if found["format"] not in FORMATS:
        found["format"] = ExportChoices().format
    found["quality"] = min(MOST_QUALITY, max(LEAST_QUALITY, found["quality"]))
    if hide_identity:
        found["identity"] = False
    return ExportChoices(**found)


def remember(store: QSettings, choices: ExportChoices, hide_identity: bool) -> None:
    """Keep `choices` for next time; not the one that was made for the user."""
    for name, value in dataclasses.asdict(choices).items():
        if name != "identity" or not hide_identity:
            store.setValue(f"{GROUP}/{name}", value)


def proposed_name(radiograph: "Radiograph", identity: bool, suffix: str, folder: Path) -> Path:
    """Return a free name in `folder`; without `identity` nothing of the file's own name is in it."""
    frame = f"-{radiograph.frame + 1}" if radiograph.frame_count > 1 else ""
    stem = f"{radiograph.path.stem}{frame}-cxrview" if identity else "radiograph"
    path, number = folder / f"{stem}{suffix}", 1
    while path.exists():
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    return path


def names_shown(radiograph: "Radiograph", choices: ExportChoices) -> str:
    """Return what would say who the patient is, as a sentence, or ""."""
    if not choices.identity:
        return ""
    if choices.corners and (radiograph.identity.patient_name or radiograph.identity.patient_id):
        return tr("The picture says who the patient is.")
    if choices.caption and file_names_patient(radiograph):
        return tr("The name of the file, under the picture, says who the patient is.")
    return ""


def file_names_patient(radiograph: "Radiograph") -> bool:
    """Return whether the name of the file holds the patient's ID or a part of the name."""
    who, name = radiograph.identity, radiograph.path.name.casefold()
    parts = re.split(r"[\^= ,]+", f"{who.patient_name} {who.patient_id}".casefold())
    return any(len(part) >= LEAST_TELLING and part in name for part in parts)


def burned_in(radiograph: "Radiograph", identity: bool) -> str:
    """Return what hiding the patient does not reach in the pixels, as a sentence, or ""."""
    if identity or radiograph.burned_in_annotation is False:
        return ""
    if radiograph.burned_in_annotation:
        return tr("The file says that text is burned into the pixels. It is not removed.")
    return tr("The file does not say whether text is burned into the pixels. It would not be removed.")
