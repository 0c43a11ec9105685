"""Whose task a new interest is: the rule that says most about it, and never somebody who left."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from bot import house
from bot.house import DEMO
from storage import Database, assignments, officers
from storage.changes import Changes, write
from storage.contacts import Contact
from storage.interests import INTERESTS, Interest, Interests
from storage.officers import NewOfficer
from tests.talk import KEY

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = house.open_database(database_url, KEY)
    await house.load(database, DEMO, NOW)
    yield database
    await database.close()


async def officer(database: Database, name: str) -> int:
    new = NewOfficer("sidoarjo", "officer", name, name)
    return (await database.writer.run(lambda db: officers.add(db, database.tools, new, NOW))).id


async def rule(database: Database, whose: int, destination: str | None = None, partner: str | None = None) -> None:
    await database.writer.run(lambda db: assignments.add(db, database.tools, "sidoarjo", destination, partner, whose))


async def leave_name(database: Database, destination: str | None, contact: Contact | None = None, **more: Any) -> Any:
    """The row of an interest that a worker leaves."""
    who = contact or Contact(secrets.randbits(40), "sidoarjo")

    async def work(db: Any) -> Any:
        changes = Changes(db, database.tools, who, NOW)
        await Interests(changes).save(Interest("", "new", "Siti", "abroad", destination=destination, **more))
        await write(db, changes.inserts, changes.statements)
        return (await db.execute(select(INTERESTS).where(INTERESTS.c.contact_id == who.id))).one()

    return await database.writer.run(work)


async def partner_code(database: Database) -> tuple[str, str]:
    from storage.partners import LINKS

    row = (await database.writer.read(lambda db: db.execute(select(LINKS.c.code, LINKS.c.partner).limit(1)))).one()
    return row.code, row.partner


async def test_the_rule_that_says_most_decides(database: Database) -> None:
    code, partner = await partner_code(database)
    anybody, taiwan, theirs, both = [await officer(database, name) for name in ("anybody", "taiwan", "theirs", "both")]
    assert (await leave_name(database, "TW")).officer_id is None
    await rule(database, anybody)
    await rule(database, taiwan, "TW")
    await rule(database, theirs, None, partner)
    await rule(database, both, "TW", partner)

    def came() -> Contact:
        return Contact(secrets.randbits(40), "sidoarjo", last_link=code)

    assert (await leave_name(database, "HK")).officer_id == anybody
    assert (await leave_name(database, None)).officer_id == anybody
    assert (await leave_name(database, "TW")).officer_id == taiwan
    assert (await leave_name(database, "HK", came())).officer_id == theirs
    row = await leave_name(database, "TW", came())
    assert (row.officer_id, row.partner, row.due_on) == (both, partner, date(2026, 11, 23))


async def test_a_rule_of_the_same_kind_is_replaced_and_who_left_gets_nothing(database: Database) -> None:
    old, new = await officer(database, "old"), await officer(database, "new")
    await rule(database, old, "TW")
    await rule(database, new, "TW")
    assert (await leave_name(database, "TW")).officer_id == new
    await database.writer.run(lambda db: db.execute(update(officers.OFFICERS).where(officers.OFFICERS.c.id == new).values(disabled_at=NOW)))
    assert (await leave_name(database, "TW")).officer_id is None


async def test_who_could_not_be_reached_and_says_how_is_called_anew(database: Database) -> None:
    who = Contact(secrets.randbits(40), "sidoarjo")
    row = await leave_name(database, "TW", who, phone="+886911111111")
    await database.writer.run(lambda db: db.execute(update(INTERESTS).values(state="unreachable", due_on=None)))
    again = await leave_name(database, "TW", who, phone="+886922222222")
    assert (again.id, again.state, again.version, again.due_on) == (row.id, "new", row.version + 1, date(2026, 11, 23))
    assert again.phone_index != row.phone_index


async def test_who_came_twice_hears_of_the_interest_that_goes_on(database: Database) -> None:
    who = Contact(secrets.randbits(40), "sidoarjo")
    kept, gone = await leave_name(database, "TW"), await leave_name(database, "TW", who)
    await database.writer.run(lambda db: db.execute(update(INTERESTS).where(INTERESTS.c.id == gone.id).values(merged_into=kept.id)))
    await database.writer.run(lambda db: db.execute(update(INTERESTS).where(INTERESTS.c.id == kept.id).values(state="document")))
    found = await database.writer.run(lambda db: Interests(Changes(db, database.tools, who, NOW)).current())
    assert found is not None
    assert (found.reference, found.state) == (kept.reference, "document")
