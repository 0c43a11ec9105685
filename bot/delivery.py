"""The only way out: claims what waits, sends it at the channel's pace, records what became of it."""

from __future__ import annotations

import asyncio
import contextlib
import math
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial

import structlog

from bot import metrics
from bot.caution import ALARM, Caution
from bot.channels import Channel, Failure, Parcel, SendError
from bot.failpoints import commit, failpoint
from bot.lease import Lease
from bot.outcomes import outcome
from bot.slots import LEAD, Slots
from storage import Database, Unavailable, leases, outbox
from storage.deliveries import CAMPAIGN
from storage.outbox import SENDER, Claimed, Result
from storage.writer import Connection

TIDY = 5.0  # seconds between two looks for what dead senders left and what is too late
IDLE = 30.0  # seconds without news until a look at the table; NOTIFY or the engine wakes us long before
SOON, CHAT = 0.05, 0.1  # seconds until the next look, where something is due and must wait: for another of its chat, for its chat's pace
ROUND_TRIP = 0.2  # seconds; W, the window, is twice what is under way at full rate
UNLIMITED_WINDOW = 256
BATCH = 100
GATHER = 0.02  # seconds in which results are gathered to be written together, while there are more to come
UNSURE = 30.0  # seconds in which a claim that was lost with its connection can still turn out to be committed

log = structlog.get_logger()


@dataclass
class Pace:
    """How fast a channel may be: messages a second for all, and for one chat. 0 is no limit."""

    rate: float = 0
    chat_rate: float = 0

    @property
    def window(self) -> int:
        """Deliveries claimed and not yet recorded, at most: all that a crash can leave in doubt."""
        return max(8, math.ceil(2 * self.rate * ROUND_TRIP)) if self.rate else UNLIMITED_WINDOW

    @property
    def share(self) -> int:
        """Deliveries claimed at once, at most: half of those ahead, since what is due meanwhile goes late."""
        return min(BATCH, max(1, math.ceil(self.rate * LEAD / 2))) if self.rate else BATCH

    @property
    def chat_gap(self) -> timedelta | None:
        return timedelta(seconds=1 / self.chat_rate) if self.chat_rate else None


@dataclass(frozen=True, slots=True)
class Taken:
    """What was claimed at once: the slot of the first, by this process's clock, and the seconds until something else is due; 0 if it is."""

    claimed: list[Claimed]
    first: float
    rest: float


@dataclass
class Lane:
    """One channel's way out in this process."""

    channel: Channel
    pace: Pace
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    mine: set[int] = field(default_factory=set)  # claimed and not yet recorded
    left_behind: bool = False  # something is due that could not be claimed: only a result, or time, makes way for it
    unsure_until: float = 0.0  # until then a claim may turn out to be committed of which we only heard that it failed
    results: asyncio.Queue[tuple[Claimed, Result]] = field(default_factory=asyncio.Queue)
    sending: set[asyncio.Task[None]] = field(default_factory=set)
    slots: Slots | None = None  # where there is a pace
    caution: Caution = field(default_factory=Caution)
    forbidden: bool = False

    @property
    def open(self) -> int:
        return len(self.mine)

    @property
    def ahead(self) -> float:
        """Seconds beyond which no campaign's delivery is claimed yet, so that a reply that comes now has few before it."""
        return self.slots.ahead - LEAD if self.slots else 0.0


