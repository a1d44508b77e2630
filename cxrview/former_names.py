"""Names that 0.1.0 gave to entries of files: they are read as those of now, which alone are written."""

from collections.abc import Mapping
from typing import Any

CONFIG = {"data.strangers": "out_of_distribution"}
CARD = {"training.data.strangers": "out_of_distribution", "metrics.strangers": "out_of_distribution"}
DATA_REPORT = {"counts.strangers": "out_of_distribution", "facts.images.strangers": "out_of_distribution"}


def renamed(values: Any, names: Mapping[str, str]) -> Any:
    """Return the nested `values` of a file, in which the entries of `names` have their new names.

    An entry that is there under both names stays, for its reader to refuse.
    """
    for place, name in names.items():
        values = _with_name(values, place.split("."), name)
    return values


def _with_name(values: Any, place: list[str], name: str) -> Any:
    former, *inner = place
    if not isinstance(values, dict) or former not in values:
        return values
    if inner:
        return {**values, former: _with_name(values[former], inner, name)}
    if name in values:
        return values
    return {name if key == former else key: value for key, value in values.items()}
