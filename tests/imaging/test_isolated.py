"""Files are decoded by other processes: the same comes out, and what they die of is a sentence."""

import dataclasses
import os
import subprocess
import sys
import time
from enum import Enum
from pathlib import Path

import cv2
import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate, get_frame

from cxrview import i18n, paths
from cxrview.__main__ import main
from cxrview.cli import console
from cxrview.errors import UnreadableImage
from cxrview.imaging import messages, read
from cxrview.imaging.read import read_here
from cxrview.imaging.thumbnail import thumbnail, thumbnail_here
from cxrview.isolation.decoders import decoders
from cxrview.progress import Cancelled
from tests.imaging.phantoms import RAMP, lut, phantom, save
from tests.imaging.samples import sample
from tests.isolation.workers import deadly
from tests.refusals import refused

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends processes by signals")
SCRIPT = """
import os, sys
from pathlib import Path
from cxrview.imaging import read
print(read(Path(sys.argv[1]))[0].shape, flush=True)
if os.fork() == 0:
    print(read(Path(sys.argv[1]))[0].shape, flush=True)
    os._exit(0)
os.wait()
from cxrview.isolation.decoders import decoders
print(*decoders().numbers(), flush=True)
os.kill(os.getpid(), 9)
"""


def same(one, other) -> bool:
    """Return whether two values agree, with the types, shapes and contents of their arrays."""
    if isinstance(one, np.ndarray):
        return one.dtype == other.dtype and np.array_equal(one, other) and not other.flags.writeable
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if dataclasses.is_dataclass(one) and not isinstance(one, Enum):
        names = [field.name for field in dataclasses.fields(one)]
        return type(one) is type(other) and all(same(getattr(one, n), getattr(other, n)) for n in names)
    return type(one) is type(other) and one == other


@pytest.fixture
def picture(tmp_path):
    """Return a small grey PNG."""
    path = tmp_path / "grey.png"
    cv2.imwrite(str(path), np.arange(64 * 64, dtype=np.uint16).reshape(64, 64) * 16)
    return path


def test_the_same_comes_out_as_without_another_process(tmp_path):
    overlay = {"OverlayRows": 8, "OverlayColumns": 8}
    many = np.stack([RAMP] * 3)
    curve = phantom(RAMP, PatientName="Doe^Jane", PixelPaddingValue=0)
    curve.VOILUTSequence = [lut(list(range(256)), 0, 8, "curve")]
    plane = phantom(many, NumberOfFrames=3, FrameTime="33.3")
    block = plane.group_dataset(0x6000)
    for element, vr, value in (
        (0x0010, "US", overlay["OverlayRows"]),
        (0x0011, "US", overlay["OverlayColumns"]),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x3000, "OW", bytes(range(8))),
    ):
        plane.add_new((0x6000, element), vr, value)
    assert not len(block)
    files = [save(curve, tmp_path / "a.dcm"), save(plane, tmp_path / "b.dcm")]
    files.append(save(phantom(np.dstack([RAMP.astype(np.uint8)] * 3)), tmp_path / "c.dcm"))
    files.append(
        save(phantom(RAMP.astype(np.float32) / 7, ImagerPixelSpacing=[0.1, 0.2]), tmp_path / "d.dcm")
    )
    for path in files:
        assert same(read_here(path), read(path))
        np.testing.assert_array_equal(thumbnail(path, 1, 20), thumbnail_here(path, 1, 20))
    assert len(read(files[1])[2].overlays) == 1


def test_remarks_are_in_the_language_of_whoever_asks(tmp_path):
    path = save(phantom(RAMP), tmp_path / "x.dcm")
    english = read(path)[0].warnings
    i18n.use("de")
    try:
        assert read(path)[0].warnings == read_here(path)[0].warnings != english
    finally:
        i18n.use("en")


def test_what_kills_is_one_sentence_about_one_file(picture, monkeypatch):
    pools = deadly(monkeypatch)
    expected = {
        "abort": messages.ENDS_THE_DECODER(how="SIGABRT"),
        "spin": messages.TAKES_TOO_LONG,
        "eat": messages.NO_MEMORY,
        "fault": messages.OUR_FAULT(error="LookupError: strange"),
    }
    try:
        for name, problem in expected.items():
            bad = picture.with_name(f"{name}.png")
            bad.write_bytes(picture.read_bytes())
            with refused(UnreadableImage, problem) as refusal:
                read(bad)
            assert refusal.error.path == bad
            assert len(read(picture)) == 1
        for problem in (messages.ENDS_THE_DECODER, messages.NOT_TRIED_AGAIN):
            with refused(UnreadableImage, problem):  # NOT_TRIED_AGAIN says what it did, too
                read(picture.with_name("abort.png"))
        assert decoders().died.count("SIGABRT") == 2
    finally:
        pools.close()


