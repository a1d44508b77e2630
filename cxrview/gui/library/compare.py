"""Two models side by side: what each is, and where they differ."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxrview.gui.library import facts
from cxrview.gui.widgets.dates import day
from cxrview.i18n import fixed, mark, tr
from cxrview.training import names

if TYPE_CHECKING:
    from cxrview.bundle.library import InstalledModel

SIDES = ("train", "validation", "test")
ABSENT = "–"
DEPTHS = {"head": mark("head"), "last-block": mark("last block"), "all": mark("all layers")}


@dataclass(frozen=True, slots=True)
class ComparedFact:
    """One thing that can be said of both models."""

    what: str
    left: str
    right: str

    @property
    def differs(self) -> bool:
        """Whether the two are not alike in it."""
        return self.left != self.right


@dataclass(frozen=True, slots=True)
class Section:
    """Rows that belong together. `note` says how to read them, and may be empty."""

    title: str
    rows: tuple[ComparedFact, ...]
    note: str = ""


def compared(left: "InstalledModel", right: "InstalledModel") -> tuple[Section, ...]:
    """Return everything that the cards say of two models, side by side."""
    note = tr("Each was judged on its own test images; a difference within the intervals means nothing.")
    sections = (
        Section(tr("Model"), tuple(_model(left, right))),
        Section(tr("Classes, with their training images"), tuple(_classes(left, right))),
        Section(tr("Figures"), tuple(_figures(left, right)), note),
        Section(tr("Images"), tuple(_images(left, right))),
        Section(tr("Recipe"), tuple(_recipe(left, right))),
    )
    return tuple(section for section in sections if section.rows)


def _model(left: "InstalledModel", right: "InstalledModel") -> Iterator[ComparedFact]:
    def both(what: str, value: Any) -> ComparedFact:
        return ComparedFact(what, *(value(entry) or ABSENT for entry in (left, right)))

    yield both(tr("Title"), lambda entry: entry.card.title if entry.card else "")
    yield both(tr("Version"), lambda entry: entry.card.version if entry.card else "")
    yield both(tr("Network"), facts.network_text)
    yield both(tr("Input"), _input)
    yield both(tr("Size"), lambda entry: facts.size_text(entry.bytes))
    yield both(tr("Date"), lambda entry: day(entry.time))
    yield both(tr("Notes"), lambda entry: entry.notes)


def _input(entry: "InstalledModel") -> str:
    return f"{entry.card.input_size} × {entry.card.input_size}" if entry.card is not None else ""


def _classes(left: "InstalledModel", right: "InstalledModel") -> Iterator[ComparedFact]:
    """Yield a row for each class: how many images of it each model has learnt from, or that it knows it."""
    labels: dict[str, str] = {}
    for entry in (left, right):
        if entry.card is not None:
            labels |= {item.name: tr(item.label) for item in entry.card.classes if item.name not in labels}
    for name, label in labels.items():
        cells = (_known(entry, name) for entry in (left, right))
        yield ComparedFact(label, *cells)


def _known(entry: "InstalledModel", name: str) -> str:
    if entry.card is None or name not in entry.card.class_names:
        return ABSENT
    count = facts.images_of(entry.card, "train").get(name)
    return str(count) if count is not None else tr("yes")


def _figures(left: "InstalledModel", right: "InstalledModel") -> Iterator[ComparedFact]:
    for key, title in facts.FIGURES.items():
        figures = [facts.figure_of(entry.card, key) for entry in (left, right)]
        if any(figure is not None for figure in figures):
            yield ComparedFact(tr(title), *map(facts.interval_text, figures))


def _images(left: "InstalledModel", right: "InstalledModel") -> Iterator[ComparedFact]:
    for side, title in ((side, names.SIDES[side].text) for side in SIDES):
        counts = [sum(facts.images_of(entry.card, side).values()) for entry in (left, right)]
        if any(counts):
            yield ComparedFact(tr(title), *(str(count) if count else ABSENT for count in counts))
    sources = ["; ".join(_sources(entry)) for entry in (left, right)]
    if any(sources):
        yield ComparedFact(tr("Sources"), *(text or ABSENT for text in sources))


def _sources(entry: "InstalledModel") -> Iterator[str]:
    data = entry.card.raw.get("data") if entry.card is not None else None
    for item in data if isinstance(data, list) else ():
        if isinstance(item, dict):
            yield str(item.get("source", ""))


def _recipe(left: "InstalledModel", right: "InstalledModel") -> Iterator[ComparedFact]:
    """Yield a row for each entry of the configuration that one of the two cards gives."""
    from cxrview.training.config import AugmentationConfig, ModelConfig, RecipeConfig

    tables = {"model": ModelConfig, "recipe": RecipeConfig, "augmentation": AugmentationConfig}
    for table, kind in tables.items():
        for item in dataclasses.fields(kind):
            if (table, item.name) == ("model", "name"):
                continue
            values = [_entry(entry, table, item.name) for entry in (left, right)]
            if any(value is not None for value in values):
                yield ComparedFact(tr(item.metadata["label"]), *map(_value, values))


def _entry(entry: "InstalledModel", table: str, name: str) -> Any:
    training = entry.card.raw.get("training") if entry.card is not None else None
    part = training.get(table) if isinstance(training, dict) else None
    return part.get(name) if isinstance(part, dict) else None


def _value(value: Any) -> str:
    match value:
        case None | "" | []:
            return ABSENT
        case bool():
            return tr("yes") if value else tr("no")
        case float():
            return f"{value:g}" if abs(value) < 0.01 else fixed(value, 3).rstrip("0").rstrip(".,")
        case list():
            return "; ".join(map(_value, value))
        case {"depth": depth, "epochs": epochs, "learning_rate": rate}:
            words = tr("{depth}: {epochs} × {rate}")
            return words.format(depth=tr(DEPTHS.get(depth, str(depth))), epochs=epochs, rate=f"{rate:g}")
    return str(value)
