"""The bundle 1.0.0 that other models are compared with, from the history of this repository or a folder."""

import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
COMMIT, FOLDER = "d55784a24b24262869068268a4cc0c5bb4b5720a", "models/cxr-densenet121"


@contextmanager
def former_model(given: str = "") -> Iterator[Path]:
    """Give the folder of the bundle 1.0.0: `given`, or for as long as it lasts what `git archive` holds.

    Ends the program with a sentence where the history has no such commit.
    """
    if given:
        yield Path(given)
        return
    command = ["git", "archive", "--format=tar", COMMIT, FOLDER]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"The history has no {COMMIT[:7]}; give a folder: {done.stderr.decode().strip()}")
    with TemporaryDirectory() as scratch:
        with tarfile.open(fileobj=BytesIO(done.stdout)) as archive:
            archive.extractall(scratch, filter="data")
        yield Path(scratch) / FOLDER
