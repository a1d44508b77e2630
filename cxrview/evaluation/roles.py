"""Which classes play a part of their own: the one without disease, and the one that is watched for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

NO_DISEASE = frozenset({"normal", "negative", "no finding", "healthy"})  # classes of films without disease


@dataclass(frozen=True, slots=True)
class Roles:
    """The names of two classes; "" where no class plays the part."""

    watched: str = ""
    healthy: str = ""


def healthy_class(labels: Mapping[str, str]) -> str:
    """Return the class that stands for no disease, "" if none or several do; `labels` are words by name."""
    named = [name for name, label in labels.items() if {name.casefold(), label.casefold()} & NO_DISEASE]
    return named[0] if len(named) == 1 else ""


def roles_of(card: Mapping[str, Any], class_names: Sequence[str]) -> Roles:
    """Return who plays which part among `class_names`, by what `card`, the entries of a model card, says."""
    labels = {item["name"]: item["label"] for item in card.get("classes", ())}
    healthy = healthy_class({name: labels.get(name, name) for name in class_names})
    watched = str(card.get("watch_class", ""))
    return Roles(watched if watched in class_names else "", healthy)
