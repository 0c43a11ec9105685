"""What became of a campaign: everybody in one state, what they did within a week, and how sure the difference to the hold-out is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from bot.house import load, new_engine, open_database
from storage import Database, Inbound
from storage.campaigns import CAMPAIGNS, RECIPIENTS, Campaign, by_id
from storage.campaigns_results import Results, Share, difference, results
from storage.campaigns_told import told
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from tests.campaigning import NOW, SIMPLE, Clock, people, queued, recipients, runner, started
from tests.talk import BRANCH, KEY


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def found(database: Database, campaign: Campaign) -> Results:
    return await database.writer.read(lambda db: results(db, database.dialect, campaign))


async def event(database: Database, contact: int, kind: str, days: float) -> None:
    row = {"id": database.tools.new_id(), "at": NOW + timedelta(days=days), "contact_id": contact, "branch": "sidoarjo", "kind": kind}
    await database.writer.run(lambda db: db.execute(insert(EVENTS), [row | {"subject": "covered", "detail": "{}"}]))


async def test_everybody_is_in_exactly_one_state(database: Database) -> None:
    await people(database, 5)
    await people(database, 2, opted_out_at=NOW)
    campaign = await started(database)
    running = runner(database, Clock())
    await running.tick()
    one, two, *_others = await queued(database)
    for row, state, reason in ((one, "failed", "blocked"), (two, "in_doubt", "crash")):
        changed = update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(state=state, reason=reason)
        await database.writer.run(lambda db, changed=changed: db.execute(changed))  # type: ignore[misc]
    assert (await found(database, campaign)).states == {
        ("telegram", "queued", ""): 3,
        ("telegram", "failed", "blocked"): 1,
        ("telegram", "in_doubt", "crash"): 1,
        ("telegram", "skipped", "opted_out"): 2,
    }


async def test_what_people_did_within_a_week_counts_and_later_does_not(database: Database) -> None:
    soon, late, before, _nothing = await people(database, 4)
    campaign = await started(database)
    await runner(database, Clock()).tick()
    await event(database, soon, "check", 6.9)
    await event(database, late, "check", 7.1)
    await event(database, before, "check", -1)
    await event(database, soon, "interest", 1)
    did = (await found(database, campaign)).did
    assert (did["checked"][0], did["interested"][0]) == (Share(1, 4), Share(1, 4))


async def test_the_hold_out_is_counted_as_if_it_had_been_written_to(database: Database) -> None:
    await people(database, 100)
    campaign = await started(database, "hold_out = 0.5\n" + SIMPLE)
    running = runner(database, Clock())
    await running.tick()
    held = [row.contact_id for row in await recipients(database, campaign) if row.reason == "hold_out"]
    await event(database, held[0], "check", 1)
    _reached, share = (await found(database, campaign)).did["checked"]
    assert share == Share(1, len(held))


async def test_a_press_is_counted_and_settles_what_was_in_doubt(database: Database) -> None:
    campaign = await pressed(database, "coverage")
    assert (await found(database, campaign)).pressed == 1
    [row] = [row for row in await queued(database) if row.lane == 2]
    assert row.state == "read"


async def test_stopping_messages_takes_one_press_and_is_counted(database: Database) -> None:
    campaign = await pressed(database, "?opt_out")
    assert ((await found(database, campaign)).pressed, (await found(database, campaign)).opted_out) == (1, 1)
    later = await started(database)
    await runner(database, Clock()).tick()
    assert [row.reason for row in await recipients(database, later)] == ["opted_out"]


async def pressed(database: Database, target: str) -> Campaign:
    """Somebody wrote once, got a campaign, and pressed a button of it."""
    engine = new_engine(database, "sidoarjo", lambda: NOW)
    engine.start()
    try:
        await engine.receive([Inbound("telegram", "7", "1", NOW, text="halo")])
        campaign = await started(database)
        await runner(database, Clock()).tick()
        [row] = [row for row in await queued(database) if row.lane == 2]
        changed = update(DELIVERIES).where(DELIVERIES.c.id == row.id).values(state="in_doubt", reason="crash")
        await database.writer.run(lambda db: db.execute(changed))
        await engine.receive([Inbound("telegram", "7", "2", NOW, pressed=f"{target}#{row.id}", kind="press")])
    finally:
        await engine.close()
    return campaign


async def test_what_a_channel_does_not_tell_is_not_claimed(database: Database) -> None:
    await people(database, 2)
    campaign = await started(database)
    await runner(database, Clock()).tick()
    assert (await found(database, campaign)).delivered is None
    lines = await database.writer.read(lambda db: told(db, database.dialect, campaign))
    assert "delivered: not knowable: no channel of it tells" in lines


async def test_after_a_cancel_nobody_waits_even_before_every_row_was_touched(database: Database) -> None:
    await people(database, 3)
    campaign = await started(database)
    await runner(database, Clock()).tick()
    await database.writer.run(lambda db: db.execute(update(RECIPIENTS).values(state="waiting", delivery=None)))
    await database.writer.run(lambda db: db.execute(update(CAMPAIGNS).values(state="cancelled")))
    gone = await database.writer.read(lambda db: by_id(db, "*", campaign.id))
    assert gone
    assert (await found(database, gone)).states == {("telegram", "cancelled", ""): 3}


def test_a_share_of_few_is_unsure() -> None:
    low, high = Share(1, 4).bounds
    assert (round(low, 3), round(high, 3)) == (0.046, 0.699)
    assert Share(0, 0).bounds == (0.0, 1.0)


def test_a_difference_has_its_bounds() -> None:
    """The example of Newcombe 1998, table II: 56 of 70 and 48 of 80, method 10."""
    gap, low, high = difference(Share(56, 70), Share(48, 80))
    assert (round(gap, 4), round(low, 4), round(high, 4)) == (0.2, 0.0524, 0.3339)


async def test_what_became_of_each_outlives_the_messages(database: Database) -> None:
    await people(database, 3)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    await running.tick()
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="failed", reason="blocked")))
    for _tick in range(3):
        await running.tick()
    before = (await found(database, campaign)).states
    clock.later(days=9)
    await running.tick()
    await database.writer.run(lambda db: db.execute(delete(DELIVERIES)))
    assert (await found(database, campaign)).states == before == {("telegram", "failed", "blocked"): 3}
