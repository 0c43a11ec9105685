"""What staff send finds the worker: where they wrote last, where we may write, and once for each cause."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from bot.house import open_database
from locales import Page
from storage import Database, outgoing
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import SaidRow
from storage.deliveries import DELIVERIES
from storage.writer import Connection
from tests.talk import KEY

ADDRESSES, CONTACTS, SAID = table_of(AddressRow), table_of(ContactRow), table_of(SaidRow)
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
PERSON = 7


async def person(database: Database, *channels: str) -> None:
    """Somebody who wrote on these channels, one after the other."""

    async def work(db: Connection) -> None:
        await db.execute(insert(CONTACTS), [{"id": PERSON, "created_at": NOW, "branch": "sidoarjo", "language": "id"}])
        for number, channel in enumerate(channels):
            row = {"id": channel, "contact_id": PERSON, "channel": channel, "external": b"x", "created_at": NOW}
            await db.execute(insert(ADDRESSES), [row | {"window_until": NOW + timedelta(hours=1) if channel == "whatsapp" else None}])
            said = {"id": number + 1, "contact_id": PERSON, "address": channel, "at": NOW, "text": "halo", "kind": "text", "client": "1"}
            await db.execute(insert(SAID), [said])

    await database.writer.run(work)


async def tell(database: Database, key: str, now: datetime = NOW) -> str | None:
    return await database.writer.run(
        lambda db: outgoing.tell(db, database.dialect, database.tools, key, PERSON, Page("Halo dari kantor"), now)
    )


async def rows(database: Database) -> list[Any]:
    return list((await database.writer.read(lambda db: db.execute(select(DELIVERIES).order_by(DELIVERIES.c.id)))).all())


@pytest.fixture
def database(database_url: str) -> Database:
    return open_database(database_url, KEY)


async def test_it_goes_where_they_wrote_last(database: Database) -> None:
    await person(database, "telegram", "whatsapp")
    assert await tell(database, "why") == "whatsapp"
    [row] = await rows(database)
    assert (row.state, row.contact_id, row.key) == ("queued", PERSON, "why")
    await database.close()


async def test_the_same_cause_never_makes_a_second_one(database: Database) -> None:
    await person(database, "telegram")
    for _again in range(3):
        assert await tell(database, "why") == "telegram"
    assert len(await rows(database)) == 1
    await database.close()


async def test_a_closed_window_or_a_dead_address_is_gone_around(database: Database) -> None:
    await person(database, "telegram", "whatsapp")
    assert await tell(database, "after the window", NOW + timedelta(hours=2)) == "telegram"
    await database.writer.run(lambda db: db.execute(update(ADDRESSES).where(ADDRESSES.c.id == "telegram").values(unreachable="blocked")))
    assert await tell(database, "nothing else is left", NOW + timedelta(hours=2)) == "whatsapp"
    await database.close()


async def test_a_page_read_in_the_browser_waits_there(database: Database) -> None:
    await person(database, "webchat")
    assert await tell(database, "why") == "webchat"
    assert [row.state for row in await rows(database)] == ["sent"]
    await database.close()


async def test_nobody_is_told_who_has_no_address(database: Database) -> None:
    assert await tell(database, "why") is None
    assert await rows(database) == []
    await database.close()
