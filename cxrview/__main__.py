"""Entry point: picks the window or a command. The only file that knows both faces."""

import multiprocessing
import sys
from collections.abc import Sequence


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


if __name__ == "__main__":
    sys.exit(main())
