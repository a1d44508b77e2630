"""The words of the interface in the user's language. English is written in the code and is the key.

Catalogues are gettext files in `resources/translations`; a text without a translation stays English. A
person's own language is a file of the same kind in `paths.user_translations`, which need not be complete.
"""

import gettext
import re
import string
import struct
from functools import cache
from typing import Any, NamedTuple

from cxrview import paths
from cxrview.message import Message


class Language(NamedTuple):
    """A language: what it calls itself, and what stands before the decimals of a number."""

    title: str
    decimal_sign: str = "."


LANGUAGES = {
    "en": Language("English"),
    "de": Language("Deutsch", ","),
}

_CODE = re.compile(r"[a-z]{2,3}(_[A-Z][A-Za-z]+)?")  # such as fr, pt_BR


class OwnCatalogue(gettext.GNUTranslations):
    """A catalogue that a person made: a text with places for other values than in English is not used."""

    def gettext(self, message: str) -> str:
        return _alike(super().gettext(message), message, message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return _alike(super().ngettext(msgid1, msgid2, n), msgid2, msgid1 if n == 1 else msgid2)


@cache
def _alike(text: str, like: str, instead: str) -> str:
    try:
        return text if _places(text) <= _places(like) else instead
    except ValueError:  # a brace that stands alone
        return instead


def _places(text: str) -> set[str]:
    return {
        f"{name}!{how}:{form}"
        for _said, name, form, how in string.Formatter().parse(text)
        if name is not None
    }


def _own(code: str) -> OwnCatalogue | None:
    """Return the person's own catalogue for language `code`, None where there is none that can be read."""
    path = paths.user_translations() / f"{code}.mo"
    try:
        with path.open("rb") as file:
            return OwnCatalogue(file)
    except (OSError, ValueError, LookupError, struct.error):
        return None


def languages() -> dict[str, Language]:
    """Return what can be spoken: the languages that come along, and those of the person's own files."""
    found: dict[str, Language] = {}
    for path in sorted(paths.user_translations().glob("*.mo")):
        catalogue = _own(path.stem) if _CODE.fullmatch(path.stem) else None
        if catalogue is not None:
            heads = catalogue.info()
            found[path.stem] = Language(
                heads.get("x-language-name", path.stem)[:40], heads.get("x-decimal-sign", ".")[:1] or "."
            )
    return LANGUAGES | found


_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_decimal_sign = "."
_language = "en"


def use(language: str) -> None:
    """Speak `language` from now on; texts that were made before stay as they are."""
    global _catalogue, _decimal_sign, _language
    path = paths.resources() / "translations" / f"{language}.mo"
    _language = language
    spoken = languages().get(language)
    _decimal_sign = spoken.decimal_sign if spoken is not None else "."
    if (own := _own(language)) is not None:
        _catalogue = own
        return
    if not path.is_file():
        _catalogue = gettext.NullTranslations()
        return
    with path.open("rb") as file:
        _catalogue = gettext.GNUTranslations(file)


def language() -> str:
    """Return the language that is spoken, a key of LANGUAGES."""
    return _language


def tr(text: str) -> str:
    """Return `text` in the user's language; fill in values afterwards: `tr("Saved {name}.").format(…)`."""
    return _catalogue.gettext(text) if text else ""


def trn(one: str, many: str, count: int) -> str:
    """Return the form of a text that goes with `count` things."""
    return _catalogue.ngettext(one, many, count)


def mark(text: str) -> str:
    """Return `text` as it is; the catalogue gets it, and `tr` is called where it is shown."""
    return text


def localised(number: str) -> str:
    """Return `number`, as Python writes it, with the decimal sign of the user's language."""
    return number.replace(".", _decimal_sign)


def fixed(value: float, decimals: int) -> str:
    """Return `value` with `decimals` places and the decimal sign of the user's language."""
    return localised(f"{value:.{decimals}f}")


def percent(probability: float) -> str:
    """Return a probability, 0…1, as whole percent, never quite 0 or 100; the same in every language."""
    if probability < 0.005:
        return "< 1 %"
    return "> 99 %" if probability > 0.995 else f"{probability * 100:.0f} %"


def significant(value: float, digits: int) -> str:
    """Return `value` with `digits` significant digits and the decimal sign of the user's language."""
    return localised(f"{value:.{digits}g}")


def say(message: Message) -> str:
    """Return `message` in the user's language, for a person at the window."""
    if not message.code:
        return message.text
    values = {name: _said(value) for name, value in message.values.items()}
    if message.many:
        count = message.values.get("count")
        return trn(message.text, message.many, count if isinstance(count, int) else 2).format(**values)
    return tr(message.in_window or message.text).format(**values)


class _Number(float):
    """A number that is written with the decimal sign of the user's language."""

    def __format__(self, form: str) -> str:
        return localised(super().__format__(form))


def _said(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return ", ".join(str(_said(item)) for item in value)
    if isinstance(value, float):
        return _Number(value)
    return say(value) if isinstance(value, Message) else value
