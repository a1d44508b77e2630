"""`cxrview score`: many files to a table, and if asked for to a page about it."""

import argparse
import itertools
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from cxrview import paths
from cxrview.batch import duplicates, manifest, naming, rows, table
from cxrview.batch.events import BatchFinished, BatchStarted, BatchWarned, FileFailed
from cxrview.batch.formats import ResultsTable, done_as
from cxrview.batch.heatmaps import Pictures
from cxrview.batch.manifest import BatchCounts, Manifest
from cxrview.batch.parts_table import join, parts_beside, take_apart
from cxrview.batch.score import score
from cxrview.batch.text_table import TextTable
from cxrview.cli import console, messages, spark_options
from cxrview.cli.choices import Readers, load_readers
from cxrview.cli.inputs import GivenFiles, found_in, from_standard_input
from cxrview.cli.score_request import check_request
from cxrview.cli.score_voice import Terminal, Voice, voice
from cxrview.errors import CxrviewError, InvalidRequest
from cxrview.file_lock import file_lock
from cxrview.message import Message, joined
from cxrview.progress import Cancelled, Report
from cxrview.pseudonym import load_key

if TYPE_CHECKING:
    from cxrview.batch.tally import Tally

AT_A_TIME = 4096  # files that failed before and are tried again, between two looks at the table
STANDARD_INPUT = Path("-")


def run(arguments: argparse.Namespace) -> int:
    """Score the files and return 0 if all frames were read, 1 if some were not.

    Raises InvalidRequest if nothing can be done.
    """
    if spark_options.on_spark(arguments, "paths", "out"):
        return score_on_spark(arguments)
    counts = BatchCounts()
    piped = STANDARD_INPUT in arguments.paths
    with voice(counts, bool(arguments.events), listen=not piped) as said:
        check_request(arguments)
        given = [path for path in arguments.paths if path != STANDARD_INPUT]
        with found_in([*given, *(from_standard_input() if piped else ())]) as inputs:
            if not inputs.files:
                raise InvalidRequest(messages.NO_IMAGES_THERE)
            inputs.choose(arguments.include, arguments.exclude)
            if not inputs.files:
                raise InvalidRequest(messages.NO_PATTERN_FITS)
            readers = load_readers(arguments)
            with file_lock(arguments.out) if arguments.out is not None else nullcontext():
                return _Run(arguments, inputs, readers, counts, said).run()


def score_on_spark(arguments: argparse.Namespace) -> int:
    """Score the files on Spark, see there."""
    from cxrview.cli import score_spark  # half a second

    return score_spark.execute(arguments)


