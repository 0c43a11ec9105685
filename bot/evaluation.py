"""Keeps the evaluation up to date, and sends the monthly report as one-time links to the officers who want it."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.failpoints import commit
from bot.lease import Lease
from locales import LIMITS, Message, Month, _, fit
from storage import Database, Unavailable, branches, effects, news, officer_chats, outgoing, rollups
from storage.officer_chats import Chat
from storage.periods import MONTH, Period, containing
from storage.reports import orders
from storage.reports.content import HOME_ZONE
from storage.reports.orders import Order
from storage.writer import Connection

FIRST, EVERY = 60.0, 300.0  # seconds until the first counting, and between two
THOROUGH = 288  # once in so many countings everybody is compared with what was counted of them: at the start, and once a day
PAUSE = 0.2  # seconds between two batches, in which turns are not kept waiting
log = structlog.get_logger()


class Evaluation:
    """Counts for ever, while no other process does. `committed` hears which addresses have something to send."""

    def __init__(self, database: Database, now: Callable[[], datetime], committed: Callable[[set[str]], None], public_url: str) -> None:
        self._database, self._now, self._committed = database, now, committed
        self._public_url = public_url.rstrip("/")
        self._lease = Lease(database, "evaluation")

    async def run(self) -> None:
        keeping = asyncio.create_task(self._lease.keep())
        try:
            await asyncio.sleep(FIRST)
            for number in itertools.count():
                if self._lease.is_ours:
                    await self.look(PAUSE, thorough=number % THOROUGH == 0)
                await asyncio.sleep(EVERY)
        finally:
            keeping.cancel()
            await self._lease.release()

    async def look(self, pause: float = 0.0, *, thorough: bool = True) -> None:
        """Looking again changes nothing: each person is counted once, each month sent once."""
        try:
            if people := await rollups.catch_up(self._database.writer, pause, thorough=thorough):
                log.info("counted", people=people)
            await effects.settle(self._database.writer, self._now())
            await self._send()
        except Unavailable as error:
            log.warning("database_away", error=str(error))

    async def _send(self) -> None:
        """To whoever has not had the month that ended last, where their branch is. Without a public address there is no link to send."""
        waiting = await self._database.writer.read(orders.waiting)
        if not waiting or not self._public_url:
            return
        zones = await self._database.writer.read(branches.zones_of)
        for order in waiting:
            month = containing(MONTH, self._now(), zones.get(order.branch, HOME_ZONE)).before
            chats = await self._database.writer.read(lambda db, order=order: officer_chats.of(db, [order.officer_id]))  # type: ignore[misc]
            if chats and order.sent_for < month.name:
                await self._send_one(order, month, chats)

    async def _send_one(self, order: Order, month: Period, chats: list[Chat]) -> None:
        database, now, token = self._database, self._now(), secrets.token_urlsafe(24)

        async def work(db: Connection) -> list[str]:
            if not await orders.sent(db, order.officer_id, month.name):
                return []
            await orders.new_link(db, database.tools, token, order.officer_id, order.branch, month.name, now)
            told = [await self._tell(db, order, month, chat, token, now) for chat in chats[:1]]
            addresses = [address for address in told if address]
            if addresses:
                await news.tell(db, database.dialect, addresses)
            return addresses

        if addresses := await commit(database, "report", work):
            log.info("report_sent", month=month.name)
            self._committed(set(addresses))

    async def _tell(self, db: Connection, order: Order, month: Period, chat: Chat, token: str, now: datetime) -> str | None:
        said = _(
            "The evaluation of {month} is ready. This link opens it once, for a week:", month=Month(month.first.year, month.first.month)
        )
        link = _("Open: {link}", link=f"{self._public_url}/desk/report/{token}")
        page = fit(Message((said, link)), chat.language, LIMITS[chat.channel])[0]
        key = f"r:{order.officer_id}:{month.name}"
        return await outgoing.tell(db, self._database.dialect, self._database.tools, key, chat.contact_id, page, now)
