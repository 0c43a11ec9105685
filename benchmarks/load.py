"""Puts load on a bot: as much as it takes, or so many messages a second whatever it does; counts answers, failures and how long each took."""

from __future__ import annotations

import asyncio
import random
import time
from collections import deque
from dataclasses import dataclass, field
from itertools import cycle

from benchmarks.stub import Stub
from benchmarks.talks import KNOWN_FROM, NEW_FROM, Form, Talks
from benchmarks.wire import Poster

STRANGERS = 0.1  # share of first contacts
WINDOW, CONNECTIONS = 100, 40
PATIENCE = 10.0  # seconds after which a message counts as not answered


@dataclass
class Count:
    """What happened while somebody counted."""

    answered: int = 0
    failed: int = 0
    latencies: list[float] = field(default_factory=list)

    def percentile(self, share: float) -> float:
        """In milliseconds."""
        ordered = sorted(self.latencies)
        return 1000 * ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")


class Load:
    """People who write to a webhook. A message is answered when the webhook said 200 and our reply arrived at the platform."""

    def __init__(self, stub: Stub, ports: list[int], form: Form, talks: Talks, window: int = WINDOW, seed: int = 7) -> None:
        self.count = Count()
        self._ports, self._form, self._talks, self._window = cycle(ports), form, talks, window
        self._dice = random.Random(seed)
        self._calm = list(range(KNOWN_FROM, KNOWN_FROM + talks.known))
        self._due: dict[int, float] = {}  # who waits for an answer -> since when it was due
        self._half: dict[int, int] = {}  # of the two signs of an answer, how many came
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._free: list[Poster] = []
        self._closed_loop = False
        self._idle = asyncio.Event()
        stub.arrived = self._arrived

    async def connect(self) -> None:
        for _number in range(CONNECTIONS):
            self._free.append(await self._connection())

    async def _connection(self) -> Poster:
        loop = asyncio.get_running_loop()
        _transport, poster = await loop.create_connection(lambda: Poster(self._posted), "127.0.0.1", next(self._ports))
        return poster

    def close(self) -> None:
        for poster in self._free:
            if poster.transport:
                poster.transport.close()

    async def saturate(self, seconds: float) -> Count:
        """`window` people at a time, each writing as soon as somebody was answered."""
        self.count, self._closed_loop = Count(), True
        while len(self._due) < self._window and self._calm:
            self._write()
        await asyncio.sleep(seconds)
        counted, self.count, self._closed_loop = self.count, Count(), False
        return counted

    async def at_rate(self, rate: float, seconds: float) -> Count:
        """People who write independently of one another, `rate` a second on average; latencies count from when each was due."""
        self.count = Count()
        due, end = time.perf_counter(), time.perf_counter() + seconds
        while due < end:
            due += self._dice.expovariate(rate)
            if (wait := due - time.perf_counter()) > 0:
                await asyncio.sleep(wait)
            self._write(due)
        await self.settle()
        return self.count

    async def settle(self) -> int:
        """Wait until everybody was answered; how many never were."""
        end = time.perf_counter() + PATIENCE
        while self._due and time.perf_counter() < end:
            await asyncio.sleep(0.01)
        lost = len(self._due)
        self.count.failed += lost
        self._due.clear()
        self._half.clear()
        return lost

    def _write(self, due: float | None = None) -> None:
        new = self._dice.random() < STRANGERS or not self._calm
        person = self._talks.stranger() if new else self._anybody()
        self._due[person] = time.perf_counter() if due is None else due
        self._half[person] = 0
        self._say(person, self._form(self._talks.next_number(), person, self._talks.words(person)))

    def _anybody(self) -> int:
        """Whoever it is, and not who waited longest: else all of them would be at the same question, and it alone would be measured."""
        place = self._dice.randrange(len(self._calm))
        self._calm[place], self._calm[-1] = self._calm[-1], self._calm[place]
        return self._calm.pop()

    def _say(self, person: int, request: bytes) -> None:
        while self._free:
            poster = self._free.pop()
            if poster.transport and not poster.transport.is_closing():
                return poster.post(person, request)
            self._reconnect()
        self._waiting.append((person, request))

    def _reconnect(self) -> None:
        async def again() -> None:
            self._next(await self._connection())

        self._reconnecting = asyncio.get_running_loop().create_task(again())

    def _posted(self, poster: Poster, status: int) -> None:
        person = poster.key
        if poster.transport and not poster.transport.is_closing():
            self._next(poster)
        else:
            self._reconnect()
        if status != 200:
            self.count.failed += 1
            self._due.pop(person, None)
            self._after(person)
        else:
            self._sign(person)

    def _next(self, poster: Poster) -> None:
        if self._waiting:
            poster.post(*self._waiting.popleft())
        else:
            self._free.append(poster)

    def _arrived(self, person: int) -> None:
        if person in self._due and self.count is not None:
            self.count.latencies.append(time.perf_counter() - self._due[person])
        self._sign(person)

    def _sign(self, person: int) -> None:
        """Bots that acknowledge first and those that answer first are measured alike: both must have happened."""
        if person not in self._half:
            return
        self._half[person] += 1
        if self._half[person] == 2:
            self._due.pop(person, None)
            self.count.answered += 1
            self._after(person)

    def _after(self, person: int) -> None:
        self._half.pop(person, None)
        if person < NEW_FROM:
            self._calm.append(person)
        if self._closed_loop:
            self._write()
