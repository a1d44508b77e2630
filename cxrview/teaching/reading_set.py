"""A reading set: films with their truth, in the order in which they are shown, and what is asked of them."""

from dataclasses import dataclass

from cxrview.datasets.boxes import Box4

LEVELS = 5  # of confidence: surely not, probably not, cannot tell, probably, surely


@dataclass(frozen=True, slots=True)
class SetFilm:
    """A film of a set, with its truth.

    `file` lies in the set's `folder`, or is a member of the set's own file. `digest` is BLAKE2b of its bytes,
    40 hex digits, "" where none was taken. `regions` are boxes in pixels of the stored film: None where
    nothing is said of any. `masks`, boxes in pixels of the upright film, are painted black wherever it is
    shown: text that would give the answer away. `prior` is the index, among the films of the set, of an
    earlier one of the same patient that is shown beside it; -1 for none.
    """

    file: str
    classes: tuple[str, ...]
    patient: str = ""
    digest: str = ""
    regions: tuple[Box4, ...] | None = None
    findings: str = ""
    explanation: str = ""
    masks: tuple[Box4, ...] = ()
    prior: int = -1


@dataclass(frozen=True, slots=True)
class ReadingSet:
    """Films, and the order in which they are shown; a film that is only the prior of others is not in it.

    `questions` are the classes that are asked for, `order` indices into `films`: one that comes again is
    shown again, for the agreement of a reader with himself. `time_limit` is in seconds a film, 0 for none.
    With `examination` the truth is shown after the last film, else after each. `holds_pictures` says that the
    films lie in the set's file. Raises ValueError where that does not fit together.
    """

    identifier: str
    title: str
    questions: tuple[str, ...]
    films: tuple[SetFilm, ...]
    order: tuple[int, ...]
    folder: str = ""
    time_limit: int = 0
    examination: bool = False
    holds_pictures: bool = False

    def __post_init__(self) -> None:
        if not self.questions or not self.films or not self.order:
            raise ValueError("a set needs questions and films")
        priors = {film.prior for film in self.films if film.prior >= 0}
        if set(self.order) | priors != set(range(len(self.films))):
            raise ValueError("every film is shown, and no other")
        if self.time_limit < 0:
            raise ValueError("no such time limit")

    def __len__(self) -> int:
        return len(self.order)

    @property
    def asked(self) -> int:
        """The number of films that are asked about: repeats and priors do not count."""
        return len(set(self.order))

    def film(self, place: int) -> SetFilm:
        """Return the film at `place` in the order."""
        return self.films[self.order[place]]

    def showing(self, place: int) -> int:
        """Return how often the film at `place` was shown before, 0 at first."""
        return self.order[:place].count(self.order[place])

    def group(self, index: int) -> str:
        """Return the patient of film `index`; without one each film is a patient of its own."""
        return self.films[index].patient or f"film {index}"
