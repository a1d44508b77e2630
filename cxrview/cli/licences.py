"""`cxrview licences`: what cxrview stands on, under which licences, and the notices about others' work."""

import argparse

from cxrview import environment
from cxrview.cli import console


def run(_arguments: argparse.Namespace) -> int:
    """Print the packages, one a line, then the notices (Markdown), and return 0."""
    for package in environment.licences():
        console.put(f"{package.name:<28} {package.version:<14} {package.licence}")
    console.put("")
    console.put(environment.notices())
    return console.OK
