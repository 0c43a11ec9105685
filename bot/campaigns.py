"""Runs campaigns: plans them in chunks, hands over what can go soon, stops those that fail, ends those that are over. One process does."""

from __future__ import annotations

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from bot.campaigns_house import kit_of
from bot.campaigns_standing import Standing
from bot.failpoints import commit
from bot.lease import Lease
from storage import Database, Unavailable, campaigns, campaigns_acts, campaigns_feed, campaigns_recall, news, pauses
from storage.campaigns import CANCELLED, PLANNING, SENDING, UNDER_WAY, Campaign, Stale
from storage.campaigns_feed import Handed
from storage.campaigns_kit import Kit
from storage.campaigns_plan import Chunk, Plan
from storage.writer import Connection

TICK = 0.5  # seconds between two looks
# Seconds one transaction may take: a turn that must wait for it is not noticed. On PostgreSQL none waits.
BLOCK = {"sqlite": 0.06, "postgresql": 0.12}
FIRST, SMALLEST, LARGEST = 1_000, 100, 50_000  # contacts in a chunk
BATCH = 250  # recipients handed over in one transaction
AHEAD = 3.0  # seconds of sending that stand in the outbox; few, so that a pause has little to call back
LEAST, UNLIMITED = 30, 2_000  # messages that stand there at least, and where a channel has no limit
EARLY = timedelta(minutes=10)  # before it begins a campaign is planned
SETTLED = timedelta(days=8)  # platforms repeat what they tell of a message for seven
SELDOM = timedelta(minutes=1)  # between two looks at what is over
OVER = timedelta(days=40)  # after which nothing is to be done for a campaign any more
GIVE_UP = 2_000  # recipients in one transaction
LOOKED_AT, ENOUGH = 1_000, 50  # newest messages by which a campaign is judged, and how many make a judgement
FAILED, ENDED = frozenset({"failed"}), frozenset({"failed", "sent", "delivered", "read"})
SAME, AMONG = 20, 100  # so many messages refused for their content among the first are enough

log = structlog.get_logger()


@dataclass
class Run:
    """One campaign under way in this process."""

    kit: Kit
    plan: Plan
    size: int = FIRST
    newest: deque[int] = field(default_factory=lambda: deque(maxlen=LOOKED_AT))  # deliveries handed over
    fed: bool = False  # once
    allowance: float = 0.0  # messages its own pace allows now
    since: float = field(default_factory=time.monotonic)


