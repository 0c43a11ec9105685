"""When we may write to somebody freely: WhatsApp's 24 hours after their last message. Outside it only templates go, to so many people a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update

from storage import accounts
from storage.changes import table_of
from storage.contacts import AddressRow
from storage.conversations import Inbound
from storage.deliveries import CAMPAIGN, DELIVERIES
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
# https://developers.facebook.com/documentation/business-messaging/whatsapp/messages/send-messages#customer-service-windows
WINDOWS = {"whatsapp": timedelta(hours=24)}
DAY = timedelta(hours=24)  # the moving period over which people are counted
LOOK_AGAIN = timedelta(hours=1)


def opened_by(inbound: Inbound, now: datetime) -> datetime | None:
    """Until when this message lets us answer freely; None where that is not limited. A clock ahead of ours gains nothing."""
    length = WINDOWS.get(inbound.channel)
    return min(inbound.at, now) + length if length else None


async def admit(db: Connection, channel: str, rows: Sequence[Any], now: datetime) -> list[Any]:
    """Of the deliveries about to be claimed, those that may go now. The others are skipped for good or put off, and say why."""
    if channel not in WINDOWS:
        return list(rows)
    free = [row for row in rows if row.window_until is not None and row.window_until > now]
    outside = [row for row in rows if row.window_until is None or row.window_until <= now]
    lost = [row.id for row in outside if row.template is None]
    if lost:
        await db.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(lost)).values(state="skipped", reason="window", done_at=now))
    approaches = [row for row in outside if row.template is not None]
    return free + (await _approach(db, channel, approaches, now) if approaches else [])


async def _approach(db: Connection, channel: str, rows: list[Any], now: datetime) -> list[Any]:
    """Templates to people who did not write lately: each person counts once in 24 hours, in all processes together."""
    limit = (await accounts.account(db, channel, lock=True)).people_a_day
    if limit is not None:
        lately = ADDRESSES.c.channel == channel, ADDRESSES.c.approached_at > now - DAY
        people = (
            await db.execute(select(func.count().label("number"), func.min(ADDRESSES.c.approached_at).label("oldest")).where(*lately))
        ).one()
        new = [row for row in rows if row.approached_at is None or row.approached_at <= now - DAY]
        over = new[max(limit - people.number, 0) :]
        if over:
            await _put_off(db, channel, over, people.oldest + DAY if people.oldest else now + LOOK_AGAIN)
        rows = [row for row in rows if row not in over]
    await db.execute(update(ADDRESSES).where(ADDRESSES.c.id.in_([row.address for row in rows])).values(approached_at=now))
    return rows


async def _put_off(db: Connection, channel: str, rows: list[Any], until: datetime) -> None:
    waiting = DELIVERIES.c.id.in_([row.id for row in rows])
    await db.execute(update(DELIVERIES).where(waiting).values(due_at=until, reason="daily_limit"))
    if any(row.lane == CAMPAIGN for row in rows):
        await accounts.pause(db, channel, until, "daily_limit")  # or every claim would meet the rest of the campaign again


async def close(db: Connection, addresses: Sequence[str]) -> None:
    """The platform says that the window of these is shut, whatever we thought."""
    await db.execute(update(ADDRESSES).where(ADDRESSES.c.id.in_(addresses)).values(window_until=None))
