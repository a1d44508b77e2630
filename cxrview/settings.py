"""The user's settings: each option declared once, with its default, label and bounds."""

import dataclasses
import shutil
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w

from cxrview import i18n
from cxrview.atomic_file import write_atomically
from cxrview.i18n import mark, tr

# Values that mean the same in every language, with the words that the reader sees. Colour maps are OpenCV's
# or stand in explain/colour.py.
COLOUR_MAPS = {
    "inferno": mark("Inferno"),
    "magma": mark("Magma"),
    "plasma": mark("Plasma"),
    "viridis": mark("Viridis"),
    "cividis": mark("Cividis"),
    "grey": mark("Grey"),
    "jet": mark("Jet (as in papers; misleading)"),
}
LANGUAGES = {"auto": mark("Language of the system")} | {
    code: language.title for code, language in i18n.languages().items()
}


def option(
    default: Any,
    label: str,
    *,
    page: str = "",
    help: str = "",  # noqa: A002 - what it is
    low: float | None = None,
    high: float | None = None,
    unit: str = "",
    choices: Mapping[str, str] | tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field whose metadata a preferences page and the validator both read.

    `label`, `help` and the words of `choices` (value: words) are marked for translation; `page` is one of
    PAGES, or empty where the option has no place there. With the unit "%" a fraction is shown as percent.
    """
    words_of = dict(choices) if isinstance(choices, Mapping) else {value: value for value in choices}
    metadata = {
        "label": label,
        "page": page,
        "help": help,
        "low": low,
        "high": high,
        "unit": unit,
        "choices": words_of,
    }
    if isinstance(default, dict):
        return dataclasses.field(default_factory=default.copy, metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


PAGES = {
    "general": mark("General"),
    "display": mark("Display"),
    "corners": mark("Corner texts"),
    "heatmap": mark("Heatmap"),
    "model": mark("Model and device"),
}


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has chosen. Change with `dataclasses.replace`."""

    language: str = option(
        "auto",
        mark("Language"),
        page="general",
        help=mark("Takes effect when cxrview is started again."),
        choices=LANGUAGES,
    )
    theme: str = option(
        "dark",
        mark("Theme"),
        page="general",
        help=mark("The image stands on black in both."),
        choices={"dark": mark("Dark"), "light": mark("Light")},
    )
    restore_session: bool = option(
        False,
        mark("Open again at start what was open at the end"),
        page="general",
        help=mark("Files that are gone are named in one line and passed over."),
    )
    hide_model: bool = option(
        False,
        mark("Hide the model until I ask"),
        page="general",
        help=mark("For learning to read: nothing of what the model says is shown until it is revealed."),
    )
    smooth: bool = option(
        True,
        mark("Smooth the image between its pixels"),
        page="display",
        help=mark("Without it every pixel of the image is a square of its own when zoomed in."),
    )
    show_overlays: bool = option(
        True,
        mark("Show the overlays of the file"),
        page="display",
        help=mark("Graphics that the modality or the archive has laid over the pixels."),
    )
    show_lungs: bool = option(
        False,
        mark("Show the outline of the lungs"),
        page="display",
        help=mark("As the lung network finds them, whichever model reads the image."),
    )
    show_zones: bool = option(
        False,
        mark("Show the zones of the lungs"),
        page="display",
        help=mark("Upper, middle and lower third of each lung's height, to compare left and right."),
    )
    hang_by_itself: bool = option(
        False,
        mark("Hang each study by itself"),
        page="display",
        help=mark("By the first of your hanging protocols that fits, whenever you go to another study."),
    )
    prefetch: int = option(
        2,
        mark("Read ahead"),
        page="display",
        help=mark("How many images on either side of the one shown are read in the background."),
        low=0,
        high=8,
        unit=mark("images"),
    )
    memory_budget_mb: int = option(
        1024,
        mark("Memory for images"),
        page="display",
        help=mark(
            "What has not been looked at for longest is let go first, and read again when it is wanted."
        ),
        low=256,
        high=16384,
        unit="MB",
    )
    hide_identity: bool = option(
        False,
        mark("Hide who the patient is"),
        page="corners",
        help=mark("For teaching. What is written into the pixels themselves stays visible."),
    )
    corner_patient: bool = option(True, mark("Patient"), page="corners")
    corner_study: bool = option(True, mark("Study and view"), page="corners")
    corner_technique: bool = option(True, mark("Technique"), page="corners")
    corner_window: bool = option(True, mark("Window"), page="corners")
    corner_zoom: bool = option(True, mark("Zoom and pixel spacing"), page="corners")
    corner_laterality: bool = option(True, mark("Laterality"), page="corners")
    heatmap_visible: bool = option(
        True, mark("Show the heatmap"), page="heatmap", help=mark("Hold Space to look underneath.")
    )
    heatmap_mode: str = option(
        "contour",
        mark("Drawn as"),
        page="heatmap",
        help=mark("Cells are what the model computes; all else is drawn between them."),
        choices={"contour": mark("Contours"), "smooth": mark("Smooth colours"), "cells": mark("Cells")},
    )
    heatmap_scale: str = option(
        "own",
        mark("Colour scale"),
        page="heatmap",
        help=mark("A class has a scale of its own only where the model says what is strong for it."),
        choices={"own": mark("This class"), "common": mark("All classes")},
    )
    heatmap_grid: bool = option(
        False,
        mark("Draw the grid of the cells"),
        page="heatmap",
        help=mark("It says how coarse the heatmap is."),
    )
    heatmap_bar: bool = option(True, mark("Show the colour scale beside the image"), page="heatmap")
    heatmap_opacity: float = option(
        0.45, mark("Heatmap opacity"), page="heatmap", low=0.0, high=1.0, unit="%"
    )
    heatmap_threshold: float = option(
        0.2, mark("Hide the heatmap below"), page="heatmap", low=0.0, high=1.0, unit="%"
    )
    heatmap_colours: str = option("inferno", mark("Heatmap colours"), page="heatmap", choices=COLOUR_MAPS)
    model: str = option(
        "",
        mark("Model"),
        page="model",
        help=mark("The name of an installed model, or the folder of one; empty: the bundled one."),
    )
    device: str = option(
        "auto",
        mark("Run the model on"),
        page="model",
        help=mark("auto, cpu, gpu, npu, or ENGINE:DEVICE."),
    )
    operating_point: str = option(
        "auto",
        mark("Operating point"),
        page="model",
        help=mark(
            "From where on a model calls the class that it watches. Sensitive: less is missed, and more is "
            "called that is not there."
        ),
        choices={
            "auto": mark("One of your own, or else balanced"),
            "balanced": mark("Balanced"),
            "sensitive": mark("Sensitive"),
        },
    )
    shortcuts: dict[str, tuple[str, ...]] = option(  # noqa: RUF009 - a fresh one each time
        {}, mark("Keys that differ from the usual ones")
    )


def validate(values: dict[str, Any]) -> tuple[Settings, list[str]]:
    """Return the settings in `values` and a sentence for each entry that was passed over.

    Which names in `shortcuts` are known is left to the window, which has the commands.
    """
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    accepted: dict[str, Any] = {}
    complaints = []
    for key, value in values.items():
        if key not in fields:
            sentence = tr("The setting “{key}” is not known here; it stays in the file.")
            complaints.append(sentence.format(key=key))
        elif key == "shortcuts" and isinstance(value, dict):
            accepted[key], wrong = _shortcuts(value)
            complaints += wrong
        elif (complaint := _complaint(fields[key], value)) is not None:
            sentence = tr("The setting “{key}” {complaint}; its default is used.")
            complaints.append(sentence.format(key=key, complaint=complaint))
        else:
            accepted[key] = float(value) if isinstance(fields[key].default, float) else value
    return Settings(**accepted), complaints


def _complaint(field: Any, value: Any) -> str | None:
    wanted = dict if field.default is dataclasses.MISSING else type(field.default)
    number = wanted is float and isinstance(value, int) and not isinstance(value, bool)
    if type(value) is not wanted and not number:
        return tr("should be of type {wanted}").format(wanted=wanted.__name__)
    low, high, choices = (field.metadata[name] for name in ("low", "high", "choices"))
    if low is not None and not low <= value <= high:
        return tr("should lie between {low} and {high}").format(low=low, high=high)
    if choices and value not in choices:
        return tr("should be one of {choices}").format(choices=", ".join(choices))
    return None


def _shortcuts(table: dict[str, Any]) -> tuple[dict[str, tuple[str, ...]], list[str]]:
    """Return the keys of each command in `table`, a list of sequences, and a sentence for what is none."""
    accepted, complaints = {}, []
    for name, keys in table.items():
        if isinstance(keys, list | tuple) and all(isinstance(key, str) for key in keys):
            accepted[name] = tuple(keys)
        else:
            sentence = tr("The keys of “{name}” should be a list of texts; the usual ones are used.")
            complaints.append(sentence.format(name=name))
    return accepted, complaints


# Each brings what a file of the version before it holds to the next one. That of 0.1.0 has no version, and
# all that it holds is as it was.
MIGRATIONS: tuple[Callable[[dict[str, Any]], dict[str, Any]], ...] = (dict,)


def load(path: Path) -> tuple[Settings, list[str]]:
    """Return the settings stored at `path` and the complaints about it; a missing file means defaults.

    Of a file that a later version made, what is known here counts, and one sentence is all that is said.
    """
    try:
        version, values = _read(path)
    except FileNotFoundError:
        return Settings(), []
    except (OSError, ValueError, RecursionError) as error:
        sentence = tr("{file} cannot be read ({error}); defaults are used.")
        return Settings(), [sentence.format(file=path.name, error=error)]
    if version > len(MIGRATIONS):
        sentence = tr(
            "{file} was made by a later version of cxrview and stays as it is: what you change now lasts "
            "until cxrview is closed."
        )
        return validate(values)[0], [sentence.format(file=path.name)]
    return validate(values)


def save(settings: Settings, path: Path) -> bool:
    """Write `settings` to `path`, whole or not at all; return False if a later version made the file there.

    That one stays as it is. Of any other, entries that are not known here stay; before it is replaced it is
    kept whole beside its place, as `.bak` where something in it is wrong, as `.v0.bak` if it is of version 0.
    Raises OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        version, values = _read(path)
    except FileNotFoundError:
        version, values = len(MIGRATIONS), {}
    except (ValueError, RecursionError):
        shutil.copyfile(path, f"{path}.bak")
        version, values = len(MIGRATIONS), {}
    if version > len(MIGRATIONS):
        return False
    if version < len(MIGRATIONS):
        shutil.copyfile(path, f"{path}.v{version}.bak")
    known = dataclasses.asdict(settings)
    if validate({key: value for key, value in values.items() if key in known})[1]:
        shutil.copyfile(path, f"{path}.bak")
    written = {"version": len(MIGRATIONS)} | values | known
    write_atomically(path, tomli_w.dumps(written), private=True, settle=False)
    return True


def _read(path: Path) -> tuple[int, dict[str, Any]]:
    """Return the version of the file at `path`, and what it holds, brought to the present one.

    What is no version counts as 0. Raises OSError, ValueError, RecursionError.
    """
    values = tomllib.loads(path.read_text("utf-8"))
    version = values.pop("version", 0)
    version = version if type(version) is int and version >= 0 else 0
    for migrate in MIGRATIONS[version:]:
        values = migrate(values)
    return version, values
