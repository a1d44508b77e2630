"""The messages that a training, or what it calls, may hand on: a new room is one more line here."""

from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any

from cxrview.datasets import catalogue
from cxrview.evaluation import messages as evaluation_messages
from cxrview.message import Catalogue, Message, verbatim
from cxrview.training import messages, names


@cache
def rooms() -> tuple[ModuleType, ...]:
    """Return the modules; they are imported only now, because some of the rooms take long."""
    from cxrview.anatomy import messages as anatomy_messages
    from cxrview.bundle import messages as bundle_messages
    from cxrview.engines import messages as engine_messages
    from cxrview.explain import messages as explain_messages
    from cxrview.inference import messages as inference_messages

    return (
        *catalogue.rooms(),
        bundle_messages,
        engine_messages,
        anatomy_messages,
        inference_messages,
        explain_messages,
        evaluation_messages,
        messages,
        names,
    )


@cache
def _catalogue() -> Catalogue:
    return Catalogue(rooms())


def read(said: Mapping[str, Any]) -> Message:
    """Return the message that another process, or version, gave as `Message.as_dict` does."""
    return _catalogue().read(said) if said.get("code") else verbatim(str(said.get("text", "")))
