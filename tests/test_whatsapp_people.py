"""Who wrote on WhatsApp is looked up for many deliveries at once, and what goes wrong with one stays with that one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.channels.whatsapp_people import Recognising
from bot.house import open_database
from storage import Database
from storage.changes import insert_into, table_of
from storage.contacts import AddressRow
from storage.identities import Who
from tests.talk import KEY, NOON

ADDRESSES = table_of(AddressRow)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, KEY)
    yield database
    await database.close()


@pytest.fixture
async def recognising(database: Database) -> AsyncIterator[Recognising]:
    recognising = Recognising(database)
    yield recognising
    await recognising.close()


def counting(database: Database, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    looks: list[object] = []
    read = database.writer.read

    async def counted(work: Any) -> Any:
        looks.append(work)
        return await read(work)

    monkeypatch.setattr(database.writer, "read", counted)
    return looks


async def met(database: Database, number: str) -> None:
    address = database.address_of("whatsapp", number)
    external = database.tools.sealer.seal(number, "addresses", "external", address)
    row = {"id": address, "contact_id": 1, "channel": "whatsapp", "external": external, "created_at": NOON}
    await database.writer.run(lambda db: db.execute(insert_into(ADDRESSES, database.dialect), [row]))


async def test_many_who_write_at_once_cost_two_looks(recognising: Recognising, database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await met(database, "6281200000007")
    looks = counting(database, monkeypatch)
    people = [Who("whatsapp", phone=f"62812000000{number:02}") for number in range(40)]
    answers = await asyncio.gather(*(recognising.known([who]) for who in people))
    assert [list(answer) for answer in answers] == [[who] for who in people], "each hears of their own people alone"
    assert [who.phone for who, answer in zip(people, answers, strict=True) if not answer[who].is_new] == ["6281200000007"]
    assert len(looks) <= 2


async def test_a_name_that_cannot_be_read_fails_alone(recognising: Recognising) -> None:
    good, bad = Who("whatsapp", user="ID.1"), Who("whatsapp", user="ID.\ud800")
    answers = await asyncio.gather(recognising.known([good]), recognising.known([bad]), recognising.known([good]), return_exceptions=True)
    assert isinstance(answers[1], UnicodeError)
    assert [answer[good].external for answer in (answers[0], answers[2]) if isinstance(answer, dict)] == ["ID.1", "ID.1"]
