"""Whether the maps of a model come of what it has learnt: they are compared with those of random weights.

    python packaging/map_sanity.py MODEL FILMS OUT.json docs/model.md --into-card

MODEL is the folder of a bundle with its `model.keras`, FILMS a table or a folder. From the top of the network
down the weights are replaced by new ones, drawn as for a network that has learnt nothing, one group of layers
after the other, and what has been replaced stays so (Adebayo 2018, “Sanity checks for saliency maps”, the
cascading test). After each the map of the class that the film was called is compared with what it was. The
figures are written to OUT.json, a section about them into the page, and, if it is wanted, the entry
`map_sanity` into the bundle's card.
"""

import argparse
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import page_section
from map_likeness import likeness, summary
from numpy.typing import NDArray
from page_section import figure_text, filled

from cxrview import bundle
from cxrview.anatomy import LungFinder, framed, reduced
from cxrview.bundle.card import LUNGS, Card
from cxrview.bundle.rewrite import rewrite_card
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import Item, find_items
from cxrview.engines import libraries
from cxrview.imaging import model_input, read
from cxrview.inference.calibration import probabilities
from cxrview.inference.call import call

HEADING = "## Do the maps come of what was learnt?"
FILMS, DRAWS, BATCH = 100, 10, 16
MEASURES = ("spearman", "ssim")
ABOUT = """\
The check of Adebayo 2018 (“Sanity checks for saliency maps”): from the top of the network down, the weights
of one group of layers after the other are replaced by random ones, and the map of the class that a film was
called is compared with what it was. {films} films, {draws} times other random weights; mean and 95 % interval
(bootstrap over patients and over the random weights). 1 is a map that stays as it is; an empty one counts as
a rank correlation of 0. The last line is what maps have in common because films are framed alike. Cells that
are lung are compared, without what the lung mask does to a map, for that is the same whatever the weights.
`packaging/map_sanity.py` makes this table.
"""


class Answers(NamedTuple):
    """What a network says of N films: `logits` (N, C), `maps` (N, C, h, w) ≥ 0 and the `mask` (N, h, w)."""

    logits: NDArray[np.float32]
    maps: NDArray[np.float32]
    mask: NDArray[np.float32]


class Network:
    """The network of a bundle, a Keras model, of which weights can be replaced."""

    def __init__(self, model: Any) -> None:
        import keras

        from cxrview.engines.graph import build

        self._model = build.to_float32(model)
        self._head = build.head_layers(self._model)
        self._features = build.features_of(self._model)
        graph, mask = build.inference_graph(self._model), build.mask_of(self._model)
        self._maps = graph.get_layer("activation_maps")
        outputs = {"logits": graph.output["logits"], "maps": graph.output["activation_maps"]}
        self._has_mask = mask is not None
        self._graph = keras.Model(self._model.input, outputs | ({"mask": mask} if self._has_mask else {}))
        self._learnt = self._model.get_weights()

    @classmethod
    def load(cls, file: Path) -> "Network":
        """Return the network in `file`. Raises UnusableModel or EngineUnavailable."""
        libraries.tensorflow()
        from cxrview.engines.graph.load import load_model

        return cls(load_model(file))

    def ask(self, inputs: NDArray[np.uint8]) -> Answers:
        """Return what the network says of `inputs`, as it now is."""
        starts = range(0, len(inputs), BATCH)
        found = [self._graph.predict_on_batch(inputs[start : start + BATCH]) for start in starts]
        logits, maps = (np.concatenate([each[name] for each in found]) for name in ("logits", "maps"))
        mask = np.ones_like(maps[:, 0])
        if self._has_mask:
            mask = np.concatenate([each["mask"] for each in found])[..., 0]
        return Answers(logits, maps, mask)

    def groups(self) -> list[tuple[str, list[Any]]]:
        """Return the layers that have weights by group, from the top: the head, then by the block's name."""
        from cxrview.engines.graph.build import BACKBONE

        layers = [layer for layer in self._model.get_layer(BACKBONE).layers if layer.weights]
        blocks = groupby(reversed(layers), lambda layer: re.split("[_/]", layer.name)[0])
        return [("head", self._head), *((name, list(some)) for name, some in blocks)]

    def forget(self, layers: Sequence[Any]) -> None:
        """Give `layers` weights as they have before any learning; Keras's seed decides which."""
        from cxrview.engines.graph.gradcam_layer import head_kernels

        for layer in layers:
            fresh = type(layer).from_config(layer.get_config())
            fresh.build_from_config(layer.get_build_config())
            layer.set_weights(fresh.get_weights())
        self._maps.set_weights(head_kernels(self._features, self._head))  # copies of the head's

    def remember(self) -> None:
        """Give all layers the weights again that they have learnt."""
        self._model.set_weights(self._learnt)
        self.forget(())


