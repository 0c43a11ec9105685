"""What officers do with a campaign: write, approve, start, pause, resume, cancel. Each act leaves one row in the audit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage import audit
from storage.audiences import Audience
from storage.campaigns import (
    APPROVED,
    DRAFT,
    PAUSED,
    PLANNING,
    SENDING,
    STANDING,
    UNDER_WAY,
    Campaign,
    Stale,
    add,
    by_id,
    change,
    editions,
)
from storage.campaigns_file import CampaignFile, load, moment_of
from storage.campaigns_recall import recall, uncount
from storage.changes import Tools
from storage.officers import Officer
from storage.writer import Connection

APPROVERS = ("approver", "administrator")
AUTHORS = ("author", *APPROVERS)
WITH_ITS_PARENT = "parent"  # why an edition's campaign rests


class Refused(Exception):
    """Not by this person, or not in this state; `why` is a code for words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Act:
    """Somebody does something: in which transaction, who, when."""

    db: Connection
    tools: Tools
    officer: Officer
    now: datetime

    async def draft(self, branch: str, file: CampaignFile) -> Campaign:
        """A new campaign."""
        self._may(AUTHORS, branch)
        made = await add(self.db, self.tools, branch, file.name, file.model_dump_json(), self.officer.login, self.now)
        await self._record(made, "campaign.drafted")
        return made

    async def edit(self, campaign: Campaign, file: CampaignFile) -> Campaign:
        """Other words or people: whatever was approved is not approved any more."""
        self._may(AUTHORS, campaign.branch)
        self._is(campaign, DRAFT, APPROVED)
        fresh = {"approver": None, "approved_at": None, "author": self.officer.login, "changed_at": self.now}
        return await self._become(campaign, "campaign.edited", state=DRAFT, name=file.name, content=file.model_dump_json(), **fresh)

    async def approve(self, campaign: Campaign) -> Campaign:
        """By somebody else than who wrote it, of exactly what they saw."""
        self._may(APPROVERS, campaign.branch)
        self._is(campaign, DRAFT)
        if campaign.author == self.officer.login:
            raise Refused("own")
        return await self._become(campaign, "campaign.approved", state=APPROVED, approver=self.officer.login, approved_at=self.now)

    async def start(self, campaign: Campaign) -> Campaign:
        """Once: who comes second finds it started. One that repeats stands from now on, and its editions start by themselves."""
        self._may(AUTHORS, campaign.branch)
        self._is(campaign, APPROVED)
        file = load(campaign.content)
        begins, expires = moment_of(file.schedule, self.now)
        if file.repeat:
            return await self._become(campaign, "campaign.started", state=STANDING, started_at=self.now, begins_at=begins)
        times = {"started_at": self.now, "begins_at": begins, "expires_at": expires}
        return await self._become(campaign, "campaign.started", state=PLANNING, **times)

    async def pause(self, campaign: Campaign, why: str = "officer") -> Campaign:
        """What waits in the outbox comes back; only what is being sent at this moment still goes."""
        self._may(AUTHORS, campaign.branch)
        self._is(campaign, STANDING, *UNDER_WAY)
        paused = await self._become(campaign, "campaign.paused", state=PAUSED, paused_because=why)
        await recall(self.db, campaign.id)
        for child in await editions(self.db, campaign.id, UNDER_WAY):
            await self.pause(child, WITH_ITS_PARENT)
        return paused

    async def resume(self, campaign: Campaign) -> Campaign:
        self._may(AUTHORS, campaign.branch)
        self._is(campaign, PAUSED)
        state = STANDING if _stands(campaign) else SENDING if campaign.planned_at else PLANNING
        resumed = await self._become(campaign, "campaign.resumed", state=state, paused_because=None)
        for child in await editions(self.db, campaign.id, (PAUSED,)):
            if child.paused_because == WITH_ITS_PARENT:
                await self.resume(child)
        return resumed

    async def cancel(self, campaign: Campaign) -> Campaign:
        """For good. Who has it, has it; everybody else does not get it."""
        self._may(AUTHORS, campaign.branch)
        self._is(campaign, DRAFT, APPROVED, PAUSED, STANDING, *UNDER_WAY)
        cancelled = await self._become(campaign, "campaign.cancelled", state="cancelled", ended_at=self.now)
        await recall(self.db, campaign.id)
        for child in await editions(self.db, campaign.id, (PAUSED, *UNDER_WAY)):
            await self.cancel(child)
        return cancelled

    async def again(self, campaign: Campaign) -> Campaign:
        """A draft of the same for those whom it failed to reach or never tried; like any other it must be approved."""
        file = load(campaign.content)
        if _stands(campaign) or not campaign.started_at:
            raise Refused(campaign.state)
        audience = Audience(channels=file.audience.channels, missed_by=(campaign.id,))
        schedule = file.schedule.model_copy(update={"at": None})
        left = {"audience": audience, "schedule": schedule, "hold_out": 0.0, "question": None, "repeat": None}
        made = await self.draft(campaign.branch, file.model_copy(update=left))
        await uncount(self.db, campaign.id)
        return made

    def _may(self, roles: tuple[str, ...], branch: str) -> None:
        officer = self.officer
        if officer.disabled_at or officer.role not in roles or officer.branch not in ("*", branch):
            raise Refused("role")

    def _is(self, campaign: Campaign, *states: str) -> None:
        if campaign.state not in states:
            raise Refused(campaign.state)

    async def _become(self, campaign: Campaign, action: str, **values: Any) -> Campaign:
        await change(self.db, campaign, **values)
        await self._record(campaign, action)
        found = await by_id(self.db, "*", campaign.id)
        assert found
        return found

    async def _record(self, campaign: Campaign, action: str) -> None:
        entry = audit.Entry(self.officer.id, campaign.branch, action, campaign.subject, {"version": campaign.version})
        await audit.record(self.db, self.tools, entry, self.now)


def _stands(campaign: Campaign) -> bool:
    """Whether its editions are campaigns, and not itself."""
    return campaign.edition is None and load(campaign.content).repeat is not None


async def pause_by_itself(db: Connection, tools: Tools, campaign: Campaign, why: str, now: datetime) -> None:
    """Too much fails: it stops, and a person decides. Raises Stale."""
    await change(db, campaign, state=PAUSED, paused_because=why)
    await recall(db, campaign.id)
    await audit.record(db, tools, audit.Entry(None, campaign.branch, "campaign.paused", campaign.subject, {"because": why}), now)
    parent = await by_id(db, "*", campaign.parent, lock=True) if campaign.parent else None
    if parent and parent.state == STANDING:  # or it would fail again tomorrow
        await pause_by_itself(db, tools, parent, why, now)


__all__ = ["Act", "Refused", "Stale", "pause_by_itself"]
