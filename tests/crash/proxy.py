"""Stands between two programs on this machine: shares connections out among several servers, cuts them, or swallows answers."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

Ports = Callable[[], list[int]]
LARGEST = 1 << 16


class Proxy:
    """`ports` says who is there just now; connections go to them in turn, and past those that refuse."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._turn = itertools.count()
        self._open: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.is_down = False
        self.watch: Callable[[bytes], bool] = lambda _sent: False  # a client's words after which its answer is lost

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            self.cut()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Every connection ends at once, whatever was under way on it."""
        for writer in list(self._open):
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there = None if self.is_down else await self._connect()
        if there is None:
            writer.transport.abort()
            return
        lost = asyncio.Event()
        self._open |= {writer, there[1]}
        try:
            await asyncio.gather(self._carry(reader, there[1], lost), self._bring(there[0], writer, lost))
        finally:
            self._open -= {writer, there[1]}

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        ports = self._ports()
        start = next(self._turn)
        for place in range(len(ports)):
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", ports[(start + place) % len(ports)])
        return None

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(LARGEST):
                if self.watch(data):
                    lost.set()
                writer.write(data)
                await writer.drain()
        writer.close()

    async def _bring(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, lost: asyncio.Event) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(LARGEST):
                if lost.is_set():
                    writer.transport.abort()
                    break
                writer.write(data)
                await writer.drain()
        writer.close()
