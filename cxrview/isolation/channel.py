"""Messages between a process and its worker: JSON over a socket, and large blocks in shared memory.

Shared memory has no name that would outlive a process that is killed: on POSIX it is a file without a
name, handed over as an open descriptor; on Windows it goes with its last handle. Where the system has too
little of it the bytes follow the message through the socket.
"""

import json
import mmap
import os
import socket
import struct
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

HEADER = struct.Struct("<I")  # the length of the JSON that follows
PIECE = 2**18  # bytes asked of the socket at a time
MAX_MESSAGE = 2**28  # bytes of JSON
MAX_BLOCK = 2**31  # bytes beside it
ALIGNED = 64  # every block begins at a multiple of it
HANDED_OVER, FOLLOWS = "handed over", "follows"

Buffer = bytearray | mmap.mmap
Block = memoryview


class Received(NamedTuple):
    """A message, and the blocks that came with it, one behind the other, or None."""

    message: dict[str, Any]
    memory: Buffer | None


class Channel:
    """One end of the line; it belongs to one thread at a time."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._arrived = bytearray()
        self._handed: list[int] = []  # descriptors that came with bytes not looked at yet
        self._following: tuple[dict[str, Any], bytearray, int] | None = None  # and how much of it is here
        self._held: mmap.mmap | None = None  # on Windows, until the other side has it

    def send(self, message: Mapping[str, Any], blocks: Sequence[Block] = ()) -> None:
        """Send `message`, and `blocks` with it. Raises OSError if nobody is there any more."""
        self._socket.settimeout(None)
        total = sum(map(padded, blocks))
        if not total:
            self._send(message)
            return
        if sys.platform == "win32":  # pragma: no cover
            self._send_named(message, blocks, total)
            return
        memory = _filled(blocks)
        if memory is None:
            self._send({**message, "memory": FOLLOWS, "bytes": total})
            for block in blocks:
                self._socket.sendall(block)
                self._socket.sendall(bytes(padded(block) - block.nbytes))
            return
        try:
            self._send({**message, "memory": HANDED_OVER, "bytes": total}, [memory])
        finally:
            os.close(memory)

    def receive(self, timeout: float | None = None) -> Received:
        """Return the next message. Raises TimeoutError, after which it may be called again; EOFError if the
        other side has ended, ValueError if it talks nonsense, OSError.
        """
        self._socket.settimeout(timeout)
        self._held = None
        while True:
            if self._following is not None:
                return self._rest()
            message = self._message()
            if message is None:
                self._fetch()
                continue
            kind, size = message.get("memory"), message.get("bytes", 0)
            if kind is None:
                return Received(message, None)
            if not isinstance(size, int) or not 0 < size <= MAX_BLOCK:
                raise ValueError(f"a block of {size} bytes")
            if kind != FOLLOWS:
                return Received(message, self._taken(str(kind), size))
            here = bytearray(size)
            begun = min(size, len(self._arrived))
            here[:begun] = self._arrived[:begun]
            del self._arrived[:begun]
            self._following = message, here, begun

    def close(self) -> None:
        """Hang up: the other side receives EOFError."""
        self._socket.close()
        for descriptor in self._handed:
            with suppress(OSError):
                os.close(descriptor)
        self._handed.clear()

    def _send(self, message: Mapping[str, Any], descriptors: Sequence[int] = ()) -> None:
        text = json.dumps(message).encode("ascii")
        data = HEADER.pack(len(text)) + text
        if descriptors:
            sent = socket.send_fds(self._socket, [data], descriptors)
            data = data[sent:]
        self._socket.sendall(data)

    def _message(self) -> dict[str, Any] | None:
        """Take the first message off what has arrived, if it is whole."""
        if len(self._arrived) < HEADER.size:
            return None
        (length,) = HEADER.unpack_from(self._arrived)
        if length > MAX_MESSAGE:
            raise ValueError(f"a message of {length} bytes")
        end = HEADER.size + length
        if len(self._arrived) < end:
            return None
        message = json.loads(bytes(self._arrived[HEADER.size : end]))
        del self._arrived[:end]
        if not isinstance(message, dict):
            raise ValueError("a message that is no object")
        return message

    def _fetch(self) -> None:
        if sys.platform == "win32":  # pragma: no cover
            data = self._socket.recv(PIECE)
        else:
            data, descriptors, _, _ = socket.recv_fds(self._socket, PIECE, 1)
            self._handed += descriptors
        if not data:
            raise EOFError("the other side has ended")
        self._arrived += data

    def _rest(self) -> Received:
        """Receive what is left of the block that follows its message."""
        assert self._following is not None
        message, here, begun = self._following
        while begun < len(here):
            count = self._socket.recv_into(memoryview(here)[begun:], min(PIECE, len(here) - begun))
            if not count:
                raise EOFError("the other side has ended")
            begun += count
            self._following = message, here, begun
        self._following = None
        return Received(message, here)

    def _taken(self, kind: str, size: int) -> mmap.mmap:
        """Return the shared memory that the other side has filled."""
        if sys.platform == "win32":  # pragma: no cover
            return mmap.mmap(-1, size, tagname=kind, access=mmap.ACCESS_READ)
        if not self._handed:
            raise ValueError("no memory was handed over")
        descriptor = self._handed.pop(0)
        try:
            if os.fstat(descriptor).st_size < size:
                raise ValueError(f"less than {size} bytes were handed over")
            flags = mmap.MAP_SHARED | getattr(mmap, "MAP_POPULATE", 0)  # all pages at once, not one by one
            return mmap.mmap(descriptor, size, flags, mmap.PROT_READ)
        finally:
            os.close(descriptor)

    if sys.platform == "win32":  # pragma: no cover

        def _send_named(self, message: Mapping[str, Any], blocks: Sequence[Block], total: int) -> None:
            name = f"cxrview-{os.getpid()}-{os.urandom(8).hex()}"
            self._held = mmap.mmap(-1, total, tagname=name)
            place = 0
            for block in blocks:
                self._held[place : place + block.nbytes] = block
                place += padded(block)
            self._send({**message, "memory": name, "bytes": total})


def padded(block: Block) -> int:
    """Return how many bytes `block` takes with the gap that follows it."""
    return -(-block.nbytes // ALIGNED) * ALIGNED


def _filled(blocks: Sequence[Block]) -> int | None:
    """Return the descriptor of nameless memory that holds `blocks`, or None if there is no room for it."""
    try:
        if sys.platform == "linux":
            memory = os.memfd_create("cxrview", os.MFD_CLOEXEC)
        else:  # pragma: no cover
            with tempfile.TemporaryFile() as file:
                memory = os.dup(file.fileno())
    except (OSError, AttributeError):  # AttributeError: a C library that does not know of it
        return None
    try:
        # Written, not mapped and copied to: what does not fit is an error here, and a signal there.
        for block in blocks:
            _write(memory, block)
            _write(memory, memoryview(bytes(padded(block) - block.nbytes)))
    except OSError:
        os.close(memory)
        return None
    return memory


def _write(memory: int, block: Block) -> None:
    while block.nbytes:
        block = block[os.write(memory, block) :]
