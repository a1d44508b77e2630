"""The films of a set: where they lie, and how they are shown without giving themselves away."""

import tempfile
from dataclasses import replace
from pathlib import Path, PureWindowsPath
from types import TracebackType
from typing import Self

import numpy as np

from cxrview.datasets.boxes import Box4
from cxrview.errors import InvalidRequest
from cxrview.imaging import Radiograph, read
from cxrview.imaging.orientation import SIDEWAYS, upright_box
from cxrview.messages import CANNOT_BE_READ
from cxrview.progress import Report, silent
from cxrview.teaching import messages
from cxrview.teaching.make import file_digest
from cxrview.teaching.reading_set import ReadingSet, SetFilm
from cxrview.teaching.set_file import picture

BACK = {6: 8, 8: 6}  # turns that undo each other; all others undo themselves


class SetFilms:
    """Finds and reads the films of the set in the file `path`; a context that clears up behind it.

    Films are looked for beside the set's file, where they lay when it was made, and in `elsewhere`.
    """

    def __init__(self, made: ReadingSet, path: Path, elsewhere: Path | None = None) -> None:
        self.made, self.path, self.elsewhere = made, path, elsewhere
        self._unpacked: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Remove what was unpacked."""
        if self._unpacked is not None:
            self._unpacked.cleanup()
            self._unpacked = None

    def missing(self) -> int:
        """Return how many films are not there."""
        if self.made.holds_pictures:
            return 0
        return sum(self._found(film) is None for film in self.made.films)

    def read(self, index: int, report: Report = silent) -> Radiograph:
        """Return film `index`, its masks black, and nothing of who it is: (H, W) upright.

        Raises InvalidRequest if it is not there or is another one by now, UnreadableImage, Cancelled.
        """
        return anonymous(masked(read(self.place(index), report)[0], self.made.films[index].masks))

    def place(self, index: int) -> Path:
        """Return the file of film `index`, unpacked if need be. Raises InvalidRequest as `read` does."""
        film = self.made.films[index]
        if self.made.holds_pictures:
            return self._unpack(film, index)
        path = self._found(film)
        if path is None:
            problem = messages.FILM_NOT_THERE(number=index + 1)
            raise InvalidRequest(problem, messages.SAY_WHERE_FILMS_ARE)
        try:
            same = not film.digest or file_digest(path) == film.digest
        except OSError as error:
            raise InvalidRequest(CANNOT_BE_READ(reason=error.strerror)) from error
        if not same:  # the truth may not be its truth any more
            raise InvalidRequest(messages.FILM_IS_ANOTHER(number=index + 1), messages.SAY_WHERE_FILMS_ARE)
        return path

    def _found(self, film: SetFilm) -> Path | None:
        folders = [self.path.parent]
        folders += [Path(self.made.folder)] if self._is_near(self.made.folder) else []
        folders += [self.elsewhere] if self.elsewhere is not None else []
        return next((place for folder in folders if (place := folder / film.file).is_file()), None)

    @staticmethod
    def _is_near(folder: str) -> bool:
        """Whether `folder` is on this machine: a set from elsewhere must not make it call on another."""
        return bool(folder) and not PureWindowsPath(folder).drive.startswith(("\\\\", "//"))

    def _unpack(self, film: SetFilm, index: int) -> Path:
        if self._unpacked is None:
            self._unpacked = tempfile.TemporaryDirectory(prefix="cxrview-set-")
        path = Path(self._unpacked.name) / f"{index}.png"
        if not path.exists():
            path.write_bytes(picture(self.path, film.file))
        return path


def masked(radiograph: Radiograph, masks: tuple[Box4, ...]) -> Radiograph:
    """Return `radiograph` with the boxes `masks`, in its own pixels, painted black."""
    if not masks:
        return radiograph
    values = radiograph.values.copy()
    rgb = radiograph.rgb.copy() if radiograph.rgb is not None else None
    black = values.max() if radiograph.inverted else values.min()
    for left, top, right, bottom in masks:
        area = np.s_[max(0, int(top)) : int(np.ceil(bottom)), max(0, int(left)) : int(np.ceil(right))]
        values[area] = black
        if rgb is not None:
            rgb[area] = 0
    return replace(radiograph, values=values, rgb=rgb)


def anonymous(radiograph: Radiograph) -> Radiograph:
    """Return `radiograph` without what says whose it is, when it was made, or what it is called."""
    return replace(
        radiograph,
        path=Path("film"),
        identity=replace(type(radiograph.identity)(), modality=radiograph.identity.modality),
        overlays=(),
        warnings=(),
    )


def stored_place(box: Box4, radiograph: Radiograph) -> Box4:
    """Return where `box` on the upright `radiograph` lies on the film as it is stored."""
    height, width = radiograph.shape
    turned = radiograph.orientation in SIDEWAYS
    stored = (width, height) if turned else (height, width)
    return upright_box(box, BACK.get(radiograph.orientation, radiograph.orientation), stored)
