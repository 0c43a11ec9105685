"""Pages that ask at the same time are told by two queries what each would be told alone."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.house import load, new_engine, open_database
from bot.reading import FRESH, Reading
from storage import Database, Inbound
from tests.talk import BRANCH, KEY, NOON

PEOPLE = [f"page-{number}" for number in range(6)]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOON)
    yield database
    await database.close()


@pytest.fixture
async def reading(database: Database) -> AsyncIterator[Reading]:
    reading = Reading(database)
    yield reading
    await reading.close()


async def talk(database: Database, times: int, people: list[str] = PEOPLE) -> None:
    engine = new_engine(database, "sidoarjo", lambda: NOON)
    engine.start()
    for number in range(times):
        for sender in people:
            words = "English" if sender == PEOPLE[1] and number == 0 else f"halo {number}"
            await engine.receive([Inbound("webchat", sender, f"{sender}:{number}", NOON, text=words)])
    await engine.close()


async def ids(reading: Reading, sender: str, last: int = 0) -> list[int]:
    return [entry.id for entry in (await reading.news(sender, reading.address(sender), last)).entries]


async def test_each_page_is_told_what_it_does_not_know_whoever_asks_beside_it(reading: Reading, database: Database) -> None:
    await talk(database, 4)
    whole = {sender: await ids(reading, sender) for sender in PEOPLE}
    assert all(len(known) >= 8 for known in whole.values())
    asked = [(sender, last) for sender in PEOPLE for last in (0, whole[sender][0], whole[sender][3], whole[sender][-1])]
    told = await asyncio.gather(*(ids(reading, sender, last) for sender, last in asked))
    assert told == [[one for one in whole[sender] if one > last] for sender, last in asked]


async def test_who_was_away_for_long_is_told_as_much_as_a_page_holds(reading: Reading, database: Database) -> None:
    await talk(database, FRESH + 3, PEOPLE[:1])
    fresh, later = await asyncio.gather(ids(reading, PEOPLE[0]), ids(reading, PEOPLE[0], 1))
    assert len(fresh) < len(later), "a page that opens gets the newest, one that comes back what it missed"


async def test_the_language_comes_with_the_news_and_a_stranger_has_none(reading: Reading, database: Database) -> None:
    await talk(database, 1)
    senders = [*PEOPLE[:2], "a stranger"]
    told = await asyncio.gather(*(reading.news(sender, reading.address(sender), 0) for sender in senders))
    assert [news.language for news in told] == ["id", "en", None]
    assert told[2].entries == []
