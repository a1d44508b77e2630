"""The messages about images, of here and of the rooms below."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from cxrview import message, messages
from cxrview.datasets import finding_texts
from cxrview.datasets import messages as data_messages
from cxrview.message import Catalogue, Message


@cache
def rooms() -> tuple[ModuleType, ...]:
    """Return the modules; they are imported only now, because some of the rooms take long."""
    from cxrview.imaging import messages as imaging_messages

    return message, messages, imaging_messages, data_messages, finding_texts


@cache
def _catalogue() -> Catalogue:
    return Catalogue(rooms())


def read(said: Mapping[str, Any]) -> Message:
    """Return the message that was stored as `Message.as_dict` gave it."""
    return _catalogue().read(said)