class Runner:
    """Looks again and again at what campaigns need. `rates` are the channels' messages a second, 0 without limit.

    `patience`: seconds that one piece of work may take before another campaign has its turn.
    """

    def __init__(
        self,
        database: Database,
        now: Callable[[], datetime],
        rates: Mapping[str, float],
        heard: Callable[[set[str]], None],
        patience: float = TICK,
        public_url: str = "",
    ) -> None:
        self._database, self._now, self._rates, self._heard = database, now, rates, heard
        self._patience, self._public_url = patience, public_url
        self._lease = Lease(database, "campaigns")
        self._runs: dict[int, Run] = {}
        self._swept: set[int] = set()
        self._looked_back = datetime.min.replace(tzinfo=UTC)
        self._planning = False  # there is more to plan at once
        self._standing = Standing(database, now)

    async def run(self) -> None:
        keeping = asyncio.create_task(self._lease.keep())
        try:
            while True:
                await asyncio.sleep(0 if self._planning else TICK)
                self._planning = False
                if self._lease.is_ours:
                    await self._look()
        finally:
            keeping.cancel()
            await self._lease.release()

    async def _look(self) -> None:
        try:
            await self.tick()
        except Unavailable as error:
            log.warning("database_away", error=str(error))
        except Exception as error:  # whoever runs campaigns must not stop for a bug in one
            log.error("campaigns_not_run", error=type(error).__name__)

    async def tick(self) -> None:
        """What is to be done now, a piece of each campaign's work."""
        now = self._now()
        await self._standing.look()
        await self._sweep(await self._database.writer.read(lambda db: campaigns.cancelled(db, now - OVER)))
        await self._look_back(now)
        active = (await self._database.writer.read(lambda db: campaigns.find(db, "*", states=UNDER_WAY, most=1_000)))[::-1]
        self._runs = {one.id: run for one in active if (run := self._runs.get(one.id))}
        if not active:
            return
        await commit(self._database, "campaign recalled", lambda db: campaigns_recall.recall_late(db, now))
        for campaign in active:
            assert campaign.begins_at
            if campaign.begins_at - now <= EARLY:
                await self._serve(campaign, now)

    async def _look_back(self, now: datetime) -> None:
        """What is still to be done for campaigns that are over; it does not hurry."""
        if abs(now - self._looked_back) < SELDOM:
            return
        done = await self._database.writer.read(lambda db: campaigns.ended(db, now - OVER))
        await self._standing.ask(done)
        await self._keep(done, now)
        self._looked_back = now

    async def _serve(self, campaign: Campaign, now: datetime) -> None:
        run = self._runs.get(campaign.id) or await self._begin(campaign)
        self._runs[campaign.id] = run
        run.kit.campaign = campaign
        if campaign.state == PLANNING:
            await self._plan(run)
        if await self._fails(run, campaign, now):
            return
        assert campaign.expires_at
        if campaign.expires_at <= now:
            await self._give_up(campaign.id, "expired")
        elif not await self._database.writer.read(lambda db: pauses.reason_of(db, pauses.CAMPAIGNS)):
            await self._feed(run, now)
        if campaign.state == SENDING:
            await commit(self._database, "campaign ended", lambda db: campaigns_recall.finish(db, campaign.id, now))

    async def _begin(self, campaign: Campaign) -> Run:
        kit = await self._database.writer.read(lambda db: kit_of(db, self._database, campaign, self._public_url))
        plan = Plan(campaign, kit.file, kit.geography, self._database.dialect)
        if campaign.state == PLANNING:
            await self._database.writer.read(lambda db: plan.look(db, campaign.cursor))
        return Run(kit, plan)

    async def _plan(self, run: Run) -> None:
        """Chunks for one tick; their size follows what they cost here."""
        until = time.monotonic() + self._patience
        while time.monotonic() < until:
            took = 0.0

            async def work(db: Connection) -> Chunk | None:
                nonlocal took
                began = time.monotonic()
                done = await run.plan.chunk(db, run.size, self._now())
                took = time.monotonic() - began
                return done

            chunk = await commit(self._database, "campaign planned", work)
            self._planning = chunk is not None and not chunk.finished
            if not self._planning:
                return
            run.size = round(min(max(run.size * min(BLOCK[self._database.dialect] / max(took, 0.001), 2), SMALLEST), LARGEST))
            if not run.fed:
                return  # the first messages need not wait for the rest of the plan

    async def _feed(self, run: Run, now: datetime) -> None:
        """Each channel's share of the outbox is filled up."""
        until = time.monotonic() + self._patience
        handed_any, run.fed = False, True
        for channel in run.kit.file.audience.channels:
            if channel not in self._rates:
                continue
            room = await self._room(run, channel)
            while room > 0 and time.monotonic() < until:
                handed = await self._hand_over(run, channel, min(room, BATCH), now)
                room -= len(handed.deliveries)
                run.allowance -= len(handed.deliveries)
                run.newest.extend(handed.deliveries)
                handed_any = handed_any or bool(handed.deliveries)
                if not handed.looked_at:
                    break
        if handed_any:
            self._heard({news.QUEUED})

    async def _room(self, run: Run, channel: str) -> int:
        """How many may be handed over to a channel now, by its pace and the campaign's own."""
        rate = self._rates[channel]
        most = max(math.ceil(rate * AHEAD), LEAST) if rate else UNLIMITED
        room = most - await self._database.writer.read(lambda db: campaigns_recall.backlog(db, channel, most))
        if own := run.kit.file.per_minute:
            moment = time.monotonic()
            run.allowance = min(run.allowance + (moment - run.since) * own / 60, max(own / 60, 1.0))
            run.since = moment
            room = min(room, int(run.allowance))
        return room

    async def _hand_over(self, run: Run, channel: str, most: int, now: datetime) -> Handed:
        dialect = self._database.dialect

        async def work(db: Connection) -> Handed:
            handed = await campaigns_feed.hand_over(db, run.kit, channel, most, now)
            if handed.deliveries:
                await news.tell(db, dialect, [news.QUEUED])
            return handed

        return await commit(self._database, "campaign handed over", work)

    async def _fails(self, run: Run, campaign: Campaign, now: datetime) -> bool:
        """Too many failures and blocks, or the words are refused: it pauses, and a person looks at it."""
        if not run.newest:
            return False
        found = await self._database.writer.read(lambda db: campaigns_recall.outcomes(db, run.newest))
        ended = sum(many for (state, _reason), many in found.items() if state in ENDED)
        failed = sum(many for (state, _reason), many in found.items() if state in FAILED)
        refused = max((many for (state, _reason), many in found.items() if state in FAILED), default=0)
        much = ended >= ENOUGH and failed > run.kit.file.stop_at * ended
        if not much and not (refused >= SAME and ended <= AMONG):
            return False
        tools = self._database.tools
        try:
            await commit(
                self._database, "campaign stopped", lambda db: campaigns_acts.pause_by_itself(db, tools, campaign, "failures", now)
            )
        except Stale:
            return False
        log.error("campaign_paused", campaign=campaign.id, failed=failed, ended=ended)
        run.newest.clear()
        return True

    async def _sweep(self, gone: list[int]) -> None:
        for campaign in gone:
            if campaign not in self._swept and not await self._give_up(campaign, CANCELLED):
                self._swept.add(campaign)

    async def _keep(self, done: list[Campaign], now: datetime) -> None:
        """Once no receipt is to be expected any more, what became of each is kept without the message."""
        for campaign in done:
            settled = campaign.ended_at is not None and now - campaign.ended_at > SETTLED
            if settled and campaign.id not in self._swept:
                kept = await commit(
                    self._database,
                    "campaign kept",
                    lambda db, id_=campaign.id: campaigns_recall.keep_results(db, id_, GIVE_UP),  # type: ignore[misc]
                )
                if not kept:
                    self._swept.add(campaign.id)

    async def _give_up(self, campaign: int, state: str) -> int:
        """Part of those who still wait, for one tick."""
        until, many = time.monotonic() + self._patience, 0
        while time.monotonic() < until:
            gone = await commit(self._database, "campaign given up", lambda db: campaigns_recall.give_up(db, campaign, state, GIVE_UP))
            many += gone
            if not gone:
                break
        return many
