"""Model bundles: a folder with a graph, its card, and nothing that runs by being opened."""

from cxrview.bundle.card import Card, ClassInfo
from cxrview.bundle.load import Bundle, load
from cxrview.bundle.store import find, folders, install
from cxrview.bundle.transfer import export_bundle, import_bundle

__all__ = [
    "Bundle",
    "Card",
    "ClassInfo",
    "export_bundle",
    "find",
    "folders",
    "import_bundle",
    "install",
    "load",
]
