"""Stores receipts of many deliveries of the webhook in one transaction, so that each is durable before it is acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.channels.whatsapp_payloads import CHANNEL
from bot.failpoints import commit
from storage import Database, Unavailable
from storage.receipts import Lesson, Receipt, join, learn, record

MOST = 2000  # receipts in one transaction: it holds locks, and others wait
LESSONS = 10  # people in one transaction: each takes a dozen statements
LEARN_EVERY = 0.5  # seconds: learning is for quiet hours, receipts do not wait
MOST_LESSONS = 10_000  # that wait; what is forgotten is told again by the next receipt
JOIN_EVERY = 60.0  # seconds between two looks for what receipts were for that came too early

log = structlog.get_logger()


@dataclass(slots=True)
class Waiting:
    """The receipts of one delivery, and who waits for them to be durable."""

    receipts: Sequence[Receipt]
    done: asyncio.Future[None]


class Storing:
    """One lane: whatever has gathered while a transaction ran goes into the next."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._queue: asyncio.Queue[Waiting] = asyncio.Queue()
        self._lessons: asyncio.Queue[Lesson] = asyncio.Queue(MOST_LESSONS)
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(work()) for work in (self._serve, self._keep_joining, self._keep_learning)]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        while not self._queue.empty():
            _end(self._queue.get_nowait(), Unavailable("stopping"))

    async def store(self, receipts: Sequence[Receipt]) -> None:
        """Returns once they are durable; raises Unavailable if the database is away."""
        if not receipts:
            return
        waiting = Waiting(receipts, asyncio.get_running_loop().create_future())
        self._queue.put_nowait(waiting)
        await waiting.done

    async def _serve(self) -> None:
        while True:
            group = [await self._queue.get()]
            try:
                while not self._queue.empty() and sum(len(one.receipts) for one in group) < MOST:
                    group.append(self._queue.get_nowait())
                await self._handle(group)
            except asyncio.CancelledError:
                for one in group:
                    _end(one, Unavailable("stopping"))
                raise

    async def _handle(self, group: list[Waiting]) -> None:
        try:
            await self._write([receipt for one in group for receipt in one.receipts])
        except Unavailable as error:
            for one in group:
                _end(one, error)
        except Exception:
            await self._one_by_one(group)
        else:
            for one in group:
                _end(one)

    async def _one_by_one(self, group: list[Waiting]) -> None:
        """One receipt that cannot be written must not hold up the others. It says nothing that its message needs: it is let go."""
        for one in group:
            try:
                for receipt in one.receipts:
                    await self._alone(receipt)
            except Unavailable as error:
                _end(one, error)
            else:
                _end(one)

    async def _alone(self, receipt: Receipt) -> None:
        try:
            await self._write([receipt])
        except Unavailable:
            raise
        except Exception as error:
            log.error("receipt_not_stored", error=type(error).__name__, state=receipt.state)

    async def _write(self, receipts: list[Receipt]) -> None:
        tools, dialect = self._database.tools, self._database.dialect
        lessons = await commit(self._database, "receipts", lambda db: record(db, dialect, tools, receipts, self._now()))
        for lesson in lessons:
            if not self._lessons.full():
                self._lessons.put_nowait(lesson)

    async def _keep_learning(self) -> None:
        """After the acknowledgement, and only while nobody waits for one."""
        while True:
            lessons = [await self._lessons.get()]
            while not self._lessons.empty() and len(lessons) < LESSONS:
                lessons.append(self._lessons.get_nowait())
            while not self._queue.empty():  # noqa: ASYNC110 (politeness, not a signal)
                await asyncio.sleep(0.05)
            await self._learn(lessons)
            await asyncio.sleep(LEARN_EVERY)

    async def _learn(self, lessons: list[Lesson]) -> None:
        tools = self._database.tools
        try:
            await commit(self._database, "people learnt", lambda db: learn(db, tools, CHANNEL, lessons))
        except Exception as error:
            log.warning("people_not_learnt", error=type(error).__name__)

    async def _keep_joining(self) -> None:
        tools, dialect = self._database.tools, self._database.dialect
        while True:
            await asyncio.sleep(JOIN_EVERY)
            try:
                await commit(self._database, "receipts joined", lambda db: join(db, dialect, tools, self._now()))
            except Exception as error:
                log.warning("receipts_not_joined", error=type(error).__name__)


def _end(waiting: Waiting, error: Exception | None = None) -> None:
    if waiting.done.done():
        return
    if error:
        waiting.done.set_exception(error)
    else:
        waiting.done.set_result(None)
