"""How far a campaign is and how fast it goes, in one look at its recipients; what became of their messages is in campaigns_results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, and_, case, func, select

from storage.campaigns import RECIPIENTS, Campaign
from storage.deliveries import DELIVERIES
from storage.writer import Connection

LATELY = 60  # seconds by which the pace is told


@dataclass(frozen=True, slots=True)
class Lane:
    """One channel's share: who waits, whose message was handed over, who does not get it, and messages a minute."""

    waiting: int
    handed: int
    left_out: int
    a_minute: int


@dataclass(frozen=True, slots=True)
class Pace:
    """`last_due`: when the last who waits may get it, in seconds since 1970."""

    lanes: Mapping[str, Lane]
    last_due: int | None

    @property
    def waiting(self) -> int:
        return sum(lane.waiting for lane in self.lanes.values())

    @property
    def handed(self) -> int:
        return sum(lane.handed for lane in self.lanes.values())

    @property
    def left_out(self) -> int:
        return sum(lane.left_out for lane in self.lanes.values())

    @property
    def a_minute(self) -> int:
        return sum(lane.a_minute for lane in self.lanes.values())

    @property
    def everybody(self) -> int:
        return self.waiting + self.handed + self.left_out

    def ends(self, now: int) -> int | None:
        """About when nobody will wait any more; None where nothing goes yet."""
        if not self.waiting or not self.a_minute or self.last_due is None:
            return None
        return max(now + self.waiting * 60 // self.a_minute, self.last_due)


async def pace(db: Connection, campaign: Campaign, now: int) -> Pace:
    """A recipient's `due` is when their message may go, and then when it went."""
    here = RECIPIENTS.c
    # What was sent and its end known was `handed` too: its state was copied when the campaign had settled.
    waits, out = here.state == "waiting", and_(here.state != "waiting", here.delivery.is_(None))
    sent = here.delivery.is_not(None)
    counts = (func.sum(case((what, 1), else_=0)) for what in (waits, sent, out, and_(sent, here.due > now - LATELY)))
    last = func.max(case((waits, here.due)))
    counted = select(here.channel, *counts, last).where(here.campaign == campaign.id).group_by(here.channel)
    rows = [tuple(row) for row in await db.execute(counted)]
    lanes = {channel: Lane(int(waiting), int(handed), int(gone), int(lately)) for channel, waiting, handed, gone, lately, _last in rows}
    return Pace(lanes, max((last for *_counts, last in rows if last is not None), default=None))


async def recipients(db: Connection, campaign: int, after: int, most: int) -> list[Row[Any]]:
    """Everybody in it by the number of their contact, and what became of them; without a word or a number of theirs."""
    here = RECIPIENTS.c
    handed = here.state == "handed"
    state = case((handed, func.coalesce(DELIVERIES.c.state, "gone")), else_=here.state)
    reason = case((handed, DELIVERIES.c.reason), else_=here.reason)
    wanted = select(here.contact_id, here.channel, state.label("state"), reason.label("reason"), here.due, here.pressed)
    mine = here.campaign == campaign, here.contact_id > after
    joined = wanted.outerjoin(DELIVERIES, DELIVERIES.c.id == here.delivery).where(*mine)
    return list(await db.execute(joined.order_by(here.contact_id).limit(most)))
