"""Delivers what happened to the webhook as Meta does: signed, in batches, again for seven days, doubled and out of order if asked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import random
import time
from collections import deque
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.emulators.clock import Clock
from tests.emulators.faults import Faults
from tests.emulators.ledger import Ledger
from tests.emulators.whatsapp.events import Change

GIVE_UP_AFTER = 7 * 86_400
FIRST_RETRY, LONGEST_RETRY = 5.0, 3600.0
SHUFFLED_WITHIN = 40


@dataclass(slots=True)
class Hook:
    """How deliveries are made. `patience` is in real seconds, `duplicates` a probability."""

    url: str = ""
    batch: int = 1
    connections: int = 10
    shuffle: bool = False
    duplicates: float = 0.0
    patience: float = 20.0


@dataclass(slots=True)
class Delivery:
    """One POST: it stays the same however often it is repeated."""

    ids: list[str]
    body: bytes
    first: float
    due: float = 0.0
    failures: int = 0


@dataclass(slots=True)
class Webhook:
    account: str
    app_secret: str
    clock: Clock
    ledger: Ledger
    faults: Faults
    dice: random.Random
    hook: Hook = field(default_factory=Hook)
    paused: bool = False
    events: deque[tuple[str, Change]] = field(default_factory=deque)
    waiting: list[Delivery] = field(default_factory=list)  # failed, or doubled: they come again
    busy: int = 0
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self) -> None:
        self._spawn(self._run())

    async def stop(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def tell(self, name: str, change: Change) -> None:
        self.ledger.write("event", id=name, change=change)
        self.events.append((name, change))
        self.wake()

    def wake(self) -> None:
        self._wake.set()

    def sign(self, body: bytes) -> dict[str, str]:
        """Meta sends both; only the second proves anything."""
        secret = self.app_secret.encode()
        return {
            "X-Hub-Signature": "sha1=" + hmac.new(secret, body, hashlib.sha1).hexdigest(),
            "X-Hub-Signature-256": "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest(),
        }

    async def _run(self) -> None:
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=self.hook.patience)) as session:
            while True:
                self._wake.clear()
                while self.hook.url and not self.paused and self.busy < self.hook.connections and (delivery := self._next()):
                    self.busy += 1
                    self._spawn(self._deliver(session, delivery))
                soonest = min((one.due for one in self.waiting), default=self.clock.now() + 3600)
                await self.clock.wait(self._wake, max(soonest - self.clock.now(), 0.001))

    def _next(self) -> Delivery | None:
        now = self.clock.now()
        due = next((one for one in self.waiting if one.due <= now), None)
        if due:
            self.waiting.remove(due)
            return due
        taken = [self._take() for _number in range(min(self.hook.batch, len(self.events)))]
        return Delivery([name for name, _change in taken], self._pack([change for _name, change in taken]), now) if taken else None

    def _take(self) -> tuple[str, Change]:
        if not self.hook.shuffle:
            return self.events.popleft()
        place = self.dice.randrange(min(len(self.events), SHUFFLED_WITHIN))
        self.events.rotate(-place)
        taken = self.events.popleft()
        self.events.rotate(place)
        return taken

    def _pack(self, changes: list[Change]) -> bytes:
        """Many changes may come as many entries, many changes of one entry, or many receipts of one change."""
        entries: list[dict[str, Any]] = []
        for change in changes:
            if not entries or (self.hook.shuffle and self.dice.random() < 0.3):
                entries.append({"id": self.account, "time": int(time.time()), "changes": []})
            before = entries[-1]["changes"]
            if before and "statuses" in change["value"] and "statuses" in before[-1]["value"] and self.dice.random() < 0.5:
                before[-1] = _together(before[-1], change)
            else:
                before.append(change)
        body = {"object": "whatsapp_business_account", "entry": entries}
        # Meta escapes what is not ASCII and every slash, so that JSON written anew would not have the same signature.
        return json.dumps(body, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()

    async def _deliver(self, session: aiohttp.ClientSession, delivery: Delivery) -> None:
        began = time.monotonic()
        status = await self._post(session, delivery.body)
        if status == 200 and (fault := self.faults.pick("webhook")):
            status, how = 0, fault.kind
        else:
            how = "answered" if status else "broken"
        took = round(time.monotonic() - began, 4)
        self.ledger.write("attempt", ids=delivery.ids, n=delivery.failures + 1, status=status, how=how, took=took, ok=status == 200)
        self.busy -= 1
        if status != 200:
            self._failed(delivery)
        elif self.dice.random() < self.hook.duplicates:
            delivery.due = self.clock.now() + self.dice.random()
            self.waiting.append(delivery)
        self.wake()

    async def _post(self, session: aiohttp.ClientSession, body: bytes) -> int:
        headers = {"Content-Type": "application/json", "User-Agent": "facebookexternalua", **self.sign(body)}
        try:
            async with session.post(self.hook.url, data=body, headers=headers, allow_redirects=False) as response:
                await response.read()
                return response.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def _failed(self, delivery: Delivery) -> None:
        now = self.clock.now()
        delivery.failures += 1
        delivery.due = now + min(FIRST_RETRY * 2 ** (delivery.failures - 1), LONGEST_RETRY)
        if delivery.due - delivery.first > GIVE_UP_AFTER:
            self.ledger.write("dropped", ids=delivery.ids)
        else:
            self.waiting.append(delivery)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _together(one: Change, other: Change) -> Change:
    """Two changes with receipts as one."""
    value = {**one["value"], "statuses": one["value"]["statuses"] + other["value"]["statuses"]}
    if people := one["value"].get("contacts", []) + other["value"].get("contacts", []):
        value["contacts"] = people
    return {**one, "value": value}