class _Run:
    """One run, once all that it needs is there."""

    def __init__(
        self,
        arguments: argparse.Namespace,
        inputs: GivenFiles,
        readers: Readers,
        counts: BatchCounts,
        said: Voice,
    ) -> None:
        check_request(arguments)  # again, now that no other run can be at it
        self._arguments, self._inputs, self._readers = arguments, inputs, readers
        self._counts, self._voice = counts, said
        self._key = self._pseudonym_key()
        self._names = naming.Pseudonyms(inputs.called, self._key) if arguments.deid else None
        self._called: Callable[[Path], str] = self._names or inputs.called
        self._twins = duplicates.Duplicates() if arguments.duplicates else None
        self._shown: dict[str, Path] = {}  # files by what rows call them, for the page
        self._unrecorded = False  # the manifest could not be written
        self._pictures = None
        if arguments.heatmaps is not None:
            self._pictures = Pictures(arguments.heatmaps, arguments.paths, self._complain)
        classes = {name: other.card.class_names for name, other in readers.others.items()}
        self._columns = rows.columns(readers.card.class_names, classes, self._twins is not None)
        self._out: Path | None = arguments.out
        self._place = self._out  # where the rows lie while the run goes on
        if self._out is not None and arguments.single_file:
            self._place = parts_beside(self._out)
        self._tally = self._begun_tally() if arguments.report is not None else None

    def _begun_tally(self) -> "Tally":
        from cxrview.batch.labels import labels_for
        from cxrview.batch.tally import Tally

        inputs, card = self._inputs, self._readers.card
        self._shown = {self._called(path): path for path in inputs.files}
        return Tally(card, labels_for(self._shown, inputs.called, card, self._arguments.labels))

    def run(self) -> int:
        """Read what is left, write what was asked for, and return the exit code."""
        resumed = self._resumed()
        files = self._inputs.files
        names = {path: done_as(self._called(path)) for path in files}
        again = [path for path in files if names[path] in resumed.failed]
        left = [path for path in files if names[path] not in resumed.done]
        self._counts.files, self._counts.done_before = len(files), len(files) - len(left) - len(again)
        record = self._manifest()
        with self._recorded(record):
            self._begin()
            total = len(again) + len(left)
            self._try_again(again, resumed, _share(self._voice.report, 0, len(again), total))
            self._write(self._score(left, _share(self._voice.report, len(again), total, total)), record)
            self._page()
            if self._out is not None and self._arguments.single_file:
                join(self._out, self._columns)
        self._end(record)
        failed = self._counts.failed or self._unrecorded or (self._pictures and self._pictures.failed)
        return console.SOME_FAILED if failed else console.OK

    def _resumed(self) -> table.Resumed:
        """Return what is done, once the old table is ready to be gone on with."""
        place = self._place
        if not self._arguments.resume or place is None or self._out is None:
            return table.Resumed()
        if self._arguments.single_file:
            take_apart(self._out, self._columns)
        self._columns = table.columns_to_go_on_with(place, self._columns)
        self._check_names(place)
        card = self._readers.first.card
        hear = self._twins.hear if self._twins is not None else table.nobody
        return table.resume(place, self._columns, card.name, card.version, hear)

    def _check_names(self, place: Path) -> None:
        """Raise InvalidRequest if some rows of the table would name their files and others would not."""
        begun = next(table.rows_of(place, self._columns), None) if place.exists() else None
        if begun is None:
            return
        hidden = naming.is_pseudonym(begun["path"])
        if hidden and self._names is None:
            raise InvalidRequest(messages.BEGUN_WITH_DEID(place=str(self._out)), messages.ADD_DEID)
        if not hidden and self._names is not None:
            raise InvalidRequest(messages.BEGUN_WITHOUT_DEID(place=str(self._out)), messages.LEAVE_OUT_DEID)

    def _try_again(self, again: Sequence[Path], resumed: table.Resumed, report: Report) -> None:
        """Read files that failed before; where that changes anything, their rows are written anew."""
        place = self._place
        for start in range(0, len(again) if place is not None else 0, AT_A_TIME):
            chunk = again[start : start + AT_A_TIME]
            new: dict[str, list[rows.Row]] = {}
            for row in self._score(chunk, _share(report, start, start + len(chunk), len(again))):
                self._take(row)
                new.setdefault(done_as(row["path"]), []).append(row)
            changed = {
                name: found
                for name, found in new.items()
                if found[0]["status"] == "ok" or found[0]["error"] != resumed.failed[name]
            }
            if changed and place is not None:
                table.replace(place, self._columns, changed)

    def _score(self, files: Sequence[Path], report: Report) -> Iterator[rows.Row]:
        found = score(
            files,
            self._readers.first,
            report,
            point=self._readers.point,
            key=self._key,
            batch_size=self._arguments.batch_size,
            workers=self._arguments.workers,
            illustrate=self._pictures,
            called=self._called,
            troubles=self._inputs.troubles,
            others=self._readers.others,
            card=self._readers.card,
            look=duplicates.look if self._twins is not None else None,
        )
        for row in found:
            told = self._names.hidden(row) if self._names is not None else row
            yield self._twins.tell(told) if self._twins is not None else told

    def _write(self, results: Iterator[rows.Row], record: Manifest) -> None:
        # With a first row in hand the model works: an old table is not given up for nothing.
        first = list(itertools.islice(results, 1))
        if self._out is not None:
            self._record(record, manifest.RUNNING)
            if self._names is not None:
                naming.write_key(self._out, self._inputs.files, self._inputs.called, self._names)
        with self._sink() as sink:
            for row in itertools.chain(first, results):
                sink.write(row)
                self._take(row)
                if self._place is None and self._tally is not None:
                    self._tally.take(row)

    def _take(self, row: rows.Row) -> None:
        self._counts.take(row)
        if row["status"] == "error":
            self._voice.tell(FileFailed(row["path"], row[rows.WHY], row["error"]))

    def _sink(self) -> AbstractContextManager[ResultsTable]:
        if self._place is not None:
            return table.open_table(self._place, self._columns, anew=not self._arguments.resume)
        return nullcontext(TextTable(sys.stdout, self._columns, as_csv=True))

    def _page(self) -> None:
        """Write the page about the whole table, with the rows of earlier runs, if it was asked for."""
        if self._tally is None:
            return
        from cxrview.batch.page import Asked, write_page  # which draws: half a second

        if self._place is not None:
            for row in table.rows_of(self._place, self._columns):
                self._tally.take(row)
        asked = Asked(
            self._arguments.report,
            names=self._arguments.report_names,
            table=self._out.name if self._out is not None else "",
            files=self._shown,
        )
        write_page(asked, self._tally, self._readers.first, self._voice.report)

    def _manifest(self) -> Manifest:
        hidden = self._names is not None  # a name of a file may stand in these
        return Manifest(
            results=self._out or Path(),
            columns=self._columns,
            predictors=self._readers.all,
            counts=self._counts,
            command=() if hidden else ("cxrview", *self._arguments.typed),
            passed_over=() if hidden else self._inputs.passed_over,
            left_out=self._inputs.left_out,
        )

    @contextmanager
    def _recorded(self, record: Manifest) -> Iterator[None]:
        """Let the manifest say how it ended, if it has begun to say anything."""
        try:
            yield
        except BaseException as error:
            stopped = isinstance(error, Cancelled | KeyboardInterrupt | BrokenPipeError)
            with suppress(InvalidRequest):  # what went wrong first is what counts
                if record.written:
                    record.write(manifest.STOPPED if stopped else manifest.FAILED)
            raise
        if self._out is not None:
            self._record(record, manifest.COMPLETE)

    def _record(self, record: Manifest, state: str) -> None:
        """Write the manifest; a run does not end because that fails."""
        try:
            record.write(state)
        except InvalidRequest as error:
            self._unrecorded = True
            self._voice.tell(BatchWarned(error.whole))

    def _begin(self) -> None:
        counts, first = self._counts, self._readers.first
        model, engine = (first.card.name, first.card.version), first.engine
        numbers, out = (counts.files, counts.done_before), str(self._out or "")
        self._voice.tell(BatchStarted(*numbers, *model, engine.name, engine.device, out))

    def _end(self, record: Manifest) -> None:
        counts = self._counts
        out, place = (str(self._out), str(record.place)) if self._out is not None else ("", "")
        page = str(self._arguments.report or "")
        done = (counts.files, counts.read, counts.failed, round(record.seconds, 3), counts.done_before)
        self._voice.tell(BatchFinished(*done, out, place, page))
        for message in self._remarks():
            self._voice.tell(BatchWarned(message))
        if isinstance(self._voice, Terminal):
            console.say(f"Engine: {self._readers.first.reason}")

    def _remarks(self) -> Iterator[Message]:
        if self._pictures is not None and self._pictures.withheld:
            yield messages.HEATMAPS_WITHHELD(count=self._pictures.withheld)
        if self._twins is not None and self._twins.count:
            yield messages.SAME_PIXELS(count=self._twins.count)
        if self._names is not None and self._out is not None:
            yield messages.KEY_LIES_IN(place=str(naming.key_table(self._out)))
        if self._arguments.report is not None:
            yield messages.REPORT_LIES_IN(place=str(self._arguments.report))

    def _complain(self, path: str, error: CxrviewError) -> None:
        self._voice.tell(FileFailed(path, error.whole, str(error)))

    def _pseudonym_key(self) -> bytes:
        """Return the key for the pseudonyms; without one, say so and return b"".

        Raises InvalidRequest if nothing goes without it.
        """
        try:
            return load_key(paths.pseudonym_key())
        except InvalidRequest as error:
            if self._arguments.deid:
                raise InvalidRequest(error.problem, messages.DEID_NEEDS_KEY) from error
            self._voice.tell(
                BatchWarned(joined((error.whole, messages.STAYS_EMPTY(column="patient_id_hash"))))
            )
            return b""


def _share(report: Report, begin: int, end: int, of: int) -> Report:
    """Return the reporter of a stretch of the work, from `begin` to `end` of so many files."""

    def told(fraction: float, doing: Message | str) -> None:
        report((begin + fraction * (end - begin)) / max(of, 1), doing)

    return told
