"""How far a campaign is: a bar, its rate, about when it ends, channel by channel."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from console.visit import Visit
from storage.campaigns import PLANNING, UNDER_WAY, Campaign
from storage.campaigns_pace import Lane


@dataclass(frozen=True, slots=True)
class Progress:
    """`share` is of those whose turn has come, in percent; `ends_at` is nothing where it cannot be told."""

    everybody: int
    waiting: int
    handed: int
    left_out: int
    a_minute: int
    share: float
    ends_at: datetime | None
    lanes: list[tuple[str, Lane]]
    running: bool
    planning: bool


async def progress(visit: Visit, campaign: Campaign) -> Progress:
    now = int(visit.now.timestamp())
    pace = await visit.desk.outreach.tallies.of(visit.desk.database, campaign, now)
    ends = pace.ends(now) if campaign.state in UNDER_WAY else None
    return Progress(
        everybody=pace.everybody,
        waiting=pace.waiting,
        handed=pace.handed,
        left_out=pace.left_out,
        a_minute=pace.a_minute if campaign.state in UNDER_WAY else 0,
        share=round(100 * (pace.everybody - pace.waiting) / pace.everybody, 1) if pace.everybody else 0.0,
        ends_at=datetime.fromtimestamp(ends, UTC) if ends else None,
        lanes=sorted((channel, lane) for channel, lane in pace.lanes.items() if channel),
        running=campaign.state in UNDER_WAY,
        planning=campaign.state == PLANNING,
    )
