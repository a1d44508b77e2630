"""The layers of a network as a table: what each is, its weights, what it gave, what does nothing."""

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cxrview.atomic_file import atomic_file
from cxrview.engines.keras_network import NetworkLayer
from cxrview.errors import InvalidRequest
from cxrview.explain.network.stack import stacked
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN
from cxrview.safe_text import CsvWriter

FIGURES = ("mean", "deviation", "low", "high", "zeros")
COLUMNS = (
    *("number", "block", "layer", "kind", "rows", "columns", "channels", "parameters", "filters"),
    *(f"weight_{name}" for name in FIGURES),
    *("filters_near_zero", "near_zero", "films"),
    *(f"activation_{name}" for name in FIGURES),
    *("filters_never_active", "never_active"),
)
Rows = list[dict[str, Any]]


def summary_rows(
    layers: Sequence[NetworkLayer],
    weights: Mapping[str, Mapping[str, float]],
    near_zero: Mapping[str, Sequence[int]],
    films: int,
    activations: Mapping[str, Mapping[str, float]],
    never_active: Mapping[str, Sequence[int]],
) -> Rows:
    """Return a row with COLUMNS for each of `layers`, "" where something is not known or not there.

    `weights` and `activations` hold FIGURES by layer, the latter over so many `films`; `near_zero` and
    `never_active` are numbers of filters, from 0, of the layers that have filters. In the table filters are
    counted from 1.
    """
    blocks = {
        layer.name: block.name
        for stage in stacked(layers)
        for block in stage.blocks
        for layer in block.layers
    }
    rows = []
    for number, layer in enumerate(layers, 1):
        high, wide = layer.shape[:2] if len(layer.shape) == 3 else ("", "")
        row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
        row |= {"number": number, "block": blocks[layer.name], "layer": layer.name, "kind": layer.kind}
        row |= {"rows": high, "columns": wide, "channels": layer.shape[-1] if layer.shape else ""}
        row |= {"parameters": layer.parameters, "filters": layer.filters or ""}
        row |= {f"weight_{name}": value for name, value in weights.get(layer.name, {}).items()}
        row |= {f"activation_{name}": value for name, value in activations.get(layer.name, {}).items()}
        row["films"] = films if layer.name in activations else ""
        for column, found in (("near_zero", near_zero), ("never_active", never_active)):
            if layer.name in found:
                row[f"filters_{column}"] = len(found[layer.name])
                row[column] = " ".join(str(index + 1) for index in found[layer.name])
        rows.append(row)
    return rows


def save_summary(path: Path, rows: Rows) -> None:
    """Write `rows` to `path` as CSV with a heading, in UTF-8. Raises InvalidRequest if that fails."""
    text = io.StringIO(newline="")
    writer = CsvWriter(text)
    writer.writerow(COLUMNS)
    for row in rows:
        values = [row[name] for name in COLUMNS]
        writer.writerow([f"{value:.6g}" if isinstance(value, float) else value for value in values])
    try:
        with atomic_file(path) as file:
            file.write(text.getvalue().encode())
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(path), reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
