"""The self-test passes where all is well, and each of its checks can fail."""

import json
import os
import shutil
import subprocess
import sys

import pytest

from cxrview.__main__ import main
from cxrview.errors import CxrviewError
from cxrview.imaging import read
from cxrview.imaging.dicom.codecs import codecs
from cxrview.imaging.read import read_here
from cxrview.selftest import connections, decoding, messages, readings, run

LIGHT = """
import importlib.machinery, sys
find_spec = importlib.machinery.PathFinder.find_spec
absent = "tensorflow keras onnx tf2onnx sklearn scipy onnxruntime".split()
def without(name, path=None, target=None):
    return None if name.partition(".")[0] in absent else find_spec(name, path, target)
importlib.machinery.PathFinder.find_spec = without
from cxrview.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_light_edition_passes_and_leaves_nothing_behind(tmp_path):
    environment = os.environ | {
        f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("DATA", "CACHE", "CONFIG")
    }
    command = [sys.executable, "-W", "ignore", "-c", LIGHT, "doctor", "--self-test", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    said = json.loads(done.stdout)
    states = {check["name"]: check["state"] for check in said["checks"]}
    assert {name for name, state in states.items() if state == run.FAILED} == set(), said
    assert done.returncode == 0
    absent = {name for name, state in states.items() if state == run.ABSENT}
    assert absent == {"reads with onnxruntime", "reads with keras", "trains one step"}
    assert not (tmp_path / "DATA").exists()
    assert not (tmp_path / "CONFIG").exists()


def test_there_is_a_sample_of_every_transfer_syntax_that_is_read():
    assert set(decoding.syntaxes()) == {codec.uid for codec in codecs() if codec.used}
    assert set(decoding.syntaxes()) > decoding.EXACT


@pytest.mark.parametrize("syntax", ["1.2.840.10008.1.2.1", "1.2.840.10008.1.2.4.50"], ids=("exact", "lossy"))
def test_pixels_that_differ_from_the_stored_ones_are_found(syntax, tmp_path, monkeypatch):
    shutil.copytree(decoding.folder(), tmp_path / "selftest")
    other = {
        "1.2.840.10008.1.2.1": "1.2.840.10008.1.2.4.51",
        "1.2.840.10008.1.2.4.50": "1.2.840.10008.1.2.4.203",
    }
    shutil.copy(tmp_path / "selftest" / f"{other[syntax]}.dcm", tmp_path / "selftest" / f"{syntax}.dcm")
    monkeypatch.setattr(decoding, "folder", lambda: tmp_path / "selftest")
    monkeypatch.setattr(decoding, "read", read_here)
    with pytest.raises(CxrviewError) as found:
        decoding.check(syntax)
    assert found.value.code == messages.DECODED_OTHERWISE.code


def test_the_stored_reading_is_of_the_bundled_model_and_another_one_is_found(monkeypatch):
    known = readings.stored()
    assert sum(known["probabilities"].values()) == pytest.approx(1.0, abs=1e-3)
    changed = known["probabilities"] | {"normal": known["probabilities"]["normal"] + 0.05}
    monkeypatch.setattr(readings, "read_with", lambda _engine: known | {"probabilities": changed})
    with pytest.raises(CxrviewError) as found:
        readings.check("openvino")
    assert found.value.code == messages.OTHER_READING.code
    elsewhere = [place + 20 for place in known["lungs"]]
    monkeypatch.setattr(readings, "read_with", lambda _engine: known | {"lungs": elsewhere})
    with pytest.raises(CxrviewError) as found:
        readings.check("openvino")
    assert found.value.code == messages.OTHER_LUNGS.code


def test_the_drawn_chest_holds_no_more_than_grey_levels():
    (film,) = read(decoding.folder() / readings.CHEST)
    assert film.values.shape == tuple(readings.stored()["size"])


def test_a_connection_is_refused_and_told():
    code = (
        "import socket, urllib.request\n"
        "from cxrview.selftest import connections\n"
        "attempts = connections.watch()\n"
        "for attempt in (lambda: socket.create_connection(('192.0.2.1', 80), 1), socket.socketpair):\n"
        "    try: attempt()\n"
        "    except PermissionError: print('refused')\n"
        "print(attempts)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "refused\n['192.0.2.1']\n"
    assert done.stderr == f"{connections.MARK}: 192.0.2.1\n"


def test_what_fails_is_in_the_report_and_in_the_exit_code(monkeypatch, capsys):
    outcomes = [
        run.Checked("display", run.PASSED, "X11", 0.1),
        run.Checked("window", run.FAILED, "broken", 2.0),
    ]
    monkeypatch.setattr(run, "run", lambda: iter(outcomes))
    assert main(["doctor", "--self-test"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split() == ["failed", "window", "broken", "(2.0", "s)"]
    assert main(["doctor", "--self-test", "--json"]) == 1
    said = json.loads(capsys.readouterr().out)
    assert not said["passed"]
    assert [check["state"] for check in said["checks"]] == ["passed", "failed"]
    assert main(["doctor", "--json"]) == 2