def compared(
    network: Network, inputs: NDArray[np.uint8], names: Callable[[Answers], NDArray[np.intp]], times: int
) -> tuple[Answers, list[str], dict[str, NDArray[np.float64]]]:
    """Return what the network says, the groups from the top, and how like each map it stays, by measure.

    `names` tells the class of each film, (N,). Each measure is (groups, `times`, N); "empty" is 1 where
    nothing is left of a map, else 0.
    """
    import keras

    true = network.ask(inputs)
    place = np.arange(len(inputs)), names(true)
    groups = network.groups()
    found = {name: np.zeros((len(groups), times, len(inputs))) for name in ("spearman", "ssim", "empty")}
    for time in range(times):
        keras.utils.set_random_seed(time)
        network.remember()
        for number, (_name, layers) in enumerate(groups):
            network.forget(layers)
            maps = network.ask(inputs).maps[place]
            pairs = [likeness(*each) for each in zip(true.maps[place], maps, true.mask, strict=True)]
            found["spearman"][number, time], found["ssim"][number, time] = np.array(pairs).T
            found["empty"][number, time] = ~maps.any(axis=(1, 2))
    network.remember()
    return true, [name for name, _layers in groups], found


def between_films(true: Answers, classes: NDArray[np.intp]) -> dict[str, NDArray[np.float64]]:
    """Return how like the map of each film is to that of the next film of the same class, (1, N'): the films
    are framed alike, so that this is what two maps have in common without a film in common.
    """
    found = []
    for name in np.unique(classes):
        films = np.flatnonzero(classes == name)
        for film, other in zip(films, np.roll(films, -1), strict=True):
            if film != other:
                both = np.minimum(true.mask[film], true.mask[other])
                maps = (
                    true.maps[each, name] / np.maximum(true.mask[each], 1e-6) * both for each in (film, other)
                )
                found.append(likeness(*maps, both))
    spearman, ssim = np.array(found).reshape(-1, 2).T
    return {"spearman": spearman[None], "ssim": ssim[None]}


def inputs_of(card: Card, items: Sequence[Item]) -> NDArray[np.uint8]:
    """Return what the model of `card` is given of the films. Raises CxrviewError."""
    radiographs = [read(item.path)[0] for item in items]
    if card.frame != LUNGS:
        return np.stack([model_input(radiograph, card.input_size)[0] for radiograph in radiographs])
    films = [reduced(radiograph) for radiograph in radiographs]
    found = zip(films, LungFinder.load("cpu").find(films), strict=True)
    return np.stack([framed(film, anatomy, card.input_size)[0] for film, anatomy in found])


def chosen(items: Sequence[Item], count: int) -> list[Item]:
    """Return `count` of `items` at random, one of a patient."""
    order = np.random.default_rng(0).permutation(len(items))
    return list({items[i].group or items[i].file: items[i] for i in order}.values())[:count]


def check(folder: Path, films: Path, count: int = FILMS, times: int = DRAWS) -> dict[str, Any]:
    """Return the figures of the bundle in `folder`, as they are written. Raises CxrviewError."""
    card = bundle.load(folder).card
    items = chosen(find_items(DataConfig(path=str(films))), count)
    groups = np.array([item.group or item.file for item in items], np.str_)

    def called(answers: Answers) -> NDArray[np.intp]:
        said = (call(probabilities(row, card).tolist(), card).name for row in answers.logits)
        return np.array([card.class_names.index(name) for name in said])

    true, names, found = compared(Network.load(folder / "model.keras"), inputs_of(card, items), called, times)
    classes = called(true)
    apart = between_films(true, classes)
    return {
        "films": len(items),
        "called": dict(Counter(card.class_names[place] for place in classes)),
        "draws": times,
        "replaced": [
            {"down to": name, **{kind: summary(values[number], groups) for kind, values in found.items()}}
            for number, name in enumerate(names)
        ],
        "another film of the class": {
            kind: summary(values, np.arange(values.shape[1]).astype(np.str_))
            for kind, values in apart.items()
        },
    }


def section(figures: dict[str, Any]) -> list[str]:
    """Return the lines about `figures`."""
    rows = []
    for number, step in enumerate(figures["replaced"]):
        name = f"from the top to {step['down to']}" if number else step["down to"]
        likenesses = (figure_text(step[measure]) for measure in MEASURES)
        rows.append([name, *likenesses, figure_text(step["empty"], 0, " %", 100)])
    other = figures["another film of the class"]
    rows.append(["nothing, but another film called so", *(figure_text(other[name]) for name in MEASURES), ""])
    head = ["replaced", "rank correlation (Spearman)", "structural similarity (SSIM)", "maps left empty"]
    return [filled(ABOUT.format(**figures)), "", *page_section.table(head, rows)]


def main() -> None:
    """Do what the command line asks for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("model", "films", "out", "page"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--count", type=int, default=FILMS, help="films, at most")
    parser.add_argument("--draws", type=int, default=DRAWS, help="times that weights are drawn")
    parser.add_argument("--into-card", action="store_true")
    arguments = parser.parse_args()
    figures = check(arguments.model, arguments.films, arguments.count, arguments.draws)
    arguments.out.write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    page_section.put(arguments.page, HEADING, section(figures))
    if arguments.into_card:
        rewrite_card(arguments.model, {"map_sanity": figures})


if __name__ == "__main__":
    main()
