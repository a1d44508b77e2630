"""The whole program in a process of its own: what it prints, what it loads, whom it calls."""

import os
import shutil
import subprocess
import sys

import pytest

from cxrview.engines.messages import NOT_INSTALLED
from cxrview.inference.messages import SAMPLE_HAS_NODULES

WATCHED = """
import importlib.machinery, os, socket, sys

def refuse(*arguments, **options):
    print("NETWORK", arguments)
    raise OSError("no network in this test")

find_spec = importlib.machinery.PathFinder.find_spec

def without(name, path=None, target=None):  # finds all but what the light edition goes without
    absent = name.partition(".")[0] in os.environ["ABSENT"].split()
    return None if absent else find_spec(name, path, target)

importlib.machinery.PathFinder.find_spec = without
socket.socket.connect = refuse
socket.getaddrinfo = refuse
from cxrview.__main__ import main
code = main(sys.argv[1:])
print("LOADED", sorted(name for name in ("tensorflow", "keras", "torch", "jax") if name in sys.modules))
telemetry = sys.modules.get("openvino_telemetry")
print("TELEMETRY", telemetry is not None and "stub" not in telemetry.__name__, "openvino" in sys.modules)
sys.exit(code)
"""


@pytest.fixture
def watched(tmp_path):
    """Return a function that runs cxrview with every door to the network watched.

    OpenVINO and others are silent of their own accord where CI is set, so the variable is taken away.
    """
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    environment |= {f"XDG_{kind}_HOME": str(tmp_path / "xdg") for kind in ("DATA", "CACHE", "CONFIG")}
    environment["QT_QPA_PLATFORM"] = "offscreen"

    def run(
        *arguments: str, absent: str = "", tracer: tuple[str, ...] = (), **variables: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*tracer, sys.executable, "-W", "ignore", "-c", WATCHED, *arguments],
            capture_output=True,
            text=True,
            env=environment | {"ABSENT": absent} | variables,
            check=False,
        )

    return run


def test_a_display_that_does_not_answer_is_no_display(watched, tmp_path, monkeypatch):
    """Qt would abort the process; the demo makes its picture off screen instead."""
    if not sys.platform.startswith("linux"):
        pytest.skip("X11 and Wayland only")
    monkeypatch.chdir(tmp_path)
    for display in ("", ":4711"):
        done = watched("demo", DISPLAY=display, QT_QPA_PLATFORM="")
        assert_kept_to_itself(done)
        assert (tmp_path / "cxrview-demo.png").stat().st_size > 10_000
        (tmp_path / "cxrview-demo.png").unlink()


def can_trace() -> bool:
    """Whether strace is there and may look at other processes; containers often forbid it."""
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-o", os.devnull, "true"], check=False).returncode == 0
    )


@pytest.mark.skipif(not can_trace(), reason="needs strace, which sees what libraries in C++ do")
def test_no_library_looks_up_a_host_or_leaves_an_identifier(watched, tmp_path):
    """ONNX Runtime and OpenVINO report home from C++, where Python's socket module sees nothing."""
    trace = tmp_path / "trace.txt"
    done = watched("doctor", tracer=("strace", "-f", "-e", "trace=network", "-o", str(trace)))
    assert done.returncode == 0, done.stderr
    assert "onnxruntime              works" in done.stdout
    assert "openvino                 works" in done.stdout
    talk = [line for line in trace.read_text().splitlines() if "connect(" in line or "send" in line]
    assert [line for line in talk if "AF_INET" in line] == []
    left = {path.name for path in (tmp_path / "xdg").iterdir()} if (tmp_path / "xdg").exists() else set()
    assert left <= {"cxrview"}


def assert_kept_to_itself(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 0, done.stderr
    assert "NETWORK" not in done.stdout
    assert "LOADED []" in done.stdout
    assert "TELEMETRY False True" in done.stdout


def test_scoring_opens_no_connection_and_never_imports_tensorflow(watched, chest_pa, tmp_path):
    assert_kept_to_itself(watched("score", str(chest_pa), "--out", str(tmp_path / "r.csv")))


def test_the_window_predicts_with_no_connection_and_without_tensorflow(watched, tmp_path):
    """The bundled model, the real window, the real radiograph."""
    done = watched("demo", "--screenshot", str(tmp_path / "demo.png"))
    assert_kept_to_itself(done)
    assert "COVID-19" in done.stdout
    assert "not for diagnosis" in done.stdout
    assert str(SAMPLE_HAS_NODULES) in done.stderr
    assert (tmp_path / "demo.png").stat().st_size > 10_000


LIGHT = "tensorflow keras onnx tf2onnx sklearn scipy onnxruntime"


@pytest.mark.parametrize(
    "arguments",
    [
        ("score", "CHEST", "--out", "OUT.csv"),
        ("explain", "CHEST", "--out", "OUT.png"),
        ("demo", "--screenshot", "OUT.png"),
        ("models", "verify"),
        ("doctor",),
    ],
    ids=lambda arguments: arguments[0],
)
def test_everything_but_training_works_without_tensorflow(watched, chest_pa, tmp_path, arguments):
    names = {"CHEST": str(chest_pa), "OUT.csv": str(tmp_path / "o.csv"), "OUT.png": str(tmp_path / "o.png")}
    done = watched(*(names.get(word, word) for word in arguments), absent=LIGHT)
    assert_kept_to_itself(done)
    if arguments == ("doctor",):
        assert str(NOT_INSTALLED(title="TensorFlow", install="tensorflow")) in done.stdout
        assert "ONNX Runtime is not installed" in done.stdout
