"""How well a few typed letters fit a text: what a search over commands needs, and no more."""

import unicodedata
from functools import cache, lru_cache

WORD, RUN, FIRST = 8.0, 4.0, 6.0  # worth of a letter at the start of a word, after its neighbour, of the text
WHOLE = 20.0  # for standing in the text as it was typed
LOOSE = 0.9  # weight from which on letters may stand apart: in a long text they would always be found
LENGTH = 0.05  # cost of each letter that was not asked for: of two that fit, the shorter one is meant


@lru_cache(maxsize=4096)
def folded(text: str) -> str:
    """Return `text` in small letters without accents, one letter for each, so that places stay the same."""
    return "".join((unicodedata.normalize("NFKD", letter)[:1] or letter).casefold()[:1] for letter in text)


def fit(word: str, text: str, loose: bool = True) -> tuple[float, tuple[int, ...]] | None:
    """Return how well `word` fits `text` and the places of its letters there, or None if it does not.

    The letters must come in order, each either right after the one before or at the start of a word:
    "wl" fits "Window level", and "ndw" does not. Without `loose` they must all stand together.
    """
    wanted, held = folded(word), folded(text)
    if not wanted:
        return 0.0, ()
    if not loose and wanted not in held:
        return None
    starts = {place for place in range(len(held)) if place == 0 or not held[place - 1].isalnum()}

    @cache
    def best(letter: int, place: int) -> tuple[float, tuple[int, ...]] | None:
        """Return the best way to find the letters from `letter` on, the one before being at `place` - 1."""
        if letter == len(wanted):
            return 0.0, ()
        found = None
        candidates = [place] if letter and place < len(held) else []
        candidates += [start for start in sorted(starts) if start > place or not letter]
        for candidate in candidates:
            if held[candidate] != wanted[letter] or (rest := best(letter + 1, candidate + 1)) is None:
                continue
            worth = RUN if letter and candidate == place else WORD
            score = worth + FIRST * (candidate == 0) + rest[0]
            if found is None or score > found[0]:
                found = score, (candidate, *rest[1])
        return found

    result, inside = best(0, 0) if loose else None, held.find(wanted)
    if inside >= 0:
        places = tuple(range(inside, inside + len(wanted)))
        score = RUN * len(wanted) + WHOLE * (1 if inside in starts else 0.3) + FIRST * (inside == 0)
        result = max((score, places), result or (0.0, ()))
    return None if result is None else (result[0] - LENGTH * len(held), result[1])


def rank(query: str, fields: tuple[tuple[str, float], ...]) -> tuple[float, frozenset[int]] | None:
    """Return how well all words of `query` fit into `fields`, (text, weight) each, and the places in the
    first of them; None if a word fits nowhere.
    """
    total = 0.0
    places: set[int] = set()
    for word in query.split():
        found = [
            (weight * match[0], number, match[1])
            for number, (text, weight) in enumerate(fields)
            if (match := fit(word, text, loose=weight >= LOOSE)) is not None
        ]
        if not found:
            return None
        score, number, where = max(found)
        total += score
        if number == 0:
            places.update(where)
    return total, frozenset(places)
