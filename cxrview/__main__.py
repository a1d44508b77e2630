"""Entry point: picks the window or a command. The only file that knows both faces."""

import argparse
import multiprocessing
import os
import subprocess
import sys
import tempfile
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
    from cxrview import display

    if problem := display.problem():  # Qt would abort the process, in words of its own
        from cxrview.cli import console

        console.say(f"cxrview: {problem}")
        return console.USAGE
    from cxrview.gui import app

    return int(app.run(options.paths, model=options.model, device=options.device))


def _demo(options: argparse.Namespace) -> int:
    """Show the sample radiograph in the window, or save a picture of that window and print the reading."""
    from cxrview import paths
    from cxrview.cli import console

    sample = options.film or paths.sample_radiograph()
    if options.film is not None:
        from cxrview.selftest import connections

        connections.watch()
    if sample is None:
        console.say('cxrview: the sample radiograph is not installed: pip install "cxrview[demo]"')
        return console.USAGE
    if options.screenshot is None and _has_display():
        from cxrview.gui import app

        point = options.operating_point
        return int(app.run([sample], model=options.model, device=options.device, operating_point=point))
    return _picture(options, sample)


def _has_display() -> bool:
    """Whether a window could be seen here."""
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        return False
    if sys.platform in ("win32", "darwin"):
        return True
    if not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    from cxrview import display

    if display.problem():
        return False
    # Qt aborts the process where the display does not answer, so another process tries first.
    attempt = [sys.executable, "-c", "from PySide6.QtGui import QGuiApplication; QGuiApplication([])"]
    return getattr(sys, "frozen", False) or subprocess.run(attempt, capture_output=True).returncode == 0


def _picture(options: argparse.Namespace, sample: Path) -> int:
    """Save a picture of the window with the sample read, print the reading, return the exit code."""
    from cxrview import bundle
    from cxrview.cli import choices, console, messages
    from cxrview.errors import CxrviewError, InvalidRequest

    if not _has_display():
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from cxrview.gui import app

    target = options.screenshot or Path("cxrview-demo.png")
    try:
        if target.suffix.lower() != ".png":
            raise InvalidRequest(messages.NOT_A_PICTURE(name=target.name), messages.CHOOSE_PNG)
        card = bundle.load(bundle.find(options.model)).card
        choices.check_point(card, options.operating_point)
        with tempfile.TemporaryDirectory() as folder:
            prediction = app.render_demo(
                sample,
                target,
                options.size,
                options.theme,
                folder=Path(folder),
                model=options.model,
                device=options.device,
                operating_point=options.operating_point,
            )
    except CxrviewError as error:
        console.say(f"cxrview: {error}")
        return console.USAGE
    from cxrview.cli.describe import describe
    from cxrview.inference.call import call_of
    from cxrview.inference.sample import remark

    console.put(describe(prediction, card, call_of(prediction, card, options.operating_point)))
    if said := remark(sample, card):
        console.say(str(said))
    console.say(f"The picture of the window is in {target}.")
    return console.OK


if __name__ == "__main__":
    sys.exit(main())
