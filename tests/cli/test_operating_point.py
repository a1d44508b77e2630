"""The operating point decides what `score` and `explain` call a film."""

import csv
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from cxrview import settings
from cxrview.__main__ import main
from cxrview.cli import messages
from cxrview.inference import messages as readings
from cxrview.inference.call import BALANCED, SENSITIVE
from cxrview.paths import settings_file
from tests.conftest import make_tiny_bundle

NEVER, ALWAYS = 1.0, 0.0
ELSEWHERE = {"sensitive": {"covid19": {"right": 6, "of": 10, "low": 0.5, "high": 0.7}}}


@pytest.fixture
def watching(tmp_path):
    """A model that calls COVID-19 never at its balanced point, and always at its sensitive one."""
    points = {BALANCED: {"covid19": NEVER}, SENSITIVE: {"covid19": ALWAYS}}
    folder = make_tiny_bundle(
        tmp_path / "watching", watch_class="covid19", operating_points=points, elsewhere=ELSEWHERE
    )
    return str(folder)


@pytest.fixture
def films(tmp_path):
    folder = tmp_path / "films"
    folder.mkdir()
    for name, side in (("film.png", 200), ("small.png", 60)):  # the small one is no film
        cv2.imwrite(str(folder / name), np.random.default_rng(side).integers(0, 255, (side, side), np.uint8))
    return folder


def scored(films: Path, out: Path, *options: str) -> list[dict[str, str]]:
    assert main(["score", str(films), "--out", str(out), "--device", "openvino:cpu", *options]) == 0
    if out.suffix == ".jsonl":
        return [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    with out.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_score_calls_by_the_point_asked_for_and_nothing_out_of_domain(watching, films, tmp_path):
    film, small = scored(films, tmp_path / "r.csv", "--model", watching)
    other = max(("normal", "pneumonia"), key=lambda name: float(film[f"p_{name}"]))
    assert (film["call"], film["operating_point"]) == (other, "balanced")
    assert (small["call"], small["operating_point"], small["in_domain"]) == ("", "balanced", "false")
    assert small["predicted"]
    for sensitive in ("r.jsonl", "r2.csv"):
        film, small = scored(
            films, tmp_path / sensitive, "--model", watching, "--operating-point", "sensitive"
        )
        assert (film["call"], film["operating_point"]) == ("covid19", "sensitive")
        assert small["call"] == ""


def test_the_setting_decides_where_nothing_is_asked_for(watching, films, tmp_path):
    settings.save(settings.Settings(model=watching, operating_point="sensitive"), settings_file())
    assert scored(films, tmp_path / "r.csv")[0]["call"] == "covid19"
    film = scored(films, tmp_path / "r2.csv", "--operating-point", "balanced")[0]
    assert film["operating_point"] == "balanced"


def test_a_model_that_watches_no_class_is_called_by_the_most_probable(tiny_bundle, films, tmp_path):
    film, small = scored(films, tmp_path / "r.csv", "--model", str(tiny_bundle))
    assert (film["call"], film["operating_point"]) == (film["predicted"], "")
    assert small["call"] == ""


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_table_of_0_1_0_is_gone_on_with_as_it_was(watching, films, tmp_path, suffix):
    out = tmp_path / f"r{suffix}"
    scored(films, out, "--model", watching)
    if suffix == ".csv":
        lines = [line.rsplit(",", 3)[0] for line in out.read_text("utf-8").splitlines()]
    else:
        rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        lines = [json.dumps(dict(list(row.items())[:-3])) for row in rows]
    out.write_text("\n".join(lines[:-1]) + "\n", "utf-8")  # one file is left to do
    rows = scored(films, out, "--model", watching, "--resume")
    assert [Path(row["path"]).name for row in rows] == ["film.png", "small.png"]
    assert all(list(row)[-1] == "elapsed_ms" for row in rows)


def test_a_point_that_the_model_lacks_is_refused(watching, tiny_bundle, films, capsys):
    asked = ["score", str(films), "--device", "openvino:cpu", "--operating-point", "chosen", "--model"]
    assert main([*asked, watching]) == 2
    said = messages.NO_SUCH_POINT(name="watching", point="chosen")
    assert f"{said} {messages.POINTS_ARE(points=['balanced', 'sensitive'])}" in capsys.readouterr().err
    assert main([*asked, str(tiny_bundle)]) == 2
    assert str(messages.LEAVE_OUT_POINT) in capsys.readouterr().err


def test_explain_prints_what_the_film_is_called_and_shows_its_heat(watching, films, tmp_path, capsys):
    asked = ["explain", str(films / "film.png"), "--model", watching, "--device", "openvino:cpu"]
    assert main([*asked, "--out", str(tmp_path / "a.png"), "--operating-point", "sensitive"]) == 0
    first, said, *_ = capsys.readouterr().out.splitlines()
    assert first == "COVID-19"
    assert str(readings.ELSEWHERE_HAD_IT(right=6, of=10)) in said
    assert main([*asked, "--out", str(tmp_path / "b.png"), "--class", "covid19"]) == 0
    assert capsys.readouterr().out.splitlines()[0] in ("Normal", "Other pneumonia")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    small = ["explain", str(films / "small.png"), "--model", watching, "--device", "openvino:cpu"]
    assert main([*small, "--out", str(tmp_path / "c.png")]) == 0
    assert capsys.readouterr().out.splitlines()[0] == str(readings.NOT_READ)


def test_explain_of_a_model_that_watches_no_class_prints_what_it_did(tiny_bundle, films, tmp_path, capsys):
    out = str(tmp_path / "a.png")
    assert main(["explain", str(films / "film.png"), "--model", str(tiny_bundle), "--out", out]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("COVID-19 ")
    assert lines[0].endswith("%")
    assert lines[3].startswith("Within the range of the training films")
