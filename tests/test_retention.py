"""Nothing is kept longer than it is needed, and who asked to be forgotten is."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlalchemy import text

from bot.house import load, new_engine, open_database
from storage import Database, Inbound, retention
from tests.talk import BRANCH, EVERY, KEY, NOON

TABLES = ("contacts", "addresses", "conversations", "said", "deliveries", "checks", "interests", "requests")


class House:
    """A database and an engine whose clock the test moves."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.now = NOON
        self.engine = new_engine(database, "sidoarjo", lambda: self.now, pulled=EVERY)
        self.turn = 0

    async def says(self, *lines: str) -> None:
        for line in lines:
            self.turn += 1
            pressed = {"pressed": line[1:-1], "kind": "press"} if line.startswith("[") else {"text": line}
            await self.engine.receive([Inbound("telegram", "worker", f"{self.turn}", self.now, **pressed)])  # type: ignore[arg-type]

    async def sweep(self) -> int:
        return await self.database.writer.run(lambda db: retention.sweep(db, self.now))

    async def rows(self, table: str) -> int:
        async def work(db: object) -> int:
            return int((await db.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())  # type: ignore[attr-defined]

        return await self.database.writer.read(work)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    database = open_database(database_url, KEY)
    await load(database, BRANCH, NOON)
    house = House(database)
    house.engine.start()
    yield house
    await house.engine.close()
    await database.close()


async def test_chat_text_and_receipts_go_when_their_time_is_over(house: House) -> None:
    """P10"""
    await house.says("halo", "menu")
    house.now += retention.RECEIPT + timedelta(minutes=1)
    await house.sweep()
    assert (await house.rows("inbound"), await house.rows("said")) == (0, 2)
    house.now += retention.CHAT
    await house.says("halo lagi")
    await house.sweep()
    assert (await house.rows("said"), await house.rows("deliveries"), await house.rows("contacts")) == (1, 1, 1)


async def test_who_asked_to_be_erased_is_forgotten_within_a_day(house: House) -> None:
    await house.says("halo", "/privasi", "[privacy.wish=erase]", "[privacy.erase=yes]")
    house.now += timedelta(hours=23)
    await house.sweep()
    assert await house.rows("contacts") == 1, "the address outlives the receipt"
    house.now += timedelta(hours=2)
    await house.sweep()
    assert {table: await house.rows(table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    assert await house.rows("events") > 0, "counts that belong to nobody stay"


async def test_who_writes_again_after_an_erasure_is_a_new_acquaintance(house: House) -> None:
    await house.says("halo", "/privasi", "[privacy.wish=erase]", "[privacy.erase=yes]")
    house.now += timedelta(hours=3)
    await house.says("halo")
    house.now += timedelta(hours=48)
    await house.sweep()
    assert await house.rows("contacts") == 1
