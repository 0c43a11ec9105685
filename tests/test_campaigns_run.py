"""Campaigns under way: planned in chunks, handed over in time, stopped at once, each person at most once and in one state."""

import json
import random
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from bot.house import load, open_database
from storage import Database, outbox, pauses, templates
from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns import APPROACHES, CAMPAIGNS
from storage.campaigns_reach import PRIME, scattered
from storage.interests import INTERESTS
from storage.outbox import Claimed, Result
from storage.templates import Template
from tests.campaigning import NOW, SIMPLE, Clock, act, people, queued, recipients, runner, started, state_of, states, withdraws
from tests.talk import BRANCH, KEY


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def claim(database: Database, clock: Clock, channel: str = "telegram", count: int = 100) -> list[Claimed]:
    return await database.writer.run(lambda db: outbox.claim(db, database.tools, channel, 1, count, clock(), None))


async def ended(database: Database, clock: Clock, state: str = "sent", reason: str | None = None) -> int:
    """All that waits goes, and ends so."""
    claimed = await claim(database, clock, count=1000)
    if claimed:
        results = [(one, Result(one.id, state, reason)) for one in claimed]
        await database.writer.run(lambda db: outbox.record(db, database.tools, "telegram", results, clock()))
    return len(claimed)


async def test_everybody_gets_it_once_and_the_campaign_ends(database: Database) -> None:
    await people(database, 30)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    for _tick in range(4):
        await running.tick()
        await ended(database, clock)
    assert len(await queued(database)) == 30
    assert set(await states(database, campaign)) == {("handed", None)}
    assert await state_of(database, campaign) == "done"


async def test_the_first_messages_go_before_the_plan_is_finished(database: Database) -> None:
    await people(database, 1500)
    campaign, clock = await started(database), Clock()
    await runner(database, clock).tick()
    assert await queued(database)
    assert await state_of(database, campaign) == "planning"


async def test_another_process_goes_on_where_one_was_killed(database: Database) -> None:
    await people(database, 2500)
    campaign, clock = await started(database), Clock()
    for _process in range(8):
        await runner(database, clock, rate=10).tick()
    assert len(await recipients(database, campaign)) == 2500
    assert len({row.key for row in await queued(database)}) == len(await queued(database)) <= 2500


async def test_every_message_has_a_button_that_ends_them_and_none_is_a_right_over_others(database: Database) -> None:
    await people(database, 1, language="en")
    await started(database, SIMPLE + '[[button]]\ndialogue = "coverage"\nlabel = { id = "Cek status", en = "Check status" }\n')
    await runner(database, Clock()).tick()
    [row] = await queued(database)
    page = json.loads(row.page)
    assert page["text"] == "Hello friend"
    assert [button["payload"] for button in page["buttons"]] == [f"coverage#{row.id}", f"?opt_out#{row.id}"]


async def test_who_cannot_or_should_not_get_it_is_skipped_with_the_reason(database: Database) -> None:
    [out] = await people(database, 1, opted_out_at=NOW)
    [withdrew] = await people(database, 1)
    await withdraws(database, withdrew)
    [dead] = await people(database, 1)
    [shut] = await people(database, 1, channel="whatsapp", digits="852")
    [often] = await people(database, 1)
    [browser] = await people(database, 1, channel="webchat")
    [fine] = await people(database, 1)
    await database.writer.run(lambda db: db.execute(update(ADDRESSES).where(ADDRESSES.c.contact_id == dead).values(unreachable="blocked")))
    got = {"contact_id": often, "last": int((NOW - timedelta(days=6)).timestamp()), "second": 0, "third": 0, "fourth": 0}
    await database.writer.run(lambda db: db.execute(insert(APPROACHES), [got]))
    campaign = await started(database)
    await runner(database, Clock()).tick()
    assert {row.contact_id: (row.state, row.reason) for row in await recipients(database, campaign)} == {
        out: ("skipped", "opted_out"),
        withdrew: ("skipped", "no_consent"),
        dead: ("skipped", "unreachable"),
        shut: ("skipped", "window"),
        often: ("skipped", "too_often"),
        browser: ("skipped", "unreachable"),
        fine: ("handed", None),
    }


async def test_nobody_gets_more_than_four_in_thirty_days(database: Database) -> None:
    clock = Clock(NOW)
    await people(database, 1)
    for week in range(6):
        clock.now = NOW + timedelta(days=week * 7)
        await started(database, SIMPLE, now=clock.now)
        running = runner(database, clock)
        await running.tick()
        await running.tick()
        await ended(database, clock)
    days = [(row.at - NOW).days for row in await queued(database)]
    assert days == [0, 7, 14, 21, 35]