def test_a_decode_that_is_stopped_lets_go_of_its_worker(picture, monkeypatch):
    pools = deadly(monkeypatch)
    read(picture)  # so that the worker is ready
    spinning = picture.rename(picture.with_name("spin.png"))
    said = []

    def report(_fraction, text):
        said.append(text)
        if len(said) > 3:
            raise Cancelled

    try:
        with pytest.raises(Cancelled):
            read(spinning, report)
        assert set(said) == {"spin.png"}
        assert decoders().died == []
    finally:
        pools.close()


def test_score_has_a_row_for_each_of_five_files_that_end_the_decoder(
    picture, tiny_bundle, tmp_path, monkeypatch, capsys
):
    pools = deadly(monkeypatch)
    for number in range(5):
        (picture.parent / f"abort{number}.png").write_bytes(picture.read_bytes())
    try:
        out = tmp_path / "out.jsonl"
        code = main(["score", str(picture.parent), "--model", str(tiny_bundle), "--out", str(out)])
    finally:
        pools.close()
    assert code == console.SOME_FAILED
    lines = out.read_text("utf-8").splitlines()
    assert len(lines) == 6
    assert sum('"status": "ok"' in line for line in lines) == 1
    assert sum("SIGABRT" in line for line in lines) == 5


def test_a_script_without_a_main_guard_may_fork_and_be_killed(picture, tmp_path):
    script = tmp_path / "numpy.py"  # which must not hide the real one from the worker
    script.write_text(SCRIPT, "utf-8")
    command = [sys.executable, "-P", str(script), str(picture)]
    environment = {**os.environ, "PYTHONPATH": str(paths.PACKAGE.parent)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, env=environment, timeout=200)
    *shapes, numbers = done.stdout.splitlines()
    assert (shapes, done.returncode) == (["(64, 64)"] * 2, -9)
    deadline = time.monotonic() + 60
    for number in numbers.split():
        while Path(f"/proc/{number}").exists():
            assert time.monotonic() < deadline, "a worker has outlived its process"


def test_a_large_film_and_a_cine_still_open(tmp_path):
    rng = np.random.default_rng(1)
    row = rng.integers(0, 4096, 6000, dtype=np.uint16)
    film = save(phantom(np.tile(row, (5000, 1)), bits=12), tmp_path / "film.dcm")
    assert read(film)[0].shape == (5000, 6000)
    cine = np.zeros((300, 64, 64), np.uint8)
    assert len(read(save(phantom(cine, NumberOfFrames=300), tmp_path / "cine.dcm"))) == 300
    packed = dcmread(sample("MR_small_jp2klossless.dcm"))
    packed.PixelData = encapsulate([get_frame(packed.PixelData, 0, number_of_frames=1)] * 300)
    packed.NumberOfFrames = 300
    frames = read(save(packed, tmp_path / "packed.dcm"))
    assert len(frames) == 300
    np.testing.assert_array_equal(frames[299].values, frames[0].values)


@pytest.mark.parametrize(
    ("element", "problem"),
    [
        (b"\x0b\x00\x00\x10UN\x00\x00\xf0\xff\xff\x7f", messages.HOLDS_NO_PIXELS),
        (b"\x08\x00\x40\x11SQ\x00\x00\xff\xff\xff\xff\x01\x02", messages.ELEMENTS_DAMAGED),
    ],
    ids=["announces two gigabytes", "has no item"],
)
def test_damage_is_called_damage_and_no_lack_of_memory(tmp_path, element, problem):
    path = save(phantom(RAMP, PatientName="Doe^Jane"), tmp_path / "x.dcm")
    whole = path.read_bytes()
    place = whole.index(b"\x10\x00\x10\x00PN")
    path.write_bytes(whole[:place] + element + bytes(9))
    with refused(UnreadableImage, problem):
        read(path)
