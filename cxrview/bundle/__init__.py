"""Model bundles: a folder with a graph, its card, and nothing that runs by being opened."""

from cxrview.bundle.card import Card, ClassInfo
from cxrview.bundle.load import Bundle, load
from cxrview.bundle.store import find, folders

__all__ = ["Bundle", "Card", "ClassInfo", "find", "folders", "load"]
