"""The commands and their options, and how an error becomes a sentence and an exit code.

Importing this module is cheap: each command imports what it needs when it runs.
"""

import argparse
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

from cxrview import NOTICE, __version__
from cxrview.cli import (
    console,
    former_options,
    helper,
    interrupts,
    prepare_options,
    score_options,
    spark_options,
    training_options,
)
from cxrview.errors import CxrviewError
from cxrview.explain import methods
from cxrview.inference.call import BALANCED, CHOSEN, SENSITIVE
from cxrview.isolation.decoders import decoders
from cxrview.isolation.pool import cores
from cxrview.progress import Cancelled

DECODING = ("score", "explain", "evaluate", "prepare", "teach")  # what decodes files soon after it has begun
COMMANDS = {
    "score": "cxrview.cli.score:run",
    "explain": "cxrview.cli.explain:run",
    "evaluate": "cxrview.cli.evaluate:run",
    "models": "cxrview.cli.models:run",
    "prepare": "cxrview.cli.prepare:run",
    "train": "cxrview.cli.train:run",
    "tune": "cxrview.cli.tune:run",
    "teach": "cxrview.cli.teach:run",
    "doctor": "cxrview.cli.doctor:run",
    "licences": "cxrview.cli.doctor:licences",
    "helper": "cxrview.cli.helper:run",
}

EXIT_CODES = """exit codes: 0 all good; 1 some inputs failed (the messages name them); 2 the request makes
no sense, nothing could be done, or the run was stopped before its end, by Ctrl+C, by a full disk, or because
whoever read its output has gone (what was written by then stands)."""

