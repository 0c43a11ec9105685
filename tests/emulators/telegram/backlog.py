"""The updates that wait for a bot: their ids, their order, how many fit and how long they live.

The numbers are those of the Bot API server (`TQueue.cpp`, `Client.cpp` of tdlib/telegram-bot-api).
"""

from __future__ import annotations

import json
import random
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from tests.emulators.clock import Clock
from tests.emulators.ledger import Ledger

MOST_UPDATES = 100_000
MOST_BYTES = 1 << 27
MOST_BYTES_OF_ONE = 1 << 19


@dataclass(slots=True)
class Waiting:
    """An update that no one has confirmed yet. `queue` is what it must stay in order with."""

    update_id: int
    queue: str
    body: bytes
    expires_at: float
    chat: int = 0
    delay: int = 1
    failures: int = 0


class Backlog:
    def __init__(self, clock: Clock, ledger: Ledger, dice: random.Random) -> None:
        self._clock = clock
        self._ledger = ledger
        self._waiting: OrderedDict[int, Waiting] = OrderedDict()  # a dict is slow to begin once its front was deleted
        self.bytes = 0
        self.next_id = dice.randrange(100_000_000, 900_000_000)

    def __len__(self) -> int:
        return len(self._waiting)

    def __iter__(self) -> Iterator[Waiting]:
        return iter(self._waiting.values())

    @property
    def head(self) -> int:
        return next(iter(self._waiting), self.next_id)

    def push(self, update: dict[str, Any], queue: str, lives: float, chat: int) -> int | None:
        """The id the update got, or None where Telegram drops it on arrival. A dropped update uses up no id."""
        body = json.dumps({"update_id": self.next_id, **update}, ensure_ascii=False).encode(errors="backslashreplace")
        if reason := self._refusal(len(body), lives):
            self._ledger.write("lost", reason=reason, update=update)
            return None
        update_id = self.next_id
        self.next_id += 1
        self._waiting[update_id] = Waiting(update_id, queue, body, self._clock.now() + lives, chat)
        self.bytes += len(body)
        self._ledger.write("update", update_id=update_id, queue=queue, chat=chat, update=update)
        return update_id

    def _refusal(self, size: int, lives: float) -> str:
        if lives <= 0:
            return "too old"
        if size > MOST_BYTES_OF_ONE:
            return "too large"
        if len(self._waiting) >= MOST_UPDATES or self.bytes + size > MOST_BYTES:
            return "backlog full"
        return ""

    def get(self, update_id: int) -> Waiting | None:
        return self._waiting.get(update_id)

    def first(self, count: int) -> list[Waiting]:
        """The oldest updates that have not expired; those that have are dropped on the way."""
        now = self._clock.now()
        found: list[Waiting] = []
        for waiting in list(islice(self._waiting.values(), count)):
            if waiting.expires_at < now:
                self.drop(waiting.update_id, "expired")
            else:
                found.append(waiting)
        return found if found or not self._waiting else self.first(count)

    def forget(self, update_id: int) -> None:
        """It was taken: nothing more is owed."""
        if waiting := self._waiting.pop(update_id, None):
            self.bytes -= len(waiting.body)

    def drop(self, update_id: int, reason: str) -> None:
        """Telegram gave up on it: the bot will only see a gap in the ids."""
        if update_id in self._waiting:
            self.forget(update_id)
            self._ledger.write("dropped", update_id=update_id, reason=reason)

    def clear(self, reason: str) -> None:
        for update_id in list(self._waiting):
            self.drop(update_id, reason)

    def confirm_below(self, offset: int) -> list[int]:
        """Everything older than `offset` counts as received; an offset from another life of the queue says nothing."""
        if offset > self.next_id + 10 or offset < self.head - MOST_UPDATES:
            return []
        confirmed: list[int] = []
        for update_id in self._waiting:
            if update_id >= offset:
                break
            confirmed.append(update_id)
        for update_id in confirmed:
            self.forget(update_id)
        return confirmed
