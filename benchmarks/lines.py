"""Puts load on the web chat: a socket for each person, as their browsers hold them."""

from __future__ import annotations

import asyncio
import time

from benchmarks.load import Load
from benchmarks.talks import NEW_FROM
from benchmarks.wire import Socket, handshake, token

AT_ONCE = 50


class Lines(Load):
    """People at the chat page. A message is answered when its page arrived at the browser."""

    async def connect(self) -> None:
        self._sockets: dict[int, Socket] = {}
        self._openings: set[asyncio.Task[None]] = set()
        people = list(self._calm)
        for at in range(0, len(people), AT_ONCE):
            await asyncio.gather(*(self._open(person) for person in people[at : at + AT_ONCE]))

    def close(self) -> None:
        for socket in self._sockets.values():
            if socket.transport:
                socket.transport.close()

    async def _open(self, person: int) -> Socket:
        port = next(self._ports)
        host = f"127.0.0.1:{port}"
        opening = handshake(host, "/chat?lang=id", f"sapa={token(person)}")
        _transport, socket = await asyncio.get_running_loop().create_connection(lambda: Socket(opening, self._heard), "127.0.0.1", port)
        socket.key = person
        self._sockets[person] = socket
        await socket.opened
        socket.say(b'{"since":""}')
        return socket

    def _heard(self, socket: Socket, frame: bytes) -> None:
        if frame.startswith((b'{"type": "page"', b'{"type":"page"')):
            person = socket.key
            if person in self._due:
                self.count.latencies.append(time.perf_counter() - self._due.pop(person))
                self.count.answered += 1
                self._after(person)
        elif b'"wait"' in frame[:20]:
            self.count.failed += 1

    def _say(self, person: int, request: bytes) -> None:
        if socket := self._sockets.get(person):
            socket.say(request)
        else:
            task = asyncio.create_task(self._arrive(person, request))
            self._openings.add(task)
            task.add_done_callback(self._openings.discard)

    def _after(self, person: int) -> None:
        """Who came for the first time closes the page when they were answered."""
        if person >= NEW_FROM and (socket := self._sockets.pop(person, None)) and socket.transport:
            socket.transport.close()
        super()._after(person)

    async def _arrive(self, person: int, request: bytes) -> None:
        (await self._open(person)).say(request)


__all__ = ["Lines"]
