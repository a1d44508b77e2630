"""The training that the user is putting together: one configuration, changed step by step."""

import dataclasses
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from cxrview.datasets.lung_sample import LungSample
from cxrview.datasets.report import FINAL
from cxrview.training.config import PRESETS, ModelConfig, TrainingConfig

QUICK = "quick"
CUSTOM = "custom"
AS_START = "auto"  # the frame of the model that the training starts from
LUNGS = "lungs"


class Draft(QObject):
    """The configuration and what is known about its images. A setter that changes nothing emits nothing.

    Signals:
        changed: carries the names of the tables that changed: "data", "model", "recipe", "augmentation",
            "search", "card".
        report_changed: the data report came, or no longer holds; carries it, or None.
        preset_changed: carries its name, or "custom".
        lungs_changed: whether the images show lungs is known, or no longer; carries it, or None.
        frame_read_changed: what the network will be given is another now; carries "film" or "lungs".
    """

    changed = Signal(object)
    report_changed = Signal(object)
    preset_changed = Signal(str)
    lungs_changed = Signal(object)
    frame_read_changed = Signal(str)

    def __init__(self, folder: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder = folder  # of the run: what the check has decoded serves the training
        self.config: TrainingConfig = PRESETS[QUICK][1]
        self.preset = QUICK
        self.report: dict[str, Any] | None = None  # of exactly this `config.data`
        self.lungs: LungSample | None = None
        self.frame_read = ""  # what `config` comes to, "film" or "lungs"; "" until it has been worked out
        self.frame_is_asked = False  # the user has said what the network is given

    def change(self, table: str, **values: Any) -> None:
        """Replace fields of the part `table` of the configuration."""
        part = dataclasses.replace(getattr(self.config, table), **values)
        self.set_config(dataclasses.replace(self.config, **{table: part}))

    def load(self, config: TrainingConfig) -> None:
        """Take over a configuration from a file or of an earlier run, which is to stay as it is."""
        self._take(config, asked=True)

    def set_frame(self, frame: str, *, asked: bool = True) -> None:
        """Give the network "film", "lungs" or AS_START, with what goes with it; `asked`: by the user."""
        model = self.config.model
        changes: dict[str, Any] = {"frame": frame}
        if frame == LUNGS:
            changes |= {"pooling": "auto", "preprocessing": "auto"}  # which is that of the lungs
        elif model.frame == LUNGS and self.preset != CUSTOM:
            changes["pooling"] = PRESETS[self.preset][1].model.pooling
        elif model.pooling == LUNGS:
            changes["pooling"] = "auto"
        changed = dataclasses.replace(model, **changes)
        self._take(dataclasses.replace(self.config, model=changed), asked=asked or self.frame_is_asked)

    def set_config(self, config: TrainingConfig) -> None:
        """Take over a whole configuration. One with another frame says what the network is given."""
        frame = config.model.frame
        same = frame == self.config.model.frame
        self._take(config, asked=self.frame_is_asked if same else frame != AS_START)

    def _take(self, config: TrainingConfig, *, asked: bool) -> None:
        self.frame_is_asked = asked
        tables = [field.name for field in dataclasses.fields(config)]
        changed = {name for name in tables if getattr(config, name) != getattr(self.config, name)}
        if not changed:
            return
        before, self.config = self.config, config
        if "data" in changed and _rests_on(before) != _rests_on(config):
            self.set_report(None)
        self._find_preset()
        self.changed.emit(frozenset(changed))

    def use_preset(self, name: str) -> None:
        """Take recipe, augmentation and network from a preset; images, name, frame and start stay."""
        preset, model = PRESETS[name][1], self.config.model
        kept: dict[str, Any] = {"name": model.name, "frame": model.frame}
        if model.frame == LUNGS:
            kept["pooling"] = "auto"
        if preset.model.start == "bundled" and model.architecture == preset.model.architecture:
            kept["start"] = model.start
        self.set_config(
            dataclasses.replace(
                self.config,
                model=dataclasses.replace(preset.model, **kept),
                recipe=preset.recipe,
                augmentation=preset.augmentation,
            )
        )

    def set_report(self, report: dict[str, Any] | None) -> None:
        """Take over what was found about the images of the present configuration."""
        if report is not self.report:
            self.report = report
            self.report_changed.emit(report)

    def set_lungs(self, found: LungSample | None) -> None:
        """Take over whether the images show lungs."""
        if found != self.lungs:
            self.lungs = found
            self.lungs_changed.emit(found)

    def set_frame_read(self, frame: str) -> None:
        """Take over what the network will be given, "film" or "lungs", once its start has been looked at."""
        if frame != self.frame_read:
            self.frame_read = frame
            self.frame_read_changed.emit(frame)

    @property
    def blocking(self) -> list[dict[str, Any]]:
        """The findings that stop the training: neither solved nor knowingly overridden."""
        if self.report is None:
            return []
        allowed = set(self.config.data.allow) - FINAL
        return [
            finding
            for finding in self.report["findings"]
            if finding["severity"] == "block" and finding["kind"] not in allowed
        ]

    def _find_preset(self) -> None:
        config = self.config
        names = [
            name
            for name, (_, preset) in PRESETS.items()
            if (preset.recipe, preset.augmentation) == (config.recipe, config.augmentation)
            and _same_network(config.model, preset.model)
        ]
        found = names[0] if names else CUSTOM
        if found != self.preset:
            self.preset = found
            self.preset_changed.emit(found)


def _rests_on(config: TrainingConfig) -> object:
    """Return what the data report depends on: an override changes nothing about the images."""
    return dataclasses.replace(config.data, allow=())


def _same_network(model: ModelConfig, preset: ModelConfig) -> bool:
    """Whether `model` is that of a preset, whichever its name and start, and whatever it is given."""
    pooling = preset.pooling if (model.frame, model.pooling) == (LUNGS, "auto") else model.pooling
    return (
        dataclasses.replace(model, name=preset.name, start=preset.start, frame=preset.frame, pooling=pooling)
        == preset
    )
