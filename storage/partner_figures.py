"""What came of the people who arrived by a partner's links: reached, talked, checked, covered, interested, registered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from storage.changes import Changes
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.partners import LINKS
from storage.requests import REQUESTS
from storage.scope import within
from storage.shares import SHARES
from storage.touches import CAME, TOUCHES
from storage.writer import Connection

COVERED = ("covered", "only_jkm", "ends_soon")  # results of a check
LAPSED = ("ended", "not_covered", "not_started")


@dataclass(frozen=True, slots=True)
class Funnel:
    """People, each once, however often they came. Whoever came by links of two partners counts for both."""

    reached: int = 0
    talked: int = 0  # asked or did something, beyond arriving
    checked: int = 0
    covered: int = 0  # by their newest check
    lapsed: int = 0  # the same: it ended, has not begun, or never was
    interested: int = 0
    registered: int = 0  # an officer noted that they joined
    shared: int = 0  # let the partner see their name


@dataclass(frozen=True, slots=True)
class Lately:
    """A branch at a glance, since some moment."""

    talked: int
    checked: int
    interested: int
    waiting: int  # requests that are open now
    urgent: int


class PartnerFigures:
    """What a turn may tell of a partner."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def of(self, partner: str) -> Funnel:
        return await of_partner(self._changes.db, partner)

    async def link(self, partner: str) -> str | None:
        """The partner's newest link that holds and is no occasion's."""
        good = LINKS.c.revoked_at.is_(None), or_(LINKS.c.expires_at.is_(None), LINKS.c.expires_at > self._changes.now)
        query = select(LINKS.c.code).where(LINKS.c.partner == partner, LINKS.c.occasion.is_(None), *good)
        found: str | None = (await self._changes.read(query.order_by(LINKS.c.created_at.desc(), LINKS.c.code).limit(1))).scalar()
        return found

    async def of_branch(self, branch: str, since: datetime) -> Lately:
        return await lately(self._changes.db, branch, since)


async def lately(db: Connection, branch: str, since: datetime) -> Lately:
    mine = within(EVENTS.c.branch, branch), EVENTS.c.at >= since, EVENTS.c.contact_id.is_not(None)
    people = func.count(func.distinct(EVENTS.c.contact_id))
    open_ = within(REQUESTS.c.branch, branch), REQUESTS.c.state != "closed"
    return Lately(
        talked=await _count(db, people, *mine),
        checked=await _count(db, people, *mine, EVENTS.c.kind == "check"),
        interested=await _count(db, func.count(INTERESTS.c.id), within(INTERESTS.c.branch, branch), INTERESTS.c.at >= since),
        waiting=await _count(db, func.count(REQUESTS.c.id), *open_),
        urgent=await _count(db, func.count(REQUESTS.c.id), *open_, REQUESTS.c.urgent),
    )


async def of_partner(db: Connection, partner: str, occasion: int | None = None) -> Funnel:
    came = [TOUCHES.c.partner == partner, TOUCHES.c.outcome == CAME, TOUCHES.c.contact_id.is_not(None)]
    if occasion is not None:
        came.append(TOUCHES.c.occasion == occasion)
    people = select(TOUCHES.c.contact_id).where(*came).distinct()
    newest = _newest_checks(people)
    return Funnel(
        reached=await _count(db, func.count(func.distinct(TOUCHES.c.contact_id)), *came),
        talked=await _events(db, people, EVENTS.c.kind.in_(("topic", "check", "interest", "request"))),
        checked=await _events(db, people, EVENTS.c.kind == "check"),
        covered=await _events(db, people, EVENTS.c.id.in_(newest), EVENTS.c.subject.in_(COVERED)),
        lapsed=await _events(db, people, EVENTS.c.id.in_(newest), EVENTS.c.subject.in_(LAPSED)),
        interested=await _interests(db, people),
        registered=await _interests(db, people, INTERESTS.c.state == "registered"),
        shared=await _count(db, func.count(SHARES.c.contact_id), SHARES.c.partner == partner),
    )


async def reach_by_link(db: Connection, partner: str) -> dict[str, int]:
    """{code: people}"""
    rows = await db.execute(
        select(TOUCHES.c.code, func.count(func.distinct(TOUCHES.c.contact_id)).label("many"))
        .where(TOUCHES.c.partner == partner, TOUCHES.c.outcome == CAME)
        .group_by(TOUCHES.c.code)
    )
    return {row.code: int(row.many) for row in rows}


async def reach_of_all(db: Connection, partners: list[str]) -> dict[str, int]:
    """{partner: people}"""
    rows = await db.execute(
        select(TOUCHES.c.partner, func.count(func.distinct(TOUCHES.c.contact_id)).label("many"))
        .where(TOUCHES.c.partner.in_(partners), TOUCHES.c.outcome == CAME)
        .group_by(TOUCHES.c.partner)
    )
    return {row.partner: int(row.many) for row in rows}


async def lost(db: Connection, branch: str) -> dict[str, int]:
    """How many arrivals had a code that led nowhere, by why: {outcome: arrivals}."""
    query = select(TOUCHES.c.outcome, func.count().label("many")).where(within(TOUCHES.c.branch, branch), TOUCHES.c.outcome != CAME)
    return {row.outcome: int(row.many) for row in await db.execute(query.group_by(TOUCHES.c.outcome))}


def _newest_checks(people: Any) -> Any:
    return select(func.max(EVENTS.c.id)).where(EVENTS.c.kind == "check", EVENTS.c.contact_id.in_(people)).group_by(EVENTS.c.contact_id)


async def _events(db: Connection, people: Any, *which: ColumnElement[bool]) -> int:
    return await _count(db, func.count(func.distinct(EVENTS.c.contact_id)), EVENTS.c.contact_id.in_(people), *which)


async def _interests(db: Connection, people: Any, *which: ColumnElement[bool]) -> int:
    mine = INTERESTS.c.contact_id.in_(people), INTERESTS.c.merged_into.is_(None), *which
    return await _count(db, func.count(func.distinct(INTERESTS.c.contact_id)), *mine)


async def _count(db: Connection, what: Any, *where: ColumnElement[bool]) -> int:
    return int((await db.execute(select(what).where(*where))).scalar_one())
