"""The report's page: all of it is there, it can be read and searched, and it fits on one sheet."""

import dataclasses
import re

import numpy as np
import pytest
from pypdf import PdfReader
from PySide6.QtCore import QLocale, QSizeF
from PySide6.QtGui import QImage, QPageSize, QPainter

from cxrview.errors import CxrviewError
from cxrview.gui import messages
from cxrview.gui.report import page as report_page
from cxrview.gui.report.page import Chance, ReportFacts, ReportLine
from cxrview.gui.report.paper import paper
from cxrview.gui.report.sheet import Sheet
from cxrview.messages import CHOOSE_ANOTHER_FOLDER
from tests.pdf_words import words_of
from tests.refusals import refused

DOTS = 5  # per millimetre: 127 per inch, a whole number
A4 = QPageSize(QPageSize.PageSizeId.A4)
LIMIT = "It reads the brightness of phantoms and knows nothing of what a radiograph shows, limit {number}."


def picture(colour: str = "#808080", width: int = 300, height: int = 360) -> QImage:
    image = QImage(width, height, QImage.Format.Format_RGB888)
    image.fill(colour)
    return image


@pytest.fixture
def facts(qapp) -> ReportFacts:
    return ReportFacts(
        plain=picture(),
        plain_caption="W 2000  L 1000",
        heated=picture("#a05020"),
        heat_caption="Where the model looked",
        heat_scale=picture("#ff0000", 256, 1),
        heat_unit="scale: this class",
        about=(ReportLine("Patient", "DOE, JANE"), ReportLine("Patient ID", "4711")),
        technique=(ReportLine("View", "CHEST PA"),),
        chances=(
            Chance("COVID-19", "71 %", 0.71, "#b13269"),
            Chance("Normal", "8 %", 0.08, "#637c10"),
            Chance("Other pneumonia", "21 %", 0.21, "#0388dc"),
        ),
        verdict="Within the range of the training films.",
        doubtful=False,
        measurements=(ReportLine("Length", "52.3 mm at detector"),),
        model=(ReportLine("Name", "phantom-reader 0.1"),),
        limits=(LIMIT.format(number=1),),
        file_hash="0123456789abcdef" * 4,
        made="2026-01-03 14:20",
    )


def painted(facts: ReportFacts, dots_per_mm: float = DOTS) -> np.ndarray:
    """Return the A4 page as (h, w, 3) uint8."""
    size = QSizeF(210, 297)
    image = QImage((size * dots_per_mm).toSize(), QImage.Format.Format_RGB888)
    image.setDotsPerMeterX(round(dots_per_mm * 1000))
    image.setDotsPerMeterY(round(dots_per_mm * 1000))
    image.fill("#ffffff")
    painter = QPainter(image)
    report_page.draw(painter, facts, size)
    painter.end()
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width() * 3].reshape(image.height(), image.width(), 3).copy()


def words(facts: ReportFacts, folder) -> str:
    path = folder / "report.pdf"
    report_page.write(path, facts, A4)
    return words_of(path)


def test_every_fact_stands_on_the_page_as_text(facts, tmp_path):
    text = words(facts, tmp_path)
    lines = (*facts.about, *facts.technique, *facts.measurements, *facts.model)
    expected = [part for line in lines for part in (line.label, line.value)]
    expected += [part for chance in facts.chances for part in (chance.label, chance.words)]
    expected += [
        facts.verdict,
        facts.heat_caption,
        facts.heat_unit,
        facts.limits[0],
        facts.file_hash,
        facts.made,
    ]
    assert [part for part in expected if " ".join(part.split()) not in text] == []
    assert text.count("For research and teaching, not for diagnosis") == 2


def test_it_is_one_page_of_a4_or_letter(facts, tmp_path):
    for name, size in (("A4", (595, 842)), ("Letter", (612, 792))):
        path = tmp_path / f"{name}.pdf"
        report_page.write(path, facts, QPageSize(QPageSize.PageSizeId[name]))
        (page,) = PdfReader(path).pages
        assert (page.mediabox.width, page.mediabox.height) == size


def test_the_paper_is_that_of_the_country(qapp):
    before = QLocale()
    try:
        QLocale.setDefault(QLocale("en_US"))
        assert paper().id() is QPageSize.PageSizeId.Letter
        QLocale.setDefault(QLocale("de_DE"))
        assert paper().id() is QPageSize.PageSizeId.A4
    finally:
        QLocale.setDefault(before)


def test_what_describes_the_file_names_nobody(facts, tmp_path):
    words(facts, tmp_path)
    reader = PdfReader(tmp_path / "report.pdf")
    packet = reader.xmp_metadata.stream.get_data().decode("utf-8")
    for described in (packet, str(reader.metadata)):
        assert "Radiograph and what the model says" in described
        assert "cxrview" in described
        assert "DOE" not in described


def test_the_same_facts_give_the_same_page(facts, tmp_path):
    assert words(facts, tmp_path) == words(facts, tmp_path)
    np.testing.assert_array_equal(painted(facts), painted(facts))


def test_the_pictures_lie_beside_each_other_and_alone_in_the_middle(facts):
    grey, brown = np.array([128, 128, 128]), np.array([160, 80, 32])
    page = painted(facts)
    columns = [np.flatnonzero((page == colour).all(2).sum(0) > 100) for colour in (grey, brown)]
    assert columns[0].max() < columns[1].min()
    alone = painted(dataclasses.replace(facts, heated=None, heat_caption="", heat_scale=None))
    middle = np.flatnonzero((alone == grey).all(2).sum(0) > 100)
    assert abs((middle.min() + middle.max()) / 2 - alone.shape[1] / 2) < 4


