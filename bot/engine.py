"""Receives messages: one transaction from what came in to the replies that are queued, for many people at once."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

import structlog

from bot import metrics
from bot.failpoints import commit
from dialogue import Script, advance
from locales import LIMITS, Message, Page, _, fit
from storage import Database, Inbound, Store, Unavailable, news
from storage.deliveries import DELIVERIES, PULLED, reply_row
from storage.turns import Group, Loaded, quarantine
from storage.writer import Connection

GROUP = 64  # turns in one transaction: beyond it the commit is no longer what costs
TRIES = 3

log = structlog.get_logger()
SORRY = _("Something went wrong on our side. Your message is kept and an officer can read it. Please try again, or type menu.")


@dataclass
class Waiting:
    """A message on its way through a lane, and who waits for it to be durable."""

    inbound: Inbound
    id: str
    address: str
    done: asyncio.Future[None]
    failures: int = 0


@dataclass
class Lane:
    """Messages of some addresses, in order. One group at a time; whoever waits for the same address goes in the next."""

    queue: asyncio.Queue[Waiting] = field(default_factory=asyncio.Queue)
    later: deque[Waiting] = field(default_factory=deque)

    async def group(self) -> list[Waiting]:
        if not self.later:
            self.later.append(await self.queue.get())
        while not self.queue.empty():
            self.later.append(self.queue.get_nowait())
        chosen: dict[str, Waiting] = {}
        rest: deque[Waiting] = deque()
        for waiting in self.later:
            if len(chosen) < GROUP and waiting.address not in chosen:
                chosen[waiting.address] = waiting
            else:
                rest.append(waiting)
        self.later = rest
        return list(chosen.values())


class Engine:
    """Runs turns in groups. `committed` hears, after each commit, which addresses have something new to read or to send."""

    def __init__(
        self,
        database: Database,
        script: Script,
        now: Callable[[], datetime],
        branch: str,
        committed: Callable[[set[str]], None] = lambda _addresses: None,
        lanes: int = 1,
        pulled: frozenset[str] = PULLED,
    ) -> None:
        self._database = database
        self._script = script
        self._now = now
        self._branch = branch
        self._committed = committed
        self._pulled = pulled
        self._lanes = [Lane() for _number in range(lanes if database.dialect == "postgresql" else 1)]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        self._tasks = [asyncio.create_task(self._serve(lane)) for lane in self._lanes]

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for lane in self._lanes:
            while not lane.queue.empty():
                lane.later.append(lane.queue.get_nowait())
            for waiting in lane.later:
                _fail(waiting, Unavailable("stopping"))

    async def receive(self, inbounds: Iterable[Inbound]) -> None:
        """Returns once every message is durable with its replies; raises Unavailable if the database is away."""
        loop = asyncio.get_running_loop()
        all_done: list[asyncio.Future[None]] = []
        for inbound in map(storable, inbounds):
            address = self._database.address(inbound)
            waiting = Waiting(inbound, f"{inbound.channel}:{inbound.id}", address, loop.create_future())
            self._lanes[hash(address) % len(self._lanes)].queue.put_nowait(waiting)
            all_done.append(waiting.done)
            metrics.RECEIVED.labels(inbound.channel).inc()
        with metrics.timed(metrics.TURN):
            if len(all_done) == 1:
                return await all_done[0]
            for result in await asyncio.gather(*all_done, return_exceptions=True):
                if isinstance(result, BaseException):
                    raise result

    async def _serve(self, lane: Lane) -> None:
        while True:
            await self._handle(await lane.group())

    async def _handle(self, group: list[Waiting]) -> None:
        """A group that cannot be written is split in two and tried again; a turn that fails three times is quarantined."""
        try:
            failed = await commit(self._database, "turns", lambda db: self._run(db, group))
        except Unavailable as error:
            for waiting in group:
                _fail(waiting, error)
            return
        except Exception as error:
            if len(group) > 1:
                await self._handle(group[: len(group) // 2])
                await self._handle(group[len(group) // 2 :])
            else:
                await self._failed(group[0], error)
            return
        again = [waiting for waiting in group if waiting.id in failed]
        metrics.HANDLED.labels("done").inc(len(group) - len(failed))
        self._committed({waiting.address for waiting in group if waiting.id not in failed})
        for waiting in group:
            if waiting.id not in failed and not waiting.done.done():
                waiting.done.set_result(None)
        for waiting in again:
            await self._handle([waiting])

    async def _run(self, db: Connection, waiting: list[Waiting]) -> set[str]:
        """All turns of a group; the ids of those whose step raised, which left no trace."""
        group = Group(db, self._database.dialect, self._database.tools, self._now(), self._branch)
        unseen = await group.unseen({one.id: one.inbound for one in waiting})
        turns = [one for one in waiting if one.id in unseen]
        if not turns:
            return set()
        loaded = await group.load({one.address: one.inbound for one in turns})
        done: dict[int, Loaded] = {}
        failed: set[str] = set()
        for one in turns:
            here = loaded[one.address]
            contact = here.conversation.contact
            try:
                if contact.id in done:
                    raise _Busy
                await self._turn(group, one, here)
            except _Tainted:
                raise
            except Exception as error:
                if len(waiting) == 1:
                    raise
                if not isinstance(error, _Busy):
                    log.warning("turn_failed", error=type(error).__name__, address=one.address[:8])
                failed.add(one.id)
                continue
            done[contact.id] = here
        await group.save(list(done.values()))
        if failed:
            await group.forget(list(failed))
        await news.tell(db, self._database.dialect, {one.address for one in turns if one.id not in failed})
        return failed

    async def _turn(self, group: Group, one: Waiting, here: Loaded) -> None:
        conversation, inbound = here.conversation, one.inbound
        changes = group.changes(conversation.contact)
        try:
            reply = await advance(self._script, conversation, inbound, group.now, Store(changes))
        except Exception:
            if changes.flushed:
                raise _Tainted from None  # some of it is already in the transaction: only a rollback takes it back
            raise
        # Order of ids is order of reading: first what the worker said, then what we answer.
        group.keep(inbound, here, changes)
        if reply is not None:
            self._queue(group, one, here, fit(reply, conversation.contact.language, LIMITS[inbound.channel]))

    def _queue(self, group: Group, one: Waiting, here: Loaded, pages: list[Page]) -> None:
        for number, page in enumerate(pages):
            row = reply_row(
                self._database.tools.new_id(),
                f"r:{one.id}:{number}",
                here.conversation.contact.id,
                one.address,
                one.inbound.channel,
                page,
                group.now,
                pulled=one.inbound.channel in self._pulled,
                follows=one.inbound.id,
            )
            group.inserts.append((DELIVERIES, row))

    async def _failed(self, waiting: Waiting, error: Exception) -> None:
        waiting.failures += 1
        log.warning("turn_failed_alone", error=type(error).__name__, address=waiting.address[:8], failures=waiting.failures)
        if waiting.failures < TRIES:
            return await self._handle([waiting])
        try:
            await self._put_aside(waiting, error)
        except Exception as again:
            return _fail(waiting, Unavailable(type(again).__name__))
        metrics.HANDLED.labels("quarantined").inc()
        self._committed({waiting.address})
        if not waiting.done.done():
            waiting.done.set_result(None)

    async def _put_aside(self, waiting: Waiting, error: Exception) -> None:
        try:
            await commit(self._database, "quarantine", lambda db: self._quarantine(db, waiting, error))
        except Unavailable:
            raise
        except Exception as again:  # not even an apology can be written to this contact
            log.error("no_apology", error=type(again).__name__, address=waiting.address[:8])
            await commit(self._database, "quarantine", lambda db: self._keep_aside(db, waiting, error))

    async def _keep_aside(self, db: Connection, one: Waiting, error: Exception) -> None:
        raw = json.dumps(asdict(one.inbound), default=str)
        dialect, tools, reason = self._database.dialect, self._database.tools, type(error).__name__
        await quarantine(db, dialect, tools, one.id, raw, reason, self._now(), one.inbound.number)

    async def _quarantine(self, db: Connection, one: Waiting, error: Exception) -> None:
        group = Group(db, self._database.dialect, self._database.tools, self._now(), self._branch)
        await self._keep_aside(db, one, error)
        here = (await group.load({one.address: one.inbound}))[one.address]
        language = here.conversation.contact.language
        self._queue(group, one, here, fit(Message((SORRY,)), language, LIMITS[one.inbound.channel]))
        await group.save([here])
        await news.tell(db, group.dialect, {one.address})


def storable(inbound: Inbound) -> Inbound:
    """The same message, less what no database keeps: NUL, and halves of characters that JSON lets through."""
    text, label = _clean(inbound.text), _clean(inbound.label)
    if text == inbound.text and label == inbound.label and (not inbound.pressed or inbound.pressed.isascii()):
        return inbound
    return replace(inbound, text=text, label=label, pressed=None if inbound.pressed is None else _clean(inbound.pressed))


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


class _Busy(Exception):
    """The contact already has a turn in this group, by another of its addresses."""


class _Tainted(Exception):
    """A turn failed after some of its writes were flushed."""


def _fail(waiting: Waiting, error: Exception) -> None:
    if not waiting.done.done():
        waiting.done.set_exception(error)
