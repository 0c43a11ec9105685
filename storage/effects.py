"""What campaigns changed, counted once when a week has passed for everybody: how many checked, of those who got it and of the hold-out."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, exists, select
from sqlmodel import Field, SQLModel

from storage.campaigns import CAMPAIGNS, ENDED, RECIPIENTS
from storage.campaigns_results import Share
from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.events import EVENTS
from storage.scope import within
from storage.writer import Connection, Writer

WEEK = timedelta(days=7)
CHUNK = 1_000  # recipients in one reading, so that nobody else waits long


class EffectRow(SQLModel, table=True):
    __tablename__ = "campaign_effects"

    campaign: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    name: str
    started_at: datetime = Field(sa_column=moment(nullable=False))
    got: int
    got_checked: int
    held: int
    held_checked: int


EFFECTS = table_of(EffectRow)


@dataclass(frozen=True, slots=True)
class Effect:
    """Those who got it, and the hold-out."""

    id: int
    name: str
    got: Share
    held: Share


async def of(db: Connection, branch: str, start: datetime, end: datetime, most: int = 12) -> list[Effect]:
    """Of the newest campaigns that began in the period and are a week over."""
    here = EFFECTS.c
    began = within(here.branch, branch), here.started_at >= start, here.started_at < end
    rows = await db.execute(select(EFFECTS).where(*began).order_by(here.started_at.desc(), here.campaign.desc()).limit(most))
    return [Effect(row.campaign, row.name, Share(row.got_checked, row.got), Share(row.held_checked, row.held)) for row in rows]


async def settle(writer: Writer, now: datetime) -> int:
    """Count those that have been over for a week and were not counted yet; how many."""
    due = await writer.read(lambda db: _due(db, now))
    for campaign, branch, name, started_at in due:
        many: Counter[tuple[bool, bool]] = Counter()
        after = 0
        while found := await writer.read(lambda db, campaign=campaign, after=after: _chunk(db, campaign, after)):  # type: ignore[misc]
            many.update(kind for kind in found[1] if kind)
            after = found[0]
        got, held = (many[False, True] + many[False, False], many[True, True] + many[True, False])
        row = {"campaign": campaign, "branch": branch, "name": name, "started_at": started_at}
        row |= {"got": got, "got_checked": many[False, True], "held": held, "held_checked": many[True, True]}
        added = insert_into(EFFECTS, writer.dialect).values(**row).on_conflict_do_nothing(index_elements=["campaign"])
        await writer.run(lambda db, added=added: db.execute(added))  # type: ignore[misc]
    return len(due)


async def _due(db: Connection, now: datetime) -> list[tuple[int, str, str, datetime]]:
    here = CAMPAIGNS.c
    over = here.state.in_(ENDED), here.started_at.is_not(None), here.ended_at < now - WEEK, ~exists().where(EFFECTS.c.campaign == here.id)
    rows = await db.execute(select(here.id, here.branch, here.name, here.started_at).where(*over).order_by(here.id))
    return [(row.id, row.branch, row.name, row.started_at) for row in rows]


async def _chunk(db: Connection, campaign: int, after: int) -> tuple[int, list[tuple[bool, bool] | None]] | None:
    """The last person looked at, and of each whether they were held out and whether they checked; None for who got nothing."""
    here = RECIPIENTS.c
    columns = here.contact_id, here.due, here.reason, here.delivery
    mine = here.campaign == campaign, here.contact_id > after
    people = (await db.execute(select(*columns).where(*mine).order_by(here.contact_id).limit(CHUNK))).all()
    if not people:
        return None
    checks: dict[int, list[float]] = defaultdict(list)
    which = EVENTS.c.contact_id.in_([one.contact_id for one in people]), EVENTS.c.kind == "check"
    for row in await db.execute(select(EVENTS.c.contact_id, EVENTS.c.at).where(*which)):
        checks[row.contact_id].append(row.at.timestamp())
    week = WEEK.total_seconds()

    def kind(one: Any) -> tuple[bool, bool] | None:
        held, got = one.reason == "hold_out", one.delivery is not None
        checked = any(one.due <= at < one.due + week for at in checks[one.contact_id])
        return (held, checked) if held or got else None

    return people[-1].contact_id, [kind(one) for one in people]
