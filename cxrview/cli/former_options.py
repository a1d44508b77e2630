"""Options that had another name in 0.1.0, which is taken for one version more, with a note."""

import argparse
from collections.abc import Callable, Sequence
from typing import Any

from cxrview.cli import console


def add_former_name(
    parser: argparse.ArgumentParser, former: str, now: str, kind: Callable[[str], Any] = str
) -> None:
    """Let `parser` take the option `former`, which no help lists, for `now`, whose values are of `kind`."""
    parser.add_argument(
        former, action=_FormerName, dest=now.lstrip("-").replace("-", "_"), help=argparse.SUPPRESS, type=kind
    )


class _FormerName(argparse.Action):
    def __call__(
        self,
        _parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        now = f"--{self.dest.replace('_', '-')}"
        console.say(f"cxrview: {option_string} is called {now} now; the next version takes that name alone.")
        setattr(namespace, self.dest, values)
