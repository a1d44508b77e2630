"""Folders and archives as people have them: the content decides, and what is passed over is told once."""

import shutil
import zipfile

import numpy as np
import pytest
from PIL import Image

from cxrview.errors import UnreadableImage
from cxrview.imaging import find_images, messages, read
from cxrview.imaging.archive import unpack
from cxrview.imaging.find import begins_like_an_image, natural_key
from cxrview.imaging.passed_over import PassedOver
from cxrview.progress import silent
from tests.imaging.samples import sample
from tests.refusals import refused

DICOM = sample("CT_small.dcm")
BESIDE = ("Thumbs.db", "desktop.ini", "README", "LICENSE", "table.xlsx", "labels.json", "more.zip", "a.gif")


def picture(path, kind="PNG"):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.arange(64, dtype=np.uint8).reshape(8, 8)).save(path, format=kind)
    return path


def search(folder):
    passed = PassedOver()
    found = [path.relative_to(folder).as_posix() for path in find_images([folder], passed=passed)]
    return found, passed


@pytest.mark.parametrize("name", ["a.jfif", "a.jpe", "a.JPG_", "a.tmp", "a.jpg.bak"])
def test_pictures_are_found_whatever_they_are_called(tmp_path, name):
    picture(tmp_path / name, "JPEG")
    assert search(tmp_path)[0] == [name]


@pytest.mark.parametrize("name", ["a.CR", "a.DX", "a.dc3", "a.img", "a.anon", "a.dcm.bak"])
def test_dicom_is_found_whatever_it_is_called(tmp_path, name):
    shutil.copy(DICOM, tmp_path / name)
    assert search(tmp_path)[0] == [name]
    assert read(tmp_path / name)


def test_dicom_without_preamble_is_found_and_other_bytes_are_not_taken_for_it(tmp_path):
    bare = DICOM.read_bytes()[132:]
    (tmp_path / "a.img").write_bytes(bare)
    (tmp_path / "b.img").write_bytes(b"\x08\x00\x00\x00" * 500)  # grey values of 8, as Analyze has them
    (tmp_path / "c.bin").write_bytes(b"\x02\x00\x10\x00\x00\x00\x00\x00" + bytes(800))
    found, passed = search(tmp_path)
    assert found == ["a.img"]
    assert passed.messages == [messages.NO_IMAGES_PASSED_OVER(count=2, kinds=[".img", ".bin"])]


def test_implicit_elements_are_found_by_two_of_them():
    elements = b"\x08\x00\x05\x00\x0a\x00\x00\x00ISO_IR 100\x08\x00\x16\x00\x1a\x00\x00\x00"
    assert begins_like_an_image("a.img", elements, 10_000)
    assert not begins_like_an_image("a.img", elements[:18] + b"\x08\x00\x04\x00\x00\x00\x00\x00", 10_000)


def test_what_is_passed_over_is_counted_and_told_once(tmp_path):
    for name in BESIDE:
        (tmp_path / name).write_bytes(b"PK\x03\x04" if name.endswith("zip") else b"nothing to see here")
    (tmp_path / "b.json").write_text("{}")
    picture(tmp_path / "a.png")
    picture(tmp_path / "__MACOSX" / "._a.png")
    found, passed = search(tmp_path)
    assert found == ["a.png"]
    kinds = [".json", ".gif", "LICENSE", ".zip", "…"]
    assert passed.messages == [messages.NO_IMAGES_PASSED_OVER(count=7, kinds=kinds)]


def test_nothing_is_told_of_nothing(tmp_path):
    picture(tmp_path / "a.png")
    (tmp_path / "Thumbs.db").write_bytes(b"x")
    assert not search(tmp_path)[1].message


@pytest.mark.parametrize(
    "masks", ["masks", "Mask", "lung masks", "lung_masks", "ManualMask", "segmentations"]
)
def test_folders_of_masks_are_left_out_beside_images_and_told(tmp_path, masks):
    picture(tmp_path / "covid" / "images" / "a.png")
    picture(tmp_path / "covid" / masks / "a.png")
    found, passed = search(tmp_path)
    assert found == ["covid/images/a.png"]
    assert passed.messages == [messages.MASKS_PASSED_OVER(count=1, name=f"covid/{masks}")]


def test_masks_beside_loose_images_are_left_out_and_masks_alone_are_not(tmp_path):
    picture(tmp_path / "a" / "x.png")
    picture(tmp_path / "a" / "masks" / "x.png")
    assert search(tmp_path)[0] == ["a/x.png"]
    assert search(tmp_path / "a" / "masks")[0] == ["x.png"]
    assert find_images([tmp_path / "a" / "masks" / "x.png"])


def test_people_who_wear_masks_are_no_masks(tmp_path):
    for name in ("with_mask", "without_mask", "unmasked"):
        picture(tmp_path / name / "x.png")
    assert len(search(tmp_path)[0]) == 3


# Names in archives


def archive(path, *names, flag=0):
    """Write a ZIP archive whose names are these bytes, said to be UTF-8 by `flag` alone."""
    with zipfile.ZipFile(path, "w") as file:
        for number, _ in enumerate(names):
            file.writestr(f"{number}" + "x" * (len(names[number]) - 1), DICOM.read_bytes())
    content = path.read_bytes()
    for number, name in enumerate(names):
        content = content.replace(f"{number}".encode() + b"x" * (len(name) - 1), name)
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("codec", "names"),
    [
        ("cp932", ["表.dcm", "ソ十/胸部.dcm"]),
        ("gbk", ["誠/肺炎.dcm", "臷.dcm"]),
        ("utf-8", ["Röntgen/Thorax.dcm", "胸部.dcm"]),
        ("cp437", ["Röntgen/Lösung.dcm", "é.dcm"]),
    ],
)
def test_names_of_every_code_page_give_one_image_each(tmp_path, codec, names):
    path = archive(tmp_path / "a.zip", *(name.encode(codec) for name in names))
    files = list(unpack(path, tmp_path / "out", silent))
    told = [file.relative_to(tmp_path / "out").as_posix() for file in files]
    if codec == "gbk":  # whose bytes may be those of another code page: the folders count
        assert sorted(map(len, (name.split("/") for name in told))) == [1, 2]
    else:
        assert told == sorted(names, key=lambda name: [natural_key(part) for part in name.split("/")])
    assert len(files) == len(names)


def test_the_case_of_a_trailing_backslash(tmp_path):
    path = archive(tmp_path / "sjis.zip", b"\x95\\.dcm")
    assert [file.name for file in unpack(path, tmp_path / "out", silent)] == ["表.dcm"]


def test_backslashes_of_windows_part_folders(tmp_path):
    path = archive(tmp_path / "a.zip", b"films\\a.dcm")
    assert list(unpack(path, tmp_path / "out", silent)) == [tmp_path / "out" / "films" / "a.dcm"]


def test_an_entry_without_a_name_is_told_and_the_others_are_unpacked(tmp_path):
    path = archive(tmp_path / "a.zip", b"a.dcm", b"\0.dcm")
    with refused(UnreadableImage, messages.FILES_PASSED_OVER(count=1)):
        list(unpack(path, tmp_path / "out", silent))
    assert (tmp_path / "out" / "a.dcm").is_file()
