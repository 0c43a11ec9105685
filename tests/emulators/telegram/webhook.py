"""Delivers updates to a bot's webhook as the Bot API server does: order, connections, retries, giving up.

The rules are those of `WebhookActor.cpp`: a queue for each chat and kind with only its head under way; a failed head is tried again at
once, then after a delay that doubles up to a random cap of 60 to 120 s, or when our Retry-After says, and dropped when it would expire;
few connections to a bot that does not answer, and at most ten new ones in half a second to one that does.
"""

from __future__ import annotations

import asyncio
import heapq
import random
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.telegram.backlog import Backlog, Waiting
from tests.emulators.telegram.post import Answer, Hook, post

RESEND_CAP = 60
LONGEST_RETRY_AFTER = 3600
GONE_FOR = 23 * 3600
IDLE_LIMIT = 60
FAR = 3600.0
QUIET_AFTER = 10
# (seconds, new connections in them), to a bot that answered lately and to one that did not.
RAMP, TRICKLE = (0.5, 10), (2.0, 1)


@dataclass(slots=True)
class Standing:
    """What getWebhookInfo tells of the last failure, and what decides how boldly we connect."""

    last_success: float = -3600.0
    gone_since: float = 0.0
    error: str = ""
    error_at: int = 0
    busy: int = 0
    idle: list[float] = field(default_factory=list)
    opened: deque[float] = field(default_factory=deque)


class Webhook:
    def __init__(self, hook: Hook, backlog: Backlog, clock: Clock, ledger: Ledger, faults: Faults, dice: random.Random) -> None:
        self.hook = hook
        self.standing = Standing()
        self.paused = False
        self.on_method: Callable[[dict[str, Any]], Awaitable[None]] | None = None
        self.on_gone: Callable[[], None] | None = None
        self._backlog, self._clock, self._ledger, self._faults, self._dice = backlog, clock, ledger, faults, dice
        self._queues: dict[str, deque[Waiting]] = {}
        self._ready: list[tuple[float, int, str]] = []
        self._cursor = backlog.head
        self._wake = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        self._spawn(self._run())

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wake(self) -> None:
        self._wake.set()

    async def _run(self) -> None:
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_LIMIT)
        timeout = aiohttp.ClientTimeout(total=self.hook.patience)
        async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
            while True:
                self._wake.clear()
                self._load()
                sleep = self._open_connections()
                sleep = min(sleep, self._send(session))
                await self._clock.wait(self._wake, sleep)

    def _load(self) -> None:
        """Only twice as many queues as connections are looked at: so many dead chats would hold up all others."""
        self._cursor = max(self._cursor, self._backlog.head)
        while self._cursor < self._backlog.next_id and len(self._queues) < 2 * self.hook.max_connections:
            waiting = self._backlog.get(self._cursor)
            self._cursor += 1
            if waiting is None:
                continue
            if waiting.expires_at < self._clock.now():
                self._backlog.drop(waiting.update_id, "expired")
                continue
            queue = self._queues.setdefault(waiting.queue, deque())
            queue.append(waiting)
            if len(queue) == 1:
                self._make_ready(waiting, self._clock.now())

    def _open_connections(self) -> float:
        """Opens what may be opened now; returns how long until more may."""
        now, standing = self._clock.now(), self.standing
        standing.idle = [since for since in standing.idle if since + IDLE_LIMIT >= now]
        needed = min(len(self._queues), self.hook.max_connections)
        (window, most), needed = (TRICKLE, min(needed, 1)) if standing.last_success + QUIET_AFTER < now else (RAMP, needed)
        while standing.opened and standing.opened[0] + window <= now:
            standing.opened.popleft()
        while standing.busy + len(standing.idle) < needed:
            if len(standing.opened) >= most:
                return standing.opened[-most] + window - now
            standing.opened.append(now)
            standing.idle.append(now)
        return FAR

    def _send(self, session: aiohttp.ClientSession) -> float:
        """Sends every head that is due while a connection is free; returns how long until the next is due."""
        while self._ready and self.standing.idle and not self.paused:
            due, _order, queue = self._ready[0]
            if due > self._clock.now():
                return due - self._clock.now()
            heapq.heappop(self._ready)
            self.standing.idle.pop()
            self.standing.busy += 1
            self._spawn(self._deliver(session, self._queues[queue][0]))
        return FAR

    async def _deliver(self, session: aiohttp.ClientSession, waiting: Waiting) -> None:
        began = time.monotonic()
        answer = await post(session, self.hook, waiting.body)
        fault = self._faults.pick("webhook", waiting.chat) if answer.ok else None
        if fault:
            answer = Answer(None, fault.kind)
        self.standing.busy -= 1
        if answer.keeps_connection:
            self.standing.idle.append(self._clock.now())
        took = round(time.monotonic() - began, 4)
        facts = {"update_id": waiting.update_id, "n": waiting.failures + 1, "status": answer.status, "how": answer.how, "took": took}
        self._ledger.write("attempt", **facts, ok=answer.ok)
        if answer.ok:
            self._succeeded(waiting)
        else:
            self._failed(waiting, answer)
        if answer.method and self.on_method:
            await self.on_method(answer.method)
        self.wake()

    def _succeeded(self, waiting: Waiting) -> None:
        self.standing.last_success = self._clock.now()
        self.standing.gone_since = 0.0
        self._backlog.forget(waiting.update_id)
        self._next_of(waiting.queue)

    def _failed(self, waiting: Waiting, answer: Answer) -> None:
        now = self._clock.now()
        said = f"Wrong response from the webhook: {answer.status}" if answer.status else "Webhook connection closed"
        self.standing.error, self.standing.error_at = said, int(time.time())
        self._count_gone(answer.status, now)
        delay = min(answer.retry_after, LONGEST_RETRY_AFTER)
        if delay == 0 and waiting.failures > 0:
            waiting.delay = min(self._dice.randint(RESEND_CAP, 2 * RESEND_CAP), waiting.delay * 2)
            delay = waiting.delay
        if now + delay > waiting.expires_at:
            self._backlog.drop(waiting.update_id, "expired")
            self._next_of(waiting.queue)
            return
        waiting.failures += 1
        self._make_ready(waiting, now + delay)

    def _count_gone(self, status: int | None, now: float) -> None:
        """410 for 23 hours means: do not call again."""
        if status != 410:
            self.standing.gone_since = 0.0 if status else self.standing.gone_since
        elif not self.standing.gone_since:
            self.standing.gone_since = now
        elif now > self.standing.gone_since + GONE_FOR and self.on_gone:
            self.on_gone()

    def _next_of(self, name: str) -> None:
        queue = self._queues[name]
        queue.popleft()
        while queue and self._backlog.get(queue[0].update_id) is None:
            queue.popleft()
        if queue:
            self._make_ready(queue[0], self._clock.now())
        else:
            del self._queues[name]

    def _make_ready(self, waiting: Waiting, at: float) -> None:
        heapq.heappush(self._ready, (at, waiting.update_id, waiting.queue))

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
