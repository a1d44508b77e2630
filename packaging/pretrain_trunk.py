"""Teach a DenseNet121 where lungs and opacities are, as a start for the bundled model.

    python packaging/pretrain_trunk.py TABLE START OUT [--epochs 5] [--size 192]

in an environment with this project, PyTorch and torchvision: nothing of these two is needed afterwards.
TABLE is a table of `left_out_tables`; where it has a split, only its training side is learnt from. START is
an archive of `convert_starting_weights`. OUT gets `trunk.npz`, an archive of the same form with a
`classifier`, which `cxrview train` takes as `model.start`, and the state from which a stopped run goes on.

The network is that of the product: framed films, fourth block at stride 16, features averaged under the
lung mask, one head for film and cells. Beside class and cells it learns where the lungs are, what the
readers of siim called the film, and children from adults. The weights are averaged over the steps.
"""

import argparse
import itertools
import queue
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
import torch.nn.functional as F  # noqa: N812 (PyTorch's own abbreviation)
import torchvision
from numpy.typing import NDArray
from torch import Tensor, nn
from trunk_films import CLASSES, READINGS, UNSURE, Films, cells, square, standardised, with_other_greys

BATCH = 16
RATE, WARM_UP, LAST = 3e-4, 150, 0.02  # AdamW's rate, steps up to it, and the share of it at the end
SHARES = (0.30, 0.34, 0.22, 0.14)  # of the classes in a batch, unsure films last
PLAIN = 0.1  # share of the films that are shown as they are
SAVED = 200  # steps between two states
AVERAGE = 0.998  # decay of the averaged weights
WEIGHTS = {"film": 1.0, "cells": 0.3, "lungs": 0.3, "outside": 0.05, "reading": 0.3, "child": 0.1}


class Batch(NamedTuple):
    """What one step learns from: B films of side S, and G × G cells."""

    pictures: Tensor  # (B, 1, S, S)
    lungs: Tensor  # (B, G, G), share of each cell
    wanted: Tensor  # (B, G, G), the class of each cell
    known: Tensor  # (B, G, G), 1 where the cell teaches that class
    classes: Tensor  # (B,)
    readings: Tensor  # (B,)
    children: Tensor  # (B,)


class Trunk(nn.Module):
    """DenseNet121 with the fourth block at stride 16, and what it is taught by."""

    def __init__(self) -> None:
        super().__init__()
        self.features = torchvision.models.densenet121(weights=None).features
        self.features.transition3.pool = nn.Identity()
        for layer in self.features.denseblock4.values():
            layer.conv2.dilation = layer.conv2.padding = (2, 2)
        width = self.features.norm5.num_features
        self.classifier = nn.Conv2d(width, len(CLASSES), 1)
        self.lungs = nn.Conv2d(width, 1, 1)
        self.reading, self.child = nn.Linear(width, len(READINGS)), nn.Linear(width, 1)

    def forward(self, pictures: Tensor, lungs: Tensor) -> tuple[Tensor, ...]:
        """Return the logits of film, cells, lungs, reading and child; `lungs` is the share of each cell."""
        three = pictures.expand(-1, 3, -1, -1).contiguous(memory_format=torch.channels_last)
        features = F.relu(self.features(three)).float()
        mask = ((lungs - 0.25) * 2).clamp(0, 1)[:, None]
        covered = mask.sum((2, 3)) + 1e-3
        dropped = F.dropout2d(features, 0.3, self.training)
        maps = self.classifier(dropped)
        pooled = (dropped * mask).sum((2, 3)) / covered
        film = (maps * mask).sum((2, 3)) / covered
        return film, maps, self.lungs(features)[:, 0], self.reading(pooled), self.child(pooled)[:, 0]


def loss(batch: Batch, said: tuple[Tensor, ...]) -> Tensor:
    """Return the weighted sum of all losses."""
    film, maps, lungs, reading, child = (each.float() for each in said)
    likely = F.log_softmax(film, 1)
    sure = (batch.classes < UNSURE).float()
    named = F.nll_loss(likely, batch.classes.clamp(max=UNSURE - 1), reduction="none")
    ill = -torch.log(1 - likely[:, CLASSES.index("normal")].exp() + 1e-4)  # one of the others
    by_cell = F.cross_entropy(maps, batch.wanted, reduction="none")
    parts = {
        "film": (sure * named + (1 - sure) * 0.5 * ill).mean(),
        "cells": (by_cell * batch.known).sum() / (batch.known.sum() + 1),
        "lungs": F.binary_cross_entropy_with_logits(lungs, batch.lungs),
        "outside": (maps.square() * (1 - batch.lungs)[:, None]).mean(),
        "child": F.binary_cross_entropy_with_logits(child, batch.children.float()),
    }
    if (batch.readings >= 0).any():
        parts["reading"] = F.cross_entropy(reading, batch.readings, ignore_index=-1)
    return torch.stack([WEIGHTS[name] * value for name, value in parts.items()]).sum()


