"""A page as HTML that opens anywhere: its style inside, no script, and nothing fetched."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import jinja2
from markupsafe import Markup

from cxrview import NOTICE, paths

_NO_CARD = {"name": "", "version": "", "status": "", "limits": (), "libraries": {}, "license": ""}


def page(title: str, card: Mapping[str, Any], **said: Any) -> str:
    """Return the page of an evaluation with what is `said` about the model of `card`."""
    return rendered("report.html", title, card, **said)


def rendered(name: str, title: str, card: Mapping[str, Any], **said: Any) -> str:
    """Return the page that the template `name` makes of what is `said` about the model of `card`."""
    made: str = _environment.get_template(f"{name}.jinja").render(
        title=title,
        notice=NOTICE,
        style=Markup(_text("report.css")),
        card=_NO_CARD | dict(card),
        today=date.today().isoformat(),
        **said,
    )
    return made


def _text(name: str) -> str:
    return (paths.resources() / "report" / name).read_text("utf-8")


_environment = jinja2.Environment(
    loader=jinja2.FunctionLoader(_text),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
