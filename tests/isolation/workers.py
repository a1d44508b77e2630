"""Workers for tests: one that does what it is told, and decoders that die of files with telling names."""

import sys

import pytest

from cxrview import paths
from cxrview.isolation import decoders as decoders_module
from cxrview.isolation.pool import Pool, Pools

OBEDIENT = """
import os, signal, sys, time
from cxrview.isolation.worker import channel_to_parent
channel = channel_to_parent()
channel.send({"ready": True})
while True:
    try:
        question = channel.receive().message
    except EOFError:
        break
    do = question["do"]
    if do == "abort":
        os.abort()
    if do == "exit":
        os._exit(question["code"])
    if do == "sleep":
        time.sleep(question["seconds"])
    if do == "spin":  # in C, where the interpreter never comes back to look at signals
        signal.setitimer(signal.ITIMER_PROF, question["seconds"])
        sum(range(10**12))
    if do == "eat":
        eaten = bytearray(question["bytes"])
        time.sleep(20)
    if do == "no memory":
        os.memfd_create = lambda *_: (_ for _ in ()).throw(OSError(12, "no memory"))
    blocks = [memoryview(bytes(range(256)) * count) for count in question.get("blocks", ())]
    channel.send({"worker": os.getpid()}, blocks)
"""
DEADLY = """
import importlib, os
from cxrview.imaging import limits
read = importlib.import_module("cxrview.imaging.read")
from cxrview.isolation.worker import channel_to_parent
limits.FEW_SECONDS, limits.WORKING_MEMORY = 0.3, 400_000_000
decode = read.read_here
def deadly(path):
    if path.name.startswith("abort"):
        os.abort()
    if path.name.startswith("spin"):
        sum(range(10**12))
    if path.name.startswith("eat"):
        bytearray(10**9)
    if path.name.startswith("fault"):
        raise LookupError("strange")
    return decode(path)
read.read_here = deadly
from cxrview.imaging.decoding_process import serve
serve(channel_to_parent())
"""


def run_instead(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Let every worker that is started from now on be the Python program `code`."""
    monkeypatch.setattr(paths, "program", lambda: (sys.executable, ["-c", code]))


def obedient(monkeypatch: pytest.MonkeyPatch, size: int = 2) -> Pool:
    """Return a pool of workers that do what they are told."""
    run_instead(monkeypatch, OBEDIENT)
    return Pool((), size)


def deadly(monkeypatch: pytest.MonkeyPatch) -> Pools:
    """Let files whose names begin with abort, spin, eat or fault have that effect where they are decoded."""
    run_instead(monkeypatch, DEADLY)
    pools = Pools()
    monkeypatch.setattr(decoders_module, "POOLS", pools)
    return pools
