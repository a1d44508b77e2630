"""Random files look as DCMTK shows them, whatever their syntax, signs, bits, colours, windows and tables.

Windows that `choose_voi` passes over are left out, and counted.
"""

import os
import shutil
import subprocess
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian

from cxrview.imaging import read, render
from tests.imaging.dcmtk_cases import Case, cases

PROGRAMS = {"JPEG-LS": shutil.which("dcml2pnm"), "": shutil.which("dcmj2pnm")}
SHARE = 0.99  # of the pixels of a grey picture that must be within one grey level
MEAN = 2.0  # levels of colours, on average: each library has its way to bring back what JPEG left out

pytestmark = pytest.mark.skipif(
    None in (*PROGRAMS.values(), shutil.which("dcmcjpeg")),
    reason="DCMTK (Debian package dcmtk) is not installed",
)


def by_dcmtk(case: Case, folder: Path, options: tuple[object, ...]) -> np.ndarray:
    """Return the picture as DCMTK shows it, (H, W) or (H, W, 3) RGB."""
    out = folder / "dcmtk.pnm"
    program = PROGRAMS["JPEG-LS" if case.syntax.name.startswith("JPEG-LS") else ""]
    words = [str(program), "-q", "-O", "+op", *map(str, options), str(case.shown), str(out)]
    # Without its dictionary, which implicit VRs and its codecs need, it starts in a third of the time.
    explicit = case.syntax in (ExplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian)
    environment = os.environ | ({"DCMDICTPATH": os.devnull} if explicit else {})
    result = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, env=environment)
    assert result.returncode == 0, f"{case.name}: {result.stderr}"
    picture = np.asarray(cv2.imread(str(out), cv2.IMREAD_UNCHANGED))
    return picture[..., ::-1] if picture.ndim == 3 else picture


def difference(case: Case, folder: Path) -> str | None:
    """Return what is wrong with our picture of `case`, "" if nothing, None if its window is passed over."""
    (radiograph,) = read(case.path)
    if case.colour:
        theirs = by_dcmtk(case, folder, ())
        mean = np.abs(radiograph.rgb.astype(int) - theirs).mean()
        return f"{mean:.1f} levels apart" if mean > MEAN else ""
    options = case.window
    if not options:
        window = radiograph.default_voi
        # Of fewer bits than eight DCMTK takes the full range for one step more.
        plain = window.explanation == "full range" and window.width == 256
        options = ("-W",) if plain else ("+Ww", window.center, window.width)
    elif radiograph.default_voi is not radiograph.vois[0]:
        assert any("passed over" in text for text in radiograph.warnings)
        return None
    ours = render(radiograph, radiograph.default_voi)
    share = np.mean(np.abs(ours.astype(int) - by_dcmtk(case, folder, options)) <= 1)
    return f"only {share:.1%} alike" if share < SHARE else ""


def compared(count: int, folder: Path, seed: int) -> tuple[list[str], int]:
    """Return what is wrong in `count` cases, and how many of them were left out."""
    wrong, left_out = [], 0
    for case in cases(count, folder, seed):
        found = difference(case, folder)
        left_out += found is None
        if found:
            wrong.append(f"{case.name}: {found}")
    return wrong, left_out


def test_a_few_hundred_files_look_as_in_dcmtk(tmp_path):
    wrong, left_out = compared(208, tmp_path, seed=3)
    assert wrong == []
    assert 5 <= left_out <= 40  # their windows are many times as wide as the film


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_thousands_of_files_look_as_in_dcmtk(tmp_path):
    wrong, left_out = compared(5200, tmp_path, seed=2)
    assert wrong == []
    assert 100 <= left_out <= 1000
