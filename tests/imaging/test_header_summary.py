"""Looking into headers: for every file there is, quickly, and with the same answer as reading it whole."""

import os
import zlib
from pathlib import Path

import pydicom.data
import pytest
from pydicom.dataset import Dataset
from pydicom.tag import Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from cxrview.errors import UnreadableImage
from cxrview.imaging import decoder_warnings, limits, read
from cxrview.imaging import header_summary as peeking
from cxrview.imaging.dicom.elements import Elements
from cxrview.imaging.dicom.fast_header import NotPlain, PlainHeader
from cxrview.imaging.header_summary import BEGINNING, peek
from tests.imaging.phantoms import RAMP, phantom, save
from tests.imaging.samples import samples

FILES = sorted(Path(pydicom.data.__file__).parent.rglob("*.dcm"))
WHO = {
    "PatientName": "Doe^Jane",
    "StudyDate": "20260103",
    "StudyTime": "141503.25",
    "AccessionNumber": "A-77",
    "SeriesNumber": "3",
    "InstanceNumber": "12",
}


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
        assert (known.identity, known.pictured) == (radiograph.identity, radiograph.pictured)
        assert known.frames == radiograph.frame_count
        assert (known.rows, known.columns) == radiograph.shape


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


def test_the_header_tells_where_a_file_stands_among_others(tmp_path):
    identity = peek(save(phantom(RAMP, **WHO), tmp_path / "a.dcm")).identity
    assert identity.study_time == "141503.25"
    assert (identity.series_number, identity.instance_number) == ("3", "12")


def test_a_header_longer_than_the_beginning_of_the_file_is_read_all_the_same(tmp_path):
    dataset = phantom(RAMP, **WHO, BodyPartExamined="CHEST", Laterality="L")
    block = dataset.private_block(0x0009, "A vendor", create=True)
    block.add_new(0x01, "OB", bytes(3 * BEGINNING))
    known = peek(save(dataset, tmp_path / "long.dcm"))
    assert (known.identity.patient_name, known.pictured.body_part, known.pictured.laterality) == (
        "Doe^Jane",
        "CHEST",
        "L",
    )
    assert (known.rows, known.columns) == RAMP.shape


def test_a_value_of_absurd_length_ends_the_header(tmp_path):
    dataset = phantom(RAMP, PatientName="Doe^Jane")
    dataset.file_meta.TransferSyntaxUID = "1.2.840.10008.1.2"  # implicit VR: lengths of 32 bits
    dataset.SeriesDescription = "x" * (2 * BEGINNING)
    known = peek(save(dataset, tmp_path / "absurd.dcm"))
    assert (known.identity.patient_name, known.identity.series_description) == ("", "")
    assert known.rows == 0


def test_a_deflated_file_that_grows_beyond_the_limit_is_not_inflated(tmp_path, monkeypatch):
    monkeypatch.setattr("cxrview.imaging.dicom.element_limits.MAX_INFLATED_BYTES", 2**20)
    dataset = phantom(RAMP, **WHO)
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = save(dataset, tmp_path / "deflated.dcm")
    assert peek(path).identity.patient_name == "Doe^Jane"
    head = path.read_bytes()
    start = 144 + int.from_bytes(head[140:144], "little")
    packer = zlib.compressobj(0, wbits=-zlib.MAX_WBITS)
    path.write_bytes(head[:start] + packer.compress(bytes(2 * limits.MAX_SIDE * 32)) + packer.flush())
    assert peek(path) is None


def slowly(path):
    """Return what pydicom makes of the header, without the quick reader."""
    with decoder_warnings.collected():
        tags = [int(Tag(keyword)) for keyword in peeking.KEYWORDS]
        return peeking._header(Elements(peeking._from_file(path, tags), []))


def quickly(path):
    """Return what the quick reader makes of it. Raises NotPlain."""
    data = path.read_bytes()
    return peeking._header(PlainHeader(data[:BEGINNING], len(data) < BEGINNING, peeking.KEYWORDS))


def test_the_quick_reader_says_the_same_of_every_sample():
    plain = 0
    for path in samples():
        if peek(path) is not None:
            try:
                assert quickly(path) == slowly(path), path.name
                plain += 1
            except NotPlain:
                assert peek(path) == slowly(path), path.name
    assert plain > 150


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
@pytest.mark.parametrize("undefined", [True, False])
def test_sequences_of_all_forms_are_stepped_over(tmp_path, syntax, undefined):
    inner, outer = Dataset(), Dataset()
    inner.CodeMeaning, inner.PatientName = "Chest", "Not^Me"
    inner.is_undefined_length_sequence_item = undefined
    outer.ConceptCodeSequence = [inner, inner]
    outer["ConceptCodeSequence"].is_undefined_length = undefined
    outer.is_undefined_length_sequence_item = undefined
    dataset = phantom(RAMP, **WHO, ProcedureCodeSequence=[outer], RequestAttributesSequence=[])
    dataset["ProcedureCodeSequence"].is_undefined_length = undefined
    dataset["RequestAttributesSequence"].is_undefined_length = undefined
    dataset.file_meta.TransferSyntaxUID = syntax
    path = save(dataset, tmp_path / "nested.dcm")
    assert quickly(path) == slowly(path)
    assert quickly(path).identity.patient_name == "Doe^Jane"


@pytest.mark.parametrize(
    "attributes",
    [
        {"PatientName": "Müller^Jörg", "SpecificCharacterSet": "ISO_IR 100"},
        {"PatientName": "Müller^Jörg", "SpecificCharacterSet": "ISO_IR 192"},
        {"PatientName": " Doe^Jane ^^ ", "StudyDescription": "a\tb "},
        {"PatientOrientation": ["L", "F"], "InstanceNumber": "007"},
        {"PatientName": "", "PatientID": None, "StudyDescription": "x" * 2000},
    ],
    ids=["Latin-1", "UTF-8", "spaces", "two values", "empty and long"],
)
def test_the_quick_reader_says_the_same_of_odd_values(tmp_path, attributes):
    path = save(phantom(RAMP, **attributes), tmp_path / "odd.dcm")
    assert quickly(path) == slowly(path)


@pytest.mark.parametrize(
    "attributes",
    [
        {"PatientName": "Yamada^Tarou=山田^太郎", "SpecificCharacterSet": ["", "ISO 2022 IR 87"]},
        {"PatientName": "Дое^Иван", "SpecificCharacterSet": "ISO_IR 144"},
        {"StudyDescription": ["one ", " two"]},
        {"InstanceNumber": "-4"},
        {"ViewCodeSequence": [Dataset()]},
    ],
    ids=["Japanese", "Cyrillic", "several values", "negative", "code"],
)
def test_what_is_not_plain_is_left_to_pydicom(tmp_path, attributes):
    path = save(phantom(RAMP, **attributes), tmp_path / "odd.dcm")
    with pytest.raises(NotPlain):
        quickly(path)
    assert peek(path) == slowly(path)


@pytest.mark.parametrize("frames", ["0", "-3", "999999"])
def test_an_impossible_number_of_frames_counts_as_one(tmp_path, frames):
    assert peek(save(phantom(RAMP, NumberOfFrames=frames), tmp_path / "a.dcm")).frames == 1
