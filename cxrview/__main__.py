"""Entry point: picks the window or a command. The only file that knows both faces."""

import argparse
import multiprocessing
import sys
from collections.abc import Sequence
from pathlib import Path


def main(arguments: Sequence[str] | None = None) -> int:
    """Run cxrview with `arguments` (default: the process's) and return its exit code."""
    multiprocessing.freeze_support()  # a frozen app's workers start here as well
    from cxrview.cli import main as cli

    options = cli.parse(arguments)
    if options.command == "demo":
        return _demo(options)
    if options.command in cli.COMMANDS:
        return cli.run(options)
    from cxrview.gui import app

    return app.run(options.paths, model=options.model, device=options.device)


def _demo(options: argparse.Namespace) -> int:
    """Show the sample radiograph in the window, or save a picture of that window and print the reading."""
    from cxrview import paths
    from cxrview.cli import console
    from cxrview.errors import CxrviewError
    from cxrview.gui import app

    sample = paths.sample_radiograph()
    if sample is None:
        console.say('cxrview: the sample radiograph is not installed: pip install "cxrview[demo]"')
        return console.USAGE
    if options.screenshot is None and app.has_display():
        return app.run([sample], model=options.model, device=options.device)
    target = options.screenshot or Path("cxrview-demo.png")
    try:
        reading = app.picture_of_window(
            sample, target, size=options.size, theme=options.theme, model=options.model, device=options.device
        )
    except CxrviewError as error:
        console.say(f"cxrview: {error}")
        return console.USAGE
    from cxrview.cli.reading import describe

    console.put(describe(reading.prediction, reading.card))
    console.say(f"The picture of the window is in {target}.")
    return console.OK


if __name__ == "__main__":
    sys.exit(main())
