"""What the page on a model says of its card: figures place by place, data and making.

Anybody may have written a card, so that what is not of the expected kind is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from cxrview.evaluation.names import METRICS
from cxrview.gui.library import facts
from cxrview.i18n import fixed, mark, tr, trn

if TYPE_CHECKING:
    from cxrview.bundle import Card

MOST_CLASSES = 8  # that have figures of their own on the page
PLACES = {
    facts.LEFT_OUT: mark("Elsewhere: machines it had not seen"),
    facts.EXTERNAL: mark("Elsewhere: other places"),
    "test": mark("At home: images like those it learnt from"),
}
USUAL_POINT = "balanced"


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """A set of images that judges a model: the name of its part in the card, and how many images it has."""

    part: str
    title: str
    images: int


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure at every place, None where it is not given."""

    title: str
    figures: tuple[facts.Figure | None, ...]


def places(card: "Card") -> list[JudgedPart]:
    """Return where the model was judged, those elsewhere first."""
    found = []
    for part, title in PLACES.items():
        images = facts.entry_of(card, "metrics", part, "images")
        if isinstance(facts.entry_of(card, "metrics", part, "figures"), dict) and isinstance(images, int):
            found.append(JudgedPart(part, tr(title), images))
    return found


def figure_rows(card: "Card", shown: list[JudgedPart]) -> list[FigureRow]:
    """Return the figures at the places `shown`, each with its 95 % interval where the card gives it."""
    rows = []

    def add(title: str, *keys: str) -> None:
        found = tuple(facts.figure_at(card, "metrics", place.part, *keys) for place in shown)
        if any(found):
            rows.append(FigureRow(title, found))

    classes = card.classes[:MOST_CLASSES]
    if len(card.classes) > 2:
        add(tr(METRICS["macro_auc"].text), "figures", "macro_auc")
    for item in classes:
        add(f"{tr(METRICS['auc'].text)}, {tr(item.label)}", "figures", f"auc.{item.name}")
    for item in classes:
        if item.name == card.watch_class:
            for key in ("sensitivity", "specificity"):
                named = tr(METRICS["recall" if key == "sensitivity" else key].text)
                add(f"{named}, {tr(item.label)}", "operating_points", USUAL_POINT, item.name, key)
    add(tr(METRICS["balanced_accuracy"].text), "figures", "balanced_accuracy")
    add(tr(METRICS["ece"].text), "figures", "ece")
    return rows


def readings_elsewhere(card: "Card") -> Iterator[str]:
    """Yield, for the usual operating point, how often a reading is right at other hospitals."""
    for name, said in card.elsewhere.get(USUAL_POINT, card.elsewhere.get("", {})).items():
        yield tr(
            "Of films elsewhere that it called {label}, {right} of {of} had it where every second film did "
            "({low}–{high} %)."
        ).format(
            label=tr(card.label(name)),
            right=said.right,
            of=said.of,
            low=round(100 * said.low),
            high=round(100 * said.high),
        )


def maps_believed(card: "Card") -> Iterator[str]:
    """Yield what the card knows of its heatmaps: whether they come of what was learnt, and how much of the
    heat lies in the lungs.
    """
    steps = facts.entry_of(card, "map_sanity", "replaced")
    found = (facts.figure_in(step, "spearman") for step in steps) if isinstance(steps, list) else ()
    known = [figure.value for figure in found if figure is not None]
    films = facts.entry_of(card, "map_sanity", "films")
    if known and isinstance(films, int):
        most, other = max(known), facts.figure_at(card, "map_sanity", "another film of the class", "spearman")
        learnt = (
            tr("Its maps come of what it has learnt: with random weights they are others.")
            if other is None or most < other.value
            else tr(
                "Its maps hardly come of what it has learnt: with random weights they stay much the same."
            )
        )
        likeness = tr(
            "Rank correlation with what they were: {most} at most, on {count} films, whichever layers are "
            "replaced from the top down (Adebayo 2018)."
        ).format(most=fixed(most, 2), count=films)
        yield f"{learnt} {likeness}"
        if other is not None:
            between = tr("Between the maps of two films that are called alike it is {number}.")
            yield between.format(number=fixed(other.value, 2))
    for words, part in (
        (tr("Of the heat on {count} films like those it learnt from, {share} lies in the lungs."), ()),
        (
            tr("Of the heat on {count} films of machines it had not seen, {share} lies in the lungs."),
            ("left_out",),
        ),
    ):
        place = ("metrics", *part, "localization", "test")
        inside, count = (
            facts.figure_at(card, *place, "own", "in_lungs"),
            facts.entry_of(card, *place, "films"),
        )
        if inside is not None and isinstance(count, int):
            yield words.format(count=count, share=_share_text(inside))


def _share_text(figure: facts.Figure) -> str:
    """Return "91 % (90–92 %)"."""
    value = tr("{number} %").format(number=round(100 * figure.value))
    if figure.low is None or figure.high is None:
        return value
    between = f"{round(100 * figure.low)}–{round(100 * figure.high)}"
    return f"{value} ({tr('{number} %').format(number=between)})"


def data_lines(card: "Card") -> Iterator[tuple[str, str]]:
    """Yield each collection of the card with its number of images, and everything said of it."""
    data = card.raw.get("data")
    for entry in data if isinstance(data, list) else ():
        if not isinstance(entry, dict):
            continue
        title, images = str(entry.get("title") or entry.get("source") or ""), entry.get("images")
        counts = images.values() if isinstance(images, dict) else ()
        count = sum(number for number in counts if isinstance(number, int))
        line = re.sub(r" \([^)]*\)", "", title).partition(":")[0]
        if count:
            words = trn("{title}: {count} image", "{title}: {count} images", count)
            line = words.format(title=line, count=count)
        whole = (title, entry.get("use"), entry.get("terms"))
        yield line, "\n".join(str(part) for part in whole if part)


def making(card: "Card") -> Iterator[tuple[str, str]]:
    """Yield what is known of how the model was made: a title and a value each."""
    yield tr("Network"), facts.network_title(card)
    size = f"{card.input_size} × {card.input_size}"
    cropped = tr("reads the film cropped to the lungs")
    yield tr("Input"), f"{size}, {cropped}" if card.frame == "lungs" else size
    start = facts.entry_of(card, "training", "starting_weights")
    if isinstance(start, str) and start:
        yield tr("Began with"), start
    counts = facts.images_of(card, "train")
    if counts:
        each = ", ".join(f"{tr(card.label(name))} {count}" for name, count in counts.items())
        yield tr("Learnt from"), tr("{count} images ({each})").format(count=sum(counts.values()), each=each)
    epochs = facts.entry_of(card, "training", "epochs_trained")
    if isinstance(epochs, int):
        chosen = facts.entry_of(card, "training", "epoch_chosen")
        yield tr("Epochs"), tr("{count}, number {chosen} kept").format(count=epochs, chosen=chosen)
    yield tr("Temperature"), fixed(card.temperature, 2)
    libraries = _words(card.raw.get("libraries"))
    if libraries:
        yield tr("Libraries"), libraries


def _words(said: Any) -> str:
    return ", ".join(f"{name} {value}" for name, value in said.items()) if isinstance(said, dict) else ""
