"""An explanation as a file of numbers, for whoever wants to look at them otherwise."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview.atomic_file import atomic_file
from cxrview.errors import InvalidRequest
from cxrview.explain.explanation import Explanation
from cxrview.messages import CHOOSE_ANOTHER_PLACE, PLACE_CANNOT_BE_WRITTEN


def save_numbers(path: Path, explanation: Explanation, class_name: str, model_hash: str) -> None:
    """Write the map of a class to `path` as NumPy's .npz, which holds nothing of the film or its patient.

    `map` are the numbers of the method, (h, w) float32, as they came. They cover the part `field` of the
    model's square (left, top, right, bottom as fractions), which is `square` pixels wide and holds the part
    `crop` of the film (left, top, right, bottom in pixels of its `film` rows and columns) in the place
    `inside` of it. `full` is what counts as full strength, NaN where nothing tells. `model_hash` is the
    SHA-256 of the graph. Raises InvalidRequest if the file cannot be written, ValueError if the class has no
    map.
    """
    _write(path, _arrays(explanation, class_name, model_hash))


def save_several(path: Path, maps: Mapping[str, tuple[Explanation, str]], class_name: str) -> None:
    """Write the maps of a class to one `path`, each as `save_numbers` does, with its name before: "name.map".

    `maps` are explanations with the SHA-256 of their graph. Errors are those of `save_numbers`.
    """
    found = {name: _arrays(made, class_name, graph) for name, (made, graph) in maps.items()}
    _write(path, {f"{name}.{key}": array for name, arrays in found.items() for key, array in arrays.items()})


def _arrays(explanation: Explanation, class_name: str, model_hash: str) -> dict[str, Any]:
    box = explanation.letterbox
    return {
        "map": explanation.map_of(class_name),
        "class": np.array(class_name),
        "method": np.array(explanation.method),
        "meaning": np.array(str(explanation.meaning)),
        "full": np.float32(explanation.map_scale.get(class_name, np.nan)),
        "model": np.array(f"{explanation.model} {explanation.model_version}"),
        "model_hash": np.array(model_hash),
        "field": np.array(explanation.field, np.float64),
        "square": np.int64(box.size),
        "inside": np.array(
            [box.left, box.top, box.left + box.inner_width, box.top + box.inner_height], np.int64
        ),
        "crop": np.array(box.crop, np.int64),
        "film": np.array([box.height, box.width], np.int64),
        "patch": np.float64(explanation.patch),
    }


def _write(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    try:
        with atomic_file(path) as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]
    except OSError as error:
        problem = PLACE_CANNOT_BE_WRITTEN(place=str(path), reason=error.strerror)
        raise InvalidRequest(problem, CHOOSE_ANOTHER_PLACE) from error
