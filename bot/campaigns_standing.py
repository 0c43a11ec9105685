"""Lets campaigns that repeat happen: looks whether an edition has come and concerns anybody, and starts a campaign of its own for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

import structlog

from bot.failpoints import commit
from storage import Database, campaigns, campaigns_editions, campaigns_questions
from storage.campaigns import STANDING, Campaign, Stale
from storage.campaigns_editions import Edition

LOOK_AGAIN = 3_600.0  # seconds: a reminder that concerned nobody this morning may concern somebody at noon, after a new list of members

log = structlog.get_logger()


class Standing:
    """One process does this; another may take over at any moment, since an edition is kept with the campaign it made."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database, self._now = database, now
        self._asked: set[int] = set()  # campaigns that need no more question
        self._looked: dict[tuple[int, str], float] = {}  # {(campaign, edition): when to look again}

    async def look(self) -> None:
        """Start what is due."""
        standing = await self._database.writer.read(lambda db: campaigns.find(db, "*", states=(STANDING,), most=1_000))
        looked, self._looked = self._looked, {}
        for campaign in standing:
            zone = await self._database.writer.read(lambda db, one=campaign: campaigns_editions.zone_of(db, one))  # type: ignore[misc]
            if campaigns_editions.over(campaign, zone, self._now()):
                await self._end(campaign)
                continue
            for edition in campaigns_editions.due(campaign, zone, self._now()):
                key = campaign.id, edition.code
                self._looked[key] = looked.get(key, 0.0)
                if time.monotonic() >= self._looked[key]:
                    self._looked[key] = time.monotonic() + LOOK_AGAIN
                    await self._try(campaign, edition)

    async def ask(self, ended: list[Campaign]) -> None:
        """The question that follows a campaign, once its time has come."""
        for campaign in ended:
            if campaign.id in self._asked:
                continue
            at, now = campaigns_questions.due_at(campaign), self._now()
            if at is not None and now < at:
                continue
            self._asked.add(campaign.id)
            if at is not None and now < at + campaigns_questions.TOO_LATE:
                await self._put(campaign)

    async def _put(self, campaign: Campaign) -> None:
        now, tools = self._now(), self._database.tools
        await commit(self._database, "campaign repeated", lambda db: campaigns_questions.ask(db, tools, campaign, now))

    async def _try(self, campaign: Campaign, edition: Edition) -> None:
        now, tools = self._now(), self._database.tools
        if await self._database.writer.read(lambda db: campaigns_editions.happened(db, campaign, edition.code)):
            return
        if not await self._concerns(campaign, edition, now):
            return
        made = await commit(self._database, "campaign repeated", lambda db: campaigns_editions.happen(db, tools, campaign, edition, now))
        if made:
            log.info("edition", campaign=campaign.id, edition=edition.code)

    async def _concerns(self, campaign: Campaign, edition: Edition, now: datetime) -> bool:
        """A reminder that concerns nobody today leaves no campaign behind."""
        after: int | None = 0
        while after is not None:
            there, after = await self._database.writer.read(
                lambda db, after=after: campaigns_editions.concerns(db, campaign, edition, now, after)  # type: ignore[misc]
            )
            if there:
                return True
        return False

    async def _end(self, campaign: Campaign) -> None:
        now, tools = self._now(), self._database.tools
        try:
            await commit(self._database, "campaign repeated", lambda db: campaigns_editions.end(db, tools, campaign, now))
        except Stale:
            return  # an officer was faster
