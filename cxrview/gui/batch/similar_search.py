"""The work behind “Similar films”: which batches can be searched, and what is found there. No widgets."""

import os
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from cxrview.batch.rows import Row
from cxrview.batch.run_folder import BatchFolder
from cxrview.batch.similar import SimilarFilms, embeddings_in, index_of
from cxrview.batch.store import BatchStore
from cxrview.batch.store_filter import READ, Wanted
from cxrview.datasets.config import DataConfig
from cxrview.datasets.sources import find_items
from cxrview.errors import CxrviewError
from cxrview.progress import Report

COUNT = 10  # films that are shown
Model = tuple[str, str]  # name and version


class Query(NamedTuple):
    """The film whose like is wanted: where it lies, its frame (0-based), and what `model` made of it.

    `folder` is the batch that is searched first, None for the newest, and `number` the film's own in it.
    """

    place: Path
    frame: int
    embedding: NDArray[np.floating]
    model: Model
    patient: str = ""
    folder: BatchFolder | None = None
    number: int = 0


class SearchedBatch(NamedTuple):
    """A batch that can be searched, and how many of its films were read."""

    folder: BatchFolder
    films: int


class FoundFilm(NamedTuple):
    """A film that is like the one asked about; `label` is what its table or folder says, "" for nothing."""

    number: int
    row: Row
    likeness: float
    label: str
    same_patient: bool


class KeptIndex(NamedTuple):
    """What is kept of a batch for the next film: its index, and labels by the places of films."""

    folder: BatchFolder
    last: int  # row that the batch had then
    similar: SimilarFilms
    labels: dict[str, str]


class SimilarFound(NamedTuple):
    """What a search comes to; `words` are what classes are called, as the batch has it."""

    films: tuple[FoundFilm, ...]
    words: dict[str, str]
    kept: KeptIndex


def searchable(folders: Sequence[BatchFolder], model: Model, report: Report) -> list[SearchedBatch]:
    """Return those of `folders` that `model` has read and that are not being read; one that cannot be used
    is passed over.
    """
    found = []
    for done, folder in enumerate(folders):
        report(done / len(folders), "")
        if folder.is_running:
            continue
        try:
            with BatchStore.open(folder.store) as store:
                films, _failed = store.count(Wanted(status=READ))
                if films and (store.about["model"], store.about["model_version"]) == model:
                    found.append(SearchedBatch(folder, films))
        except CxrviewError:
            continue
    return found


def search(query: Query, folder: BatchFolder, kept: KeptIndex | None, report: Report) -> SimilarFound:
    """Return the films of the batch in `folder` that are most like that of `query`, which is none of them.

    `kept` is of an earlier search, and used if it is of this batch as it now is. Raises CxrviewError, and
    what `report` raises.
    """
    with BatchStore.open(folder.store) as store:
        if kept is None or kept.folder != folder or kept.last != store.last():
            kept = KeptIndex(folder, store.last(), index_of(store, report), _labels(folder))
        without = {query.number} if query.folder == folder else set()
        neighbours = kept.similar.find(query.embedding, embeddings_in(store), COUNT + 1, without)
        rows = store.rows([neighbour.number for neighbour in neighbours])
        here = os.path.realpath(query.place), query.frame
        films = [
            FoundFilm(
                number,
                row,
                likeness,
                _label(row, kept.labels),
                bool(query.patient) and row["patient"] == query.patient,
            )
            for number, likeness in ((each.number, each.likeness) for each in neighbours)
            if (row := rows.get(number)) is not None
            and (row["archive"] or (os.path.realpath(row["place"]), (row["frame"] or 1) - 1) != here)
        ]
        return SimilarFound(tuple(films[:COUNT]), dict(store.about.get("labels", {})), kept)


def _labels(folder: BatchFolder) -> dict[str, str]:
    """Return what the labels of a batch, as it was asked, say of films by their places; {} without such."""
    try:
        given = folder.request().labels
        items = find_items(DataConfig(given)) if given and Path(given).exists() else []
    except CxrviewError:  # they are a help, no more
        return {}
    found = {os.path.realpath(item.path): " | ".join(item.labels) for item in items}
    if Path(given).is_file():  # films in an archive are known by their names in it
        found |= {str(PurePath(given) / item.file): " | ".join(item.labels) for item in items}
    return found


def _label(row: Row, labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return labels.get(row["path"] if row["archive"] else os.path.realpath(row["place"]), "")
