"""Everything before the first step of training: find the images, read, check and split them."""

import json
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cxrview import message, paths
from cxrview.atomic_file import write_atomically
from cxrview.bundle.card import FILM, MAX_CLASSES
from cxrview.datasets import checks, messages
from cxrview.datasets import report as data_report
from cxrview.datasets.config import DataConfig
from cxrview.datasets.confounding import attributes, confounded
from cxrview.datasets.decoded import Inputs, read_inputs, writable
from cxrview.datasets.duplicates import DuplicatePair, clusters, exact_pairs, near_pairs
from cxrview.datasets.finding_texts import NO_IMAGES, OF_EXTERNAL, OF_OUT_OF_DISTRIBUTION, ONE_PATIENT
from cxrview.datasets.labelled import LabelledImages, Split
from cxrview.datasets.report import DataReport, Finding
from cxrview.datasets.sources import Item, find_items, patient_pattern
from cxrview.datasets.split import (
    SIDES,
    TooFew,
    given_split,
    save_split,
    split_by_group,
    split_with_several,
)
from cxrview.errors import InvalidRequest
from cxrview.imaging.find import natural_key
from cxrview.imaging.passed_over import PassedOver
from cxrview.message import NOTHING, Message
from cxrview.progress import Report, silent
from cxrview.pseudonym import load_key
from cxrview.training.config import TrainingConfig

