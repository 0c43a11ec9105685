"""The evaluation is kept up to date by itself, and the report of a month that ended goes to who wants it: once, by a link that works once."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, select

from bot.evaluation import Evaluation
from bot.house import load, open_database
from storage import Database, officers
from storage.deliveries import DELIVERIES
from storage.journeys import TALLIES
from storage.officer_chats import CHATS
from storage.officers import NewOfficer, Officer
from storage.reports import orders
from tests.campaigning import people
from tests.talk import BRANCH, KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
ADDRESS = "https://sapa.example"


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    await load(opened, BRANCH, NOW)
    yield opened
    await opened.close()


async def chief(database: Database) -> Officer:
    """Somebody who wants the report, with a chat of their own."""
    [contact] = await people(database, 1, at=NOW)
    address = database.address_of("telegram", str(contact))
    who = await database.writer.run(lambda db: officers.add(db, database.tools, NewOfficer("sidoarjo", "approver", "budi", "Budi"), NOW))
    row = {"address": address, "officer_id": who.id, "linked_at": NOW}
    await database.writer.run(lambda db: db.execute(insert(CHATS), [row]))
    await database.writer.run(lambda db: orders.order(db, database.dialect, who.id, "sidoarjo", "2026-10", NOW))
    return who


def looking(database: Database, now: datetime, address: str = ADDRESS) -> Evaluation:
    return Evaluation(database, lambda: now, lambda _addresses: None, address)


async def sent(database: Database) -> list[str]:
    rows = await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.page).where(DELIVERIES.c.key.startswith("r:"))))
    return [str(row.page) for row in rows]


async def test_a_month_is_sent_once_when_it_has_ended_where_the_branch_is(database: Database) -> None:
    await chief(database)
    edge = datetime(2026, 11, 30, 17, tzinfo=UTC)  # midnight in Sidoarjo
    for now, many in ((NOW, 0), (edge - timedelta(seconds=1), 0), (edge, 1), (edge + timedelta(days=3), 1), (edge + timedelta(days=31), 2)):
        await looking(database, now).look()
        assert len(await sent(database)) == many, now


async def test_a_link_opens_one_report_once_and_for_a_week(database: Database) -> None:
    who, now = await chief(database), NOW + timedelta(days=10)
    await looking(database, now).look()
    [page] = await sent(database)
    found = re.search(rf"{ADDRESS}/desk/report/([A-Za-z0-9_-]+)", page)
    assert found
    tools, token = database.tools, found[1]
    assert await database.writer.read(lambda db: orders.open_link(db, tools, token, now)) == (who.id, "sidoarjo", "2026-11")
    assert await database.writer.read(lambda db: orders.open_link(db, tools, token, now + timedelta(days=7))) is None
    assert await database.writer.read(lambda db: orders.open_link(db, tools, token[:-1], now)) is None
    assert await database.writer.run(lambda db: orders.use_link(db, tools, token, now))
    assert not await database.writer.run(lambda db: orders.use_link(db, tools, token, now))
    assert await database.writer.read(lambda db: orders.open_link(db, tools, token, now)) is None


async def test_a_disabled_officer_gets_nothing_and_opens_nothing(database: Database) -> None:
    who, now = await chief(database), NOW + timedelta(days=10)
    await looking(database, now).look()
    token = re.findall(r"/desk/report/([A-Za-z0-9_-]+)", (await sent(database))[0])[0]
    await database.writer.run(lambda db: officers.change(db, who.id, disabled_at=now))
    assert await database.writer.read(lambda db: orders.open_link(db, database.tools, token, now)) is None
    await looking(database, now + timedelta(days=31)).look()
    assert len(await sent(database)) == 1


async def test_without_a_public_address_nothing_is_sent_and_nothing_is_lost(database: Database) -> None:
    await chief(database)
    later = NOW + timedelta(days=10)
    await looking(database, later, "").look()
    assert await sent(database) == []
    await looking(database, later).look()
    assert len(await sent(database)) == 1


async def test_what_happened_is_counted_without_anybody_asking(database: Database) -> None:
    await people(database, 3, at=NOW)
    await looking(database, NOW).look()
    reach = TALLIES.c.period == "2026-11", TALLIES.c.measure == "reach"
    assert (await database.writer.read(lambda db: db.execute(select(TALLIES.c.many).where(*reach)))).scalar() == 3
