"""Tells other processes, at the moment of a commit, that there is something to send or to read."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Callable, Iterable

import asyncpg
from sqlalchemy import text
from sqlalchemy.engine import make_url

from storage.writer import Connection

NAME = "sapa"
LONGEST = 7900  # bytes; PostgreSQL's limit is 8000
QUEUED = "*"  # stands for: something waits to be sent
_TELL = text("SELECT pg_notify('sapa', :news)")

Hear = Callable[[set[str]], None]


async def tell(db: Connection, dialect: str, addresses: Iterable[str]) -> None:
    """Say it within the transaction, so that it is heard if and only if that is committed. SQLite has one server: nobody to tell."""
    if dialect != "postgresql":
        return
    news = json.dumps(sorted(addresses))
    await db.execute(_TELL, {"news": news if len(news) <= LONGEST else json.dumps([QUEUED])})


class Listener:
    """Hears what others tell on PostgreSQL, on a connection of its own. After a break it says that anything may have happened."""

    def __init__(self, url: str, hear: Hear) -> None:
        self._url = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
        self._hear = hear

    async def listen(self) -> None:
        """For ever; reconnects by itself."""
        while True:
            with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
                await self._until_broken()
            await asyncio.sleep(1)

    async def _until_broken(self) -> None:
        broken = asyncio.Event()
        db = await asyncpg.connect(self._url)
        try:
            db.add_termination_listener(lambda _db: broken.set())
            await db.add_listener(NAME, lambda _db, _pid, _name, news: self._hear(set(json.loads(news))))
            self._hear({QUEUED})
            await broken.wait()
        finally:
            db.terminate()