ONE_PATIENT_FILES = 4  # from this many DICOM files on, one PatientID for all is no patient's


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a run learns from. `external` and `out_of_distribution` are None where nothing names them."""

    data: LabelledImages
    split: Split
    external: LabelledImages | None
    out_of_distribution: LabelledImages | None
    report: DataReport

    @cached_property
    def train(self) -> LabelledImages:
        """The images to learn from."""
        return self.data.subset(self.split.train)

    @cached_property
    def validation(self) -> LabelledImages:
        """The images for every choice."""
        return self.data.subset(self.split.validation)

    @cached_property
    def test(self) -> LabelledImages:
        """The images that no choice has seen; maybe none."""
        return self.data.subset(self.split.test)


def prepare(
    config: TrainingConfig, input_size: int, out: Path, report: Report = silent, frame: str = FILM
) -> Prepared:
    """Return the images of `config` as model inputs of `input_size` pixels, checked and split.

    In the frame "lungs" they are framed to them, with their mask and their boxes. Writes `split.csv` and
    `data_report.json` to `out`, and what it decoded to `out/cache`, from where a second call takes it. Raises
    InvalidRequest if the data cannot be used, or if a finding stops the run that `config.data.allow` does not
    override; the report is written before. Raises UnusableModel or EngineUnavailable if lungs cannot be found
    here; `report` may raise Cancelled.
    """
    passed = PassedOver()
    items = find_items(config.data, passed)
    names = class_names(items, config)
    secret = _secret()
    collections = _Collections(input_size, out, secret, report, frame)
    inputs = collections.read(items, "inputs", 0.0, 0.6)
    foreign = collections.others(config.data, config.data.external, "external", 0.6, 0.7)
    ood = collections.others(config.data, config.data.out_of_distribution, "out_of_distribution", 0.7, 0.75)
    gathered = _Gathered(config, names, inputs, foreign, ood, input_size, frame, passed)
    try:
        prepared = gathered.check(out, lambda done, doing: report(0.75 + 0.25 * done, doing))
    except _Unusable as error:
        _save(error.report, out)
        raise InvalidRequest(error.problem, error.advice) from error
    _save(prepared.report, out)
    if blocking := prepared.report.blocking:
        kinds = list(dict.fromkeys(item.kind for item in blocking))
        final = any(kind in data_report.FINAL for kind in kinds)
        options = " ".join(f"--allow {kind}" for kind in kinds)
        raise InvalidRequest(
            message.joined(item.message for item in blocking),
            NOTHING if final else messages.MEND_OR_ALLOW(options=options),
        )
    return prepared


def class_names(items: Sequence[Item], config: TrainingConfig) -> tuple[str, ...]:
    """Return the classes in the order of the card's entry, or in natural order. Raises InvalidRequest.

    It refuses labels that the card does not name, more classes than a card holds, and, where the classes
    exclude each other, images with no label or with all of them; several mean one of these.
    """
    root = Path(config.data.path)
    found = sorted({label for item in items for label in item.labels}, key=natural_key)
    if not found:
        raise InvalidRequest(messages.NAMES_NO_CLASSES, messages.A_FOLDER_A_CLASS, root)
    if len(found) > MAX_CLASSES:
        raise InvalidRequest(messages.TOO_MANY_CLASSES(count=len(found), most=MAX_CLASSES), path=root)
    if config.model.exclusive:
        for item in items:
            if not item.labels or (len(found) > 1 and len(item.labels) == len(found)):
                everything = messages.ALL_LABELS(count=len(found), file=item.file)
                problem = everything if item.labels else messages.NO_LABEL(file=item.file)
                raise InvalidRequest(problem, messages.GIVE_ONE_LABEL, root)
    wanted = [str(entry["name"]) for entry in config.card.get("classes", ()) if "name" in entry]
    if wanted and (unknown := [name for name in found if name not in wanted]):
        raise InvalidRequest(messages.CLASS_NOT_ON_CARD(name=unknown[0]), path=root)
    return tuple(wanted or found)


def _save(report: DataReport, out: Path) -> None:
    with writable(out):
        data_report.save(report, out / "data_report.json")


def _secret() -> bytes:
    try:
        return load_key(paths.pseudonym_key())
    except InvalidRequest:
        return secrets.token_bytes(32)  # patients are told apart all the same, in this run only


@dataclass(frozen=True, slots=True)
class _Collections:
    """Reads the collections of a run into its cache."""

    size: int
    out: Path
    secret: bytes
    report: Report
    frame: str

    def read(self, items: Sequence[Item], name: str, start: float, end: float) -> Inputs:
        def report(done: float, doing: Message | str) -> None:
            self.report(start + done * (end - start), doing)

        return read_inputs(items, self.size, self.out / "cache", name, self.secret, report, self.frame)

    def others(self, config: DataConfig, path: str, name: str, start: float, end: float) -> Inputs | None:
        if not path:
            return None
        return self.read(find_items(replace(config, path=path)), name, start, end)


class _Unusable(Exception):
    """The data cannot be split; what is known of them so far is in `report`."""

    def __init__(self, error: InvalidRequest, report: DataReport) -> None:
        super().__init__(str(error))
        self.problem, self.advice, self.report = error.problem, error.advice, report


@dataclass(frozen=True, slots=True)
class _Gathered:
    """What was read, before it is checked."""

    config: TrainingConfig
    names: tuple[str, ...]
    inputs: Inputs
    foreign: Inputs | None
    ood: Inputs | None
    size: int
    frame: str
    passed: PassedOver

    def check(self, out: Path, report: Report) -> Prepared:
        """Return what is fit for use, and write the split. Raises _Unusable."""
        findings = checks.file_findings(self.inputs, self.size)
        findings += checks.source_findings(self.config.data, self.names, self.passed)
        kept = self.inputs.subset(_with_contrast(self.inputs))
        groups, notes = patients(kept, self.config.data)
        findings += notes
        data = labelled(kept, self.names, groups)
        exclusive = self.config.model.exclusive
        certain = np.flatnonzero(~data.several) if exclusive else np.arange(len(data))
        facts = {
            "files": len(self.inputs.items) + len(self.inputs.failures),
            "used": len(data),
            "frame": self.frame,
            "longer_side": checks.size_facts(kept.facts),
            "formats": checks.formats(kept.facts),
            "sources": dict(Counter(data.sources.tolist())),
        }
        findings += self._usable(data.without_images().subset(certain), findings, facts)
        findings += checks.several_findings(data) if exclusive else []
        seen = [(kept.items[index], kept.facts[index]) for index in certain]
        findings += confounded(attributes(*zip(*seen, strict=True)), data.labels[certain], groups[certain])
        foreign = self.foreign.subset(_with_contrast(self.foreign)) if self.foreign else None
        pairs, links = self._twice(kept, foreign, out, report)
        findings += checks.duplicate_findings(pairs, kept.items, exclusive)
        if exclusive:  # otherwise a patient's images differ as a matter of course
            findings += checks.patient_findings(kept.items, groups)
        data = replace(data, groups=joined(groups, pairs))
        try:
            split, leaks = self._split(kept.items, data, groups, pairs)
        except InvalidRequest as error:
            told = error.finding if isinstance(error, TooFew) else Finding("too-few", "block", error.whole)
            findings.append(told)
            raise _Unusable(error, self._report({}, findings, facts)) from error
        findings += leaks + checks.split_findings(data, split)
        with writable(out):
            save_split(kept.items, data.groups, split, out / "split.csv")
        counts = checks.side_counts(data, split)
        external, ood = self._others(foreign, kept.items, links, findings, counts)
        parts = dict(zip(SIDES, map(len, (split.train, split.validation, split.test)), strict=True))
        parts |= {"external": len(external)} if external is not None else {}
        parts |= {"out_of_distribution": len(ood)} if ood is not None else {}
        facts["images"] = parts
        return Prepared(data, split, external, ood, self._report(counts, findings, facts))

    def _report(
        self, counts: dict[str, dict[str, int]], findings: list[Finding], facts: dict[str, Any]
    ) -> DataReport:
        return DataReport(counts, data_report.in_order(findings), facts, self.config.data.allow)

    def _usable(self, data: LabelledImages, findings: list[Finding], facts: dict[str, Any]) -> list[Finding]:
        """Return the findings about the classes. Raises _Unusable where there is nothing to go on with."""
        if not len(data):
            error = InvalidRequest(message.joined((NO_IMAGES, *(item.message for item in findings[:1]))))
            told = Finding("no-images", "block", NO_IMAGES)  # the other findings tell why
            raise _Unusable(error, self._report({}, [*findings, told], facts))
        found = checks.class_findings(data, self.config.model.exclusive)
        if final := [item for item in found if item.kind in data_report.FINAL]:
            counts = {"all": checks.class_counts(data.targets, data.class_names)}
            facts["images"] = {"all": len(data)}
            raise _Unusable(InvalidRequest(final[0].message), self._report(counts, findings + found, facts))
        return found

    def _twice(
        self, kept: Inputs, foreign: Inputs | None, out: Path, report: Report
    ) -> tuple[list[DuplicatePair], list[tuple[int, int, float]]]:
        """Return the pairs among the images, and (image, external image, similarity) across."""
        both = [kept] if foreign is None else [kept, foreign]
        pairs = _pairs(both, out / "cache", self.config.data.near_duplicates, report)
        own = len(kept.items)
        links = [(p.first, p.second - own, p.similarity) for p in pairs if p.first < own <= p.second]
        return [pair for pair in pairs if pair.second < own], links

    def _split(
        self,
        items: Sequence[Item],
        data: LabelledImages,
        groups: NDArray[np.str_],
        pairs: Sequence[DuplicatePair],
    ) -> tuple[Split, list[Finding]]:
        """Return the split of the data, completed, or a new one, and what leaks. Raises InvalidRequest."""
        choices = self.config.data
        divided = split_with_several if self.config.model.exclusive else split_by_group
        given = given_split(items)
        if given is None:
            return divided(data, choices.split_seed, choices.validation, choices.test), []
        if not len(given.train):
            raise InvalidRequest(messages.NO_TRAINING_SIDE, messages.ADD_OR_DROP_SPLIT)
        if not len(given.validation):
            part = data.without_images().subset(given.train)
            inner = divided(part, choices.split_seed, choices.validation, 0.0)
            given = Split(given.train[inner.train], given.train[inner.validation], given.test)
        leaks = checks.leak_findings(items, groups, pairs, given)
        if self.config.model.exclusive:  # what has several of them judges nothing
            given = Split(given.train, *(side[~data.several[side]] for side in given.sides[1:]))
        return given, leaks

    def _others(
        self,
        foreign: Inputs | None,
        items: Sequence[Item],
        links: Sequence[tuple[int, int, float]],
        findings: list[Finding],
        counts: dict[str, dict[str, int]],
    ) -> tuple[LabelledImages | None, LabelledImages | None]:
        """Return the external images and those out of distribution; what is found and counted is added."""
        external = ood = None
        if foreign is not None and self.foreign is not None:
            findings += checks.file_findings(self.foreign, self.size, OF_EXTERNAL)
            findings += checks.overlap_findings(items, foreign.items, links)
            seen = [other for _, other, _ in links]  # a copy of a training image judges nothing
            foreign = foreign.subset(np.setdiff1d(np.arange(len(foreign.items)), seen))
            if foreign.items:
                external = labelled(foreign, self.names, patients(foreign, self.config.data)[0])
                if self.config.model.exclusive and external.several.any():
                    external = external.subset(np.flatnonzero(~external.several))
                counts["external"] = checks.class_counts(external.targets, self.names)
        if self.ood is not None:
            findings += checks.file_findings(self.ood, self.size, OF_OUT_OF_DISTRIBUTION)
            kinds = [replace(i, source=i.source or "|".join(i.labels), labels=()) for i in self.ood.items]
            by_kind = replace(self.ood, items=tuple(kinds))
            ood = labelled(by_kind, self.names, patients(by_kind, self.config.data)[0])
            counts["out_of_distribution"] = checks.class_counts(ood.targets, self.names)
        return external, ood


def _with_contrast(inputs: Inputs) -> NDArray[np.int64]:
    return np.flatnonzero([not checks.is_blank(fact) for fact in inputs.facts])


def patients(inputs: Inputs, config: DataConfig) -> tuple[NDArray[np.str_], list[Finding]]:
    """Return who each image is of, (M,), and what is odd about that.

    It is the group that the table names, else a pseudonym of the DICOM file's patient, else what the
    pattern finds in the file's name, else the file alone.
    """
    pattern = patient_pattern(config)
    dicom = [fact.patient for fact in inputs.facts if fact.patient]
    nobody, notes = set(), []
    if len(dicom) >= ONE_PATIENT_FILES and len(set(dicom)) == 1 and len(dicom) == len(inputs.facts):
        nobody.add(dicom[0])
        notes.append(Finding("one-patient", "warning", ONE_PATIENT(count=len(dicom))))

    def who(item: Item, patient: str) -> str:
        if item.group or (patient and patient not in nobody):
            return item.group or patient
        match = pattern.search(Path(item.file).name) if pattern else None
        return (match and match[1]) or item.file

    groups = [who(item, fact.patient) for item, fact in zip(inputs.items, inputs.facts, strict=True)]
    return np.array(groups, np.str_), notes


def labelled(inputs: Inputs, names: Sequence[str], groups: NDArray[np.str_]) -> LabelledImages:
    """Return `inputs` with their classes; labels that are not among `names` are passed over."""
    known = {name: index for index, name in enumerate(names)}
    targets = np.zeros((len(inputs.items), len(names)), np.uint8)
    for row, item in enumerate(inputs.items):
        targets[row, [known[label] for label in item.labels if label in known]] = 1
    sources = np.array([item.source for item in inputs.items], np.str_)
    files = np.array([item.file for item in inputs.items], np.str_)
    boxed = np.array([bool(item.boxes) for item in inputs.items], np.bool_)
    devices = np.array([item.device for item in inputs.items], np.str_)
    return LabelledImages(tuple(names), inputs.images, targets, groups, sources, files, boxed, devices)


def joined(groups: NDArray[np.str_], pairs: Sequence[DuplicatePair]) -> NDArray[np.str_]:
    """Return `groups` with those of each pair made one; it gets the name of the one that comes first."""
    first = np.unique(groups, return_index=True, return_inverse=True)
    links = [(index, int(first[1][number])) for index, number in enumerate(first[2])]
    links += [(pair.first, pair.second) for pair in pairs]
    return np.asarray(groups[clusters(len(groups), links)])


def _pairs(inputs: Sequence[Inputs], cache: Path, near: bool, report: Report) -> list[DuplicatePair]:
    """Return the pairs among all `inputs` together, from the cache if they were looked for before."""
    facts = [fact for part in inputs for fact in part.facts]
    found = exact_pairs(facts)
    if not near:
        return found
    keys = [part.key for part in inputs]
    store = cache / "near-duplicates.json"
    if (stored := _stored_pairs(store, keys)) is not None:
        return found + stored
    images = [image for part in inputs for image in np.asarray(part.images)]  # read when they are looked at
    fingerprints = [fingerprint for part in inputs for fingerprint in np.asarray(part.fingerprints)]
    pairs = near_pairs(images, fingerprints, facts, report)
    values = {"keys": keys, "pairs": [[p.first, p.second, p.similarity] for p in pairs]}
    with writable(cache):
        write_atomically(store, json.dumps(values))
    return found + pairs


def _stored_pairs(store: Path, keys: list[str]) -> list[DuplicatePair] | None:
    try:
        values = json.loads(store.read_text("utf-8"))
        if values["keys"] != keys:
            return None
        return [
            DuplicatePair(int(one), int(other), float(similarity), False)
            for one, other, similarity in values["pairs"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return None
