"""The text of two pages: the keys in use as Markdown, and the model card as HTML."""

from collections.abc import Mapping
from html import escape
from typing import TYPE_CHECKING, Any

from cxrview.gui.actions.mnemonics import plain
from cxrview.gui.actions.mouse import MOUSE
from cxrview.gui.actions.shortcuts import Shortcuts, shown
from cxrview.i18n import mark, tr

if TYPE_CHECKING:
    from cxrview.bundle import Card

STATUS = {
    "interim": mark("Interim: a first model to build and try cxrview with."),
    "release": mark("Released with cxrview."),
    "user": mark("Trained or imported by a user."),
}
FIRST_COLUMN = 170  # pixels


def keys(shortcuts: Shortcuts, changes: Mapping[str, tuple[str, ...]]) -> str:
    """Return every key in use in the main window, menu by menu, and what the mouse does, as Markdown."""
    held, parts = shortcuts.in_use(changes), []
    for title, specs in shortcuts.menus:
        rows = [
            ("   ".join(map(shown, held[spec.name])), plain(tr(spec.text)))
            for spec in specs
            if spec is not None and held[spec.name]
        ]
        if rows:
            parts.append(_markdown(plain(tr(title)), tr("Keys"), rows))
    mouse = [(tr(what), tr(does)) for what, does in MOUSE]
    return "\n\n".join((*parts, _markdown(tr("Mouse and more"), tr("Keys"), mouse)))


def _markdown(title: str, left: str, rows: list[tuple[str, str]]) -> str:
    lines = [f"| {left} | {tr('What it does')} |", "| --- | --- |"]
    lines += [f"| {what.replace('|', '&#124;')} | {does} |" for what, does in rows]
    return f"## {title}\n\n" + "\n".join(lines)


def model_card(card: "Card") -> str:
    """Return the model card: what it is, what it cannot do, its classes, figures and origin."""
    html = f"<h2>{escape(card.title)}</h2>"
    html += f"<p>{escape(card.name)} {escape(card.version)} · {escape(card.architecture)}"
    size = tr("input {size} × {size}").format(size=card.input_size)
    parts = (size, tr("reads the film cropped to the lungs")) if card.frame == "lungs" else (size,)
    html += "".join(f" · {escape(part)}" for part in parts) + "</p>"
    html += f"<p><b>{escape(tr(STATUS.get(card.status, card.status)))}</b></p>"
    html += (
        f"<h4>{tr('What it cannot do')}</h4><ul>"
        + "".join(f"<li>{escape(limit)}</li>" for limit in card.limits)
        + "</ul>"
    )
    html += f"<h4>{tr('Classes')}</h4>" + _table([(tr(item.label), item.meaning) for item in card.classes])
    if card.license:
        html += f"<h4>{tr('Licence of the weights')}</h4><p>{escape(card.license)}</p>"
    for key, title in SECTIONS.items():
        if card.raw.get(key):
            html += f"<h4>{tr(title)}</h4>{_value(card.raw[key])}"
    return html


SECTIONS = {
    "metrics": mark("Figures"),
    "operating_points": mark("Operating points"),
    "elsewhere": mark("How often a reading is right elsewhere"),
    "reading_noise": mark("Noise of a reading"),
    "domain": mark("Out-of-domain check"),
    "data": mark("Data"),
    "training": mark("Training"),
    "seeds": mark("Seeds"),
    "libraries": mark("Libraries"),
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
    if value is None:
        return "–"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
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
