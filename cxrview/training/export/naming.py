"""What a new model is called."""

from pathlib import Path

from cxrview.bundle import messages as bundle_messages
from cxrview.bundle import naming, store
from cxrview.errors import InvalidRequest
from cxrview.training import messages
from cxrview.training.config import TrainingConfig


def model_name(config: TrainingConfig, must_be_free: bool) -> str:
    """Return the name asked for, or one made from data and architecture.

    With `must_be_free` no installed model may have it. Raises InvalidRequest.
    """
    wanted = config.model.name
    taken = {name.lower() for name in store.folders()} if must_be_free else set()
    if not wanted:
        return _free(naming.plain(f"{Path(config.data.path).stem}-{config.model.architecture}"), taken)
    naming.check(wanted)
    if wanted.lower() in taken:
        raise InvalidRequest(bundle_messages.NAME_TAKEN(name=wanted), messages.CHOOSE_OTHER_NAME)
    return wanted


def _free(name: str, taken: set[str]) -> str:
    number, free = 1, name
    while free.lower() in taken:
        number += 1
        free = f"{name}-{number}"
    return free
