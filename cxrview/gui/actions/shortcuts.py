"""Which keys give which command: the usual ones of the table, and what the user has changed.

`changes` is the part of the settings that holds the changed ones: command → key sequences, as Qt writes them
("Ctrl+Shift+O"). No key ever gives two commands where both could be meant: Qt would then give neither.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence

from cxrview.gui.actions.spec import ActionSpec, Menu, Scope
from cxrview.i18n import mark, tr

Keys = dict[str, tuple[str, ...]]
RESERVED = {"Space": mark("Space looks under the heatmap.")} | {  # in the main window
    str(digit): mark("The digits from 1 to 9 choose the class of the heatmap.") for digit in range(1, 10)
}


@cache
def normal(keys: str) -> str:
    """Return `keys` as Qt writes them, or "" if they are none."""
    sequence = QKeySequence(keys, QKeySequence.SequenceFormat.PortableText)
    # The stub has no __getitem__, which QKeySequence has.
    parts = [sequence[place] for place in range(sequence.count())]  # type: ignore[index]
    if not parts or any(part.key() in (Qt.Key.Key_unknown, Qt.Key(0)) for part in parts):
        return ""
    return sequence.toString(QKeySequence.SequenceFormat.PortableText)


def shown(keys: str) -> str:
    """Return `keys` in the words of the user's system and language, such as "Strg+O"."""
    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


class Shortcuts:
    """The keys of every command. `menus` are those of the main window, `others` what other windows have."""

    def __init__(self, menus: Sequence[Menu], others: Sequence[Menu] = ()) -> None:
        self.menus, self.others = menus, others
        rows = (spec for _title, specs in (*menus, *others) for spec in specs if spec is not None)
        self.specs: dict[str, ActionSpec[Any]] = {spec.name: spec for spec in rows}

    def usual(self) -> Keys:
        """Return the keys of every command as the table has them."""
        return {name: tuple(filter(None, map(normal, spec.keys))) for name, spec in self.specs.items()}

    def alt_letters(self) -> set[str]:
        """Return the letters that give a command together with Alt, which the menu bar has to leave alone."""
        usual = self.usual()
        return {
            key[-1]
            for name in self._meeting(Scope.WINDOW)
            for key in usual[name]
            if len(key) == len("Alt+X") and key[:4] == "Alt+"
        }

    def reserved(self, key: str, name: str) -> str:
        """Return why `key` can be none of the command `name`, or ""."""
        return tr(RESERVED.get(key, "")) if self.specs[name].scope.meets(Scope.WINDOW) else ""

    def in_use(self, changes: Mapping[str, tuple[str, ...]]) -> Keys:
        """Return the keys of every command: the user's count before the usual ones, and each key once."""
        found, taken = self.usual(), {key: {Scope.WINDOW} for key in RESERVED}
        wanted = {name: changes[name] for name in found if name in changes}
        for name in sorted(found, key=lambda name: name not in wanted):  # stable: else the order of the table
            scope = self.specs[name].scope
            keys = dict.fromkeys(normal(key) for key in wanted.get(name, found[name]))
            found[name] = tuple(key for key in keys if key and not any(map(scope.meets, taken.get(key, ()))))
            for key in found[name]:
                taken.setdefault(key, set()).add(scope)
        return found

    def complaints(self, changes: Mapping[str, tuple[str, ...]]) -> list[str]:
        """Return a sentence for each entry of `changes` that is passed over."""
        found, sentences = self.in_use(changes), []
        for name, keys in changes.items():
            if name not in self.specs:
                sentence = tr("The command “{name}” in the settings is not known here; its keys stay there.")
                sentences.append(sentence.format(name=name))
                continue
            for key in keys:
                if normal(key) not in found[name]:
                    sentence = tr("The key “{key}” of the command “{name}” in the settings cannot be used.")
                    sentences.append(sentence.format(key=key, name=name))
        return sentences

    def owner(self, key: str, changes: Mapping[str, tuple[str, ...]], scope: Scope = Scope.WINDOW) -> str:
        """Return the name of the command that `key` gives in `scope`, or "".

        A key that begins a longer one counts too.
        """
        wanted, none = QKeySequence(key), QKeySequence.SequenceMatch.NoMatch
        found = self.in_use(changes)
        for name in self._meeting(scope):
            for other in map(QKeySequence, found[name]):
                if wanted.matches(other) != none or other.matches(wanted) != none:
                    return name
        return ""

    def changed(self, changes: Mapping[str, tuple[str, ...]], name: str, keys: tuple[str, ...]) -> Keys:
        """Return `changes` with `name` on `keys`, which are taken from every other command that they would
        clash with; what is as usual again is left out. Entries of commands that are not known here stay.
        """
        known, kept = self.usual(), self.in_use(changes)
        for other in self._meeting(self.specs[name].scope):
            kept[other] = tuple(key for key in kept[other] if key not in keys)
        kept[name] = keys
        strange = {other: held for other, held in changes.items() if other not in known}
        return strange | {other: held for other, held in kept.items() if held != known[other]}

    def _meeting(self, scope: Scope) -> Iterator[str]:
        """Yield the names of the commands whose keys could be meant where those of `scope` count."""
        return (name for name, spec in self.specs.items() if spec.scope.meets(scope))
