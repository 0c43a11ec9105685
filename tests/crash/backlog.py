"""Posts a backlog to webhooks as Telegram does after an outage: some connections, one update under way on each, every answer timed."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import cast

END = b"\r\n\r\n"


@dataclass
class Answers:
    """What came back: how often which status, and the seconds each took."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)

    def milliseconds(self, share: float) -> float:
        return 1000 * sorted(self.took)[int(len(self.took) * share)]


class Connection(asyncio.Protocol):
    """Posts the next request as soon as the one before was answered. Our webhook's answers have no body."""

    def __init__(self, requests: Iterator[bytes], answers: Answers) -> None:
        self._requests = requests
        self._answers = answers
        self._since = 0.0
        self._heard = b""
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._post()

    def _post(self) -> None:
        if (request := next(self._requests, None)) is None:
            self._transport.close()
            return
        self._since = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._heard += data
        if self._heard.endswith(END):
            self._answers.took.append(time.perf_counter() - self._since)
            self._answers.statuses[int(self._heard[9:12])] += 1
            self._heard = b""
            self._post()

    def connection_lost(self, error: Exception | None) -> None:
        self.ended.set_result(error)


async def post(ports: Sequence[int], path: str, secret: str, bodies: Iterator[bytes], connections: int) -> Answers:
    """All bodies, in order, over so many connections shared out among the servers."""
    answers = Answers()
    requests = (_request(path, secret, body) for body in bodies)
    loop = asyncio.get_running_loop()
    opened = []
    for number in range(connections):
        _transport, connection = await loop.create_connection(
            lambda: Connection(requests, answers), "127.0.0.1", ports[number % len(ports)]
        )
        opened.append(connection)
    assert await asyncio.gather(*(connection.ended for connection in opened)) == [None] * connections
    return answers


def _request(path: str, secret: str, body: bytes) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        f"X-Telegram-Bot-Api-Secret-Token: {secret}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
