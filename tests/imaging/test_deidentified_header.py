"""What is hidden of a header with the identity, however deep it stands."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.dataset import Dataset

from cxrview.imaging.deidentified_header import without_identity
from cxrview.imaging.tags import TagPair, alone, read_header
from tests.imaging.phantoms import RAMP, phantom, save


def values(pairs: tuple[TagPair, ...]) -> dict[str, str]:
    """Return keyword or name → value, of all rows."""
    found = {}
    for pair in pairs:
        found[pair.either.keyword or pair.either.name] = pair.either.value
        found |= values(pair.children)
    return found


def texts(pairs: tuple[TagPair, ...]) -> Iterator[str]:
    """Yield what is shown or copied of all rows."""
    for pair in pairs:
        yield from (pair.either.value, pair.either.copied)
        yield from texts(pair.children)


@pytest.fixture
def pairs(tmp_path: Path) -> tuple[TagPair, ...]:
    request, other = Dataset(), Dataset()
    request.RequestedProcedureID, request.ScheduledProcedureStepDescription = "R-17", "Chest"
    other.PatientID, other.TypeOfPatientID = "P-8", "TEXT"
    dataset = phantom(
        RAMP,
        PatientName="DOE^JANE",
        PatientID="P-7",
        PatientSex="F",
        PatientAge="054Y",
        PatientBirthDate="19700101",
        StudyDate="20260103",
        StudyTime="101112",
        StudyInstanceUID="1.2.3",
        Modality="DX",
        AccessionNumber="A-9",
        ReferringPhysicianName="ROE^RICHARD",
        ImageComments="Mrs Doe",
        KVP="120",
        RequestAttributesSequence=[request],
        OtherPatientIDsSequence=[other],
    )
    dataset.private_block(0x0029, "CXRVIEW TEST", create=True).add_new(0x01, "LO", "Doe")
    return alone(read_header(save(dataset, tmp_path / "named.dcm")))


def test_who_the_patient_is_and_when_it_was_is_hidden_at_every_depth(pairs):
    found = values(without_identity(pairs))
    for keyword in (
        "PatientName", "PatientID", "PatientBirthDate", "StudyDate", "AccessionNumber", "TypeOfPatientID",
        "ReferringPhysicianName", "ImageComments", "RequestedProcedureID", "Private Element",
        "StudyInstanceUID", "SOPInstanceUID", "StudyTime", "ScheduledProcedureStepDescription",
    ):  # fmt: skip
        assert found[keyword] == "hidden", keyword
    said = "\n".join(texts(without_identity(pairs))).casefold()
    for word in ("doe", "p-7", "p-8", "a-9", "r-17", "19700101", "20260103"):
        assert word in "\n".join(texts(pairs)).casefold()
        assert word not in said


def test_what_says_nothing_about_who_it_is_stays(pairs):
    before, after = values(pairs), values(without_identity(pairs))
    for keyword in (
        "PatientSex",
        "PatientAge",
        "KVP",
        "Rows",
        "SOPClassUID",
        "BitsStored",
        "Modality",
    ):
        assert after[keyword] == before[keyword] != "hidden", keyword
    assert list(after) == list(before)
