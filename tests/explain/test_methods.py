"""Explanation methods: the table, and that the command line offers what stands in it."""

import re
import subprocess
import sys

import numpy as np
import pytest

from cxrview.cli import main
from cxrview.explain import methods
from cxrview.explain.overlay import overlay
from cxrview.imaging import Letterbox
from tests.explain.predictions import prediction


def test_gradcam_is_the_overlay():
    film = prediction(np.random.default_rng(0).random((3, 7, 7)), Letterbox.fit(200, 240, 224))
    assert np.array_equal(methods.METHODS["gradcam"](film, "b"), overlay(film, "b"))


def test_the_default_is_in_the_table_and_the_command_line_offers_the_table(monkeypatch, capsys):
    assert methods.DEFAULT in methods.METHODS
    monkeypatch.setitem(methods.METHODS, "another", methods.gradcam)
    command = ["explain", "film.dcm", "--out", "film.png"]
    assert main.parse(command).method == methods.DEFAULT
    assert main.parse([*command, "--method", "another"]).method == "another"
    with pytest.raises(SystemExit):
        main.parse([*command, "--method", "unknown"])
    assert re.search("gradcam.*another", capsys.readouterr().err)


def test_the_table_is_light():
    code = "import sys, cxrview.explain.methods; print({'numpy', 'cv2'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"
