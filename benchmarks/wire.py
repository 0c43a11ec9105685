"""HTTP/1.1 and WebSocket with as little work as possible, so that whoever measures is never what is measured."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import cast

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
CLOSING = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)
EMPTY = frozenset({b"204", b"304"})


class Reader(asyncio.Protocol):
    """Cuts what arrives into messages of a first line, headers and a body."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        while self._buffer and (cut := self._cut()) is not None:
            head, body, self._buffer = cut
            self.message(head, body)

    def _cut(self) -> tuple[bytes, bytes, bytes] | None:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return None
        head = self._buffer[:end]
        if found := LENGTH.search(head):
            stop = end + 4 + int(found[1])
            return (head, self._buffer[end + 4 : stop], self._buffer[stop:]) if len(self._buffer) >= stop else None
        if CHUNKED.search(head):
            return self._cut_chunks(head, end + 4)
        return head, b"", self._buffer[end + 4 :]

    def _cut_chunks(self, head: bytes, at: int) -> tuple[bytes, bytes, bytes] | None:
        body = b""
        while (line := self._buffer.find(b"\r\n", at)) >= 0:
            size = int(self._buffer[at:line].split(b";")[0], 16)
            at = line + 2 + size + 2
            if len(self._buffer) < at:
                return None
            body += self._buffer[line + 2 : at - 2]
            if size == 0:
                return head, body, self._buffer[at:]
        return None

    def message(self, head: bytes, body: bytes) -> None:
        raise NotImplementedError


class Poster(Reader):
    """One connection to a bot's webhook. `free` hears when it can take the next."""

    def __init__(self, free: Callable[[Poster, int], None]) -> None:
        super().__init__()
        self._free = free
        self.key = 0
        self.busy = False

    def post(self, key: int, request: bytes) -> None:
        assert self.transport
        self.key, self.busy = key, True
        self.transport.write(request)

    def message(self, head: bytes, body: bytes) -> None:
        assert self.transport
        if CLOSING.search(head):
            self.transport.close()
        self.busy = False
        self._free(self, int(head[9:12]))

    def connection_lost(self, _error: Exception | None) -> None:
        self.transport = None
        if self.busy:
            self.busy = False
            self._free(self, 0)


class Serving(Reader):
    """One connection of a bot to the platforms. `answer` gives the whole response, or None to write it later itself."""

    def __init__(self, answer: Callable[[Serving, bytes, bytes], bytes | None]) -> None:
        super().__init__()
        self._answer = answer

    def message(self, head: bytes, body: bytes) -> None:
        if (said := self._answer(self, head, body)) is not None and self.transport:
            self.transport.write(said)


class Socket(asyncio.Protocol):
    """The browser's end of a WebSocket."""

    def __init__(self, handshake: bytes, heard: Callable[[Socket, bytes], None]) -> None:
        self._handshake, self._heard = handshake, heard
        self._buffer = b""
        self._open = False
        self.transport: asyncio.Transport | None = None
        self.key = 0
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self._handshake)

    def say(self, words: bytes) -> None:
        """One text frame. A mask of zeros is a mask as the protocol wants it, and leaves the words as they are."""
        assert self.transport
        size = bytes([0x80 | len(words)]) if len(words) < 126 else b"\xfe" + len(words).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + b"\0\0\0\0" + words)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        if not self._open:
            end = self._buffer.find(b"\r\n\r\n")
            if end < 0:
                return
            if not self._buffer.startswith(b"HTTP/1.1 101"):
                return self.opened.set_exception(ConnectionError(self._buffer[:200].decode("latin-1")))
            self._open, self._buffer = True, self._buffer[end + 4 :]
            self.opened.set_result(None)
        while (frame := self._frame()) is not None:
            self._heard(self, frame)

    def _frame(self) -> bytes | None:
        buffer = self._buffer
        if len(buffer) < 2:
            return None
        size, at = buffer[1] & 0x7F, 2
        if size == 126:
            size, at = int.from_bytes(buffer[2:4], "big"), 4
        elif size == 127:
            size, at = int.from_bytes(buffer[2:10], "big"), 10
        if len(buffer) < at + size:
            return None
        self._buffer = buffer[at + size :]
        return buffer[at : at + size] if buffer[0] == 0x81 else b""


def response(body: bytes) -> bytes:
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n{lines}Content-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def handshake(host: str, path: str, cookie: str) -> bytes:
    key = "c2FwYS1wbWktbWVhc3VyZQ=="  # sixteen bytes, as RFC 6455 wants them
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        f"Origin: http://{host}",
        f"Cookie: {cookie}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def token(number: int) -> str:
    """A browser's cookie, the same for the same number."""
    return f"bench{number:017d}"[:22]


__all__ = ["Poster", "Serving", "Socket", "free_port", "handshake", "request", "response", "token"]
