"""Counts an operator wants at a glance: what waits, what is in doubt, what was put aside, what never came."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from storage.changes import table_of
from storage.conversations import InboundRow
from storage.deliveries import DELIVERIES
from storage.pauses import every
from storage.writer import Connection

INBOUND = table_of(InboundRow)
LATE = timedelta(minutes=10)  # an update may be so late before its number counts as dropped
WATCHED = timedelta(days=1)
RESTART = 100_000  # Telegram keeps at most so many; a wider step is a new row of numbers (they restart after a quiet week)


@dataclass(frozen=True)
class Figures:
    """`waiting` by channel and lane; `oldest` is the age in seconds of what waits longest, by channel; `resting` says why."""

    waiting: dict[tuple[str, int], int]
    oldest: dict[str, float]
    in_doubt: int
    quarantined: int
    dropped: int
    resting: dict[str, str]


async def figures(db: Connection, now: datetime) -> Figures:
    lanes = await db.execute(
        select(DELIVERIES.c.channel, DELIVERIES.c.lane, func.count().label("many"), func.min(DELIVERIES.c.due_at).label("due"))
        .where(DELIVERIES.c.state == "queued")
        .group_by(DELIVERIES.c.channel, DELIVERIES.c.lane)
    )
    waiting: dict[tuple[str, int], int] = {}
    oldest: dict[str, float] = {}
    for row in lanes:
        waiting[row.channel, row.lane] = row.many
        oldest[row.channel] = max(oldest.get(row.channel, 0.0), (now - row.due).total_seconds())
    doubt = (await db.execute(select(func.count()).where(DELIVERIES.c.state == "in_doubt"))).scalar_one()
    aside = (await db.execute(select(func.count()).where(INBOUND.c.state == "quarantined"))).scalar_one()
    resting = {name: why for name, (why, _since) in (await every(db)).items()}
    return Figures(waiting, oldest, doubt, aside, await dropped(db, now), resting)


async def dropped(db: Connection, now: datetime) -> int:
    """Numbers of the last day that never came. Telegram numbers its updates one by one, so a hole is an update it gave up on."""
    following = func.lead(INBOUND.c.number).over(order_by=INBOUND.c.number).label("following")
    then = func.lead(INBOUND.c.at).over(order_by=INBOUND.c.number).label("then")
    steps = select(INBOUND.c.number, following, then).where(INBOUND.c.number.is_not(None), INBOUND.c.at > now - WATCHED).subquery()
    hole = steps.c.following - steps.c.number - 1
    found = await db.execute(select(func.coalesce(func.sum(hole), 0)).where(hole.between(1, RESTART), steps.c.then < now - LATE))
    return int(found.scalar_one())
