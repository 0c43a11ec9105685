"""Campaigns over several days, in virtual time: what a platform allows a day is kept, and so are nights, also when clocks change."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert, select, update

from bot.house import load, open_database
from storage import Database, accounts, outbox, templates
from storage.audiences import CONTACTS
from storage.branches import BRANCHES
from storage.campaigns import RECIPIENTS
from storage.campaigns_file import load as load_file
from storage.campaigns_hours import Geography
from storage.campaigns_plan import Plan
from storage.deliveries import DELIVERIES
from storage.outbox import Result
from storage.templates import Template
from tests.campaigning import NOW, SIMPLE, Clock, people, queued, recipients, runner, started, state_of
from tests.talk import BRANCH, KEY

ZONES = {"HK": "Asia/Hong_Kong", "SA": "Asia/Riyadh", "KR": "Asia/Seoul", "ID": "America/New_York"}
ALL_DAY = "[schedule]\nopens = 00:00:00\ncloses = 23:59:59\nexpires_hours = 96\n"
TEMPLATE = '[template]\nname = "kabar"\nvalues."1" = { id = "{first_name}", en = "{first_name}" }\n'


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


async def test_no_more_people_a_day_than_whatsapp_allows_and_all_in_the_end(database: Database) -> None:
    quick = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Stop"}]}
    listed = [
        Template("kabar", language, "APPROVED", "marketing", parts=({"type": "BODY", "text": "Kabar, {{1}}."}, quick))
        for language in ("id", "en")
    ]
    await database.writer.run(lambda db: templates.synchronise(db, database.dialect, listed, NOW))
    await database.writer.run(lambda db: accounts.told(db, "whatsapp", NOW, daily_limit=10))
    await people(database, 25, channel="whatsapp")
    clock = Clock()
    campaign = await started(database, SIMPLE + TEMPLATE + ALL_DAY)
    running, moments = runner(database, clock), []
    for _hour in range(72):
        await running.tick()
        moments += [clock()] * await went(database, clock)
        clock.later(hours=1)
    await running.tick()
    assert len(moments) == 25
    assert max(sum(one <= other < one + timedelta(hours=24) for other in moments) for one in moments) == 10
    assert await state_of(database, campaign) == "done"


async def went(database: Database, clock: Clock) -> int:
    """All that may go now goes."""
    claimed = await database.writer.run(lambda db: outbox.claim(db, database.tools, "whatsapp", 1, 100, clock(), None))
    done = [(one, Result(one.id, "sent")) for one in claimed]
    if done:
        await database.writer.run(lambda db: outbox.record(db, database.tools, "whatsapp", done, clock()))
    return len(done)


@pytest.mark.parametrize("begin", [datetime(2026, 10, 31, 6, tzinfo=UTC), datetime(2027, 3, 13, 6, tzinfo=UTC)], ids=["autumn", "spring"])
async def test_nobody_is_woken_in_hong_kong_riyadh_seoul_or_new_york_when_clocks_change(sqlite_url: str, begin: datetime) -> None:
    """Summer time ends and begins in New York within these days. Whoever is at home is where their branch is."""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOW)
    office = {"id": "newyork", "name": "New York", "zone": "America/New_York", "opens": "08:00", "closes": "16:00"}
    await database.writer.run(lambda db: db.execute(insert(BRANCHES), [office]))
    for country in [*ZONES] * 5:  # mixed, since people's turns come in the order in which we met them
        await people(database, 3, country=country, at=begin, branch="newyork" if country == "ID" else "sidoarjo")
    clock = Clock(begin)
    await started(database, SIMPLE + "[schedule]\nspread_hours = 30\nexpires_hours = 96\n", now=begin)
    running = runner(database, clock)
    for _half_hour in range(192):
        await running.tick()
        await database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.state == "queued").values(state="sent")))
        clock.later(minutes=30)
    rows = await queued(database)
    where: dict[int, str] = dict((await database.writer.read(lambda db: db.execute(select(CONTACTS.c.id, CONTACTS.c.country)))).all())  # type: ignore[arg-type]
    hours = {(where[row.contact_id], row.at.astimezone(ZoneInfo(ZONES[where[row.contact_id]])).hour) for row in rows}
    assert len(rows) == 60
    assert {country for country, _hour in hours} == set(ZONES)
    assert all(9 <= hour < 21 for _country, hour in hours)
    days = {row.at.astimezone(ZoneInfo("America/New_York")).utcoffset() for row in rows if where[row.contact_id] == "ID"}
    assert len(days) == 2, "some went before the clocks changed there, and some after"
    await database.close()


async def test_a_million_at_thirty_a_second_is_planned_within_the_day_it_takes(sqlite_url: str) -> None:
    """Spread over the 9.26 hours that a million take at thirty a second, nobody's turn lies outside waking hours or after its end."""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOW)
    many, hours = 3_000, 1_000_000 / 30 / 3600
    await people(database, many)
    begin = datetime(2026, 11, 23, 1, tzinfo=UTC)  # 9:00 in Hong Kong
    campaign = await started(database, SIMPLE + f"[schedule]\nspread_hours = {hours:.4f}\n", now=begin)
    plan = Plan(
        campaign, load_file(campaign.content), Geography({"HK": ("Asia/Hong_Kong",)}, {}, {"sidoarjo": "Asia/Jakarta"}), database.dialect
    )
    while not (await database.writer.run(lambda db: plan.chunk(db, 500, begin))).finished:  # type: ignore[union-attr]
        pass
    due = sorted(row.due - int(begin.timestamp()) for row in await recipients(database, campaign))
    assert len(due) == many
    assert (due[0], round(due[-1] / 3600, 1)) == (0, 9.3)
    gaps = [later - sooner for sooner, later in pairwise(due)]
    assert max(gaps) <= 600, "evenly: no hour carries another's load"
    rows = await database.writer.read(lambda db: db.execute(select(RECIPIENTS.c.state).where(RECIPIENTS.c.state == "waiting")))
    assert len(rows.all()) == many
    await database.close()
