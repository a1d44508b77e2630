"""What a model said about labelled images, and the truth to hold it against: arrays only, no pixels."""

from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Probabilities = NDArray[np.float64]
Labels = NDArray[np.int64]


class Labelled(Protocol):
    """The part of `LabelledImages` that says what the images are. N images, C classes."""

    @property
    def class_names(self) -> tuple[str, ...]: ...
    @property
    def targets(self) -> NDArray[np.uint8]: ...  # (N, C)
    @property
    def groups(self) -> NDArray[np.str_]: ...
    @property
    def sources(self) -> NDArray[np.str_]: ...
    @property
    def files(self) -> NDArray[np.str_]: ...
    @property
    def devices(self) -> NDArray[np.str_] | None: ...


@dataclass(frozen=True, slots=True, eq=False)
class LabelledPredictions:
    """N answers over C classes; the arrays are read-only.

    `labels` is -1 for an image of no known class. `targets` is needed where classes are not exclusive;
    otherwise it follows from `labels`. `in_domain` is the verdict of the domain check, if there is one.
    Raises ValueError if the shapes do not fit together.
    """

    probabilities: Probabilities  # (N, C), calibrated; rows sum to 1 if exclusive
    labels: Labels  # (N,)
    groups: NDArray[np.str_]  # (N,) patient or cluster: the unit of resampling
    sources: NDArray[np.str_]  # (N,) collection, "" if unknown
    files: NDArray[np.str_]  # (N,)
    class_names: tuple[str, ...]
    in_domain: NDArray[np.bool_] | None = None  # (N,)
    targets: NDArray[np.uint8] | None = None  # (N, C)
    exclusive: bool = True
    devices: NDArray[np.str_] | None = None  # (N,) machine, "" if unknown

    def __post_init__(self) -> None:
        count, classes = len(self.labels), len(self.class_names)
        if self.probabilities.shape != (count, classes):
            raise ValueError(f"probabilities {self.probabilities.shape} for {count} × {classes}")
        if not self.exclusive and self.targets is None:
            raise ValueError("classes that are not exclusive need targets")
        for item in fields(self):
            value: Any = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                if len(value) != count:
                    raise ValueError(f"{len(value)} {item.name} for {count} images")
                value.setflags(write=False)

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def truth(self) -> NDArray[np.bool_]:
        """Which classes each image has, (N, C)."""
        if self.targets is not None:
            return np.asarray(self.targets > 0)
        return np.asarray(self.labels[:, None] == np.arange(len(self.class_names)))

    @property
    def known(self) -> NDArray[np.bool_]:
        """Which images can be right or wrong, (N,): with exclusive classes those of a known class."""
        return np.asarray(self.labels >= 0) if self.exclusive else np.ones(len(self), np.bool_)

    def subset(self, chosen: NDArray[Any]) -> "LabelledPredictions":
        """Return the answers at `chosen`, indices or a mask."""
        parts = {item.name: getattr(self, item.name) for item in fields(self)}
        return LabelledPredictions(
            **{name: part[chosen] if isinstance(part, np.ndarray) else part for name, part in parts.items()}
        )


def answers_for(
    data: Labelled,
    probabilities: NDArray[np.floating[Any]],
    in_domain: NDArray[np.bool_] | None = None,
    exclusive: bool = True,
) -> LabelledPredictions:
    """Return `probabilities`, (N, C), together with what is known about the images of `data`."""
    targets = np.asarray(data.targets, np.uint8).copy()
    labels = np.where(targets.any(1), targets.argmax(1), -1).astype(np.int64)
    return LabelledPredictions(
        np.array(probabilities, np.float64),
        labels,
        np.array(data.groups),
        np.array(data.sources),
        np.array(data.files),
        tuple(data.class_names),
        in_domain,
        targets,
        exclusive,
        None if data.devices is None else np.array(data.devices),
    )