async def test_the_hold_out_is_a_share_by_chance_and_gets_nothing(database: Database) -> None:
    await people(database, 400)
    campaign = await started(database, "hold_out = 0.25\n" + SIMPLE)
    running = runner(database, Clock())
    await running.tick()
    found = await states(database, campaign)
    assert 55 < found.count(("skipped", "hold_out")) < 145
    assert len(await queued(database)) == 400 - found.count(("skipped", "hold_out"))


def test_a_share_is_drawn_evenly_among_people_whose_ids_follow_one_another() -> None:
    dice = random.Random(7)
    for _campaign in range(2_000):
        first, campaign = dice.getrandbits(57), dice.getrandbits(57)
        drawn = sum(scattered(first + number, campaign) < PRIME // 4 for number in range(400))
        assert 55 < drawn < 145, "a hundred, and at most what chance would do once in a hundred thousand times"


async def test_a_pause_calls_back_what_waits_and_resuming_sends_it_once(database: Database) -> None:
    await people(database, 50)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    await running.tick()
    await running.tick()
    taken = await claim(database, clock, count=5)
    await act(database, "pause", campaign)
    assert await claim(database, clock) == []
    assert (await states(database, campaign)).count(("waiting", None)) == 45
    late = [(one, Result(one.id, "queued", "429", due_at=NOW)) for one in taken]
    await database.writer.run(lambda db: outbox.record(db, database.tools, "telegram", late, NOW))
    assert await claim(database, clock) == [], "what came back from the platform waits too"
    await act(database, "resume", campaign)
    for _tick in range(3):
        await running.tick()
        await ended(database, clock)
    assert sorted(row.contact_id for row in await queued(database)) == sorted({row.contact_id for row in await queued(database)})
    assert {row.state for row in await queued(database)} == {"sent"}
    assert len(await queued(database)) == 50
    assert await state_of(database, campaign) == "done"


async def test_cancelled_means_that_nobody_else_gets_it(database: Database) -> None:
    await people(database, 60)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    await running.tick()
    await act(database, "cancel", campaign)
    await running.tick()
    assert set(await states(database, campaign)) == {("cancelled", None)}
    assert await queued(database) == []


async def test_who_stops_messages_gets_none_not_even_one_that_already_waits(database: Database) -> None:
    someone, another, *others = await people(database, 4)
    campaign, clock = await started(database), Clock()
    await runner(database, clock).tick()
    await database.writer.run(lambda db: db.execute(update(CONTACTS).where(CONTACTS.c.id == someone).values(opted_out_at=NOW)))
    await withdraws(database, another)
    assert len(await claim(database, clock)) == 2
    assert [(row.state, row.reason) for row in await queued(database, [another])] == [("skipped", "no_consent")]
    assert [(row.state, row.reason) for row in await queued(database, [someone])] == [("skipped", "opted_out")]
    assert len(await queued(database, others)) == 2
    assert campaign.id


async def test_it_expires_and_says_so_for_everybody_who_did_not_get_it(database: Database) -> None:
    await people(database, 40, country="HK")
    campaign, clock = await started(database, SIMPLE + "[schedule]\nexpires_hours = 2\n"), Clock()
    running = runner(database, clock, rate=1)
    await running.tick()
    await running.tick()
    assert len(await queued(database)) == 30
    await ended(database, clock)
    clock.later(hours=3)
    for _tick in range(2):
        await running.tick()
    found = await states(database, campaign)
    assert (found.count(("handed", None)), found.count(("expired", None))) == (30, 10)
    assert await state_of(database, campaign) == "done"


async def test_it_pauses_itself_when_too_much_fails(database: Database) -> None:
    await people(database, 100)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    await running.tick()
    await running.tick()
    await ended(database, clock, "failed", "blocked")
    await running.tick()
    assert await state_of(database, campaign) == "paused"
    found = await database.writer.read(lambda db: db.execute(select(CAMPAIGNS.c.paused_because)))
    assert found.scalar() == "failures"


async def test_its_own_pace_is_kept(database: Database) -> None:
    await people(database, 50)
    await started(database, "per_minute = 60\n" + SIMPLE)
    running = runner(database, Clock())
    for _tick in range(3):
        await running.tick()
    assert len(await queued(database)) <= 3


async def test_what_the_platform_puts_off_for_a_day_waits_in_the_list(database: Database) -> None:
    await people(database, 1)
    campaign, clock = await started(database), Clock()
    running = runner(database, clock)
    await running.tick()
    [one] = await claim(database, clock)
    put_off = [(one, Result(one.id, "queued", "131049", due_at=NOW + timedelta(hours=24)))]
    await database.writer.run(lambda db: outbox.record(db, database.tools, "telegram", put_off, NOW))
    await running.tick()
    assert await queued(database) == []
    [waiting] = await recipients(database, campaign)
    assert (waiting.state, waiting.due) == ("waiting", int((NOW + timedelta(hours=24)).timestamp()))
    clock.later(hours=24, minutes=1)
    await running.tick()
    assert len(await queued(database)) == 1


async def test_a_name_is_filled_in_where_it_is_one(database: Database) -> None:
    named, marked = await people(database, 2)
    common = {"at": NOW, "changed_at": NOW, "branch": "sidoarjo", "state": "new", "stage": "abroad", "reach": "here"}
    rows = [
        common | {"id": 1, "reference": "A", "contact_id": named, "name": "Siti Aminah"},
        common | {"id": 2, "reference": "B", "contact_id": marked, "name": "*{nik}* https://x"},
    ]
    await database.writer.run(lambda db: db.execute(insert(INTERESTS), rows))
    await started(database)
    await runner(database, Clock()).tick()
    said = {row.contact_id: json.loads(row.page)["text"] for row in await queued(database)}
    assert said == {named: "Halo Siti", marked: "Halo Bapak/Ibu"}


async def test_outside_whatsapps_window_goes_the_template_and_inside_it_the_words(database: Database) -> None:
    quick = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}]}
    parts = ({"type": "BODY", "text": "Ada kabar, {{1}}."}, quick)
    listed = [Template("kabar", language, "APPROVED", "marketing", parts=parts) for language in ("id", "en")]
    await database.writer.run(lambda db: templates.synchronise(db, database.dialect, listed, NOW))
    inside, outside = [(await people(database, 1, channel="whatsapp", digits="852"))[0] for _number in range(2)]
    opened = update(ADDRESSES).where(ADDRESSES.c.contact_id == inside).values(window_until=NOW + timedelta(hours=5))
    await database.writer.run(lambda db: db.execute(opened))
    await started(database, SIMPLE + '[template]\nname = "kabar"\nvalues."1" = { id = "{first_name}", en = "{first_name}" }\n')
    await runner(database, Clock()).tick()
    rows = {row.contact_id: row for row in await queued(database)}
    assert (rows[inside].template, json.loads(rows[inside].page)["text"]) == (None, "Halo Bapak/Ibu")
    filled = templates.load(rows[outside].template)
    assert (filled.name, filled.values, filled.payloads) == ("kabar", (("1", "Bapak/Ibu"),), (f"?opt_out#{rows[outside].id}",))
    assert json.loads(rows[outside].page)["text"] == "Ada kabar, Bapak/Ibu."


