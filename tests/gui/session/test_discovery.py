"""What a search yields: entries from the first moment on, few and then many at a time, and how far it is."""

import itertools
import zipfile

import pytest

from cxrview.errors import InvalidRequest, UnreadableImage
from cxrview.gui.session.discovery import BATCH, discover
from cxrview.imaging import find
from cxrview.imaging.messages import NO_IMAGES_PASSED_OVER
from cxrview.imaging.unpacked import Unpacked, remove_leftovers
from cxrview.messages import CANNOT_BE_UNPACKED, PLACE_CANNOT_BE_WRITTEN
from cxrview.progress import Cancelled, silent
from tests.gui.conftest import make_phantom, write_png
from tests.imaging.phantoms import RAMP, phantom, save
from tests.imaging.samples import sample

MEDIUM = sample("DICOMDIR-reordered").parent


@pytest.fixture
def unpacked():
    folders = Unpacked()
    yield folders
    folders.remove((), silent)


@pytest.fixture
def films(tmp_path):
    """A folder of 300 small films."""
    folder = tmp_path / "films"
    folder.mkdir()
    content = write_png(folder / "0.png", make_phantom(0, 20, 20)).read_bytes()
    for number in range(1, 300):
        (folder / f"{number}.png").write_bytes(content)
    return folder


def zipped(path, folder):
    with zipfile.ZipFile(path, "w") as archive:
        for file in sorted(folder.rglob("*.png")):
            archive.write(file, file.relative_to(folder))
    return path


def test_batches_grow(films, unpacked, monkeypatch):
    monkeypatch.setattr("cxrview.gui.session.discovery.SOON", 60)
    sizes = [len(batch) for batch in discover([films], unpacked, silent)]
    assert sizes == [1, 2, 4, 8, 16, 32, BATCH, BATCH, BATCH, 300 - 63 - 3 * BATCH]


def test_a_slow_search_does_not_wait_for_a_full_batch(films, unpacked, monkeypatch):
    monkeypatch.setattr("cxrview.gui.session.discovery.SOON", 0)
    assert [len(batch) for batch in discover([films], unpacked, silent)] == [1] * 300


def test_the_first_entry_does_not_wait_for_the_walk(films, unpacked, monkeypatch):
    looked = []

    def watched(path, plain=find.is_candidate):
        looked.append(path)
        return plain(path)

    monkeypatch.setattr(find, "is_candidate", watched)
    search = discover([films], unpacked, silent)
    assert [entry.path.name for entry in next(search)] == ["0.png"]
    assert len(looked) == 1


def test_headers_say_who_and_how_many_frames(tmp_path, unpacked):
    frames = phantom(RAMP.reshape(4, 32, 32), NumberOfFrames=4, PatientName="Doe^Jane", ViewPosition="PA")
    path = save(frames, tmp_path / "cine.dcm")
    ((entry,),) = discover([path], unpacked, silent)
    assert (entry.identity.patient_name, entry.pictured.view_position, entry.frames) == ("Doe^Jane", "PA", 4)
    assert entry.archive is None


def test_the_number_of_files_is_known_long_before_the_end(films, unpacked):
    told = []
    list(discover([films], unpacked, lambda fraction, text: told.append((fraction, text))))
    about = [text for fraction, text in told if fraction < 0 and "about" in text]
    exact = [text for fraction, text in told if fraction >= 0]
    assert about[0] == "0 of about 1 files"
    assert "1 of about 9 files" in about
    assert exact[0].endswith(" of 300 files")
    assert int(exact[0].split()[0]) < 60
    assert told[-1] == (299 / 300, "299 of 300 files")
    assert len(set(about) | set(exact)) == 300


def test_a_search_can_be_stopped_at_every_file(films, unpacked):
    stopped = itertools.count()

    def impatient(_fraction, text):
        if text.startswith("5 of"):
            next(stopped)
            raise Cancelled

    with pytest.raises(Cancelled):
        list(discover([films], unpacked, impatient))
    assert next(stopped) == 1


def test_a_named_directory_stands_for_its_images(unpacked):
    entries = [entry for batch in discover([MEDIUM / "DICOMDIR"], unpacked, silent) for entry in batch]
    assert len(entries) == 31
    assert entries[0].path == MEDIUM / "77654033" / "CR1" / "6154"
    assert entries[0].identity.modality == "CR"


