"""Which films of a stored batch are wanted, and in which order, said in SQL."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

READ, FAILED = "ok", "error"  # the status of a row
ORDER = "number"  # in which the films were read
NOT_CALLED = ""  # the call of a film that is unlike the training films


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a batch; what is empty or None wants everything, and all must agree.

    `calls` are names of classes, or NOT_CALLED; `status` is READ or FAILED. Films are wanted whose
    probability of `probable` is at least `least` (0…1), and in whose path, error or view `text` stands,
    whatever the case. Sorted by the column `order`, within its folder each if `by_folder`.
    """

    calls: frozenset[str] = frozenset()
    probable: str = ""
    least: float = 0.0
    in_domain: bool | None = None
    status: str = ""
    text: str = ""
    order: str = ORDER
    descending: bool = False
    by_folder: bool = False

    @property
    def is_filtered(self) -> bool:
        """Whether films may be left out."""
        rated = bool(self.probable) and self.least > 0
        return bool(self.calls or rated or self.status or self.text) or self.in_domain is not None


def where(wanted: Wanted) -> tuple[str, list[Any]]:
    """Return the condition, "" for none, and the values of its places."""
    conditions, values = [], list[Any]()
    if wanted.calls:
        conditions.append(f"call IN ({', '.join('?' * len(wanted.calls))})")
        values += sorted(wanted.calls)
    if wanted.probable and wanted.least > 0:
        conditions.append(f"{quoted(f'p_{wanted.probable}')} >= ?")
        values.append(wanted.least)
    if wanted.in_domain is not None:
        conditions.append("in_domain = ?")
        values.append(int(wanted.in_domain))
    if wanted.status:
        conditions.append("status = ?")
        values.append(wanted.status)
    for word in wanted.text.split():
        conditions.append("(path LIKE ? ESCAPE '!' OR error LIKE ? ESCAPE '!' OR view LIKE ? ESCAPE '!')")
        values += [f"%{_literal(word)}%"] * 3
    return (f" WHERE {' AND '.join(conditions)}" if conditions else ""), values


def order(wanted: Wanted, columns: Sequence[str]) -> str:
    """Return the order; of what is not among the `columns` none is made. What is not known stands last."""
    keys = ["folder"] if wanted.by_folder else []
    way = " DESC" if wanted.descending else ""
    if wanted.order != ORDER and wanted.order in columns:
        keys.append(f"{quoted(wanted.order)}{way} NULLS LAST")
    return f" ORDER BY {', '.join([*keys, ORDER + way])}"  # a draw the same way, as an index has it


def quoted(name: str) -> str:
    """Return the name of a column as SQL has it; names of classes are not ours."""
    return '"' + name.replace('"', '""') + '"'


def _literal(word: str) -> str:
    return word.replace("!", "!!").replace("%", "!%").replace("_", "!_")