def test_pictures_keep_their_shape(facts):
    rows, columns = np.nonzero((painted(facts) == [160, 80, 32]).all(2))
    assert (np.ptp(rows) + 1) / (np.ptp(columns) + 1) == pytest.approx(360 / 300, rel=0.01)


def test_bars_are_as_long_as_the_probabilities(facts):
    page = painted(facts)
    lengths = []
    for chance in facts.chances:
        colour = [int(chance.colour[at : at + 2], 16) for at in (1, 3, 5)]
        lengths.append(np.ptp(np.nonzero((page == colour).all(2))[1]) + 1)
    assert np.array(lengths) / lengths[0] == pytest.approx([1, 0.08 / 0.71, 0.21 / 0.71], abs=0.02)


def test_a_doubtful_reading_says_so_in_a_box(facts, tmp_path):
    doubt = "The file says LEG, not chest. Do not rely on this reading."
    doubtful = dataclasses.replace(facts, verdict=doubt, doubtful=True)
    assert doubt in words(doubtful, tmp_path)
    wide = [int(((painted(each).sum(2) < 400).sum(1) > DOTS * 80).sum()) for each in (facts, doubtful)]
    assert wide[1] >= wide[0] + 2  # the upper and the lower edge


def test_without_a_person_and_a_reading_the_page_says_so(facts, tmp_path):
    bare = dataclasses.replace(facts, about=(), chances=(), verdict="", measurements=(), model=(), limits=())
    text = words(bare, tmp_path)
    assert "Patient withheld" in text
    assert "Nothing: it was not read." in text
    assert "Measurements None" in text
    assert "DOE" not in text


@pytest.mark.parametrize("classes", [3, 14, 40])
@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_whatever_there_is_to_say_fits_above_the_foot(facts, classes, paper, tmp_path):
    full = dataclasses.replace(
        facts,
        chances=tuple(Chance(f"Class {n}", "2 %", 0.02, "#637c10") for n in range(classes)),
        measurements=tuple(ReportLine(f"Length {n}", f"{n} mm at detector") for n in range(30)),
        limits=tuple(LIMIT.format(number=n) for n in range(60)),
    )
    path = tmp_path / "full.pdf"
    report_page.write(path, full, QPageSize(QPageSize.PageSizeId[paper]))
    text = words_of(path)
    assert "all 30 on the second page" in text
    assert len(PdfReader(path).pages) == 2
    assert all(f"Length {n} {n} mm at detector" in text for n in range(30))
    left_out = re.search(r"And (\d+) more, on the model card", text)
    assert left_out is not None
    assert text.count("knows nothing of what a radiograph shows") == 60 - int(left_out[1])
    if paper == "A4":
        page = painted(full)
        assert (
            page[DOTS * 276 - 3 : DOTS * 277 - 3] > 250
        ).all()  # nothing runs into the foot, 20 mm from below
        assert (page[DOTS * 277 - 3 : DOTS * 277 + 3] < 250).any()


@pytest.mark.parametrize(("lines", "pages"), [(3, 1), (40, 2), (120, 2)])
def test_findings_are_printed_as_written_and_long_ones_on_a_second_page(facts, lines, pages, tmp_path):
    findings = "\n".join(f"Finding {number}." for number in range(lines))
    path = tmp_path / "written.pdf"
    report_page.write(path, dataclasses.replace(facts, findings=findings, impression="Nothing new."), A4)
    text = words_of(path)
    assert len(PdfReader(path).pages) == pages
    assert "Impression Nothing new." in text
    assert ("Findings and impression stand on the second page." in text) is (pages == 2)
    assert ("Finding 39." in text) is (lines > 39)
    assert ("Finding 119." in text, "..." in text) == (False, lines > 40)  # cut, and it shows


def test_pictures_stay_large_and_the_words_go_to_a_second_page(facts, tmp_path, monkeypatch):
    heights = []
    drawn = Sheet.picture

    def picture(sheet, place, image):
        found = drawn(sheet, place, image)
        heights.append(found.height())
        return found

    monkeypatch.setattr(Sheet, "picture", picture)
    for count, pages in ((1, 1), (60, 2)):
        heights.clear()
        limits = tuple(LIMIT.format(number=n) for n in range(count))
        report_page.write(tmp_path / "r.pdf", dataclasses.replace(facts, limits=limits), A4)
        assert len(PdfReader(tmp_path / "r.pdf").pages) == pages
        assert min(heights) > 85


def test_a_folder_that_cannot_be_written_is_a_sentence(facts, tmp_path):
    with refused(CxrviewError, messages.COULD_NOT_BE_WRITTEN) as refusal:
        report_page.write(tmp_path / "missing" / "report.pdf", facts)
    assert refusal.error.advice == CHOOSE_ANOTHER_FOLDER


def test_a_report_that_finds_no_room_leaves_the_one_before(facts, tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    (tmp_path / "report.pdf").write_bytes(b"precious")
    monkeypatch.setattr("os.fsync", full)
    with refused(CxrviewError, messages.COULD_NOT_BE_WRITTEN):
        report_page.write(tmp_path / "report.pdf", facts)
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"precious"]
