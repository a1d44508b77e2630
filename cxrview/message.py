"""Sentences with a code: work hands on code and values, and whoever shows them makes the words.

A room declares its sentences once, in its `messages.py`, under a constant that is the code in capitals:

    EMPTY_FILE = Message("empty-file", "is empty.")
    TOO_FEW = Message("too-few", "{count} image is too few.", "{count} images are too few.")

and hands them on with their values: `raise UnreadableImage(EMPTY_FILE, path=path)`, `TOO_FEW(count=3)`.
`str()` of one is English, for files and terminals; `i18n.say` puts it into the user's language. Between
processes it travels as code and values.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from numbers import Integral
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence, or a part of one, with `{name}` where its values go.

    `code` never changes, whatever the words become; it is "" for words that are not ours, such as a file's
    name or a library's own complaint. `many` is the form for any `count` but 1. `in_window` is for a person
    who has buttons where the command line has options. A value is a number, a text that stays as it is,
    a Message, or a list of these.
    """

    code: str
    text: str
    many: str = ""
    in_window: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, **values: Any) -> "Message":
        """Return the sentence with `values` in its places."""
        return replace(self, values={**self.values, **{name: _kept(value) for name, value in values.items()}})

    def __str__(self) -> str:
        """Return the sentence in English."""
        text = self.many if self.many and self.values.get("count") != 1 else self.text
        return (
            text.format(**{name: _english(value) for name, value in self.values.items()})
            if self.code
            else text
        )

    def __bool__(self) -> bool:
        return bool(self.text)

    def as_dict(self) -> dict[str, Any]:
        """Return `code`, `values` and the English `text`, for JSON."""
        values = {name: _plain(value) for name, value in self.values.items()}
        return {"code": self.code, "values": values, "text": str(self)}


NOTHING = Message("", "")
JOINED = Message("joined", "{first} {second}")


def verbatim(text: str) -> Message:
    """Return words that are not ours, which are shown as they are in every language."""
    return Message("", text)


def joined(parts: Iterable[Message]) -> Message:
    """Return one message of all `parts` that are not empty, with spaces between."""
    whole = NOTHING
    for part in parts:
        whole = JOINED(first=whole, second=part) if whole and part else whole or part
    return whole


def as_message(words: "Message | str") -> Message:
    """Return `words`, of which a plain text is none of ours."""
    return words if isinstance(words, Message) else verbatim(words)


def declared(room: ModuleType) -> dict[str, Message]:
    """Return the messages that the module `room` declares, by name; those of its tables as TABLE.key."""
    found: dict[str, Message] = {}
    for name, value in vars(room).items():
        entries = {f"{name}.{key}": entry for key, entry in value.items()} if isinstance(value, dict) else {}
        found |= {
            place: message
            for place, message in ({name: value} | entries).items()
            if isinstance(message, Message) and message.code
        }
    return found


class Catalogue:
    """The messages of some rooms by their codes, to make messages of what another process said."""

    def __init__(self, rooms: Iterable[ModuleType]) -> None:
        """Take what the modules `rooms` declare. Raises ValueError where codes clash."""
        self._messages: dict[str, Message] = {}
        for room in rooms:
            for message in declared(room).values():
                if self._messages.setdefault(message.code, message) is not message:
                    raise ValueError(f"the code {message.code} is there twice")

    def read(self, said: Mapping[str, Any]) -> Message:
        """Return the message that `Message.as_dict` gave; one of another version keeps its English words."""
        code, values = said.get("code", ""), said.get("values", {})
        known = self._messages.get(code) if isinstance(code, str) else None
        if known is None or not isinstance(values, Mapping):
            return verbatim(str(said.get("text", "")))
        message = known(**{str(name): self._value(value) for name, value in values.items()})
        try:
            str(message)
        except (KeyError, IndexError, ValueError, TypeError):  # a version of it with other places
            return verbatim(str(said.get("text", "")))
        return message

    def _value(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._value(item) for item in value]
        return self.read(value) if isinstance(value, Mapping) and "code" in value else value


def _kept(value: Any) -> Any:
    """Return `value` as it also comes out of JSON again."""
    if isinstance(value, list | tuple):
        return [_kept(item) for item in value]
    if isinstance(value, Message | str | int | float | None):
        return value
    return int(value) if isinstance(value, Integral) else str(value)


def _english(value: Any) -> Any:
    return ", ".join(str(item) for item in value) if isinstance(value, list | tuple) else value


def _plain(value: Any) -> Any:
    if isinstance(value, Message):
        return value.as_dict()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
