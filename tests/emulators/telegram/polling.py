"""getUpdates as the Bot API server answers it: long polls, confirmation by offset, and one poller at a time.

The rules are those of `Client.cpp` (process_get_updates_query, do_get_updates, fail_query_conflict).
"""

from __future__ import annotations

import asyncio

from tests.emulators.clock import Clock
from tests.emulators.ledger import Ledger
from tests.emulators.telegram.backlog import Backlog
from tests.emulators.telegram.chats import Refused

LONGEST_POLL = 50
TAKEN_OVER = "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
WEBHOOK_SET = "Conflict: terminated by setWebhook request"


class Polling:
    def __init__(self, backlog: Backlog, clock: Clock, ledger: Ledger) -> None:
        self._backlog = backlog
        self._clock = clock
        self._ledger = ledger
        self._previous = (-1, 0.0)
        self._waiting: asyncio.Event | None = None
        self._ended_because = ""
        self._next_conflict = 0.0
        self.paused = False

    async def get_updates(self, offset: int, limit: int, patience: float) -> list[bytes]:
        limit, patience = self._slow_down(offset, min(max(limit, 1), 100), min(max(patience, 0), LONGEST_POLL))
        if offset < 0:
            offset = max(self._backlog.next_id + offset, self._backlog.head)
        if confirmed := self._backlog.confirm_below(offset):
            self._ledger.write("confirmed", below=offset, update_ids=confirmed)
        found = self._take(limit)
        if found or patience == 0:
            return found
        self.end(TAKEN_OVER)
        return await self._wait(limit, patience)

    def _slow_down(self, offset: int, limit: int, patience: float) -> tuple[int, float]:
        """Asking for the same again at once is a loop gone wild, and is slowed."""
        before, started = self._previous
        now = self._clock.now()
        self._previous = (offset, now)
        if offset != before:
            return limit, patience
        return 1 if now < started + 0.5 else limit, 3 if patience < 3 and now < started + 3 else patience

    async def _wait(self, limit: int, patience: float) -> list[bytes]:
        mine = self._waiting = asyncio.Event()
        ends_at = self._clock.now() + patience
        while (left := ends_at - self._clock.now()) > 0:
            await self._clock.wait(mine, left)
            if self._waiting is not mine:
                raise await self._conflict(self._ended_because)
            mine.clear()
            if found := self._take(limit):
                self._waiting = None
                return found
        self._waiting = None
        return []

    def _take(self, limit: int) -> list[bytes]:
        if self.paused:
            return []
        found = self._backlog.first(limit)
        if found:
            self._ledger.write("polled", update_ids=[waiting.update_id for waiting in found])
        return [waiting.body for waiting in found]

    def wake(self) -> None:
        """Something arrived."""
        if self._waiting:
            self._waiting.set()

    def end(self, because: str) -> None:
        """The poll that is under way loses; the one that comes later wins."""
        if self._waiting:
            self._ended_because = because
            waiting, self._waiting = self._waiting, None
            waiting.set()

    async def _conflict(self, description: str) -> Refused:
        """One 409 in 3 seconds is given at once, others are held back as long."""
        if self._clock.now() >= self._next_conflict:
            self._next_conflict = self._clock.now() + 3
        else:
            await self._clock.sleep(3)
        return Refused(409, description)
