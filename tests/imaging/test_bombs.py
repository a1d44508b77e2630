"""Small files that ask for much end soon and take little, in the worker that decodes them."""

import json
import subprocess
import sys
import time

import pytest

from cxrview.imaging import archive
from tests.imaging.bombs import BOMBS, names_twice

MOST_SECONDS = 5.0  # of work, here and in the worker; a busy machine makes no difference
MOST_MEMORY = 10**9  # bytes
READ = """
import json, resource, sys
from pathlib import Path
from cxrview import paths
from cxrview.errors import UnreadableImage
from cxrview.imaging import limits, read
from cxrview.isolation.decoders import decoders

limits.PATIENCE = 1000.0
path = Path(sys.argv[1])
paths.cache = lambda: path.parent
try:
    said = f"{len(read(path))} frames"
except UnreadableImage as error:
    said = error.code
decoders().close()
here, worker = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
seconds = sum(usage.ru_utime + usage.ru_stime for usage in (here, worker))
print(json.dumps({"said": said, "seconds": seconds, "memory": 1024 * worker.ru_maxrss}))
"""
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="measures processes as Linux does")


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_soon_and_takes_little(name, tmp_path):
    path = tmp_path / name
    path.write_bytes(BOMBS[name]())
    done = subprocess.run([sys.executable, "-c", READ, str(path)], capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)
    print(f"{name}: {path.stat().st_size} bytes, {found}")  # noqa: T201 - the figures are wanted
    assert found["seconds"] < MOST_SECONDS
    assert found["memory"] < MOST_MEMORY


def test_many_files_of_one_name_are_unpacked_at_once(tmp_path):
    path = tmp_path / "films.zip"
    path.write_bytes(names_twice(5_000))
    began = time.process_time()
    with archive._opened(path) as opened:
        members, _ = archive._images(opened, path)
    assert time.process_time() - began < 10  # and no 12 million comparisons
    assert [str(member.target) for member in members[:2]] == ["a.png", "a-2.png"]
    assert len({member.target for member in members}) == 5_000