TEACH_EXAMPLES = """examples:
  cxrview teach make ChestX-ray14 --out effusion.cxrset --ask Effusion --ask "No Finding" --count 60
  cxrview teach make my-films.csv --out mine.cxrset --repeats 0.1 --pictures

"""


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Return the parsed command line; `command` is None, "view" or "demo" for the window."""
    console.soften()
    try:
        parsed = make_parser().parse_args(arguments)
    except SystemExit as end:  # after the help, too, somebody may have stopped reading
        raise SystemExit(console.finish(console.USAGE if end.code else console.OK)) from None
    parsed.typed = tuple(sys.argv[1:] if arguments is None else arguments)
    return parsed


def make_parser() -> argparse.ArgumentParser:
    """Return the parser of the command line; manual page and completions are made from it, too."""
    parser = argparse.ArgumentParser(
        prog="cxrview", description=f"Review chest radiographs. {NOTICE}", epilog=EXIT_CODES
    )
    parser.add_argument("--version", action="version", version=f"cxrview {__version__}")
    parser.set_defaults(command=None, paths=[], model="", device="")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    _add_view(commands)
    _add_demo(commands)
    _add_score(commands)
    _add_explain(commands)
    _add_evaluate(commands)
    _add_models(commands)
    prepare_options.add_options(
        commands.add_parser("prepare", help="films as numbers, to Parquet", epilog=EXIT_CODES), _positive
    )
    _add_train(commands)
    _add_tune(commands)
    _add_teach(commands)
    _add_doctor(commands)
    commands.add_parser("licences", help="show what cxrview stands on, and under which licences")
    helper.add_helper(commands.add_parser("helper"))  # without help it is not listed: it is for the window
    return parser


Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def _add_view(commands: Commands) -> None:
    view = commands.add_parser("view", help="open the app, on files or folders if there are any")
    view.add_argument("paths", nargs="*", type=Path, metavar="PATH")
    _add_model_options(view)


def _add_demo(commands: Commands) -> None:
    demo = commands.add_parser(
        "demo", help="open the app on a real radiograph; with no display, save a picture of the window"
    )
    demo.add_argument("--screenshot", type=Path, metavar="PNG", help="save a picture of the window and end")
    demo.add_argument("--theme", choices=("dark", "light"), default="dark")
    demo.add_argument("--size", type=_size, default=(1600, 1000), metavar="WxH", help="of that picture")
    demo.add_argument("--film", type=Path, help=argparse.SUPPRESS)  # in its place, for the self-test
    _add_operating_point(demo)
    _add_model_options(demo)


def _add_score(commands: Commands) -> None:
    score = commands.add_parser(
        "score",
        help="read many files with the model, one row per frame",
        epilog=score_options.EXAMPLES + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    score_options.add_options(score, _positive, _fraction)


def _add_explain(commands: Commands) -> None:
    explain = commands.add_parser(
        "explain", help="save an image with the heatmap of one class over it", epilog=EXIT_CODES
    )
    explain.add_argument("image", type=Path, metavar="IMAGE")
    explain.add_argument("--out", type=Path, required=True, metavar="PNG")
    explain.add_argument("--class", dest="class_name", default="", metavar="NAME", help="default: as called")
    explain.add_argument(
        "--method",
        choices=tuple(methods.METHODS),
        default=methods.DEFAULT,
        help="how the model is asked where it looked; some take a while, and say so",
    )
    explain.add_argument(
        "--numbers", type=Path, metavar="NPZ", help="also save the map as the method gave it, for NumPy"
    )
    explain.add_argument(
        "--check",
        action="store_true",
        help="also try whether the map is to be believed: by small changes of the film, and by covering it",
    )
    explain.add_argument("--opacity", type=_fraction, default=0.45, metavar="F", help="0…1")
    explain.add_argument("--threshold", type=_fraction, default=0.0, metavar="F", help="0…1: hide below")
    explain.add_argument("--colours", default="inferno", metavar="NAME")
    explain.add_argument("--frame", type=_positive, default=1, metavar="N", help="from 1")
    _add_operating_point(explain)
    _add_model_options(explain)


def _add_evaluate(commands: Commands) -> None:
    evaluate = commands.add_parser(
        "evaluate", help="measure a model on labelled images and write a report", epilog=EXIT_CODES
    )
    evaluate.add_argument("--data", type=Path, required=True, metavar="DIR|CSV", help="images with labels")
    evaluate.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the report")
    evaluate.add_argument(
        "--split",
        choices=("test", "validation", "train", "all"),
        default="",
        help="which part (default: test if the data has such a part, else all)",
    )
    evaluate.add_argument(
        "--external", type=Path, metavar="DIR|CSV", help="labelled images of other hospitals"
    )
    evaluate.add_argument(
        "--boxes",
        type=Path,
        nargs="?",
        const=True,
        metavar="CSV",
        help="also measure whether the heat lies in boxes and lungs (default: the films of --data and "
        "--external that have any)",
    )
    evaluate.add_argument(
        "--method",
        choices=tuple(methods.METHODS),
        default=methods.DEFAULT,
        help="with --boxes: how the model is asked where it looked; some take seconds a film",
    )
    evaluate.add_argument(
        "--audit",
        action="store_true",
        help="also measure whether the model needs the lungs: where its heat lies, and what it reads with "
        "lungs, border, text and markers taken away",
    )
    evaluate.add_argument("--ood", type=Path, metavar="DIR|CSV", help="images outside the model's task")
    former_options.add_former_name(evaluate, "--strangers", "--ood", Path)
    evaluate.add_argument(
        "--group-pattern", default="", metavar="REGEX", help="patient in the file name, as one group"
    )
    evaluate.add_argument("--seed", type=int, default=1, metavar="N", help="of the bootstrap")
    evaluate.add_argument(
        "--repeats", type=_positive, default=1000, metavar="N", help="samples of the bootstrap"
    )
    evaluate.add_argument(
        "--workers", type=_positive, default=2, metavar="N", help="processes that decode files"
    )
    evaluate.add_argument("--overwrite", action="store_true", help="replace a report that is in --out")
    _add_model_options(evaluate)


def _add_models(commands: Commands) -> None:
    models = commands.add_parser(
        "models", help="list, show, look into, verify, import or export model bundles"
    )
    actions = models.add_subparsers(dest="action", metavar="ACTION")
    models.set_defaults(action="list")
    actions.add_parser("list", help="the installed models")
    for name, text in (
        ("show", "print a model's card"),
        ("verify", "check files, run self-tests"),
    ):
        action = actions.add_parser(name, help=text)
        action.add_argument("model", nargs="?", default="", metavar="NAME|DIR")
        if name == "verify":
            action.add_argument("--device", default="auto", metavar="DEVICE")
        else:
            action.add_argument(
                "--summary", action="store_true", help="print the layers of its graph instead"
            )
    action = actions.add_parser(
        "layers", help="write a table of the layers of a model that can be trained on"
    )
    action.add_argument("model", nargs="?", default="", metavar="NAME|DIR")
    action.add_argument("--out", dest="file", type=Path, required=True, metavar="CSV")
    action.add_argument(
        "--films",
        type=Path,
        metavar="DIR",
        help="a folder of films, to find the filters that never answer to any",
    )
    action = actions.add_parser("import", help="install a model from a folder or a .zip file, and verify it")
    action.add_argument("file", type=Path, metavar="DIR|ZIP")
    action.add_argument("--device", default="auto", metavar="DEVICE")
    action = actions.add_parser("export", help="write a model to a .zip file")
    action.add_argument("model", metavar="NAME|DIR")
    action.add_argument("--out", dest="file", type=Path, required=True, metavar="ZIP")


def _add_train(commands: Commands) -> None:
    train = commands.add_parser("train", help="train a model on your own images", epilog=EXIT_CODES)
    training_options.add_shared(train, _positive)
    train.add_argument("--tensorboard", type=Path, metavar="DIR", help="write logs for TensorBoard")
    train.add_argument("--check-only", action="store_true", help="report on the images, and end")
    train.add_argument(
        "--finish", action="store_true", help="with --resume: make the model of the best epoch so far"
    )


def _add_tune(commands: Commands) -> None:
    tune = commands.add_parser("tune", help="search for a good recipe", epilog=EXIT_CODES)
    training_options.add_shared(tune, _positive)
    tune.add_argument("--trials", type=_positive, metavar="N", help="at most")
    tune.add_argument("--method", choices=("bayesian", "grid"))
    tune.add_argument("--bundle", action="store_true", help="train the best recipe to a finished model")


def _add_teach(commands: Commands) -> None:
    teach = commands.add_parser("teach", help="make sets of films to learn to read with", epilog=EXIT_CODES)
    actions = teach.add_subparsers(dest="action", metavar="ACTION", required=True)
    make = actions.add_parser(
        "make",
        help="make a reading set of labelled films",
        epilog=TEACH_EXAMPLES + EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    make.add_argument(
        "data",
        type=Path,
        metavar="DIR|CSV",
        help="class folders, a table, or a public collection as it was unpacked: NIH ChestX-ray14, RSNA "
        "Pneumonia Detection Challenge, VinDr-CXR, Montgomery County, Shenzhen",
    )
    make.add_argument("--out", type=Path, required=True, metavar="CXRSET", help="the set's file")
    make.add_argument("--title", default="", help="default: the name of the file")
    make.add_argument(
        "--ask",
        action="append",
        default=[],
        metavar="CLASS",
        help="a class that is asked for (default: all but “normal” and the like); with several, films of "
        "none of them are left out",
    )
    make.add_argument("--count", type=_positive, default=0, metavar="N", help="films; default: all")
    make.add_argument("--balanced", action="store_true", help="as many of each class, as far as there are")
    make.add_argument("--repeats", type=_fraction, default=0.0, metavar="F", help="0…0.5: share shown again")
    make.add_argument("--seed", type=_positive, default=1, metavar="N", help="of choice and order")
    make.add_argument("--limit", type=_positive, default=0, metavar="S", help="seconds a film")
    make.add_argument("--examination", action="store_true", help="the truth comes after the last film")
    make.add_argument(
        "--priors", action="store_true", help="an earlier film of the patient beside each that has one"
    )
    make.add_argument(
        "--pictures", action="store_true", help="put the films into the file, without their headers"
    )
    make.add_argument(
        "--no-masks",
        dest="masks",
        action="store_false",
        help="leave text in the films; else what is found is blacked out",
    )
    make.add_argument("--overwrite", action="store_true", help="replace a file that is at --out")


def _add_doctor(commands: Commands) -> None:
    doctor = commands.add_parser("doctor", help="show what works here and what to install")
    doctor.add_argument(
        "--self-test",
        action="store_true",
        help="try it all on files that cxrview brings along: decoders, engines, the window; writes nothing",
    )
    doctor.add_argument("--json", action="store_true", help="with --self-test: the outcome as JSON")


def _add_operating_point(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--operating-point",
        choices=(BALANCED, SENSITIVE, CHOSEN),
        default="",
        help="from which the class that the model watches is called; default: as set in the app",
    )


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--model", default="", metavar="NAME|DIR", help="default: as set in the app")
    parser.add_argument(
        "--device",
        default="",
        metavar="DEVICE",
        help="auto, cpu, gpu, npu, an engine, or ENGINE:DEVICE; default: as set in the app",
    )


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    return _positive(width), _positive(height)


def _fraction(text: str) -> float:
    number = float(text)
    if not 0 <= number <= 1:
        raise argparse.ArgumentTypeError("must lie between 0 and 1")
    return number


def run(arguments: argparse.Namespace) -> int:
    """Run a command that needs no window and return its exit code."""
    try:
        if arguments.command in DECODING and getattr(arguments, "executor", "") != spark_options.SPARK:
            # They get ready while all else is imported.
            decoders().warm(getattr(arguments, "workers", 1) or cores())
        with interrupts.remembered():
            code: int = pkgutil.resolve_name(COMMANDS[arguments.command])(arguments)
    except CxrviewError as error:
        console.say(f"cxrview: {error}")
        code = console.USAGE
    except (Cancelled, KeyboardInterrupt):
        console.say("cxrview: stopped.")
        code = console.USAGE
    except BrokenPipeError:  # whoever read the results wanted no more; there is nothing to say
        code = console.USAGE
    return console.finish(code)