async def test_whoever_stops_after_the_plan_is_skipped_when_their_turn_comes(database: Database) -> None:
    someone, another = await people(database, 2)
    clock = Clock(NOW.replace(hour=16))  # midnight in Hong Kong
    campaign = await started(database, now=clock.now)
    running = runner(database, clock)
    await running.tick()
    assert await states(database, campaign) == [("waiting", None)] * 2
    await database.writer.run(lambda db: db.execute(update(CONTACTS).where(CONTACTS.c.id == someone).values(opted_out_at=clock.now)))
    await withdraws(database, another, clock.now)
    clock.later(hours=10)
    await running.tick()
    assert await states(database, campaign) == [("skipped", "opted_out"), ("skipped", "no_consent")]


async def test_campaigns_rest_after_a_backup_was_put_back(database: Database) -> None:
    await people(database, 2)
    await started(database)
    await database.writer.run(lambda db: pauses.pause(db, database.dialect, pauses.CAMPAIGNS, pauses.RESTORED, NOW))
    await runner(database, Clock()).tick()
    assert await queued(database) == []


async def test_a_few_people_are_spread_over_the_whole_of_it(database: Database) -> None:
    """Not all of them at its end, however high the numbers of the first are."""
    known = await people(database, 9)
    spread = SIMPLE + "[schedule]\nspread_hours = 4\n"
    campaign = await started(database, spread)
    await runner(database, Clock()).tick()
    due = sorted(row.due for row in await recipients(database, campaign))
    assert len(due) == len(known)
    begins = int(NOW.timestamp())
    assert due[0] == begins
    assert begins + 3 * 3600 < due[-1] < begins + 4 * 3600
    assert len(set(due)) > 3
