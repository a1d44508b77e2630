"""ZIP archives: the images in them and nothing else, no further than their folder, no larger than allowed."""

import errno
import io
import os
import stat
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import archive, messages, read
from cxrview.imaging.archive import is_archive, unpack
from cxrview.messages import CANNOT_BE_UNPACKED
from cxrview.progress import Cancelled, silent
from tests.imaging.samples import sample
from tests.refusals import refused

DICOM = sample("CT_small.dcm").read_bytes()


def png(seed: int = 0) -> bytes:
    buffer = io.BytesIO()
    pixels = np.random.default_rng(seed).integers(0, 256, (300, 400)).astype(np.uint8)
    Image.fromarray(pixels).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
def make(tmp_path):
    """A function that writes `members` (name → bytes) into an archive and returns its path."""

    def write(members: dict, name: str = "films.zip", **options) -> Path:
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", **options) as file:
            for member, content in members.items():
                file.writestr(member, content)
        return path

    return write


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "session" / "films"


def files(folder: Path) -> list[str]:
    """Return all that lies in `folder`, files of whatever kind."""
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if not path.is_dir())


def test_the_images_come_in_natural_order_and_nothing_else_is_unpacked(make, folder):
    path = make(
        {
            "series10/b.png": png(),
            "series2/image10.PNG": png(1),
            "series2/image2.png": png(2),
            "series2/IM000001": DICOM,
            "DICOMDIR": sample("DICOMDIR").read_bytes(),
            "readme.txt": b"nothing to see here",
            "notes": b"nothing to see here either",
            "run.exe": b"MZ",
            ".hidden/x.png": png(),
            "__MACOSX/series2/._image2.png": b"\0\5\26\7",
            "inner.zip": b"PK\3\4",
            "empty/": b"",
        }
    )
    wanted = ["series2/IM000001", "series2/image2.png", "series2/image10.PNG", "series10/b.png"]
    found = list(unpack(path, folder, silent))
    assert [file.relative_to(folder).as_posix() for file in found] == wanted
    assert files(folder) == sorted(wanted)
    assert found[0].read_bytes() == DICOM
    assert read(found[1])[0].shape == (300, 400)


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_all_methods_of_packing_are_read(make, folder, method):
    (found,) = unpack(make({"a.dcm": DICOM}, compression=method), folder, silent)
    assert found.read_bytes() == DICOM


def test_the_first_image_is_there_before_the_last(make, folder):
    found = unpack(make({f"{number}.png": png(number) for number in range(9)}), folder, silent)
    assert next(found) == folder / "0.png"
    assert files(folder) == ["0.png"]
    assert len(list(found)) == 8


def test_unpacking_again_finds_what_is_there(make, folder):
    path = make({"a.png": png(), "b.png": png(1)})
    next(unpack(path, folder, silent))
    before = (folder / "a.png").stat()
    assert len(list(unpack(path, folder, silent))) == 2
    assert (folder / "a.png").stat().st_mtime_ns == before.st_mtime_ns


def test_unpacking_can_be_stopped_in_the_middle_of_a_file_and_leaves_no_half(make, folder):
    path = make({"large.dcm": bytes(8 * archive.CHUNK), "small.png": png()})
    asked = []

    def impatient(_fraction, _text):
        asked.append(1)
        if len(asked) == 4:
            raise Cancelled

    with pytest.raises(Cancelled):
        list(unpack(path, folder, impatient))
    assert files(folder) == []


def test_progress_is_told_by_bytes(make, folder):
    told = []
    path = make({"1.dcm": bytes(2**20), "2.dcm": bytes(3 * 2**20)})
    list(unpack(path, folder, lambda fraction, text: told.append((fraction, text))))
    assert told[0] == (0.0, "0 of 2 files")
    assert told[-1] == (0.25, "1 of 2 files")


@pytest.mark.parametrize(
    "name", ["../out.png", "a/../../out.png", "/out.png", "..\\out.png", "C:\\out.png", "c:out.png"]
)
def test_nothing_is_written_outside_of_the_folder(make, folder, name):
    path = make({"good.png": png(), name: png()})
    with refused(UnreadableImage, messages.ARCHIVE_LEADS_OUTSIDE(name=name)):
        list(unpack(path, folder, silent))
    assert not folder.exists()
    assert list(folder.parent.parent.iterdir()) == [path]


def test_links_are_refused(make, folder):
    link = zipfile.ZipInfo("passwords.png")
    link.create_system, link.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    with refused(UnreadableImage, messages.ARCHIVE_HOLDS_LINK(name="passwords.png")):
        list(unpack(make({link: "/etc/passwd"}), folder, silent))


