"""How far campaigns are, counted no more often than it is cheap: open pages ask each second, and a million rows take as long to count."""

from __future__ import annotations

import time
from dataclasses import dataclass

from storage import Database, campaigns_pace
from storage.campaigns import ENDED, Campaign
from storage.campaigns_pace import Pace

RESTS = 20  # times as long as it took to count, until it is counted again
SETTLED = 60.0  # seconds, of a campaign that is over
MOST = 200  # campaigns that are remembered


@dataclass(frozen=True, slots=True)
class _Counted:
    pace: Pace
    again: float  # on the machine's own clock
    state: str


class Tallies:
    """Remembers what was counted last; one for the whole desk."""

    def __init__(self) -> None:
        self._counted: dict[int, _Counted] = {}

    async def of(self, database: Database, campaign: Campaign, now: int) -> Pace:
        """`now`: seconds since 1970, as the house's clock has it."""
        known = self._counted.get(campaign.id)
        began = time.monotonic()
        if known and known.state == campaign.state and began < known.again:
            return known.pace
        pace = await database.writer.read(lambda db: campaigns_pace.pace(db, campaign, now))
        ended = time.monotonic()
        rest = SETTLED if campaign.state in ENDED else RESTS * (ended - began)
        while len(self._counted) >= MOST:
            self._counted.pop(next(iter(self._counted)))
        self._counted[campaign.id] = _Counted(pace, ended + rest, campaign.state)
        return pace
