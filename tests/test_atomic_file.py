"""Files that are there whole or not at all: the old one, its rights and links survive whatever goes wrong."""

import os
import stat
import sys

import pytest

from cxrview.atomic_file import atomic_file, write_atomically

only_posix = pytest.mark.skipif(sys.platform == "win32", reason="rights and links of POSIX")


def rights(path) -> int:
    """Return the permission bits of `path`."""
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def old(tmp_path):
    """A file that is there, in a folder of its own."""
    path = tmp_path / "place" / "a.txt"
    path.parent.mkdir()
    path.write_text("old")
    return path


def assert_untouched(old) -> None:
    """Nothing but the old file is there."""
    assert old.read_text() == "old"
    assert list(old.parent.iterdir()) == [old]


def test_text_is_written_as_utf_8_with_its_own_line_ends(old):
    write_atomically(old, "Brüche\r\n正常\n")
    assert old.read_bytes() == "Brüche\r\n正常\n".encode()
    assert list(old.parent.iterdir()) == [old]


def test_until_the_end_a_reader_finds_the_old_file(old):
    with atomic_file(old) as file:
        file.write(b"new")
        file.flush()
        assert old.read_text() == "old"
    assert old.read_text() == "new"


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_after_an_error_the_old_file_stays_and_nothing_else(old, error):
    def fail():
        with atomic_file(old) as file:
            file.write(b"half")
            raise error

    with pytest.raises(type(error)):
        fail()
    assert_untouched(old)


def test_a_disk_that_is_full_only_at_the_end_leaves_the_old_file(old, monkeypatch):
    def full(_handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_atomically(old, "new")
    assert_untouched(old)
    write_atomically(old, "new", settle=False)
    assert old.read_text() == "new"


def test_what_is_no_utf_8_is_refused_before_anything_is_made(old):
    with pytest.raises(UnicodeEncodeError):
        write_atomically(old, "p\udcff.png")
    assert_untouched(old)


def test_a_folder_in_its_place_stays(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    with pytest.raises(OSError, match=r"[Dd]irectory|denied"):
        write_atomically(tmp_path / "a", "new")
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]
    assert (tmp_path / "a" / "b").is_dir()


def test_a_write_protected_file_is_not_replaced(old, monkeypatch):
    old.chmod(0o444)
    if os.access(old, os.W_OK):  # root may write anything
        monkeypatch.setattr(os, "access", lambda path, mode: str(path) != str(old))
    with pytest.raises(PermissionError) as caught:
        write_atomically(old, "new")
    assert caught.value.strerror == "Permission denied"
    assert_untouched(old)


def test_two_that_write_the_same_file_do_not_mix(old):
    with atomic_file(old) as first, atomic_file(old) as second:
        first.write(b"first")
        second.write(b"second, and longer")
    assert old.read_text() == "first"
    assert list(old.parent.iterdir()) == [old]


def test_what_a_killed_process_left_is_taken_over_where_a_name_is_given(old):
    part = old.with_name(".a.part")
    part.write_text("a long rest of what was never ended")
    with atomic_file(old, part=part) as file:
        file.write(b"new")
        assert sorted(old.parent.iterdir()) == [part, old]
    assert old.read_text() == "new"
    assert list(old.parent.iterdir()) == [old]


@only_posix
def test_rights_stay_as_they_were_and_a_private_file_is_for_its_owner(old):
    old.chmod(0o640)
    write_atomically(old, "new")
    assert rights(old) == 0o640
    before = os.umask(0o022)
    try:
        write_atomically(old.with_name("fresh"), "new")
        write_atomically(old, "secret", private=True)
    finally:
        os.umask(before)
    assert rights(old.with_name("fresh")) == 0o644
    assert rights(old) == 0o600


@only_posix
def test_a_link_stays_and_what_it_leads_to_is_replaced(old, tmp_path):
    link = tmp_path / "link.txt"
    link.symlink_to(old)
    write_atomically(link, "new")
    assert link.is_symlink()
    assert old.read_text() == "new"
