"""Holds a lease for as long as this process lives, and knows when it may no longer rely on it."""

from __future__ import annotations

import asyncio
import time

import structlog

from bot.failpoints import commit
from storage import Database, Unavailable, leases

SECONDS = 15.0  # a holder may be silent so long before it is replaced
HEARTBEAT = 5.0

log = structlog.get_logger()


class Lease:
    """One name, held under one epoch. `is_ours` is judged by this process's own clock, on the safe side."""

    def __init__(self, database: Database, name: str) -> None:
        """A name that ends with a colon is completed by the epoch: then everybody holds one, and it only tells who lives."""
        self._database = database
        self._given = name
        self._until = 0.0
        self._begin()

    def _begin(self) -> None:
        """A new life: what was claimed under the epoch before is no longer ours."""
        self.epoch = self._database.tools.new_id()
        self._name = f"{self._given}{self.epoch}" if self._given.endswith(":") else self._given
        self.began = time.monotonic()

    @property
    def is_ours(self) -> bool:
        """False once others may have taken it: also right after this process was stopped for a while and goes on."""
        return time.monotonic() < self._until

    @property
    def is_fresh(self) -> bool:
        """Whether there is time to begin something under it."""
        return time.monotonic() < self._until - HEARTBEAT

    async def take(self) -> bool:
        """Get or renew it; False while another holds it. Once it ran out, others may have acted, so it begins anew."""
        if self._until and not self.is_ours:
            self._begin()
        started, dialect = time.monotonic(), self._database.dialect
        taken = await commit(self._database, "lease", lambda db: leases.take(db, dialect, self._name, self.epoch, SECONDS))
        self._until = started + SECONDS if taken else 0.0
        return taken

    async def keep(self) -> None:
        """Renew it for ever, and try to get it while another holds it."""
        while True:
            try:
                await self.take()
            except Unavailable as error:
                log.warning("database_away", error=str(error))
            except Exception as error:  # whoever keeps a lease must not stop for a bug
                log.error("lease_not_kept", error=type(error).__name__)
            await asyncio.sleep(HEARTBEAT)

    async def release(self) -> None:
        self._until = 0.0
        try:
            await commit(self._database, "lease given back", lambda db: leases.release(db, self._name, self.epoch))
        except Unavailable:
            log.warning("lease_not_released", lease=self._name.partition(":")[0])  # it runs out by itself