class Delivery:
    """All channels' ways out in this process, under one epoch."""

    def __init__(self, database: Database, channels: Mapping[str, tuple[Channel, Pace]], now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._lanes = [Lane(channel, pace) for channel, pace in channels.values()]
        self._lease = Lease(database, SENDER)
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self._claiming: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        await self._lease.take()
        if self._database.dialect == "sqlite":  # nobody else can be alive; on PostgreSQL others are given time to say that they are
            await self._settle()
        await self._expire()
        self._tasks = [asyncio.create_task(self._lease.keep()), asyncio.create_task(self._keep_tidy())]
        for lane in self._lanes:
            if lane.pace.rate:
                lane.slots = Slots(lane.pace.rate, partial(self._go, lane), partial(self._book, lane))
                self._tasks.append(asyncio.create_task(lane.slots.run()))
            self._tasks.append(asyncio.create_task(self._record_loop(lane)))
            self._claiming.append(asyncio.create_task(self._claim_loop(lane)))

    def wake(self) -> None:
        """Something was queued."""
        for lane in self._lanes:
            lane.wake.set()

    async def drain(self, seconds: float = 6.0) -> None:
        """Claim no more, wait for what is under way to be recorded, then stop. What was not sent goes back."""
        self._stopping = True
        self.wake()
        if self._claiming:
            await asyncio.wait(self._claiming, timeout=seconds / 2)
        await _cancel(self._claiming)
        for lane in self._lanes:
            for claimed in lane.slots.take_back() if lane.slots else ():
                lane.results.put_nowait((claimed, self._unsent(claimed)))
        sending = [task for lane in self._lanes for task in lane.sending]
        if sending:
            await asyncio.wait(sending, timeout=seconds)
        await _cancel(sending)  # each leaves its result behind, also when it is cancelled
        with contextlib.suppress(TimeoutError):  # where the database is away, others will settle what we could not record
            async with asyncio.timeout(1):
                await asyncio.gather(*(lane.results.join() for lane in self._lanes))
                await _cancel(self._tasks)
                await self._lease.release()
        await _cancel(self._tasks)

    async def _settle(self) -> None:
        now, dialect = self._now(), self._database.dialect
        ours = {delivery for lane in self._lanes for delivery in lane.mine}
        settled = await commit(self._database, "settle", lambda db: outbox.settle(db, dialect, now, ours))
        if settled:
            log.warning("deliveries_of_dead_senders", count=settled)
            self.wake()

    async def _expire(self) -> None:
        now = self._now()
        await commit(self._database, "expire", lambda db: outbox.expire(db, now))

    async def _keep_tidy(self) -> None:
        while True:
            await asyncio.sleep(TIDY)
            try:
                # After an outage that all lived through, others must have time to say that they live.
                if self._lease.is_ours and time.monotonic() - self._lease.began >= TIDY:
                    await self._settle()
                await self._expire()
            except Unavailable as error:
                log.warning("database_away", error=str(error))
            except Exception as error:  # whoever tidies up must not stop for a bug
                log.error("not_tidied", error=type(error).__name__)

    async def _claim_loop(self, lane: Lane) -> None:
        while not self._stopping:
            lane.wake.clear()
            try:
                await self._take_up(lane)
            except Unavailable as error:
                log.warning("database_away", error=str(error))
                await asyncio.sleep(1)
            except Exception as error:  # the only way out must not close for a bug
                log.error("not_claimed", channel=lane.channel.name, error=type(error).__name__)
                await asyncio.sleep(1)

    async def _take_up(self, lane: Lane) -> None:
        """Claim what may go soon and set it on its way; wait for a reason to look again if there is nothing, or nothing may go yet."""
        taken = await self._claim(lane)
        if lane.slots:
            lane.slots.add(taken.claimed, taken.first)
        else:
            for delivery in taken.claimed:
                self._go(lane, delivery)
        lane.left_behind = taken.rest <= 0
        if not (taken.claimed and lane.left_behind) or lane.ahead > 0:
            await self._rest(lane, taken.rest)

    def _go(self, lane: Lane, delivery: Claimed) -> None:
        task = asyncio.create_task(self._send(lane, delivery))
        lane.sending.add(task)
        task.add_done_callback(lane.sending.discard)

    async def _claim(self, lane: Lane) -> Taken:
        """Deliveries to send now, and how long there will be no others, found in the same transaction."""
        room = lane.caution.room(min(lane.pace.window - lane.open, lane.pace.share), lane.open, time.monotonic())
        if room <= 0 or lane.forbidden or not self._lease.is_fresh:
            return Taken([], 0.0, 0.0)
        tools, name, epoch = self._database.tools, lane.channel.name, self._lease.epoch
        below = CAMPAIGN if lane.ahead > 0 else CAMPAIGN + 1

        async def work(db: Connection) -> Taken:
            if time.monotonic() < lane.unsure_until:
                await outbox.unclaim(db, name, epoch, lane.mine)
            claimed = await outbox.claim(db, tools, name, epoch, room, self._now(), lane.pace.chat_gap, below)
            first = await self._reserve(db, lane, len(claimed)) if claimed and lane.pace.rate else 0.0
            if len(claimed) == room:
                return Taken(claimed, first, 0.0)
            due = await outbox.next_due(db, name, self._now())
            return Taken(claimed, first, (due - self._now()).total_seconds() if due else IDLE)

        try:
            taken = await commit(self._database, "claim", work)
        except Unavailable:
            lane.unsure_until = time.monotonic() + UNSURE
            raise
        lane.mine.update(delivery.id for delivery in taken.claimed)
        return taken

    async def _rest(self, lane: Lane, seconds: float) -> None:
        """Until something is queued, a result frees a place, the slots booked ahead are used up, or a delivery that had to wait is due."""
        if lane.open >= lane.pace.window:  # only a result helps, and it wakes us; the table need not be searched
            await lane.wake.wait()
            return
        if lane.ahead > 0:
            seconds = lane.ahead
        else:
            seconds = max(seconds, lane.caution.seconds_left(time.monotonic()), CHAT if lane.pace.chat_gap else SOON)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(seconds, IDLE)):
                await lane.wake.wait()

    async def _send(self, lane: Lane, claimed: Claimed) -> None:
        """One API call; never after our claim may have been taken from us."""
        result: Result | None = None
        try:
            if self._lease.is_ours and self._lease.epoch == claimed.epoch:
                result = Result(claimed.id, "in_doubt", "stopped")
                parcel = Parcel(claimed.id, claimed.external, claimed.page, claimed.follows, claimed.template)
                failpoint("send ready")
                with metrics.timed(metrics.sending(lane.channel.name)):
                    result = Result(claimed.id, "sent", provider_id=await lane.channel.send(parcel))
                failpoint("send answered")
        except SendError as error:
            result = outcome(claimed, error, self._now(), secrets.randbelow(1000) / 1000)
            self._heed(lane, claimed, error)
        except Exception as error:  # a bug in a channel must not lose the delivery
            log.error("send_failed", channel=lane.channel.name, error=type(error).__name__)
            result = outcome(claimed, SendError(Failure.DOUBT, type(error).__name__), self._now(), 0.5)
        finally:
            result = result or self._unsent(claimed)
            unclear = result.state == "in_doubt" or result.resent
            if lane.caution.ended(clear=not unclear, now=time.monotonic()):
                log.error("channel_does_not_answer", channel=lane.channel.name)
            metrics.sent(lane.channel.name, result.state).inc()
            lane.results.put_nowait((claimed, result))

    def _unsent(self, claimed: Claimed) -> Result:
        """It goes back as if it had not been claimed."""
        return Result(claimed.id, "queued", "late", due_at=self._now(), spent=False)

    async def _book(self, lane: Lane, many: int) -> float:
        """Other slots for so many that missed theirs; the first of them."""
        try:
            return await commit(self._database, "slots", lambda db: self._reserve(db, lane, many))
        except Unavailable:
            return time.monotonic() + 1  # the claim is ours; without a clock to share, be slow

    async def _reserve(self, db: Connection, lane: Lane, many: int) -> float:
        """The database says in how many seconds; counted from now, and not from when the commit is done, or each slot would slip by another time."""
        assert lane.slots
        wait = await leases.reserve(db, self._database.dialect, lane.channel.name, many, lane.slots.rate)
        return time.monotonic() + wait

    def _heed(self, lane: Lane, claimed: Claimed, error: SendError) -> None:
        """What a failure means for all that goes this way, beyond the one delivery."""
        name = lane.channel.name
        if error.failure is Failure.WAIT:
            seconds = lane.caution.asked_to_wait(claimed.address, error.retry_after or 1.0, time.monotonic())
            if seconds > ALARM:
                log.error("channel_told_to_wait", channel=name, seconds=round(seconds))
        if error.failure is Failure.FORBIDDEN and not lane.forbidden:
            lane.forbidden = True
            log.error("channel_forbidden", channel=name, reason=error.reason)
            asyncio.get_running_loop().call_later(60, self._try_again, lane)

    def _try_again(self, lane: Lane) -> None:
        lane.forbidden = False
        lane.wake.set()

    async def _record_loop(self, lane: Lane) -> None:
        while True:
            batch = [await lane.results.get()]
            if lane.open > 1:
                await asyncio.sleep(GATHER)
            while not lane.results.empty() and len(batch) < BATCH:
                batch.append(lane.results.get_nowait())
            await self._record(lane.channel.name, batch)
            full = lane.open >= lane.pace.window
            lane.mine.difference_update(claimed.id for claimed, _result in batch)
            for _done in batch:
                lane.results.task_done()
            back = any(result.state == "queued" for _claimed, result in batch)
            if full or (lane.ahead <= 0 and (lane.left_behind or back)):
                lane.wake.set()

    async def _record(self, channel: str, batch: list[tuple[Claimed, Result]]) -> None:
        tools = self._database.tools
        while True:
            try:
                return await commit(self._database, "record", lambda db: outbox.record(db, tools, channel, batch, self._now()))
            except Unavailable as error:
                log.warning("database_away", error=str(error))
                await asyncio.sleep(0.5)
            except Exception as error:  # one result that cannot be written must not take the others along
                log.error("not_recorded", channel=channel, error=type(error).__name__)
                if len(batch) == 1 and batch[0][1] == _bare(batch[0][1]):
                    return
                for claimed, result in batch:
                    await self._record(channel, [(claimed, _bare(result) if len(batch) == 1 else result)])
                return


def _bare(result: Result) -> Result:
    """What became of the delivery alone, without what it means for its address."""
    state = "failed" if result.moved_to else result.state
    return Result(result.id, state, result.reason, result.provider_id, result.due_at, result.spent, result.resent)


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