def made(films: Films, chosen: NDArray[np.int64], side: int, random: np.random.Generator) -> Batch:
    """Return the films `chosen`, changed at random."""
    pictures, places = [], []
    for index in chosen:
        plain = random.random() < PLAIN
        picture, mask, boxes = square(films, index, side, None if plain else random)
        if not plain:
            picture = with_other_greys(picture, mask, films, random)
        pictures.append(standardised(picture, mask))
        has_boxes = bool(films.rows[index]["boxes"])
        places.append(cells(mask, boxes, int(films.classes[index]), has_boxes, side // 16))
    labels = (films.classes[chosen], films.readings[chosen], films.children[chosen])
    arrays = (np.array(pictures)[:, None], *map(np.array, zip(*places, strict=True)), *labels)
    return Batch(*(torch.from_numpy(each) for each in arrays))


def drawing(films: Films) -> NDArray[np.float64]:
    """Return how often each film is drawn: by class, within it by the square root of its source's size."""
    learnt = np.array([row.get("split", "train") == "train" for row in films.rows])
    weights = np.zeros(len(films.rows))
    for label, share in enumerate(SHARES):
        chosen = learnt & (films.classes == label)
        _names, source, counts = np.unique(
            films.column("source")[chosen], return_inverse=True, return_counts=True
        )
        weights[chosen] = 1 / np.sqrt(counts[source])
        weights[chosen] *= share / weights[chosen].sum()
    return weights


def train(films: Films, start: Path, out: Path, epochs: float, side: int) -> Trunk:
    """Return the trained trunk with averaged weights; goes on from the state in `out` if there is one."""
    torch.manual_seed(1)
    trunk = Trunk()
    arrays = {name: torch.from_numpy(each) for name, each in np.load(start).items() if "check" not in name}
    trunk.load_state_dict(arrays, strict=False)
    trunk = trunk.to(memory_format=torch.channels_last).train()
    kinds = [[each for each in trunk.parameters() if (each.ndim > 1) == decayed] for decayed in (True, False)]
    groups = [{"params": kind, "weight_decay": decay} for kind, decay in zip(kinds, (1e-4, 0), strict=True)]
    optimizer = torch.optim.AdamW(groups, RATE)
    average = {name: each.clone() for name, each in trunk.state_dict().items()}
    done = _restore(out / "state.pt", trunk, optimizer, average)
    weights = drawing(films)
    steps = int(epochs * (weights > 0).sum() // BATCH)
    batches = _batches(films, weights, side, done)
    for step, began in zip(range(done, steps), itertools.repeat(time.monotonic()), strict=False):
        for group in optimizer.param_groups:
            fall = max(LAST, 0.5 * (1 + np.cos(np.pi * step / steps)))
            group["lr"] = RATE * min(1, (step + 1) / WARM_UP) * fall
        batch = next(batches)
        with torch.autocast("cpu", torch.bfloat16):
            said = trunk(batch.pictures, batch.lungs)
        total = loss(batch, said)
        optimizer.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(trunk.parameters(), 5.0)
        optimizer.step()
        _add(average, trunk, min(AVERAGE, (step + 1) / (step + 20)))
        if (step + 1) % SAVED == 0 or step + 1 == steps:
            state = {"trunk": trunk.state_dict(), "optimizer": optimizer.state_dict()}
            torch.save({**state, "average": average, "step": step + 1}, out / "state.new")
            (out / "state.new").replace(out / "state.pt")
            speed = (step + 1 - done) * BATCH / (time.monotonic() - began)
            print(f"step {step + 1} of {steps}: loss {total.item():.3f}, {speed:.1f} films/s", flush=True)
    trunk.load_state_dict(average)
    return trunk.eval()


def _restore(path: Path, trunk: Trunk, optimizer: Any, average: dict[str, Tensor]) -> int:
    """Set all to the state in `path`, if there is one; return its step."""
    if not path.exists():
        return 0
    state = torch.load(path, weights_only=True)
    trunk.load_state_dict(state["trunk"])
    optimizer.load_state_dict(state["optimizer"])
    average.update(state["average"])
    return int(state["step"])


@torch.no_grad()
def _add(average: dict[str, Tensor], trunk: Trunk, decay: float) -> None:
    for name, value in trunk.state_dict().items():
        if value.dtype.is_floating_point:
            average[name].mul_(decay).add_(value, alpha=1 - decay)
        else:
            average[name].copy_(value)


def _batches(films: Films, weights: NDArray[np.float64], side: int, seed: int) -> Any:
    """Give batches without end, made by two threads a few ahead."""
    ready: queue.Queue[Batch] = queue.Queue(8)

    def make(number: int) -> None:
        random = np.random.default_rng((1, seed, number))
        while True:
            ready.put(made(films, random.choice(len(weights), BATCH, p=weights), side, random))

    for number in range(2):
        threading.Thread(target=make, args=(number,), daemon=True).start()
    return iter(ready.get, None)


def main() -> None:
    """Pretrain and write the archive."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("table", "start", "out"):
        parser.add_argument(name, type=Path)
    parser.add_argument("--epochs", type=float, default=5)
    parser.add_argument("--size", type=int, default=192)
    arguments = parser.parse_args()
    cv2.setNumThreads(0)
    films = Films.collect(arguments.table, arguments.out / "films")
    trunk = train(films, arguments.start, arguments.out, arguments.epochs, arguments.size)
    kept = {name: each.float().numpy() for name, each in trunk.state_dict().items()}
    kept["classifier.weight"] = kept["classifier.weight"][:, :, 0, 0]
    wanted = {name: each for name, each in kept.items() if name.startswith(("features.", "classifier."))}
    np.savez(arguments.out / "trunk.npz", **wanted)


if __name__ == "__main__":
    main()
