"""Small data and quick configurations for tests of whole training runs."""

from dataclasses import replace
from pathlib import Path

import cv2

from cxrview.training.config import (
    AugmentationConfig,
    DataConfig,
    ModelConfig,
    PhaseConfig,
    RecipeConfig,
    TrainingConfig,
)
from cxrview.training.run.events import Event
from tests.training.lesions import LesionPhantoms, lesion_phantoms

CLASSES = ("clear", "lesion")


def write_phantoms(folder: Path, count: int, size: int, seed: int = 1) -> LesionPhantoms:
    """Write drawn chests with and without an opacity to a folder for each of the two classes."""
    phantoms = lesion_phantoms(count, size, seed)
    for index, (image, label) in enumerate(zip(phantoms.images, phantoms.labels, strict=True)):
        path = folder / CLASSES[label] / f"p{index:03d}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        assert cv2.imwrite(str(path), image)
    return phantoms


def tiny_config(data: Path, *phases: PhaseConfig, **recipe) -> TrainingConfig:
    """Return a run of seconds: two convolutions at 32 pixels; first the head on kept features, then all."""
    return TrainingConfig(
        data=DataConfig(path=str(data), near_duplicates=False),
        model=ModelConfig(name="tiny", architecture="small-cnn", start="none", input_size=32, hidden=(8,)),
        recipe=RecipeConfig(
            phases=phases or (PhaseConfig("head", 2, 1e-3), PhaseConfig("all", 2, 1e-3)),
            **{"batch_size": 8, "cache_features": True, "feature_copies": 1, **recipe},
        ),
        augmentation=AugmentationConfig(),
    )


def with_model(config: TrainingConfig, **changes) -> TrainingConfig:
    """Return `config` with changes of its model."""
    return replace(config, model=replace(config.model, **changes))


class Listener:
    """Keeps the events; at the first for which `until` is true it raises `error`."""

    def __init__(self, until=lambda _event: False, error: type[BaseException] | None = None) -> None:
        self.events: list[Event] = []
        self._until, self._error = until, error

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        if self._error is not None and self._until(event):
            error, self._error = self._error, None
            raise error

    def of(self, kind: type) -> list[Event]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]
