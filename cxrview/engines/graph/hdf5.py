"""Hold a file of weights to what weights are: arrays whose numbers are in the file itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]

from cxrview.engines import messages
from cxrview.errors import UnusableModel

ADVICE = messages.SAVE_WEIGHTS_ALONE
MAX_BYTES = 2 * 2**30  # that the arrays say they have, together
_MOST_PACKED = 20  # times the size of the file
_DEEPEST, _MOST = 16, 100_000  # groups in groups; groups and arrays


def check(root: h5py.File, path: Path) -> None:
    """Raise UnusableModel if the file `root`, called `path` to the user, holds or reaches for anything else.

    HDF5 can link to other files, take numbers from them, and link a group into itself.
    """
    if "model_config" in root.attrs:
        raise UnusableModel(messages.WHOLE_OLD_MODEL, ADVICE, path)
    said, there = 0, int(root.id.get_filesize())
    for count, item in enumerate(_items(root, path, 0)):
        if count > _MOST:
            raise UnusableModel(messages.TOO_MANY_PARTS, ADVICE, path)
        if isinstance(item, h5py.Dataset) and (item.external or item.is_virtual):
            raise UnusableModel(messages.NUMBERS_ELSEWHERE, ADVICE, path)
        if isinstance(item, h5py.Dataset):
            said += int(item.nbytes)
        if said > MAX_BYTES or said > _MOST_PACKED * there:
            raise UnusableModel(messages.WEIGHTS_TOO_LARGE, ADVICE, path)


def _items(group: h5py.Group, path: Path, depth: int) -> Iterator[Any]:
    if depth > _DEEPEST:
        raise UnusableModel(messages.TOO_DEEP, ADVICE, path)
    for name in group:
        if not isinstance(group.get(name, getlink=True), h5py.HardLink):
            raise UnusableModel(messages.LINKS_ELSEWHERE, ADVICE, path)
        item = group[name]
        yield item
        if isinstance(item, h5py.Group):
            yield from _items(item, path, depth + 1)