@pytest.mark.parametrize("everywhere", [True, False])
def test_an_archive_with_a_password_is_refused(make, folder, everywhere):
    path = make({"a.png": png(), "b.png": png(1)})
    content = bytearray(path.read_bytes())
    if everywhere:
        content[6] |= 1  # the first file's own header
    content[content.rindex(b"PK\1\2") + 8] |= 1  # the directory's entry of the last
    path.write_bytes(bytes(content))
    with refused(UnreadableImage, messages.ARCHIVE_LOCKED) as refusal:
        list(unpack(path, folder, silent))
    assert refusal.error.advice == messages.DECRYPT_FIRST


def test_an_unknown_method_of_packing_is_refused(make, folder):
    path = make({"a.png": png()})
    content = bytearray(path.read_bytes())
    content[8], content[content.rindex(b"PK\1\2") + 10] = 9, 9  # Deflate64
    path.write_bytes(bytes(content))
    with refused(UnreadableImage, messages.ARCHIVE_METHOD_UNKNOWN):
        list(unpack(path, folder, silent))


def test_an_archive_cut_short_is_refused(make, folder):
    path = make({"a.png": png()})
    path.write_bytes(path.read_bytes()[:-60])
    with refused(UnreadableImage, messages.ARCHIVE_DAMAGED):
        list(unpack(path, folder, silent))


def test_a_damaged_file_is_passed_over_and_said_at_the_end(make, folder):
    path = make({"a.png": png(), "b.png": png(1), "c.png": png(2)})
    content = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as file:
        content[file.getinfo("b.png").header_offset + 200] ^= 0xFF
    path.write_bytes(bytes(content))
    found = unpack(path, folder, silent)
    assert [next(found).name, next(found).name] == ["a.png", "c.png"]
    with refused(UnreadableImage, messages.FILES_PASSED_OVER(count=1)):
        next(found)
    assert files(folder) == ["a.png", "c.png"]


def test_a_bomb_is_refused_before_it_is_unpacked(make, folder, monkeypatch):
    monkeypatch.setattr(archive, "SMALL", 2**20)
    path = make({f"{number}.dcm": bytes(2**20) for number in range(4)}, compression=zipfile.ZIP_DEFLATED)
    with refused(UnreadableImage, messages.ARCHIVE_TOO_LARGE(size=4 / 1024)):
        list(unpack(path, folder, silent))
    assert not folder.exists()


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says(make, folder):
    path = make({"a.dcm": bytes(2**22)}, compression=zipfile.ZIP_DEFLATED)
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.rindex(b"PK\1\2") + 24, 1000)
    path.write_bytes(bytes(content))
    with refused(UnreadableImage, messages.FILES_PASSED_OVER(count=1)):
        list(unpack(path, folder, silent))
    assert files(folder) == []


def test_too_many_files_too_many_bytes_and_a_full_disk_are_refused(make, folder, monkeypatch):
    path = make({"a.png": png(), "b.png": png(1)})
    for name, value, message in (
        ("MAX_MEMBERS", 1, messages.ARCHIVE_OF_TOO_MANY(count=2, limit=1)),
        ("MAX_UNPACKED", 1000, messages.ARCHIVE_TOO_LARGE),
        ("KEPT_FREE", 2**60, messages.NO_ROOM_TO_UNPACK(free=0)),
        ("MAX_FILE_BYTES", 1000, messages.FILES_PASSED_OVER(count=2)),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(archive, name, value)
            with refused(UnreadableImage, message):
                list(unpack(path, folder, silent))


def test_a_disk_that_fills_up_is_said(make, folder, monkeypatch):
    def full(self, target):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Path, "replace", full)
    with refused(UnreadableImage, CANNOT_BE_UNPACKED(reason=os.strerror(errno.ENOSPC))):
        list(unpack(make({"a.png": png()}), folder, silent))
    assert files(folder) == []


def test_names_that_a_system_cannot_take_are_changed_and_none_is_lost(make, folder):
    names = ["a.png", "A.PNG", "bb:c?.png", "con.png", "d/e. /f.png", "x" * 250 + ".png", "g/h", "g/h/i.png"]
    path = make({name: DICOM if name == "g/h" else png(number) for number, name in enumerate(names)})
    assert len(list(unpack(path, folder, silent))) == len(names)
    assert files(folder) == sorted(
        ["a.png", "A-2.PNG", "bb_c_.png", "_con.png", "d/e/f.png", "x" * 96 + ".png", "g/h-2", "g/h/i.png"]
    )


def test_an_archive_is_known_by_its_content(make, tmp_path):
    assert is_archive(make({"a.png": png()}, "films"))
    assert is_archive(make({}, "empty.zip"))
    (tmp_path / "text.zip").write_text("no archive")
    assert not is_archive(tmp_path / "text.zip")
    assert not is_archive(tmp_path)
    assert not is_archive(tmp_path / "gone.zip")
