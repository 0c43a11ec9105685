"""How far a campaign is: counted once for many who ask, anew when it changes, with its pace and its end."""

from __future__ import annotations

from console.campaign_tally import Tallies
from storage import campaigns
from storage.campaigns import Campaign
from storage.campaigns_pace import Lane, Pace
from tests.console.campaigning import TEXT, act, author, people, runs, started
from tests.console.conftest import Desk


async def fresh(desk: Desk, campaign: Campaign) -> Campaign:
    found = await desk.database.writer.read(lambda db: campaigns.by_id(db, "*", campaign.id))
    assert found
    return found


async def test_it_is_counted_anew_once_its_state_changed(both: Desk) -> None:
    await people(both, 4)
    campaign = await started(both)
    await runs(both)
    tallies, now = Tallies(), int(both.clock().timestamp())
    running = await fresh(both, campaign)
    first = await tallies.of(both.database, running, now)
    assert (first.handed, first.waiting, first.a_minute, first.everybody) == (4, 0, 4, 4)
    paused = await act(both, "pause", running, await author(both))
    second = await tallies.of(both.database, paused, now)
    assert (second.handed, second.waiting) == (0, 4), "what was not sent came back"
    assert await tallies.of(both.database, await act(both, "cancel", paused, await author(both)), now) is not second


async def test_what_is_over_is_counted_rarely(desk: Desk) -> None:
    await people(desk, 2)
    campaign = await act(desk, "cancel", await started(desk), await author(desk))
    tallies, now = Tallies(), int(desk.clock().timestamp())
    assert await tallies.of(desk.database, campaign, now) is await tallies.of(desk.database, campaign, now + 5)


async def test_a_spread_ends_when_its_last_person_is_due(both: Desk) -> None:
    await people(both, 20)
    campaign = await started(both, TEXT.replace("spread_hours = 0", "spread_hours = 4"))
    await runs(both)
    now = int(both.clock().timestamp())
    pace = await Tallies().of(both.database, await fresh(both, campaign), now)
    assert pace.last_due is not None
    assert now + 3 * 3600 < pace.last_due <= now + 4 * 3600
    assert pace.ends(now) == (pace.last_due if pace.a_minute else None)


def test_the_end_is_told_by_the_pace_and_not_at_all_where_nothing_goes() -> None:
    assert Pace({"telegram": Lane(600, 100, 0, 60)}, 1_000).ends(1_000) == 1_000 + 600
    assert Pace({"telegram": Lane(600, 100, 0, 0)}, 1_000).ends(1_000) is None
    assert Pace({"telegram": Lane(0, 100, 0, 60)}, None).ends(1_000) is None
