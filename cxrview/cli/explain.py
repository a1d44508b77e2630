"""`cxrview explain`: one image with the heatmap of one class over it."""

import argparse
import math
from contextlib import nullcontext
from pathlib import Path

from cxrview.batch.heatmaps import save_png
from cxrview.cli import console, messages
from cxrview.cli.choices import load_predictor_and_point
from cxrview.cli.describe import describe
from cxrview.cli.inputs import GivenFiles, found_in
from cxrview.errors import InvalidRequest
from cxrview.explain import messages as explain_messages
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.explanation import Explanation
from cxrview.explain.faithfulness import curves
from cxrview.explain.followed import followed
from cxrview.explain.methods import METHODS, explain
from cxrview.explain.overlay import heat_over
from cxrview.explain.saved import save_numbers
from cxrview.explain.stability import in_words, stability
from cxrview.explain.style import FLOOR
from cxrview.explain.subject import Subject
from cxrview.imaging import Radiograph, read, render
from cxrview.imaging.archive import is_archive
from cxrview.imaging.dicomdir import is_dicomdir
from cxrview.imaging.render import square_pixels
from cxrview.inference.call import call_of


def run(arguments: argparse.Namespace) -> int:
    """Save the picture, print the reading, return 0. Raises CxrviewError."""
    if arguments.out.suffix.lower() != ".png":
        raise InvalidRequest(messages.NOT_A_PICTURE(name=arguments.out.name), messages.CHOOSE_PNG)
    if arguments.numbers is not None and arguments.numbers.suffix.lower() != ".npz":
        raise InvalidRequest(messages.NOT_AN_NPZ(name=arguments.numbers.name), messages.CHOOSE_NPZ)
    colours = colour_table(arguments.colours)
    radiograph = _frame(arguments.image, arguments.frame)
    predictor, point = load_predictor_and_point(arguments)
    subject, method = Subject.of(predictor, radiograph), METHODS[arguments.method]
    prediction = subject.prediction
    call = call_of(prediction, predictor.card, point)
    name = arguments.class_name or followed(prediction, call)
    if method.slow:
        console.say(str(explain_messages.SLOW(method=method.title, count=method.reads)))
    progress = console.ProgressLine()
    explanation = explain(subject, arguments.method, name, progress)
    progress.clear()
    heat = heat_over(explanation, name)
    empty, opacity = float(heat.max()) <= FLOOR, arguments.opacity
    if empty:
        console.say(str(explain_messages.NOTHING_ABOVE(name=name, percent=round(100 * FLOOR))))
        opacity = 0.0
    picture = render(radiograph, radiograph.default_voi)
    mixed = blend(picture, heat, colours, opacity, arguments.threshold)
    save_png(arguments.out, square_pixels(mixed, radiograph.pixel_aspect))
    if arguments.numbers is not None:
        save_numbers(arguments.numbers, explanation, name, predictor.card.graph_hash)
    console.put(describe(prediction, predictor.card, call))
    if arguments.check:
        _check(subject, radiograph, explanation, name)
    return console.OK


def _check(subject: Subject, radiograph: Radiograph, explanation: Explanation, name: str) -> None:
    """Try the map and print what came of it."""
    progress = console.ProgressLine()
    found = stability(subject.predictor, radiograph, explanation.method, name, progress)
    told = curves(subject, explanation, name, progress)
    progress.clear()
    for line in in_words(found, told):
        console.put(str(line))
    for outcome in found.outcomes:
        known = "n/a" if math.isnan(outcome.correlation) else f"{outcome.correlation:.2f}"
        console.put(f"  {outcome.name}: {known}, {100 * outcome.rise:+.0f} %")


def _frame(image: Path, number: int) -> Radiograph:
    """Return frame `number`, from 1, of the file `image`, or the images in an archive or a DICOM directory.

    Raises InvalidRequest if there are not so many, UnreadableImage.
    """
    count = 0
    several = is_archive(image) or is_dicomdir(image)
    with found_in([image]) if several else nullcontext(GivenFiles([image])) as inputs:
        for file in inputs.files:
            if file in inputs.troubles:
                raise inputs.troubles[file]
            frames = read(file)
            if number <= count + len(frames):
                return frames[number - count - 1]
            count += len(frames)
    raise InvalidRequest(messages.HAS_FRAMES(name=image.name, count=count), messages.CHOOSE_FRAME)
