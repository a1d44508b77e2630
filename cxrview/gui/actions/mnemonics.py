"""The underlined letters of a menu: each text another one, whatever the language."""

from collections.abc import Iterable


def plain(text: str) -> str:
    """Return the text of an action without the mark before the letter to press and without the ellipsis."""
    return text.replace("&&", "\0").replace("&", "").replace("\0", "&").rstrip("…")


def with_letters(texts: Iterable[str], taken: Iterable[str] = ()) -> list[str]:
    """Return `texts` with "&" before a letter to press, all different and none of `taken`.

    The letter that a text marks itself comes first; then the first letters of its words, then any other. A
    text for which no letter is left has none.
    """
    texts, used = list(texts), {letter.casefold() for letter in taken}
    found: dict[int, str] = {}
    for marked_ones in (True, False):  # those that ask for a letter choose before those that take any
        for number, text in enumerate(texts):
            place = text.replace("&&", "\0\0").find("&")
            if (place >= 0) is marked_ones:
                found[number] = _marked(text, place, used)
    return [found[number] for number in range(len(texts))]


def _marked(text: str, place: int, used: set[str]) -> str:
    bare = text if place < 0 else text[:place] + text[place + 1 :]
    wanted = [place] if place >= 0 else []
    starts = [spot for spot in range(len(bare)) if spot == 0 or bare[spot - 1] == " "]
    for spot in [*wanted, *starts, *range(len(bare))]:
        letter = bare[spot : spot + 1].casefold()
        if letter.isalnum() and letter not in used:
            used.add(letter)
            return f"{bare[:spot]}&{bare[spot:]}"
    return bare
