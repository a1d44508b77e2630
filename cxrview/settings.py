"""The user's settings: each option declared once, with its default, label and bounds."""

import dataclasses
import os
import tempfile
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomli_w


def option(
    default: Any,
    label: str,
    *,
    low: float | None = None,
    high: float | None = None,
    choices: tuple[str, ...] = (),
) -> Any:
    """Return a dataclass field whose metadata a preferences page and the validator both read."""
    metadata = {"label": label, "low": low, "high": high, "choices": choices}
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the user has chosen. Change with `dataclasses.replace`."""

    theme: str = option("dark", "Theme", choices=("dark", "light"))
    model: str = option("", "Model (empty: the bundled one)")
    device: str = option("auto", "Run the model on (auto, cpu, gpu, npu, or ENGINE:DEVICE)")
    heatmap_visible: bool = option(True, "Show the heatmap")
    heatmap_opacity: float = option(0.45, "Heatmap opacity", low=0.0, high=1.0)
    heatmap_threshold: float = option(0.2, "Hide the heatmap below", low=0.0, high=1.0)
    heatmap_colours: str = option("inferno", "Heatmap colours", choices=("inferno", "viridis", "jet", "grey"))


def validate(values: dict[str, Any]) -> tuple[Settings, list[str]]:
    """Return the settings in `values` and a sentence for each entry that was passed over."""
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    accepted: dict[str, Any] = {}
    complaints = []
    for key, value in values.items():
        if key not in fields:
            complaints.append(f"The setting “{key}” is not known and was passed over.")
        elif (complaint := _complaint(fields[key], value)) is not None:
            complaints.append(f"The setting “{key}” {complaint}; its default is used.")
        else:
            accepted[key] = float(value) if isinstance(fields[key].default, float) else value
    return Settings(**accepted), complaints


def _complaint(field: Any, value: Any) -> str | None:
    wanted = type(field.default)
    number = wanted is float and isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, wanted) and not number:
        return f"should be of type {wanted.__name__}"
    low, high, choices = (field.metadata[name] for name in ("low", "high", "choices"))
    if low is not None and not low <= value <= high:
        return f"should lie between {low} and {high}"
    if choices and value not in choices:
        return f"should be one of {', '.join(choices)}"
    return None


def load(path: Path) -> tuple[Settings, list[str]]:
    """Return the settings stored at `path` and the complaints about it; a missing file means defaults."""
    try:
        values = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return Settings(), []
    except (OSError, ValueError) as error:
        return Settings(), [f"{path.name} cannot be read ({error}); defaults are used."]
    return validate(values)


def save(settings: Settings, path: Path) -> None:
    """Write `settings` to `path`, whole or not at all. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".toml")
    try:
        with os.fdopen(handle, "wb") as file:
            tomli_w.dump(dataclasses.asdict(settings), file)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
