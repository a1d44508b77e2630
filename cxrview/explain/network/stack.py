"""Hundreds of layers as a stack that can be read: folded into blocks, and these by how fine they are."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from cxrview.engines.keras_network import NetworkLayer

BLOCK = re.compile(r"(.*?block_?\d+[a-z]?)(?:_|$)")  # as the authors of architectures name their blocks
FOLLOWING = ("BatchNormalization", "Activation", "ReLU", "Dropout", "Rescaling")  # of one channel, one


@dataclass(frozen=True, slots=True)
class NetworkBlock:
    """Layers that belong together, in order, and the `name` that they share."""

    name: str
    layers: tuple[NetworkLayer, ...]

    @property
    def parameters(self) -> int:
        """How many numbers it has learnt."""
        return sum(layer.parameters for layer in self.layers)

    @property
    def side(self) -> tuple[int, int] | None:
        """Rows and columns of what it hands on, None where that is no map."""
        for layer in reversed(self.layers):
            if is_spatial(layer):
                return layer.shape[0], layer.shape[1]
        return None


@dataclass(frozen=True, slots=True)
class NetworkStage:
    """Blocks one after the other that hand on maps of the same `side`, None for numbers."""

    side: tuple[int, int] | None
    blocks: tuple[NetworkBlock, ...]

    @property
    def layers(self) -> tuple[NetworkLayer, ...]:
        """All layers of its blocks."""
        return tuple(layer for block in self.blocks for layer in block.layers)

    @property
    def parameters(self) -> int:
        """How many numbers it has learnt."""
        return sum(block.parameters for block in self.blocks)


def is_spatial(layer: NetworkLayer) -> bool:
    """Whether the layer gives maps, with more than one place."""
    return len(layer.shape) == 3 and layer.shape[0] * layer.shape[1] > 1


def stacked(layers: Sequence[NetworkLayer]) -> tuple[NetworkStage, ...]:
    """Return `layers`, in the order in which they are worked out, as stages of blocks.

    A block are neighbours that share what stands before their names' first “_”, or up to “block3” and the
    like; names that Keras made up say nothing, so there a layer with filters begins a block and the others
    go with it. Padding goes with what it is made for, which comes after it.
    """
    stages: list[tuple[tuple[int, int] | None, list[NetworkBlock]]] = []
    for block in _blocks(layers):
        if not stages or stages[-1][0] != block.side:
            stages.append((block.side, []))
        stages[-1][1].append(block)
    return tuple(NetworkStage(side, tuple(blocks)) for side, blocks in stages)


def heard_at(layers: Sequence[NetworkLayer]) -> dict[str, str]:
    """Return, by the name of each layer with filters, the layer at whose output its filters are heard.

    That is the first activation behind it, as long as each layer on the way works on every channel by itself
    and nothing else takes what is handed on; else the last layer on that way, or itself.
    """
    takers: dict[str, list[NetworkLayer]] = {layer.name: [] for layer in layers}
    for layer in layers:
        for name in layer.inputs:
            takers[name].append(layer)
    found = {}
    for layer in layers:
        if not layer.filters:
            continue
        at = layer
        while not _is_active(at) and len(takers[at.name]) == 1 and takers[at.name][0].kind in FOLLOWING:
            at = takers[at.name][0]
        found[layer.name] = at.name
    return found


def _is_active(layer: NetworkLayer) -> bool:
    return bool(layer.activation) or layer.kind == "ReLU"


def _blocks(layers: Sequence[NetworkLayer]) -> list[NetworkBlock]:
    found: list[tuple[str, list[NetworkLayer]]] = []
    waiting: list[NetworkLayer] = []
    for layer in layers:
        name = _block_name(layer)
        if layer.kind == "ZeroPadding2D" and name is None:
            waiting.append(layer)
            continue
        goes_along = (
            not layer.filters and not waiting if name is None else found[-1:] and name == found[-1][0]
        )
        if found and goes_along:
            found[-1][1].extend((*waiting, layer))
        else:
            found.append((name or layer.name, [*waiting, layer]))
        waiting = []
    if waiting:
        found.append((waiting[0].name, waiting))
    return [
        NetworkBlock(name if len(members) > 1 else members[0].name, tuple(members)) for name, members in found
    ]


def _block_name(layer: NetworkLayer) -> str | None:
    """Return what the names of a block's layers share; None for a name that Keras made up of the kind."""
    own = layer.name.rpartition("/")[2]
    snake = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", layer.kind)
    snake = re.sub(r"([a-z])([A-Z])", r"\1_\2", snake).lower()
    if re.fullmatch(rf"{re.escape(snake)}(_\d+)?", own):
        return None
    named = BLOCK.match(own)
    return named.group(1) if named else own.partition("_")[0]
