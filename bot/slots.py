"""Lets deliveries go at a pace: each has a slot on the clock that all processes share, and one task wakes for all of them."""

from __future__ import annotations

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from itertools import count

from storage.outbox import Claimed

GRAIN = 0.005  # seconds; what is due within them goes together: waking for each costs a third of what sending does
LATE = 0.02  # seconds after which a slot counts as missed
# Seconds after which connections may have been closed. Those who come first then wait for new ones and arrive late, together with those
# behind them (1,050 in a second, where 1,000 were allowed): so they go at a part of the pace.
REST, GENTLE = 4.0, 0.5
LEAD = 0.1  # seconds for which deliveries are claimed ahead; what is queued meanwhile has its slot behind them

Go = Callable[[Claimed], None]
Book = Callable[[int], Awaitable[float]]


class Slots:
    """Claimed deliveries that wait for their slot, `rate` a second. `book` reserves more: how many -> the first of them."""

    def __init__(self, rate: float, go: Go, book: Book) -> None:
        self._full, self._go, self._book = rate, go, book
        self._waiting: list[tuple[float, int, Claimed]] = []
        self._order = count()
        self._filled = asyncio.Event()
        self._missed: list[Claimed] = []  # their slots passed; they need others
        self._booking: asyncio.Task[None] | None = None
        self._last = 0.0

    @property
    def rate(self) -> float:
        """Slots a second, if they are booked now."""
        return self._full * GENTLE if self.ahead < -REST else self._full

    @property
    def ahead(self) -> float:
        """Seconds until the last slot that is booked."""
        return self._last - time.monotonic()

    def add(self, deliveries: list[Claimed], first: float) -> None:
        """`first` is the slot of the first, by the clock of `time.monotonic`; what is past already begins now, for nobody waits before it."""
        first, rate = max(first, time.monotonic()), self.rate
        for place, delivery in enumerate(deliveries):
            self._last = first + place / rate
            heapq.heappush(self._waiting, (self._last, next(self._order), delivery))
        self._filled.set()

    def take_back(self) -> list[Claimed]:
        """All that has not gone yet; it will not go any more."""
        left = [*self._missed, *(delivery for _at, _order, delivery in self._waiting)]
        self._missed, self._waiting = [], []
        return left

    async def run(self) -> None:
        while True:
            while not self._waiting:
                self._filled.clear()
                await self._filled.wait()
            await asyncio.sleep(max(self._waiting[0][0] - time.monotonic(), GRAIN))
            self._let_go()

    def _let_go(self) -> None:
        """A slot that was missed is given up: sending late would put two slots' worth into one second."""
        now = time.monotonic()
        while self._waiting and self._waiting[0][0] <= now:
            at, _order, delivery = heapq.heappop(self._waiting)
            if now - at > LATE:
                self._missed.append(delivery)
            else:
                self._go(delivery)
        if self._missed and (self._booking is None or self._booking.done()):
            self._booking = asyncio.create_task(self._book_again())

    async def _book_again(self) -> None:
        while many := len(self._missed):
            first = await self._book(many)
            missed, self._missed = self._missed[:many], self._missed[many:]
            self.add(missed, first)
