"""`cxrview explain`: one image with the heatmap of one class over it."""

import argparse

from cxrview.batch.heatmaps import save_png
from cxrview.cli import console, messages
from cxrview.cli.choices import load_predictor
from cxrview.cli.describe import describe
from cxrview.errors import InvalidRequest
from cxrview.explain.colour import blend, colour_table
from cxrview.explain.methods import METHODS
from cxrview.imaging import read, render


def run(arguments: argparse.Namespace) -> int:
    """Save the picture, print the reading, return 0. Raises CxrviewError."""
    if arguments.out.suffix.lower() != ".png":
        raise InvalidRequest(messages.NOT_A_PICTURE(name=arguments.out.name), messages.CHOOSE_PNG)
    colours = colour_table(arguments.colours)
    frames = read(arguments.image)
    if arguments.frame > len(frames):
        problem = messages.HAS_FRAMES(name=arguments.image.name, count=len(frames))
        raise InvalidRequest(problem, messages.CHOOSE_FRAME)
    radiograph = frames[arguments.frame - 1]
    predictor = load_predictor(arguments)
    prediction = predictor.predict([radiograph])[0]
    heat = METHODS[arguments.method](prediction, arguments.class_name or prediction.predicted)
    picture = render(radiograph, radiograph.default_voi)
    save_png(arguments.out, blend(picture, heat, colours, arguments.opacity, arguments.threshold))
    console.put(describe(prediction, predictor.card))
    return console.OK
