"""What becomes of a finished model: a name and notes in the library, an operating point, an archive."""

import dataclasses
from pathlib import Path

from cxrview.bundle import library, naming, store
from cxrview.bundle.messages import NAME_TAKEN
from cxrview.bundle.rewrite import choose_point, rewrite_card
from cxrview.bundle.transfer import export_bundle
from cxrview.errors import InvalidRequest
from cxrview.messages import CHOOSE_ANOTHER_NAME
from cxrview.progress import Report
from cxrview.training.run.result import RunResult, load_result


def save(result: RunResult, name: str, notes: str, report: Report) -> RunResult:
    """Put the model into the library as `name`, or call it so if it is there, and return the result anew.

    Raises InvalidRequest or UnusableModel.
    """
    naming.check(name)
    if result.installed:
        folder = library.rename(result.model.name, name)
        library.set_notes(folder.name, notes)
    else:
        if name.lower() in {taken.lower() for taken in store.folders()}:
            raise InvalidRequest(NAME_TAKEN(name=name), CHOOSE_ANOTHER_NAME)
        title = result.card.title
        title = title.replace(result.card.name, name, 1) if title.startswith(result.card.name) else title
        rewrite_card(result.model, {"name": name, "title": title, "notes": notes.strip()})
        store.install(result.model)
    return load_result(result.folder, report)


def set_point(result: RunResult, name: str, threshold: float, images: str, _report: Report) -> RunResult:
    """Write an operating point of class `name` into the card and return the result with it.

    `images` says which images it was chosen on. Raises InvalidRequest or UnusableModel.
    """
    return dataclasses.replace(result, card=choose_point(result.model, name, threshold, images))


def export(result: RunResult, path: Path, _report: Report) -> Path:
    """Write the bundle to the archive `path`, which the user has allowed to be replaced, and return it.

    Raises InvalidRequest or UnusableModel; then what was there is there still.
    """
    export_bundle(result.model, path, replace=True)
    return path
