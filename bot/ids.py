"""Makes ids: increasing 63-bit integers, unique over all processes, without asking the database."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable

EPOCH = 1_735_689_600_000  # 2025-01-01 in milliseconds since 1970; 41 bits from there last until 2094
NODE_BITS, SEQUENCE_BITS = 10, 12


class Ids:
    """Milliseconds, then 10 random bits of this process, then a count: in order of time within a process, nearly so over all.

    Two processes with the same node make the same id only in the same millisecond at the same count; the unique key then
    refuses one and its group is tried again with new ids.
    """

    def __init__(self, node: int | None = None, milliseconds: Callable[[], int] = lambda: time.time_ns() // 1_000_000) -> None:
        self._node = (secrets.randbits(NODE_BITS) if node is None else node) << SEQUENCE_BITS
        self._milliseconds = milliseconds
        self._last = 0
        self._count = 0
        self._alone = threading.Lock()  # the writer's thread asks, and whoever prepares rows in another

    def __call__(self) -> int:
        with self._alone:
            now = max(self._milliseconds() - EPOCH, self._last)  # a clock set back must not give an old id again
            self._count = self._count + 1 if now == self._last else 0
            if self._count >> SEQUENCE_BITS:
                now, self._count = now + 1, 0
            self._last = now
            return (now << (NODE_BITS + SEQUENCE_BITS)) | self._node | self._count
