"""Which keys give which command: the usual ones of the table, and what the user has changed.

`changes` is the part of the settings that holds the changed ones: command → key sequences, as Qt writes them
("Ctrl+Shift+O"). No key ever gives two commands: Qt would then give neither.
"""

from collections.abc import Mapping
from functools import cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from cxrview.gui.actions import specs
from cxrview.words import mark, tr

Keys = dict[str, tuple[str, ...]]
RESERVED = {"Space": mark("Space looks under the heatmap.")} | {
    str(digit): mark("The digits from 1 to 9 choose the class of the heatmap.") for digit in range(1, 10)
}


@cache
def normal(keys: str) -> str:
    """Return `keys` as Qt writes them, or "" if they are none."""
    sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
    parts = [sequence[place] for place in range(sequence.count())]
    if not parts or any(part.key() in (Qt.Key.Key_unknown, Qt.Key(0)) for part in parts):
        return ""
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: str) -> str:
    """Return `keys` in the words of the user's system and language, such as "Strg+O"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def usual() -> Keys:
    """Return the keys of every command as the table has them."""
    return {spec.name: tuple(filter(None, map(normal, spec.keys))) for spec in specs()}


def alt_letters() -> set[str]:
    """Return the letters that give a command together with Alt, which the menu bar has to leave alone."""
    return {
        key[-1] for keys in usual().values() for key in keys if len(key) == len("Alt+X") and key[:4] == "Alt+"
    }


def in_use(changes: Mapping[str, tuple[str, ...]]) -> Keys:
    """Return the keys of every command: the user's count before the usual ones, and each key once."""
    found, taken = usual(), set(RESERVED)
    wanted = {name: changes[name] for name in found if name in changes}
    for name in sorted(found, key=lambda name: name not in wanted):  # stable: else the order of the table
        keys = (normal(key) for key in wanted.get(name, found[name]))
        found[name] = tuple(key for key in dict.fromkeys(keys) if key and key not in taken)
        taken.update(found[name])
    return found


def complaints(changes: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Return a sentence for each entry of `changes` that is passed over."""
    known, found, sentences = usual(), in_use(changes), []
    for name, keys in changes.items():
        if name not in known:
            sentence = tr("The command “{name}” in the settings is not known and was passed over.")
            sentences.append(sentence.format(name=name))
            continue
        for key in keys:
            if normal(key) not in found[name]:
                sentence = tr("The key “{key}” of the command “{name}” in the settings cannot be used.")
                sentences.append(sentence.format(key=key, name=name))
    return sentences


def owner(key: str, changes: Mapping[str, tuple[str, ...]]) -> str:
    """Return the name of the command that `key` gives, or "". A key that begins a longer one counts too."""
    wanted, none = QKeySequence(key), QKeySequence.SequenceMatch.NoMatch
    for name, keys in in_use(changes).items():
        for other in map(QKeySequence, keys):
            if wanted.matches(other) != none or other.matches(wanted) != none:
                return name
    return ""


def changed(changes: Mapping[str, tuple[str, ...]], name: str, keys: tuple[str, ...]) -> Keys:
    """Return `changes` with `name` on `keys`, which are taken from every other command; what is as usual
    again is left out.
    """
    known, found = usual(), in_use(changes)
    kept = {other: tuple(key for key in held if key not in keys) for other, held in found.items()}
    kept[name] = keys
    return {other: held for other, held in kept.items() if held != known[other]}
