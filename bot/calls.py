"""Calls officers to emergencies: at once, again after two and five minutes, then the head of the branch, until somebody has read it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.failpoints import commit
from bot.lease import Lease
from locales import LIMITS, Message, Page, _, fit
from storage import Database, Unavailable, calls, news
from storage.calls import Emergency
from storage.officer_chats import Chat
from storage.writer import Connection

ROUNDS = (0, 2, 5)  # minutes after which those on duty are called
TO_HEAD = 8  # minutes after which the head of the branch is called too
EVERY = 5.0  # seconds between two looks, however quiet it is
CALM = 1.0  # seconds between two looks, however much happens

log = structlog.get_logger()


class Calls:
    """Looks for ever, while no other process does. `committed` hears which addresses have something to send."""

    def __init__(self, database: Database, now: Callable[[], datetime], committed: Callable[[set[str]], None], public_url: str) -> None:
        self._database, self._now, self._committed = database, now, committed
        self._link = f"{public_url.rstrip('/')}/desk/inbox/" if public_url else ""
        self._lease = Lease(database, "calls")
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Something happened: perhaps an emergency."""
        self._news.set()

    async def run(self) -> None:
        keeping = asyncio.create_task(self._lease.keep())
        try:
            while True:
                await asyncio.sleep(CALM)
                if self._lease.is_ours:
                    await self.look()
                with contextlib.suppress(TimeoutError):
                    # Not wait_for: before Python 3.12 it may miss that it is cancelled (github.com/python/cpython/issues/86296).
                    async with asyncio.timeout(EVERY):
                        await self._news.wait()
                self._news.clear()
        finally:
            keeping.cancel()
            await self._lease.release()

    async def look(self) -> None:
        """Call whoever is due for each emergency that nobody has read. Looking again, here or elsewhere, calls nobody twice."""
        try:
            for emergency in await self._database.writer.read(lambda db: calls.unread(db, self._now())):
                await self._call(emergency)
        except Unavailable as error:
            log.warning("database_away", error=str(error))

    async def _call(self, emergency: Emergency) -> None:
        minutes = (self._now() - emergency.at).total_seconds() / 60
        place = max(number for number, due in enumerate(ROUNDS) if due <= minutes or number == 0)

        async def work(db: Connection) -> list[str]:
            on_duty = await calls.on_duty(db, emergency.branch, self._now())
            to_head = [] if on_duty and minutes < TO_HEAD else await calls.heads(db, emergency.branch)
            # Who is alone hears of it in every round; a head who is called after others hears of it once.
            new = await self._queue(db, emergency, place, on_duty or to_head)
            new += await self._queue(db, emergency, len(ROUNDS), to_head) if on_duty else []
            if new:
                await news.tell(db, self._database.dialect, new)
            return new

        if new := await commit(self._database, "calls", work):
            log.info("officers_called", round=place, chats=len(new))
            self._committed(set(new))

    async def _queue(self, db: Connection, emergency: Emergency, place: int, chats: list[Chat]) -> list[str]:
        pages = [(chat, self._page(emergency, place, chat)) for chat in chats]
        return await calls.call(db, self._database.dialect, self._database.tools, emergency, place, pages, self._now())

    def _page(self, emergency: Emergency, place: int, chat: Chat) -> Page:
        """Never a word or a number of the worker: the desk shows them to who may see them."""
        waited = (*ROUNDS, TO_HEAD)[place]
        still = (_("Nobody has read it for {minutes} minutes.", minutes=waited),) if waited else ()
        link = (_("Open: {link}", link=f"{self._link}{emergency.contact}"),) if self._link else ()
        said = (_("Emergency: somebody calls for help. Please read it at the desk."), *still, *link)
        return fit(Message(said), chat.language, LIMITS[chat.channel])[0]
