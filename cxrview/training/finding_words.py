"""The sentence of a finding: in English where it is kept, in the user's language where it is shown."""

from collections.abc import Mapping, Sequence
from typing import Any

from cxrview.training.data_report import Finding
from cxrview.words import mark, tr, trn

MOST_NAMED = 5  # classes
QUOTED, MORE = mark("“{name}”"), mark(" and {count} more")
TRANSLATED = frozenset({"attribute", "place", "sides", "advice"})  # values in words of ours


def worded(
    kind: str,
    severity: str,
    words: str | tuple[str, str],
    values: Mapping[str, Any],
    files: Sequence[str] = (),
    details: Mapping[str, Any] | None = None,
) -> Finding:
    """Return a finding of `words`, marked for translation. Two of them are for one and many of "count"."""
    forms = (words,) if isinstance(words, str) else words
    text = forms[0 if values.get("count") == 1 else -1]
    filled = {name: _english(value) for name, value in values.items()}
    return Finding(
        kind, severity, text.format(**filled), tuple(files), dict(details or {}), forms, dict(values)
    )


def spoken(item: Mapping[str, Any]) -> str:
    """Return the sentence of a finding, as `DataReport.as_dict` gave it, in the user's language."""
    words, values = item.get("words") or (), item.get("values", {})
    if not words:
        return str(item["text"])
    text = tr(words[0]) if len(words) == 1 else trn(words[0], words[1], values["count"])
    return text.format(**{name: _in_words(name, value) for name, value in values.items()})


def _english(value: Any) -> str:
    if isinstance(value, list):
        return _listed(value, QUOTED, MORE)
    return f"{value:,}" if isinstance(value, int) else str(value)


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, list):
        return _listed(value, tr(QUOTED), tr(MORE))
    return tr(value) if name in TRANSLATED else str(value)


def _listed(names: Sequence[str], quoted: str, more: str) -> str:
    shown = ", ".join(quoted.format(name=name) for name in names[:MOST_NAMED])
    return shown + (more.format(count=len(names) - MOST_NAMED) if len(names) > MOST_NAMED else "")
