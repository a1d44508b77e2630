"""Which images a run is about, and how such frozen values are made of what a file says.

Light to import, because the window imports it.
"""

import dataclasses
import types
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from cxrview.datasets import messages
from cxrview.settings import option

SPLIT_SEED = 20261121
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DataConfig:
    """Which images, and who belongs together.

    `path` is a folder of class folders, a folder with `train`, `val` and `test`, or a CSV file
    (`file,label[,group][,split][,source]`). `external` and `out_of_distribution`, in the same forms, are
    never trained on: images of other hospitals to judge by, and images outside the model's task.
    """

    path: str = option("", "Images")
    group_pattern: str = option("", "Patient in the file name (regular expression with one group)")
    validation: float = option(0.15, "Share for validation", low=0.05, high=0.4)
    test: float = option(0.15, "Share for test", low=0.0, high=0.4)
    split_seed: int = option(SPLIT_SEED, "Seed of the split", low=0, high=2**31 - 1)
    exclude: tuple[str, ...] = option((), "Files to leave out")
    allow: tuple[str, ...] = option((), "Findings overridden")
    near_duplicates: bool = option(True, "Look for near-duplicates")
    external: str = option("", "Images of other hospitals, to judge by")
    out_of_distribution: str = option("", "Images outside the task, for the domain check")


def build(kind: type[_T], values: Any, where: str) -> _T:
    """Return the dataclass `kind`, its fields made by `option`, of the plain `values` of a file.

    `where` is the entry that holds them, "" for the whole. Raises ValueError that names a wrong entry.
    """
    if not isinstance(values, dict):
        raise ValueError(messages.NO_TABLE(entry=where))
    hints = _hints(kind)  # type: ignore[arg-type]
    fields = {item.name: item for item in dataclasses.fields(kind)}  # type: ignore[arg-type]
    for name in values:
        if name not in fields:
            raise ValueError(messages.UNKNOWN_ENTRY(entry=entry(where, name)))
    return kind(
        **{
            name: _value(fields[name], hints[name], value, entry(where, name))
            for name, value in values.items()
        }
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def entry(where: str, name: str) -> str:
    """Return what messages call the entry `name` of the table `where`: "data.path"."""
    return f"{where}.{name}" if where else name


def _value(item: Any, wanted: Any, value: Any, where: str) -> Any:
    if dataclasses.is_dataclass(wanted) and isinstance(wanted, type):
        return build(wanted, value, where)
    if get_origin(wanted) is tuple:
        return _items(get_args(wanted)[0], value, where)
    if isinstance(wanted, types.GenericAlias):
        wanted = get_origin(wanted)
    return _checked(item, wanted, value, where)


def _items(wanted: Any, value: Any, where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(messages.NO_LIST(entry=where))
    if dataclasses.is_dataclass(wanted):
        return tuple(build(wanted, part, f"{where}[{i}]") for i, part in enumerate(value))  # type: ignore[arg-type]
    return tuple(_checked(None, wanted, part, f"{where}[{i}]") for i, part in enumerate(value))


def _checked(item: Any, wanted: Any, value: Any, where: str) -> Any:
    if wanted is float and isinstance(value, int) and not isinstance(value, bool):
        value = float(value)
    if not isinstance(value, wanted) or (wanted is not bool and isinstance(value, bool)):
        raise ValueError(messages.WRONG_KIND(entry=where, found=repr(value), kind=wanted.__name__))
    metadata = item.metadata if item is not None else {}
    low, high, choices = (metadata.get(key) for key in ("low", "high", "choices"))
    if low is not None and not low <= value <= high:
        raise ValueError(messages.OUT_OF_RANGE(entry=where, found=value, low=low, high=high))
    if choices and value not in choices:
        raise ValueError(messages.NO_SUCH_CHOICE(entry=where, found=value, choices=list(choices)))
    return value
