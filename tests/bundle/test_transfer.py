"""A bundle is imported whole or not at all, and an archive writes nothing but its own files."""

import re
import shlex
import stat
import subprocess
import zipfile

import pytest

from cxrview import bundle, paths
from cxrview.__main__ import main
from cxrview.bundle import messages, transfer
from cxrview.errors import InvalidRequest, UnusableModel
from cxrview.messages import CANNOT_BE_WRITTEN, NOT_THERE
from tests.conftest import make_tiny_bundle
from tests.refusals import refused

REPOSITORY = paths.PACKAGE.parent


def contents(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def pack(path, folder, *, top="", extra=()):
    """Write an archive of the files in `folder` under `top`, with more entries (name or ZipInfo, bytes)."""
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"{top}{file.name}")
        for entry, data in extra:
            archive.writestr(entry, data)
    return path


def with_mode(name, mode):
    entry = zipfile.ZipInfo(name)
    entry.external_attr = mode << 16
    return entry


def test_what_is_exported_is_imported_again_byte_for_byte(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    bundle.export_bundle(folder, tmp_path / "m.zip")
    imported = bundle.import_bundle(tmp_path / "m.zip", tmp_path / "models")
    assert imported == tmp_path / "models" / "m"
    assert contents(imported) == contents(folder)
    bundle.export_bundle(imported, tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == (tmp_path / "m.zip").read_bytes()


@pytest.mark.parametrize("top", ["", "a model/"])
def test_an_archive_may_hold_the_files_or_one_folder_and_what_systems_add_is_left_out(tmp_path, top):
    folder = make_tiny_bundle(tmp_path / "m")
    extra = [("__MACOSX/._card.json", b"?"), (f"{top}.DS_Store", b"?"), (f"{top}report/report.html", b"?")]
    archive = pack(tmp_path / "m.zip", folder, top=top, extra=extra)
    assert contents(bundle.import_bundle(archive, tmp_path / "models")) == contents(folder)


def test_a_folder_is_installed_and_found_by_its_name(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "report").mkdir()
    assert bundle.install(folder) == "m"
    assert bundle.find("m") == paths.user_models() / "m"
    assert not (bundle.find("m") / "report").exists()


@pytest.mark.parametrize("packed", [False, True])
def test_a_segmenter_is_not_brought_in(tmp_path, packed):
    folder = make_tiny_bundle(tmp_path / "m", kind="segmenter")
    path = pack(tmp_path / "m.zip", folder) if packed else folder
    with refused(UnusableModel, messages.HAS_ITS_OWN_SEGMENTER):
        bundle.install(path)
    assert not list(paths.user_models().iterdir())


def test_the_same_bundle_is_installed_once_and_another_of_its_name_beside_it(tmp_path):
    first = make_tiny_bundle(tmp_path / "m")
    other = make_tiny_bundle(tmp_path / "other" / "m", temperature=2.0)
    assert [bundle.install(path) for path in (first, first, other, other)] == ["m", "m", "m-2", "m-2"]
    assert bundle.load(bundle.find("m-2")).card.temperature == 2.0
    assert set(bundle.folders()) >= {"m", "m-2"}


@pytest.fixture
def bundled(tmp_path, monkeypatch):
    """A folder of bundled models with a model "m", version 2.0.0, and a segmenter "lungs"."""
    folder = tmp_path / "bundled"
    make_tiny_bundle(folder / "m", version="2.0.0")
    make_tiny_bundle(folder / "lungs", kind="segmenter")
    monkeypatch.setattr(paths, "bundled_models", lambda: folder)
    return folder


def test_an_earlier_version_of_the_bundled_model_stands_beside_it(tmp_path, bundled):
    earlier = make_tiny_bundle(tmp_path / "m", version="1.0.0")
    assert [bundle.install(earlier), bundle.install(pack(tmp_path / "m.zip", earlier))] == ["m-1.0.0"] * 2
    assert bundle.find("m") == bundled / "m"
    assert bundle.find() == bundled / "m"  # what reads the images is as before
    assert bundle.load(bundle.find("m-1.0.0")).card.version == "1.0.0"
    other = make_tiny_bundle(tmp_path / "other" / "m", version="1.0.0", temperature=2.0)
    assert bundle.install(other) == "m-1.0.0-2"


def test_the_bundled_model_itself_is_not_copied(bundled):
    assert bundle.install(bundled / "m") == "m"
    assert not list(paths.user_models().iterdir())


def test_a_model_may_be_called_as_what_finds_the_lungs(tmp_path, bundled):
    assert bundle.install(make_tiny_bundle(tmp_path / "lungs")) == "lungs"


def test_the_way_back_to_the_first_bundled_model_is_as_the_manual_says(tmp_path, bundled):
    pages = [page.read_text("utf-8") for page in paths.resources().glob("help/*/*-models.md")]
    (said,) = {
        re.search(r"^git archive .*\ncxrview models import .*$", page, re.MULTILINE)[0] for page in pages
    }
    archived, imported = map(shlex.split, said.splitlines())
    commit = archived[-1].partition(":")[0]
    if subprocess.run(["git", "cat-file", "-e", commit], cwd=REPOSITORY, capture_output=True).returncode:
        pytest.skip("no history here")
    place = f"--output={tmp_path / imported[-1]}"
    command = [place if word == f"--output={imported[-1]}" else word for word in archived]
    command.insert(2, "-0")  # packing tightly takes seconds
    subprocess.run(command, cwd=REPOSITORY, check=True)
    make_tiny_bundle(bundled / "cxr-densenet121", version="2.0.0")
    assert bundle.install(tmp_path / imported[-1]) == "cxr-densenet121-1.0.0"
    assert bundle.find() == bundled / "cxr-densenet121"
    assert bundle.load(bundle.find("cxr-densenet121-1.0.0")).card.version == "1.0.0"


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("../evil.py", messages.LEADS_ELSEWHERE),
        ("m/../../evil.py", messages.LEADS_ELSEWHERE),
        ("/tmp/evil.py", messages.LEADS_ELSEWHERE),
        ("..\\evil.py", messages.LEADS_ELSEWHERE),
        ("C:evil.py", messages.LEADS_ELSEWHERE),
        (with_mode("link", stat.S_IFLNK | 0o777), messages.LINK_OR_ENCRYPTED),
        (with_mode("pipe", stat.S_IFIFO | 0o644), messages.LINK_OR_ENCRYPTED),
        ("extra.bin", messages.FILE_NOT_LISTED),
        ("deeper/model.onnx", messages.FILE_NOT_LISTED),
        ("MODEL.onnx", messages.FILE_TWICE),
    ],
)
def test_a_hostile_archive_is_refused_and_writes_nothing(tmp_path, entry, message):
    folder = make_tiny_bundle(tmp_path / "m")
    archive = pack(tmp_path / "m.zip", folder, extra=[(entry, b"/etc/passwd")])
    before = set(tmp_path.rglob("*"))
    with refused(UnusableModel, message):
        bundle.import_bundle(archive, tmp_path / "models")
    assert set(tmp_path.rglob("*")) - before == {tmp_path / "models"}


