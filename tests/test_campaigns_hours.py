"""Campaigns reach people in their waking hours, wherever they are: also across a change to or from summer time, and over many hours."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from bot.campaigns_house import geography
from bot.house import load, open_database
from storage import Database, outbox
from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns_hours import Geography, next_waking, pieces, room, waking
from storage.deliveries import DELIVERIES
from storage.outbox import Result
from storage.writer import Connection
from tests.campaigning import NOW, SIMPLE, Clock, people, queued, recipients, runner, started, state_of
from tests.talk import BRANCH, KEY

OPENS, CLOSES = time(9), time(21)
PLACES = {"HK": "Asia/Hong_Kong", "SA": "Asia/Riyadh", "KR": "Asia/Seoul"}


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOW)
    yield database
    await database.close()


def local(seconds: int, zone: str) -> datetime:
    return datetime.fromtimestamp(seconds, ZoneInfo(zone))


@pytest.mark.parametrize("zone", ["Asia/Hong_Kong", "Asia/Riyadh", "Asia/Seoul", "America/New_York"])
@pytest.mark.parametrize("begin", [datetime(2026, 10, 31, tzinfo=UTC), datetime(2027, 3, 13, tzinfo=UTC)], ids=["autumn", "spring"])
def test_waking_hours_are_nine_to_nine_on_the_wall_also_when_clocks_change(zone: str, begin: datetime) -> None:
    spans = waking((zone,), OPENS, CLOSES, begin, begin + timedelta(days=4))
    whole = [span for span in spans if span[0] > begin.timestamp()][:-1]
    assert len(whole) >= 2
    assert {(local(opens, zone).time(), local(closes, zone).time()) for opens, closes in whole} == {(OPENS, CLOSES)}
    assert {closes - opens for opens, closes in whole} == {12 * 3600}


def test_the_night_of_the_change_is_an_hour_longer_or_shorter_in_new_york() -> None:
    autumn = waking(("America/New_York",), OPENS, CLOSES, datetime(2026, 10, 31, 4, tzinfo=UTC), datetime(2026, 11, 2, 12, tzinfo=UTC))
    spring = waking(("America/New_York",), OPENS, CLOSES, datetime(2027, 3, 13, 5, tzinfo=UTC), datetime(2027, 3, 15, 12, tzinfo=UTC))
    assert [autumn[1][0] - autumn[0][1], spring[1][0] - spring[0][1]] == [13 * 3600, 11 * 3600]


def test_where_a_country_has_several_zones_it_must_be_day_in_all() -> None:
    spans = waking(("America/New_York", "America/Los_Angeles"), OPENS, CLOSES, NOW, NOW + timedelta(days=2))
    for opens, closes in spans[1:-1]:
        assert (local(opens, "America/Los_Angeles").hour, local(closes, "America/New_York").hour) == (9, 21)


def test_a_spread_is_waking_time_put_end_to_end() -> None:
    spans = waking(("Asia/Hong_Kong",), OPENS, CLOSES, datetime(2026, 11, 23, 11, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))
    found = pieces(spans, 4 * 3600)
    assert [(piece.begins, piece.ends, local(piece.opens, "Asia/Hong_Kong").hour) for piece in found] == [(0, 7200, 19), (7200, 14400, 9)]
    assert room(spans) == 14 * 3600


def test_a_moment_in_the_night_waits_for_the_morning_and_the_last_night_for_nothing() -> None:
    spans = waking(("Asia/Seoul",), OPENS, CLOSES, NOW, NOW + timedelta(days=1))
    night = int(datetime(2026, 11, 23, 15, tzinfo=UTC).timestamp())
    morning = next_waking(spans, night)
    assert morning
    assert local(morning[0], "Asia/Seoul").hour == 9
    assert next_waking(spans, spans[-1][1]) is None


def test_the_destination_says_where_somebody_is_else_the_number_else_the_branch() -> None:
    where = Geography({"HK": ("Asia/Hong_Kong",), "US": ("America/New_York",)}, {"852": "HK", "1": "US"}, {"sidoarjo": "Asia/Jakarta"})
    assert where.zones("US", "85291234567", "sidoarjo") == ("America/New_York",)
    assert where.zones(None, "85291234567", "sidoarjo") == ("Asia/Hong_Kong",)
    assert where.zones(None, "12025550123", "sidoarjo") == ("America/New_York",)
    assert where.zones(None, "HK.13491208655302741918", "sidoarjo") == ("Asia/Hong_Kong",)
    assert where.zones(None, "ID.13491208655302741918", "sidoarjo") == ("Asia/Jakarta",)
    assert where.zones("ID", "", "sidoarjo") == ("Asia/Jakarta",)


async def test_everybody_gets_it_by_day_and_nobody_by_night(database: Database) -> None:
    """In half-hour steps over two days."""
    for country in PLACES:
        await people(database, 20, country=country)
    clock = Clock(datetime(2026, 11, 23, 0, 10, tzinfo=UTC))
    file = SIMPLE + "[schedule]\nspread_hours = 14\n"
    campaign = await started(database, file, now=clock.now)
    running = runner(database, clock)
    for _step in range(100):
        await running.tick()
        await database.writer.run(lambda db: db.execute(update(DELIVERIES).values(state="sent")))
        clock.later(minutes=30)
    where = await database.writer.read(geography)
    assert where.countries["KR"] == ("Asia/Seoul",)
    rows = await queued(database)
    assert len(rows) == 60
    assert len(await recipients(database, campaign)) == 60
    contacts = {row.contact_id: row.at for row in rows}
    by_country = await countries(database)
    for contact, at in contacts.items():
        hour = at.astimezone(ZoneInfo(PLACES[by_country[contact]])).time()
        assert OPENS <= hour < CLOSES


async def countries(database: Database) -> dict[int, str]:
    rows = await database.writer.read(lambda db: db.execute(select(CONTACTS.c.id, CONTACTS.c.country)))
    return {row.id: row.country for row in rows}


async def test_a_number_tells_where_its_owner_sleeps(database: Database) -> None:
    """10:00 in Sidoarjo is 22:00 in New York: nobody there is woken, though nothing but the number says where they are."""
    [there] = await people(database, 1, channel="whatsapp", digits="1202", country=None)
    await open_window(database)
    clock = Clock()
    campaign = await started(database)
    running = runner(database, clock)
    await running.tick()
    assert await queued(database) == []
    [waiting] = await recipients(database, campaign)
    assert waiting.contact_id == there
    assert local(waiting.due, "America/Los_Angeles").hour >= 9


async def open_window(database: Database) -> None:
    later = NOW + timedelta(days=3)
    await database.writer.run(lambda db: db.execute(update(ADDRESSES).values(window_until=later)))


async def test_what_still_waits_in_the_outbox_at_bedtime_goes_in_the_morning(database: Database) -> None:
    clock = Clock(datetime(2026, 11, 23, 12, 59, 50, tzinfo=UTC))  # 20:59:50 in Hong Kong
    await people(database, 2)
    campaign = await started(database, now=clock.now)
    running = runner(database, clock)
    await running.tick()
    assert len(await queued(database)) == 2
    clock.later(seconds=9)
    await running.tick()
    assert await queued(database) == []
    clock.later(seconds=60)
    await running.tick()
    assert await queued(database) == []
    assert {local(row.due, "Asia/Hong_Kong").hour for row in await recipients(database, campaign)} == {9}
    clock.later(hours=13)
    await running.tick()
    assert len(await queued(database)) == 2


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(
    ("many", "rate", "step"),
    [pytest.param(1_500, 0.045, 240, marks=pytest.mark.slow), pytest.param(1_000_000, 30, 3, marks=[pytest.mark.slow, pytest.mark.soak])],
)
async def test_a_million_at_thirty_a_second_takes_nine_and_a_quarter_hours(database: Database, many: int, rate: float, step: int) -> None:
    """Or as many fewer at a pace as much lower, for the same hours: in virtual time, with a sender that keeps exactly to the pace."""
    for _part in range(0, many, 3_000):
        await people(database, min(3_000, many - _part))
    clock = Clock(datetime(2026, 11, 23, 1, tzinfo=UTC))  # 9:00 in Hong Kong
    campaign = await started(database, now=clock.now)
    running = runner(database, clock, rate)
    begun, sent, steps = clock.now, 0, 0
    while await state_of(database, campaign) != "done":
        await running.tick()
        clock.later(seconds=step)
        steps += 1
        sent += await gone(database, clock, int(steps * step * rate) - sent)
        assert steps * step < 12 * 3600
    assert sent == many
    assert (clock.now - begun).total_seconds() / 3600 == pytest.approx(9.26, rel=0.02)


async def gone(database: Database, clock: Clock, most: int) -> int:
    """So many go, as the pace allows."""

    async def work(db: Connection) -> int:
        claimed = await outbox.claim(db, database.tools, "telegram", 1, most, clock(), None) if most else []
        done = [(one, Result(one.id, "sent")) for one in claimed]
        if done:
            await outbox.record(db, database.tools, "telegram", done, clock())
        return len(done)

    return await database.writer.run(work)
