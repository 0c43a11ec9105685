"""What the desk tells at a glance: people reached, checks, who waits, what is wrong on the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Table, and_, func, literal_column, select, true

from storage import rights
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import ConversationRow, InboundRow
from storage.deliveries import DELIVERIES, IN_DOUBT, QUEUED
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.requests import REQUESTS
from storage.scope import EVERYWHERE, within
from storage.writer import Connection

CONTACTS, CONVERSATIONS, INBOUND = table_of(ContactRow), table_of(ConversationRow), table_of(InboundRow)
USUAL = 28  # days that make a usual day
LATELY = timedelta(days=1)
States = Mapping[str, Mapping[str, tuple[int, datetime]]]  # of each channel: how many are in a state, and since when the first
QUARANTINED: ColumnElement[str] = literal_column("'quarantined'")  # written out, so that the index over these alone serves


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open requests of one kind: how many, and since when the first waits."""

    reason: str
    urgent: bool
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Channel:
    """What became of the last day's messages on a channel, and since when the oldest waits."""

    name: str
    waiting: int
    waiting_since: datetime | None
    sent: int
    failed: int
    in_doubt: int


@dataclass(frozen=True, slots=True)
class Past:
    """What is counted over weeks until today began, and hardly changes any more."""

    people: int
    new_on_a_usual_day: float
    checks: dict[str, int]


NOTHING = Past(0, 0.0, {})  # what is shown of it while it is counted for the first time


@dataclass(frozen=True, slots=True)
class Overview:
    people: int
    new_today: int
    new_on_a_usual_day: float
    wrote_today: int
    checks: dict[str, int]  # of the last 28 days, by result
    waiting: list[Waiting]
    interests: dict[str, int]
    channels: list[Channel]
    in_doubt: int
    quarantined: int | None  # None where one branch may not know of the others'
    rights: int  # people who asked by law for a copy, a correction or an erasure, and wait
    rights_due: datetime | None  # when the first of these must be done


async def past(db: Connection, branch: str, midnight: datetime) -> Past:
    """Up to `midnight`, when today began where the officer is."""
    since, here = midnight - timedelta(days=USUAL), CONTACTS.c
    both = func.count().filter(here.erased_at.is_(None)).label("there"), func.count().filter(here.created_at >= since).label("new")
    found = (await db.execute(select(*both).where(within(here.branch, branch), here.created_at < midnight))).one()
    return Past(found.there, found.new / USUAL, await _checks(db, branch, EVENTS.c.at >= since, EVENTS.c.at < midnight))


async def lately(db: Connection, branch: str, now: datetime) -> States:
    """What became of the last day's messages."""
    return await _states(db, branch, DELIVERIES.c.at >= now - LATELY, DELIVERIES.c.state != QUEUED)


async def overview(db: Connection, branch: str, midnight: datetime, before: Past, sent: States) -> Overview:
    """`before` and `sent` were counted a moment ago; what is quick to count is counted now."""
    there, new = await _today(db, branch, midnight)
    today = await _checks(db, branch, EVENTS.c.at >= midnight)
    asked, due = await rights.waiting(db, branch)
    return Overview(
        people=before.people + there,
        new_today=new,
        new_on_a_usual_day=before.new_on_a_usual_day,
        wrote_today=await _wrote(db, branch, midnight),
        checks={code: before.checks.get(code, 0) + today.get(code, 0) for code in {**before.checks, **today}},
        waiting=await _waiting(db, branch),
        interests=await _by(db, INTERESTS, INTERESTS.c.state, within(INTERESTS.c.branch, branch), INTERESTS.c.merged_into.is_(None)),
        channels=await _channels(db, branch, sent),
        in_doubt=await _in_doubt(db, branch),
        quarantined=await _count(db, INBOUND, INBOUND.c.state == QUARANTINED) if branch == EVERYWHERE else None,
        rights=asked,
        rights_due=due,
    )


async def _today(db: Connection, branch: str, midnight: datetime) -> tuple[int, int]:
    """How many came today and were not erased, and how many came."""
    here = CONTACTS.c
    both = func.count().filter(here.erased_at.is_(None)).label("there"), func.count().label("new")
    found = (await db.execute(select(*both).where(within(here.branch, branch), here.created_at >= midnight))).one()
    return found.there, found.new


async def _checks(db: Connection, branch: str, *when: ColumnElement[bool]) -> dict[str, int]:
    return await _by(db, EVENTS, EVENTS.c.subject, within(EVENTS.c.branch, branch), EVENTS.c.kind == "check", *when)


async def _count(db: Connection, table: Table, *where: ColumnElement[bool]) -> int:
    return int((await db.execute(select(func.count()).select_from(table).where(*where))).scalar_one())


async def _by(db: Connection, table: Table, column: ColumnElement[str], *where: ColumnElement[bool]) -> dict[str, int]:
    rows = await db.execute(select(column.label("code"), func.count().label("many")).select_from(table).where(*where).group_by(column))
    return {row.code: row.many for row in rows}


async def _wrote(db: Connection, branch: str, since: datetime) -> int:
    return await _count(db, CONVERSATIONS, CONVERSATIONS.c.seen_at >= since, within(CONVERSATIONS.c.branch, branch))


async def _waiting(db: Connection, branch: str) -> list[Waiting]:
    rows = await db.execute(
        select(REQUESTS.c.reason, REQUESTS.c.urgent, func.count().label("many"), func.min(REQUESTS.c.at).label("since"))
        .where(within(REQUESTS.c.branch, branch), REQUESTS.c.state != "closed")
        .group_by(REQUESTS.c.reason, REQUESTS.c.urgent)
    )
    found = [Waiting(row.reason, row.urgent, row.many, row.since) for row in rows]
    return sorted(found, key=lambda one: (not one.urgent, one.since))


async def _channels(db: Connection, branch: str, lately: States) -> list[Channel]:
    """What waits, however long, is counted now; what was done in the last day comes along."""
    waiting = await _states(db, branch, DELIVERIES.c.state == QUEUED)
    return [_channel(name, {**lately.get(name, {}), **waiting.get(name, {})}) for name in sorted({*lately, *waiting})]


async def _states(db: Connection, branch: str, *where: ColumnElement[bool]) -> States:
    found: dict[str, dict[str, tuple[int, datetime]]] = {}
    rows = await db.execute(
        select(DELIVERIES.c.channel, DELIVERIES.c.state, func.count().label("many"), func.min(DELIVERIES.c.due_at).label("since"))
        .where(*where, _of(branch))
        .group_by(DELIVERIES.c.channel, DELIVERIES.c.state)
    )
    for row in rows:
        found.setdefault(row.channel, {})[row.state] = (row.many, row.since)
    return found


def _channel(name: str, states: Mapping[str, tuple[int, datetime]]) -> Channel:
    def many(*wanted: str) -> int:
        return sum(states[state][0] for state in wanted if state in states)

    since = states["queued"][1] if "queued" in states else None
    return Channel(name, many("queued", "in_flight"), since, many("sent", "delivered", "read"), many("failed", "expired"), many("in_doubt"))


async def _in_doubt(db: Connection, branch: str) -> int:
    return await _count(db, DELIVERIES, and_(DELIVERIES.c.state == IN_DOUBT, _of(branch)))


def _of(branch: str) -> ColumnElement[bool]:
    """Deliveries to people of the branch."""
    if branch == EVERYWHERE:
        return true()
    # Asked of each delivery: a list of the whole branch would be made first.
    return select(CONTACTS.c.id).where(CONTACTS.c.id == DELIVERIES.c.contact_id, CONTACTS.c.branch == branch).exists()