def test_an_entry_that_unpacks_to_more_than_the_card_says_is_not_unpacked(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "model.onnx").write_bytes(bytes(50_000_000))
    with zipfile.ZipFile(tmp_path / "m.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for file in folder.iterdir():
            archive.write(file, file.name)
    assert (tmp_path / "m.zip").stat().st_size < 200_000
    with refused(UnusableModel, messages.LACKS_FILE_AS_LISTED(name="model.onnx")):
        bundle.import_bundle(tmp_path / "m.zip", tmp_path / "models")


def test_a_card_that_promises_too_much_is_refused(tmp_path, monkeypatch):
    archive = pack(tmp_path / "m.zip", make_tiny_bundle(tmp_path / "m"))
    monkeypatch.setattr(transfer, "MAX_TOTAL_BYTES", 100)
    with refused(UnusableModel, messages.LARGER_THAN):
        bundle.import_bundle(archive, tmp_path / "models")


def test_a_changed_file_is_refused_and_nothing_is_left(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    graph = bytearray((folder / "model.onnx").read_bytes())
    graph[100] ^= 1
    (folder / "model.onnx").write_bytes(graph)
    for source in (folder, pack(tmp_path / "m.zip", folder)):
        with refused(UnusableModel, messages.OTHER_HASH):
            bundle.import_bundle(source, tmp_path / "models")
    assert list((tmp_path / "models").iterdir()) == []


def test_a_link_in_a_folder_is_not_followed(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "model.onnx").rename(tmp_path / "secret")
    (folder / "model.onnx").symlink_to(tmp_path / "secret")
    with refused(UnusableModel, messages.LINK_IN_PLACE(name="model.onnx")):
        bundle.import_bundle(folder, tmp_path / "models")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_archive_is_a_sentence(tmp_path, content):
    (tmp_path / "m.zip").write_bytes(content)
    with refused(UnusableModel, messages.ARCHIVE_BROKEN, messages.HOLDS_NO_MODEL):
        bundle.import_bundle(tmp_path / "m.zip", tmp_path / "models")


def test_an_encrypted_archive_is_a_sentence(tmp_path):
    archive = pack(tmp_path / "m.zip", make_tiny_bundle(tmp_path / "m"))
    data = bytearray(archive.read_bytes())
    place = data.rindex(b"PK\x01\x02")
    data[place + 8] |= 1
    archive.write_bytes(data)
    with refused(UnusableModel, messages.LINK_OR_ENCRYPTED):
        bundle.import_bundle(archive, tmp_path / "models")


def test_a_place_where_nothing_can_be_written_is_a_sentence(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (tmp_path / "file").write_text("")
    with refused(UnusableModel, messages.CANNOT_BE_IMPORTED):
        bundle.import_bundle(folder, tmp_path / "file" / "models")
    with refused(InvalidRequest, CANNOT_BE_WRITTEN):
        bundle.export_bundle(folder, tmp_path / "absent" / "m.zip")


def test_an_export_replaces_no_file(tmp_path):
    (tmp_path / "m.zip").write_text("mine")
    with refused(InvalidRequest, messages.IS_THERE):
        bundle.export_bundle(make_tiny_bundle(tmp_path / "m"), tmp_path / "m.zip")
    assert (tmp_path / "m.zip").read_text() == "mine"


def test_an_export_that_may_replace_leaves_the_old_file_where_the_disk_is_full(tmp_path, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    folder, packed = make_tiny_bundle(tmp_path / "m"), tmp_path / "out" / "m.zip"
    packed.parent.mkdir()
    packed.write_text("mine")
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with refused(InvalidRequest, CANNOT_BE_WRITTEN(reason="No space left on device")):
            bundle.export_bundle(folder, packed, replace=True)
    assert packed.read_text() == "mine"
    bundle.export_bundle(folder, packed, replace=True)
    assert bundle.load(bundle.import_bundle(packed, tmp_path / "models")).card.name == "m"
    assert list(packed.parent.iterdir()) == [packed]


def test_an_incomplete_folder_names_what_is_missing(tmp_path):
    folder = make_tiny_bundle(tmp_path / "m")
    (folder / "selftest.npz").unlink()
    with refused(UnusableModel, messages.LACKS_FILE(name="selftest.npz")):
        bundle.import_bundle(folder, tmp_path / "models")


def test_the_command_line_exports_imports_and_verifies(tmp_path, capsys):
    make_tiny_bundle(paths.user_models() / "m")
    assert main(["models", "export", "m", "--out", str(tmp_path / "m.zip")]) == 0
    make_tiny_bundle(tmp_path / "other" / "m", temperature=2.0)
    assert main(["models", "import", str(tmp_path / "m.zip")]) == 0
    assert main(["models", "import", str(tmp_path / "other" / "m")]) == 0
    output = capsys.readouterr().out
    assert "Installed as m.\n" in output
    assert "Installed as m-2.\n" in output
    assert output.count("Self-test passed with") == 2
    assert main(["models", "import", str(tmp_path / "absent.zip")]) == 2
    assert f"absent.zip {NOT_THERE}" in capsys.readouterr().err
