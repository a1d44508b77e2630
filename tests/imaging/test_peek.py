"""Looking into headers: for every file there is, quickly, and with the same answer as reading it whole."""

import os
from pathlib import Path

import pydicom.data
import pytest

from cxrview.errors import UnreadableImage
from cxrview.imaging import read
from cxrview.imaging.peek import peek

FILES = sorted(Path(pydicom.data.__file__).parent.rglob("*.dcm"))


def test_every_sample_file_can_be_peeked_at():
    found = [path for path in FILES if peek(path) is not None]
    assert len(found) > 50


@pytest.mark.parametrize("path", FILES[::9], ids=lambda path: path.name)
def test_the_header_says_the_same_as_the_whole_file(path):
    known = peek(path)
    try:
        radiograph = read(path)[0]
    except UnreadableImage:
        return
    if known is not None:
        assert known == (radiograph.identity, radiograph.anatomy)


def test_what_is_no_dicom_file_has_nothing_to_say(tmp_path):
    (tmp_path / "text.dcm").write_text("no DICOM")
    (tmp_path / "empty.dcm").touch()
    assert [peek(tmp_path / name) for name in ("text.dcm", "empty.dcm", "gone.dcm")] == [None, None, None]
    assert peek(tmp_path) is None


def test_a_header_that_breaks_off_is_not_an_error(chest_pa, tmp_path):
    whole = chest_pa.read_bytes()
    for length in (140, 200, 400, 900):
        path = tmp_path / f"{length}.dcm"
        path.write_bytes(whole[:length])
        peek(path)  # raises nothing: reading says what is wrong


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.timeout(20)
def test_a_pipe_has_nothing_to_say_and_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.dcm")
    assert peek(tmp_path / "pipe.dcm") is None
