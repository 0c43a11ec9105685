"""From the outbox back to the list of recipients when a campaign must stop, the last look before a claim, and how campaigns end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, case, delete, exists, func, or_, select, update

from storage.audiences import CONTACTS, MISSED, SENDABLE
from storage.campaigns import APPROACHES, CAMPAIGNS, RECIPIENTS, SENDING, UNDER_WAY, WAITING, campaign_of, prefix_of
from storage.campaigns_reach import stopped
from storage.deliveries import CAMPAIGN, DELIVERIES, QUEUED
from storage.prepared import Prepared, among
from storage.reminders import REFUSALS
from storage.writer import Connection

SOON = timedelta(minutes=1)  # what cannot go within it need not stand in the outbox
MARGIN = timedelta(seconds=2)
_OLDER = {"last": APPROACHES.c.second, "second": APPROACHES.c.third, "third": APPROACHES.c.fourth, "fourth": 0}  # as before the newest
_QUEUED = DELIVERIES.c.channel.in_(SENDABLE), DELIVERIES.c.lane == CAMPAIGN, DELIVERIES.c.state == QUEUED


async def backlog(db: Connection, channel: str, most: int) -> int:
    """How many campaign messages already wait on a channel; counted up to `most`."""
    some = select(DELIVERIES.c.id).where(DELIVERIES.c.channel == channel, DELIVERIES.c.lane == CAMPAIGN, DELIVERIES.c.state == QUEUED)
    return int((await db.execute(select(func.count()).select_from(some.limit(most).subquery()))).scalar_one())


async def recall(db: Connection, campaign: int) -> int:
    """What waits in the outbox is a waiting recipient again; how many."""
    gone = delete(DELIVERIES).where(*_QUEUED, DELIVERIES.c.key.startswith(prefix_of(campaign), autoescape=True))
    return await _back(db, (await db.execute(gone.returning(DELIVERIES.c.key, DELIVERIES.c.contact_id))).all(), None)


async def recall_late(db: Connection, now: datetime) -> int:
    """What cannot go soon, or only after bedtime, waits where it can be told when to come back."""
    known = [
        prefix_of(id_)
        for id_ in (
            await db.execute(select(CAMPAIGNS.c.id).where(CAMPAIGNS.c.started_at.is_not(None), CAMPAIGNS.c.ended_at.is_(None)))
        ).scalars()
    ]
    if not known:
        return 0
    late = or_(DELIVERIES.c.due_at > now + SOON, DELIVERIES.c.expires_at <= now + MARGIN)
    mine = or_(*(DELIVERIES.c.key.startswith(prefix, autoescape=True) for prefix in known))
    gone = delete(DELIVERIES).where(*_QUEUED, late, mine).returning(DELIVERIES.c.key, DELIVERIES.c.contact_id, DELIVERIES.c.due_at)
    rows = (await db.execute(gone)).all()
    return await _back(db, rows, now)


async def _back(db: Connection, rows: Sequence[Any], now: datetime | None) -> int:
    if not rows:
        return 0
    changes = [
        {
            "campaign_": campaign_of(row.key),
            "contact_": row.contact_id,
            "due_": int(max(row.due_at, now).timestamp()) if now else None,
        }
        for row in rows
    ]
    back = update(RECIPIENTS).where(RECIPIENTS.c.campaign == bindparam("campaign_"), RECIPIENTS.c.contact_id == bindparam("contact_"))
    due = func.coalesce(bindparam("due_", type_=RECIPIENTS.c.due.type), RECIPIENTS.c.due)
    await db.execute(back.values(state="waiting", delivery=None, due=due), changes)
    undone = update(APPROACHES).where(APPROACHES.c.contact_id == bindparam("contact_")).values(**_OLDER)
    await db.execute(undone, [{"contact_": row.contact_id} for row in rows])
    return len(rows)


async def uncount(db: Connection, campaign: int) -> None:
    """What did not arrive was no message: those whom it failed to reach may be written to as if it had not been tried."""
    here = RECIPIENTS.c
    mine = here.campaign == campaign, here.delivery.is_not(None)
    state = case((here.state == "handed", DELIVERIES.c.state), else_=here.state)
    missed = select(here.contact_id).outerjoin(DELIVERIES, DELIVERIES.c.id == here.delivery).where(*mine, state.in_((*MISSED, "skipped")))
    when = select(here.due).where(here.campaign == campaign, here.contact_id == APPROACHES.c.contact_id).scalar_subquery()
    newest = APPROACHES.c.contact_id.in_(missed), APPROACHES.c.last == when
    await db.execute(update(APPROACHES).where(*newest).values(**_OLDER))


_THEIRS = CONTACTS.c.id == DELIVERIES.c.contact_id
_STOPPED = Prepared(
    update(DELIVERIES)
    .where(among(DELIVERIES.c.id, "ids_"), exists().where(_THEIRS, CONTACTS.c.opted_out_at.is_not(None)))
    .values(
        state="skipped",
        reason=select(case(*stopped(CONTACTS.c.id, CONTACTS.c.opted_out_at))).where(_THEIRS).scalar_subquery(),
        done_at=bindparam("now_", type_=DELIVERIES.c.done_at.type),
    )
    .returning(DELIVERIES.c.id)
)
_STATES = Prepared(select(CAMPAIGNS.c.id, CAMPAIGNS.c.state, CAMPAIGNS.c.parent).where(among(CAMPAIGNS.c.id, "ids_")))


async def withhold(db: Connection, rows: Sequence[Any], now: datetime) -> list[Any]:
    """The last look before a claim: no campaign message to who stopped them, none of a campaign that does not run."""
    ids = [row.id for row in rows if row.lane == CAMPAIGN]
    if not ids:
        return list(rows)
    gone = {row.id for row in await db.rows(_STOPPED, {"ids_": ids, "now_": now})}
    theirs = {campaign for row in rows if row.lane == CAMPAIGN and (campaign := campaign_of(row.key)) is not None}
    known = await db.rows(_STATES, {"ids_": sorted(theirs)}) if theirs else []
    for one in known:
        if one.parent is not None:
            gone |= await _refused(db, rows, one.id, one.parent, now)
    resting = {one.id for one in known if one.state not in UNDER_WAY}
    for campaign in resting:
        await recall(db, campaign)
    return [row for row in rows if row.id not in gone and (row.lane != CAMPAIGN or campaign_of(row.key) not in resting)]


async def _refused(db: Connection, rows: Sequence[Any], campaign: int, standing: int, now: datetime) -> set[int]:
    """No reminder to who refused it, of those that are about to be claimed."""
    ids = [row.id for row in rows if row.lane == CAMPAIGN and campaign_of(row.key) == campaign]
    mine = exists().where(REFUSALS.c.contact_id == DELIVERIES.c.contact_id, REFUSALS.c.campaign == standing)
    skip = update(DELIVERIES).where(DELIVERIES.c.id.in_(ids), mine).values(state="skipped", reason="refused", done_at=now)
    return set((await db.execute(skip.returning(DELIVERIES.c.id))).scalars())


async def outcomes(db: Connection, deliveries: Iterable[int]) -> Counter[tuple[str, str]]:
    """What became of these: {(state, reason): how many}."""
    wanted = select(DELIVERIES.c.state, DELIVERIES.c.reason, func.count().label("many")).where(DELIVERIES.c.id.in_(list(deliveries)))
    rows = await db.execute(wanted.group_by(DELIVERIES.c.state, DELIVERIES.c.reason))
    return Counter({(row.state, row.reason or ""): row.many for row in rows})


async def give_up(db: Connection, campaign: int, state: str, most: int) -> int:
    """So many who still wait do not get it: their campaign expired or was cancelled. How many there were."""
    some = select(RECIPIENTS.c.contact_id).where(RECIPIENTS.c.campaign == campaign, RECIPIENTS.c.state == WAITING).limit(most)
    mine = RECIPIENTS.c.campaign == campaign, RECIPIENTS.c.contact_id.in_(some)
    return (await db.execute(update(RECIPIENTS).where(*mine).values(state=state))).rowcount


async def finish(db: Connection, campaign: int, now: datetime) -> bool:
    """Over, if nobody waits any more, neither in the list nor in the outbox."""
    waits = select(RECIPIENTS.c.contact_id).where(RECIPIENTS.c.campaign == campaign, RECIPIENTS.c.state == WAITING).limit(1)
    if (await db.execute(waits)).first():
        return False
    open_ = DELIVERIES.c.state.in_(("queued", "in_flight")), DELIVERIES.c.lane == CAMPAIGN
    prefix = prefix_of(campaign)
    if (await db.execute(select(DELIVERIES.c.id).where(*open_, DELIVERIES.c.key.startswith(prefix, autoescape=True)).limit(1))).first():
        return False
    mine = CAMPAIGNS.c.id == campaign, CAMPAIGNS.c.state == SENDING
    return bool((await db.execute(update(CAMPAIGNS).where(*mine).values(state="done", ended_at=now))).rowcount)


async def keep_results(db: Connection, campaign: int, most: int) -> int:
    """Write so many deliveries' ends into the list of recipients, which is kept longer than what was said; how many there were."""
    handed = RECIPIENTS.c.campaign == campaign, RECIPIENTS.c.state == "handed"
    there = exists().where(DELIVERIES.c.id == RECIPIENTS.c.delivery)
    some = select(RECIPIENTS.c.contact_id).where(*handed, there).limit(most)
    ended = select(DELIVERIES.c.state).where(DELIVERIES.c.id == RECIPIENTS.c.delivery).scalar_subquery()
    reason = select(DELIVERIES.c.reason).where(DELIVERIES.c.id == RECIPIENTS.c.delivery).scalar_subquery()
    mine = RECIPIENTS.c.campaign == campaign, RECIPIENTS.c.contact_id.in_(some)
    return (await db.execute(update(RECIPIENTS).where(*mine).values(state=ended, reason=reason))).rowcount
