"""The text of the dialogs, as HTML: about, keys and mouse, and the model card."""

from html import escape
from typing import TYPE_CHECKING, Any

from cxrview import __version__, paths
from cxrview.gui.actions import MENUS, MOUSE
from cxrview.words import tr

if TYPE_CHECKING:
    from cxrview.bundle import Card

LIBRARIES = (  # what is shown and linked into the frozen application
    ("PySide6-Essentials", "Qt for Python, LGPL 3.0"),
    ("numpy", "BSD 3-Clause"),
    ("opencv-python-headless", "Apache 2.0"),
    ("pillow", "MIT-CMU"),
    ("pydicom", "MIT"),
    ("python-gdcm", "BSD 3-Clause"),
    ("pylibjpeg", "MIT"),
    ("pylibjpeg-openjpeg", "MIT"),
    ("pylibjpeg-rle", "MIT"),
    ("pyjpegls", "MIT"),
    ("openvino", "Apache 2.0"),
    ("onnxruntime", "MIT"),
    ("platformdirs", "MIT"),
)
STATUS = {
    "interim": "Interim: a first model to build and try cxrview with.",
    "release": "Released with cxrview.",
    "user": "Trained or imported by a user.",
}
FIRST_COLUMN = 170  # pixels
NOT_A_DEVICE = (
    "cxrview is a tool for research and teaching. It is not a medical device, has not been tested or cleared "
    "as one, and must not be used for diagnosis, treatment or triage of patients. A reading is what a "
    "statistical model computes from pixels; it can be wrong without any sign of it."
)


def about() -> str:
    """Return what cxrview is, what it is not, and whose work is in it."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import, and seldom wanted

    rows = []
    for package, licence in LIBRARIES:
        try:
            rows.append((f"{package} {version(package)}", licence))
        except PackageNotFoundError:  # an optional engine, or a frozen application without metadata
            continue
    rows.append(("Lucide icons", "ISC; some from Feather, MIT"))
    icons = (paths.resources() / "icons" / "LICENSE").read_text("utf-8")
    return (
        f"<h2>cxrview {escape(__version__)}</h2><p>Review chest radiographs with a model that shows "
        f"where it looked and says what it cannot know.</p><p><b>Not a medical device.</b> {NOT_A_DEVICE}</p>"
        "<p>Everything is computed on this computer; no image leaves it.</p>"
        "<p>cxrview is free software under the Apache License 2.0 and comes without any warranty. "
        "It stands on:</p>"
        + _table(rows)
        + f"<h4>Licence of the icons</h4><pre style='white-space: pre-wrap'>{escape(icons)}</pre>"
    )


def keys() -> str:
    """Return every shortcut, menu by menu, and what the mouse does."""
    html = ""
    for title, specs in MENUS.values():
        rows = [
            (", ".join(spec.keys), tr(spec.text).replace("&", "").rstrip("…"))
            for spec in specs
            if spec is not None and spec.keys
        ]
        html += f"<h4>{tr(title).replace('&', '')}</h4>" + _table(rows) if rows else ""
    return html + "<h4>Mouse and more</h4>" + _table([(tr(mouse), tr(does)) for mouse, does in MOUSE])


def model_card(card: "Card") -> str:
    """Return the model card: what it is, what it cannot do, its classes, figures and origin."""
    html = f"<h2>{escape(card.title)}</h2>"
    html += f"<p>{escape(card.name)} {escape(card.version)} · {escape(card.architecture)}"
    html += f" · input {card.input_size} × {card.input_size}</p>"
    html += f"<p><b>{escape(STATUS.get(card.status, card.status))}</b></p>"
    html += (
        "<h4>What it cannot do</h4><ul>"
        + "".join(f"<li>{escape(limit)}</li>" for limit in card.limits)
        + "</ul>"
    )
    html += "<h4>Classes</h4>" + _table([(item.label, item.meaning) for item in card.classes])
    for key, title in SECTIONS.items():
        if card.raw.get(key):
            html += f"<h4>{title}</h4>{_value(card.raw[key])}"
    return html


SECTIONS = {
    "metrics": "Figures",
    "operating_points": "Operating points",
    "domain": "Out-of-domain check",
    "data": "Data",
    "training": "Training",
    "seeds": "Seeds",
    "libraries": "Libraries",
}


def _value(value: Any) -> str:
    """Return anything JSON can hold as HTML: objects as tables, lists as lines, numbers with three digits."""
    if isinstance(value, dict):
        return _matrix(value) or _html_table(
            [(escape(_words(key)), _value(item)) for key, item in value.items()]
        )
    if isinstance(value, list):
        if all(isinstance(item, int | float) for item in value):
            return " … ".join(map(_value, value)) if len(value) == 2 else ", ".join(map(_value, value))
        return "<br>".join(_value(item) for item in value)
    if isinstance(value, bool) or value is None:
        return {True: "yes", False: "no"}.get(value, "–")
    return f"{value:.3g}" if isinstance(value, float) else escape(str(value))


def _matrix(value: dict[str, Any]) -> str:
    """Return a table with a heading row if `value` holds objects that all have the same keys, else ""."""
    rows = list(value.values())
    if len(rows) < 2 or not all(isinstance(row, dict) and row.keys() == rows[0].keys() for row in rows):
        return ""
    heads = "".join(f"<td>{escape(_words(key))}</td>" for key in rows[0])
    lines = ""
    for name, row in value.items():
        lines += f"<tr><td>{escape(_words(name))}</td>"
        lines += "".join(f"<td>{_value(item)}</td>" for item in row.values()) + "</tr>"
    return f"<table cellspacing='0' cellpadding='4'><tr><td></td>{heads}</tr>{lines}</table>"


def _words(key: str) -> str:
    return key.replace("_", " ")


def _table(rows: list[tuple[str, str]]) -> str:
    return _html_table([(escape(left), escape(right)) for left, right in rows], FIRST_COLUMN)


def _html_table(rows: list[tuple[str, str]], width: int = 0) -> str:
    first = f" width='{width}'" if width else ""
    cells = "".join(f"<tr><td{first}>{left}&nbsp;&nbsp;</td><td>{right}</td></tr>" for left, right in rows)
    return f"<table cellspacing='0' cellpadding='2'>{cells}</table>"
