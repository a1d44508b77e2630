"""Parts of a window that its first picture does not need: each is made when it is wanted, and once."""

from collections.abc import Callable, Sequence
from typing import Generic, TypeVar, cast

Owner = TypeVar("Owner")
Part = TypeVar("Part")


class LazyParts(Generic[Owner]):
    """What belongs to `owner`, known by the function or class that makes it.

    Those of `soon` are not waited for: they are made one by one after the first picture.
    """

    def __init__(self, owner: Owner, soon: Sequence[Callable[[Owner], object]] = ()) -> None:
        self._owner, self._soon = owner, soon
        self._made: dict[Callable[[Owner], object], object] = {}

    def get(self, make: Callable[[Owner], Part]) -> Part:
        """Return what `make` makes of the owner; the first time it is made."""
        if make not in self._made:
            self._made[make] = make(self._owner)
        return cast("Part", self._made[make])

    def made(self, make: Callable[[Owner], Part]) -> Part | None:
        """Return what `make` has made, or None if that has not been wanted yet."""
        return cast("Part | None", self._made.get(make))

    def make_one(self) -> bool:
        """Make the next part that comes soon; return False if all are there."""
        make = next((make for make in self._soon if make not in self._made), None)
        if make is not None:
            self.get(make)
        return make is not None

    def make_all(self) -> None:
        """Make all that comes soon, so that none misses anything."""
        while self.make_one():
            pass
