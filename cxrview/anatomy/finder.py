"""The network that finds the lungs: a bundle that travels with the program."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from cxrview import bundle, paths
from cxrview.anatomy import contract, messages, plausibility
from cxrview.anatomy.anatomy import Anatomy
from cxrview.anatomy.film import Film
from cxrview.bundle import Bundle
from cxrview.engines.engine import Engine
from cxrview.errors import UnusableModel

NAME = "lungs"


def folder() -> Path:
    """Return the folder of the bundle."""
    return paths.bundled_models() / NAME


class LungFinder:
    """Finds the lungs on films. Use from one thread at a time; what it returns is free of that."""

    def __init__(self, model: Bundle, engine: Engine) -> None:
        self.card = model.card
        self.engine = engine
        self._plausibility = plausibility.load(model)
        self._lungs = model.card.class_names.index(contract.LUNGS)

    @classmethod
    def load(cls, device: str = "auto", *, many: bool = False) -> "LungFinder":
        """Return the finder, running on `device`, for `many` films or one (see `engines.registry.choose`).

        Takes a few tenths of a second. Raises InvalidRequest, UnusableModel or EngineUnavailable.
        """
        if not (folder() / "card.json").is_file():
            raise UnusableModel(messages.NO_LUNG_NETWORK, messages.INSTALL_CXRVIEW_AGAIN)
        opened = bundle.load(folder())
        return cls(opened, contract.choose(opened.folder, device, many=many).engine)

    def find(self, films: Sequence[Film]) -> list[Anatomy]:
        """Return one anatomy per film, in order, from a single pass of the network."""
        if not films:
            return []
        boxes = [film.letterbox(self.card.input_size) for film in films]
        squares = np.stack([film.in_square(box) for film, box in zip(films, boxes, strict=True)])
        masks = self.engine.predict(squares)[contract.OUTPUT][:, self._lungs]
        found = zip(films, np.rint(masks * 255).astype(np.uint8), boxes, squares, strict=True)
        return [Anatomy.of(film, mask, box, self._plausibility, square) for film, mask, box, square in found]
