"""The way out: claim deliveries, record what became of them, and settle those whose sender died."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, exists, func, or_, select, update

from locales import Page
from storage import accounts, pauses
from storage.campaigns_recall import withhold
from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.deliveries import CAMPAIGN, DELIVERIES, IN_FLIGHT, QUEUED, REPLY, DeliveryRow, load_page
from storage.leases import alive
from storage.merging import move
from storage.preferences import prefer
from storage.prepared import Prepared, among
from storage.sealing import Unsealable
from storage.templates import Filled
from storage.templates import load as load_template
from storage.windows import WINDOWS, admit, close
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
SENDER = "sender:"  # the lease of a sending process is named so, with its epoch


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process alone may send now."""

    id: int
    address: str
    external: str
    page: Page
    lane: int
    attempts: int
    resent: bool
    follows: str | None
    template: Filled | None = None
    epoch: int = 0  # under which it was claimed


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed delivery. `due_at` is when it may be tried again, if it is `queued`."""

    id: int
    state: str
    reason: str | None = None
    provider_id: str | None = None
    due_at: datetime | None = None
    spent: bool = True  # whether the attempt counts
    resent: bool = False
    unreachable: str | None = None  # the address cannot be written to: why
    moved_to: str = ""  # the address has this external id now
    unwanted: bool = False  # its owner told the platform that they want no more campaigns of ours
    shut: bool = False  # the platform says that its window is shut
    pause_until: datetime | None = None  # campaigns rest on this channel until then


_EARLIER = table_of(DeliveryRow).alias("earlier")
_NOW = bindparam("now_", type_=DELIVERIES.c.due_at.type)
_COLUMNS = [DELIVERIES.c[name] for name in ("id", "address", "page", "facts", "lane", "attempts", "resent", "follows", "template", "key")]
_READY = Prepared(
    select(*_COLUMNS, ADDRESSES.c.external, ADDRESSES.c.window_until, ADDRESSES.c.approached_at)
    .join(ADDRESSES, ADDRESSES.c.id == DELIVERIES.c.address)
    .where(
        DELIVERIES.c.channel == bindparam("channel_"),
        DELIVERIES.c.state == QUEUED,
        DELIVERIES.c.lane < bindparam("below_"),
        DELIVERIES.c.due_at <= _NOW,
        DELIVERIES.c.expires_at > _NOW,
        or_(ADDRESSES.c.free_at.is_(None), ADDRESSES.c.free_at <= _NOW),
        ~exists().where(
            _EARLIER.c.address == DELIVERIES.c.address,
            _EARLIER.c.state.in_((QUEUED, IN_FLIGHT)),
            or_(
                _EARLIER.c.state == IN_FLIGHT,
                _EARLIER.c.lane < DELIVERIES.c.lane,
                (_EARLIER.c.lane == DELIVERIES.c.lane) & (_EARLIER.c.id < DELIVERIES.c.id),
            ),
        ),
    )
    .order_by(DELIVERIES.c.lane, DELIVERIES.c.id)
    .limit(bindparam("count_", type_=Integer()))
    .with_for_update(skip_locked=True, of=DELIVERIES)
)
_NEXT = Prepared(
    select(func.min(DELIVERIES.c.due_at).label("due_at")).where(
        DELIVERIES.c.channel == bindparam("channel_"), DELIVERIES.c.state == QUEUED, DELIVERIES.c.lane < bindparam("below_")
    )
)
_CLAIM = Prepared(
    update(DELIVERIES)
    .where(among(DELIVERIES.c.id, "ids_"))
    .values(state="in_flight", epoch=bindparam("epoch_"), claimed_at=_NOW, attempts=DELIVERIES.c.attempts + 1)
    .returning(DELIVERIES.c.id)
)
_QUIET = Prepared(update(ADDRESSES).where(among(ADDRESSES.c.id, "ids_")).values(free_at=bindparam("until_")).returning(ADDRESSES.c.id))


async def claim(
    db: Connection, tools: Tools, channel: str, epoch: int, count: int, now: datetime, chat_gap: timedelta | None, below: int = CAMPAIGN + 1
) -> list[Claimed]:
    """Up to `count` deliveries of the lanes below, replies first, at most one for each address and in order there. Committed before anything is sent."""
    asked = {"channel_": channel, "now_": now, "below_": min(below, await _below(db, channel, now)), "count_": count}
    wanted = await withhold(db, await db.rows(_READY, asked), now)
    rows = await admit(db, channel, wanted, now)
    if not rows:
        return []
    await db.rows(_CLAIM, {"ids_": [row.id for row in rows], "epoch_": epoch, "now_": now})
    if chat_gap:
        await db.rows(_QUIET, {"ids_": [row.address for row in rows], "until_": now + chat_gap})
    claimed, broken = [], []
    for row in rows:
        try:
            claimed.append(_claimed(tools, row, epoch))
        except (Unsealable, ValueError, KeyError):
            broken.append(row.id)
    if broken:  # one that nobody can read must not hold up all others
        await db.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(broken)).values(state="failed", reason="unreadable", done_at=now))
    return claimed


def _claimed(tools: Tools, row: Any, epoch: int) -> Claimed:
    return Claimed(
        row.id,
        row.address,
        tools.sealer.open(row.external, "addresses", "external", row.address),
        load_page(row.page, row.facts),
        row.lane,
        row.attempts + 1,
        row.resent,
        row.follows,
        load_template(row.template) if row.template else None,
        epoch,
    )


async def unclaim(db: Connection, channel: str, epoch: int, known: Collection[int]) -> None:
    """Give back what a claim took whose commit nobody heard of: it was never handed out, so it was surely not sent."""
    unheard = DELIVERIES.c.state == IN_FLIGHT, DELIVERIES.c.channel == channel, DELIVERIES.c.epoch == epoch, DELIVERIES.c.id.not_in(known)
    await db.execute(update(DELIVERIES).where(*unheard).values(state="queued", attempts=DELIVERIES.c.attempts - 1))


_RECORD = Prepared(
    update(DELIVERIES)
    .where(DELIVERIES.c.id == bindparam("id_"), DELIVERIES.c.epoch == bindparam("epoch_"), DELIVERIES.c.state == "in_flight")
    .values(
        state=bindparam("state_"),
        reason=bindparam("reason_"),
        provider_id=bindparam("provider_"),
        due_at=func.coalesce(bindparam("due_", type_=DELIVERIES.c.due_at.type), DELIVERIES.c.due_at),
        done_at=bindparam("done_"),
        attempts=DELIVERIES.c.attempts - bindparam("unspent_"),
        resent=or_(DELIVERIES.c.resent, bindparam("resent_", type_=DELIVERIES.c.resent.type)),
    )
)


async def record(db: Connection, tools: Tools, channel: str, done: list[tuple[Claimed, Result]], now: datetime) -> None:
    """Write what became of claimed deliveries; rows that were taken from their epoch meanwhile are left alone."""
    await db.for_each(
        _RECORD,
        [
            {
                "id_": result.id,
                "epoch_": claimed.epoch,
                "state_": result.state,
                "reason_": result.reason,
                "provider_": result.provider_id,
                "due_": result.due_at,
                "done_": None if result.state == "queued" else now,
                "unspent_": 0 if result.spent else 1,
                "resent_": result.resent,
            }
            for claimed, result in sorted(done, key=lambda one: one[0].id)
        ],
    )
    for claimed, result in done:
        if result.unreachable:
            await db.execute(update(ADDRESSES).where(ADDRESSES.c.id == claimed.address).values(unreachable=result.unreachable))
        if result.unwanted:
            await prefer(db, tools, claimed.address, wants=False, at=now)
        if result.shut:
            await close(db, [claimed.address])
        if result.pause_until:
            await accounts.pause(db, channel, result.pause_until, result.reason or "")
        if result.moved_to:
            await move(db, tools, claimed.address, channel, result.moved_to)


async def settle(db: Connection, dialect: str, now: datetime, ours: Collection[int] = ()) -> int:
    """Deliveries whose sender died: a reply is sent once more and flagged, anything else is in doubt. How many there were.

    `ours` are under way in this very process, which knows better what becomes of them, whatever happened to its lease.
    """
    dead = (DELIVERIES.c.state == IN_FLIGHT) & DELIVERIES.c.id.not_in(ours)
    dead &= DELIVERIES.c.epoch.not_in(alive(dialect, SENDER))
    again = (DELIVERIES.c.lane == REPLY) & ~DELIVERIES.c.resent
    settled = await db.execute(
        update(DELIVERIES)
        .where(dead)
        .values(
            state=case((again, "queued"), else_="in_doubt"),
            reason="crash",
            done_at=case((again, None), else_=now),
            resent=or_(DELIVERIES.c.resent, DELIVERIES.c.lane == REPLY),
        )
    )
    return settled.rowcount


async def expire(db: Connection, now: datetime) -> int:
    """What could not be sent in time is not sent late."""
    late = await db.execute(
        update(DELIVERIES).where(DELIVERIES.c.state == QUEUED, DELIVERIES.c.expires_at <= now).values(state="expired", done_at=now)
    )
    return late.rowcount


async def next_due(db: Connection, channel: str, now: datetime) -> datetime | None:
    """When the earliest waiting delivery of a channel may go."""
    [found] = await db.rows(_NEXT, {"channel_": channel, "below_": await _below(db, channel, now)})
    due: datetime | None = found.due_at
    return due


async def _below(db: Connection, channel: str, now: datetime) -> int:
    """Lanes below this may go on a channel: all, or no campaigns while they rest. Where people may be written to freely no account is asked."""
    rests = await pauses.reason_of(db, pauses.CAMPAIGNS) is not None
    rests = rests or (channel in WINDOWS and (await accounts.account(db, channel)).rests(now))
    return CAMPAIGN if rests else CAMPAIGN + 1
