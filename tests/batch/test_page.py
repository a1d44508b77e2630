"""The page about a table: it opens offline, shows films with heat, and names nobody unless asked to."""

import re

import cv2
import numpy as np
import pytest

from cxrview.__main__ import main
from tests.conftest import make_tiny_bundle


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Films in folders of two classes, one that is too small, and one that is broken."""
    folder = tmp_path_factory.mktemp("page") / "films"
    for place in ("covid19", "normal"):
        (folder / place).mkdir(parents=True)
        for number in range(4):
            film = np.random.default_rng(number).integers(0, 256, (128, 128), dtype=np.uint8)
            cv2.imwrite(str(folder / place / f"secret{place}{number}.png"), film)
    cv2.imwrite(str(folder / "normal" / "secretsmall.png"), np.zeros((40, 40), np.uint8))
    (folder / "normal" / "secretbroken.png").write_bytes(b"")
    return folder


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return make_tiny_bundle(tmp_path_factory.mktemp("page") / "tiny")


def page(films, model, folder, *options):
    out = folder / "report.html"
    asked = ["score", str(films), "--out", str(folder / "r.csv"), "--report", str(out)]
    assert main([*asked, "--model", str(model), "--device", "cpu", *options]) == 1
    return out.read_text("utf-8")


def sections(text):
    return re.findall(r"<h2>(.*?)</h2>", text)


def test_the_page_shows_all_offline_and_names_no_file(films, model, tmp_path):
    text = page(films, model, tmp_path)
    found = sections(text)
    assert found[:2] == ["What was read", "Compared with the labels"]
    assert {"Most uncertain", "Out of domain", "Failures", "The model and its limits"} <= set(found)
    assert "9 frames read" in text
    assert "10 % of 10 files" in text
    assert "It is a test." in text  # the card's limit
    assert "row 10" in text
    assert "is empty" in text
    # Each film in its galleries twice, plain and with heat; the one out of domain once.
    assert text.count('alt="The same with its heatmap"') == text.count('alt="Radiograph, row') - 1
    assert "secret" not in text  # no file is named, and the page opens offline
    assert not re.search(r"""(src|href)=["'](?!data:|#)""", text)
    assert "<script" not in text
    assert "default-src 'none'" in text


def test_names_are_there_if_they_are_asked_for_and_labels_come_from_a_table(films, model, tmp_path):
    lines = ["path,truth", *(f"{path},normal" for path in films.rglob("*.png"))]
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    text = page(films, model, tmp_path, "--report-names", "--labels", str(tmp_path / "labels.csv"))
    assert "secretbroken.png" in text
    assert "9 images" in text
    assert "The labels are the names of the folders" not in text


def test_a_page_of_a_run_that_was_gone_on_with_is_about_the_whole_table(films, model, tmp_path):
    some = films / "covid19"
    assert main(["score", str(some), "--out", str(tmp_path / "r.csv"), "--model", str(model)]) == 0
    assert "9 frames read" in page(films, model, tmp_path, "--resume")
