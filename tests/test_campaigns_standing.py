"""Campaigns that repeat: each edition happens once, to whom it concerns, and each reminder can be refused for itself."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.house import load, new_engine, open_database
from handlers import SCRIPT
from locales import render
from storage import Database, Inbound, outbox
from storage.campaigns import CAMPAIGNS, Campaign, editions
from storage.campaigns_editions import due
from storage.campaigns_file import read
from storage.campaigns_pages import REFUSE
from storage.coverage import MEMBERS, ROSTERS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.privacy import export_of
from storage.reminders import REFUSALS
from tests.campaigning import NOW, SIMPLE, Clock, act, people, queued, recipients, runner, started, state_of
from tests.talk import BRANCH, KEY

WEEKLY = SIMPLE + '[repeat]\non = "week"\n'
ENDING = SIMPLE + '[repeat]\non = "cover_ends"\ndays = [60, 30, 7]\n'
CAPLESS = "[cap]\nin_7_days = 4\n"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def pass_days(database: Database, clock: Clock, days: int, processes: int = 1) -> None:
    """Day by day; what is queued goes at once."""
    running = [runner(database, clock) for _process in range(processes)]
    for _day in range(days):
        for one in [*running, *running]:
            await one.tick()
        await database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.state == "queued").values(state="sent")))
        await running[0].tick()
        clock.later(days=1)


async def got(database: Database, contact: int) -> list[date]:
    return [row.at.date() for row in await queued(database, [contact])]


async def made(database: Database, campaign: Campaign) -> list[str | None]:
    found = await database.writer.read(lambda db: editions(db, campaign.id))
    return [one.edition for one in reversed(found)]


async def covered_until(database: Database, contact: int, ends_on: date) -> None:
    """They left their NIK, and a list of members has it."""
    tools, nik = database.tools, database.tools.sealer.index("nik", str(contact))
    interest = {"id": tools.new_id(), "reference": str(contact), "at": NOW, "changed_at": NOW, "contact_id": contact, "branch": "sidoarjo"}
    roster = {"id": tools.new_id(), "branch": "sidoarjo", "source": "list", "as_of": NOW.date(), "imported_at": NOW, "state": "live"}
    member = {"id": tools.new_id(), "roster": roster["id"], "kpj_index": str(contact), "nik_index": nik, "secrets": b"", "name": "Siti"}
    period = {"scheme": "placed", "programmes": "JKK", "starts_on": date(2025, 1, 1), "ends_on": ends_on}

    async def work(db: Any) -> None:
        await db.execute(
            insert(INTERESTS), [interest | {"state": "new", "name": "Siti", "stage": "abroad", "reach": "here", "nik_index": nik}]
        )
        await db.execute(insert(ROSTERS), [roster | {"version": 0, "file": "", "mapping": "{}", "report": "{}", "done": 0, "total": 1}])
        await db.execute(insert(MEMBERS), [member | period])

    await database.writer.run(work)


async def event(database: Database, contact: int, kind: str, subject: str, at: datetime) -> None:
    row = {"id": database.tools.new_id(), "at": at, "contact_id": contact, "branch": "sidoarjo", "kind": kind, "subject": subject}
    await database.writer.run(lambda db: db.execute(insert(EVENTS), [row | {"detail": "{}"}]))


async def test_a_weekly_campaign_happens_once_a_week_however_many_processes_look(database: Database) -> None:
    [someone] = await people(database, 1)
    campaign, clock = await started(database, WEEKLY), Clock()
    await pass_days(database, clock, 16, processes=2)
    assert await made(database, campaign) == ["on:2026-11-23", "on:2026-11-30", "on:2026-12-07"]
    assert await got(database, someone) == [date(2026, 11, 23), date(2026, 11, 30), date(2026, 12, 7)]
    assert await state_of(database, campaign) == "standing"


async def test_two_processes_that_see_the_same_edition_start_it_once(database: Database) -> None:
    await people(database, 3)
    campaign = await started(database, WEEKLY)
    one, other = runner(database, Clock()), runner(database, Clock())
    await one.tick()
    await other.tick()
    assert len(await made(database, campaign)) == 1


def test_its_button_says_what_its_answer_is_called() -> None:
    assert SCRIPT.labels["no_reminder"] == REFUSE
    assert render(REFUSE, "id") == "Tanpa pengingat ini"


def standing(text: str, begins: datetime) -> Campaign:
    content = read(text).model_dump_json()
    return Campaign(1, "*", "x", "standing", 1, content, "a", "b", begins, begins, begins, begins, None, None, None, 0, None)


def test_a_month_without_that_day_has_its_last() -> None:
    monthly = standing(SIMPLE + '[repeat]\non = "month"\n', datetime(2027, 1, 31, 3, tzinfo=UTC))
    found = [
        due(monthly, "Asia/Jakarta", datetime(2027, month, 28, 5, tzinfo=UTC) + timedelta(days=days))
        for month, days in ((2, 0), (3, 3), (4, 2))
    ]
    assert [[one.code for one in many] for many in found] == [["on:2027-02-28"], ["on:2027-03-31"], ["on:2027-04-30"]]


def test_the_hour_stays_the_same_on_the_wall_when_clocks_change() -> None:
    weekly = standing(WEEKLY, datetime(2026, 10, 28, 13, tzinfo=UTC))  # 9:00 in New York, in summer time
    [edition] = due(weekly, "America/New_York", datetime(2026, 11, 4, 15, tzinfo=UTC))
    assert edition.at == datetime(2026, 11, 4, 14, tzinfo=UTC)


async def test_who_was_away_for_a_month_sends_one_message_and_not_four(database: Database) -> None:
    [someone] = await people(database, 1)
    campaign, clock = await started(database, WEEKLY), Clock()
    await pass_days(database, clock, 1)
    clock.later(days=28)
    await pass_days(database, clock, 2)
    assert await made(database, campaign) == ["on:2026-11-23", "on:2026-12-21"]
    assert len(await got(database, someone)) == 2


async def test_a_clock_that_jumps_ahead_and_back_doubles_nothing(database: Database) -> None:
    [someone] = await people(database, 1)
    campaign, clock = await started(database, WEEKLY), Clock()
    await pass_days(database, clock, 1)
    clock.later(days=6)
    await pass_days(database, clock, 1)
    clock.later(days=-8)
    await pass_days(database, clock, 10)
    assert await made(database, campaign) == ["on:2026-11-23", "on:2026-11-30"]
    assert len(await got(database, someone)) == 2


async def test_once_means_that_who_got_it_does_not_get_it_again(database: Database) -> None:
    [early] = await people(database, 1)
    await started(database, SIMPLE + '[repeat]\non = "week"\nonce = true\n')
    clock = Clock()
    await pass_days(database, clock, 1)
    [late] = await people(database, 1)
    await pass_days(database, clock, 14)
    assert (len(await got(database, early)), len(await got(database, late))) == (1, 1)


async def test_it_stops_after_its_last_day(database: Database) -> None:
    await people(database, 1)
    campaign, clock = await started(database, WEEKLY + "until = 2026-12-01\n"), Clock()
    await pass_days(database, clock, 16)
    assert await made(database, campaign) == ["on:2026-11-23", "on:2026-11-30"]
    assert await state_of(database, campaign) == "done"


async def test_each_is_reminded_sixty_thirty_and_seven_days_before_the_end_of_cover(database: Database) -> None:
    someone, other = await people(database, 2)
    await covered_until(database, someone, NOW.date() + timedelta(days=62))
    campaign, clock = await started(database, ENDING), Clock()
    await pass_days(database, clock, 64)
    days = [(day - NOW.date()).days for day in await got(database, someone)]
    assert days == [2, 32, 55]
    assert await got(database, other) == []
    assert [code.split(":")[1] for code in await made(database, campaign) if code] == ["60", "30", "7"], (
        "a day of nobody leaves no campaign"
    )


async def test_a_day_that_was_missed_is_caught_up_within_a_week_and_not_after(database: Database) -> None:
    late, too_late = await people(database, 2)
    await covered_until(database, late, NOW.date() + timedelta(days=61 + 6))
    await covered_until(database, too_late, NOW.date() + timedelta(days=60 + 2))
    clock = Clock()
    await started(database, ENDING)
    await pass_days(database, clock, 1)
    clock.later(days=9)
    await pass_days(database, clock, 3)
    assert (len(await got(database, late)), len(await got(database, too_late))) == (1, 0)


async def test_a_longer_contract_is_reminded_of_anew(database: Database) -> None:
    [someone] = await people(database, 1)
    await covered_until(database, someone, NOW.date() + timedelta(days=60))
    clock = Clock()
    await started(database, ENDING)
    await pass_days(database, clock, 1)
    longer = NOW.date() + timedelta(days=160)
    await database.writer.run(lambda db: db.execute(update(MEMBERS).values(ends_on=longer)))
    clock.later(days=99)
    await pass_days(database, clock, 1)
    assert len(await got(database, someone)) == 2


async def test_a_registration_left_unfinished_is_recalled_once(database: Database) -> None:
    begun, finished = await people(database, 2)
    for one in (begun, finished):
        await event(database, one, "begun", "interest", NOW)
    await covered_until(database, finished, NOW.date())  # they left an interest after all
    clock = Clock()
    await started(database, SIMPLE + '[repeat]\non = "unfinished"\ndays = [2]\n')
    await pass_days(database, clock, 12)
    assert await got(database, begun) == [NOW.date() + timedelta(days=2)]
    assert await got(database, finished) == []


async def test_what_is_begun_and_not_finished_in_the_chat_is_known(database: Database) -> None:
    engine = new_engine(database, "sidoarjo", lambda: NOW)
    engine.start()
    try:
        for number, said in enumerate(("halo", "/minat", "ya", "Siti Aminah")):
            await engine.receive([Inbound("telegram", "7", str(number), NOW, text=said)])
    finally:
        await engine.close()
    kinds = list((await database.writer.read(lambda db: db.execute(select(EVENTS.c.kind)))).scalars())
    assert "begun" in kinds


@pytest.mark.parametrize(("kind", "stage", "other"), [("stage", "abroad", "home"), ("moved", "document", "registered")])
async def test_a_new_stage_is_answered_once(database: Database, kind: str, stage: str, other: str) -> None:
    """Of life, as they told us, or of their registration, as an officer noted it."""
    moved, stayed = await people(database, 2)
    await event(database, moved, kind, stage, NOW)
    await event(database, stayed, kind, other, NOW)
    clock = Clock()
    await started(database, SIMPLE + f'[repeat]\non = "stage"\nstages = ["{stage}"]\ndays = [1]\n')
    await pass_days(database, clock, 10)
    assert (await got(database, moved), await got(database, stayed)) == ([NOW.date() + timedelta(days=1)], [])


async def test_each_reminder_can_be_refused_for_itself(database: Database) -> None:
    campaign, other = await talk_and_press(database, "?no_reminder#{delivery}")
    clock = Clock(NOW + timedelta(days=7))
    await pass_days(database, clock, 1)
    reasons = {row.campaign: row.reason for row in await newest(database, campaign) + await newest(database, other)}
    assert sorted(reasons.values(), key=str) == [None, "refused"]


async def test_a_word_refuses_the_newest_reminder_and_another_wants_all_again(database: Database) -> None:
    await talk_and_press(database, None, "stop pengingat")
    assert len((await database.writer.read(lambda db: db.execute(select(REFUSALS)))).all()) == 1
    await talk(database, "subscribe")
    assert (await database.writer.read(lambda db: db.execute(select(REFUSALS)))).all() == []


async def test_a_refusal_counts_also_for_what_already_waits(database: Database) -> None:
    [someone] = await people(database, 1)
    campaign, clock = await started(database, WEEKLY), Clock()
    await runner(database, clock).tick()
    refusal = {"contact_id": someone, "campaign": campaign.id, "at": NOW}
    await database.writer.run(lambda db: db.execute(insert(REFUSALS), [refusal]))
    assert await database.writer.run(lambda db: outbox.claim(db, database.tools, "telegram", 1, 9, NOW, None)) == []
    assert [(row.state, row.reason) for row in await queued(database)] == [("skipped", "refused")]


async def test_what_somebody_refused_stands_in_their_copy_and_goes_with_an_erasure(database: Database) -> None:
    await talk_and_press(database, "?no_reminder#{delivery}")
    [row] = (await database.writer.read(lambda db: db.execute(select(REFUSALS)))).all()
    kept = await database.writer.run(lambda db: export_of(db, database.tools, row.contact_id, NOW))
    assert [one["campaign"] for one in kept["refused"]] == ["Ajakan"]
    for said in ("privasi", "hapus semua", "ya"):
        await talk(database, said)
    assert (await database.writer.read(lambda db: db.execute(select(REFUSALS)))).all() == []


async def test_a_pause_and_an_end_hold_for_its_editions_too(database: Database) -> None:
    await people(database, 3)
    campaign, clock = await started(database, WEEKLY), Clock()
    await runner(database, clock).tick()
    await act(database, "pause", campaign)
    assert await queued(database) == []
    clock.later(days=7)
    await runner(database, clock).tick()
    assert len(await made(database, campaign)) == 1
    await act(database, "resume", campaign)
    await runner(database, clock).tick()
    assert len(await made(database, campaign)) == 2
    await act(database, "cancel", campaign)
    assert await queued(database) == []
    states = set((await database.writer.read(lambda db: db.execute(select(CAMPAIGNS.c.state)))).scalars())
    assert states <= {"cancelled", "done"}


async def newest(database: Database, campaign: Campaign) -> list[Any]:
    [child, *_older] = await database.writer.read(lambda db: editions(db, campaign.id))
    return await recipients(database, child)


async def talk(database: Database, said: str, pressed: str | None = None) -> None:
    engine = new_engine(database, "sidoarjo", lambda: NOW)
    engine.start()
    try:
        id_ = str(database.tools.new_id())
        kind = "press" if pressed else "text"
        await engine.receive([Inbound("telegram", "7", id_, NOW, text=said, pressed=pressed, kind=kind)])
    finally:
        await engine.close()


async def talk_and_press(database: Database, pressed: str | None, said: str = "") -> tuple[Campaign, Campaign]:
    """Somebody gets two reminders, and answers the newer one."""
    await talk(database, "halo")
    clock, campaigns = Clock(), []
    for name in ("Ajakan", "Kabar"):
        campaigns.append(await started(database, WEEKLY.replace("Ajakan", name) + CAPLESS))
        if name == "Kabar":
            break
        await runner(database, clock).tick()
        await runner(database, clock).tick()
    [row] = [row for row in await queued(database) if row.lane == 2]
    await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="sent")))
    await talk(database, said, pressed and pressed.format(delivery=row.id))
    first, second = campaigns
    return first, second