def test_an_archive_stands_for_its_images_and_each_knows_where_it_is_from(films, tmp_path, unpacked):
    path = zipped(tmp_path / "Holiday films.zip", films)
    entries = [entry for batch in discover([path], unpacked, silent) for entry in batch]
    assert len(entries) == 300
    assert {entry.archive for entry in entries} == {entry.origin for entry in entries} == {path}
    assert {entry.path.parent.name for entry in entries} == {"Holiday films"}
    assert [entry.path.name for entry in entries[:3]] == ["0.png", "1.png", "2.png"]


def test_an_archive_is_listed_while_it_is_unpacked(films, tmp_path, unpacked):
    search = discover([zipped(tmp_path / "films.zip", films)], unpacked, silent)
    (entry,) = next(search)
    assert len(list(entry.path.parent.iterdir())) == 1


def test_the_same_archive_gives_the_same_files_and_a_changed_one_others(films, tmp_path, unpacked):
    path = zipped(tmp_path / "films.zip", films)
    ((first,), *_) = discover([path], unpacked, silent)
    ((again,), *_) = discover([path], unpacked, silent)
    (films / "0.png").unlink()
    ((changed,), *_) = discover([zipped(path, films)], unpacked, silent)
    assert again.path == first.path
    assert changed.path.parent != first.path.parent
    assert changed.path.parent.name == first.path.parent.name == "films"


def test_what_is_wrong_with_one_archive_does_not_stop_the_others(films, tmp_path, unpacked):
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\3\4 and then nothing")
    news = list(discover([broken, MEDIUM / "DICOMDIR-empty.dcm", films / "7.png"], unpacked, silent))
    assert [type(one) for one in news] == [UnreadableImage, UnreadableImage, list]
    assert [one.path.name for one in news[:2]] == ["broken.zip", "DICOMDIR-empty.dcm"]
    assert news[2][0].path == films / "7.png"


def test_nothing_there_is_a_bad_request(tmp_path, unpacked):
    with pytest.raises(InvalidRequest):
        list(discover([tmp_path / "gone.zip"], unpacked, silent))


def test_an_archive_inside_a_folder_is_passed_over(films, tmp_path, unpacked):
    zipped(tmp_path / "films.zip", films)
    *batches, told = discover([tmp_path], unpacked, silent)
    assert sum(map(len, batches)) == 300
    assert told == NO_IMAGES_PASSED_OVER(count=1, kinds=[".zip"])


def test_unpacked_folders_go_when_they_are_no_longer_needed(films, tmp_path, own_cache):
    one, other = Unpacked(), Unpacked()
    for folders in (one, other):
        list(discover([zipped(tmp_path / "films.zip", films)], folders, silent))
    assert len(list((own_cache / "unpacked").iterdir())) == 4  # two folders and their locks
    left = next(path for path in (own_cache / "unpacked").iterdir() if path.is_dir())
    remove_leftovers(silent)
    assert left.is_dir()  # both are in use
    one.remove((), silent)
    other.remove((), silent)
    assert list((own_cache / "unpacked").iterdir()) == []


def test_what_a_crash_left_behind_is_removed(own_cache):
    left = own_cache / "unpacked" / "0123abcd"
    (left / "1" / "films").mkdir(parents=True)
    (left / "1" / "films" / "a.png").write_bytes(b"patient")
    left.with_suffix(".lock").touch()
    remove_leftovers(silent)
    assert list((own_cache / "unpacked").iterdir()) == []


def test_a_cache_that_cannot_be_written_is_said(films, tmp_path, own_cache):
    own_cache.write_text("in the way")
    (trouble,) = discover([zipped(tmp_path / "films.zip", films)], Unpacked(), silent)
    assert trouble.code == CANNOT_BE_UNPACKED.code or trouble.code == PLACE_CANNOT_BE_WRITTEN.code


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """The place of a cache that no other test uses; it does not exist yet."""
    place = tmp_path / "cache"
    monkeypatch.setattr("cxrview.paths.cache", lambda: place)
    return place
