"""Rosters in the database: believed all at once, the newest of them, and not at all once undone."""

from __future__ import annotations

import secrets
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.ids import Ids
from storage import Database, Sealer, Tools, retention, rosters
from storage.changes import Changes
from storage.contacts import Contact
from storage.coverage import LIVE, MEMBERS, Coverages
from storage.rosters import IMPORTING, UNDONE, Member
from storage.stale import Stale
from tests.talk import KEY

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SITI = Member(
    "26010000011", "3515005503900000", "Siti Contoh", date(1990, 3, 15), "placed", ("JKK", "JKM"), date(2025, 4, 1), date(2027, 3, 31)
)


@pytest.fixture
async def database(database_url: str) -> Any:
    database = Database(database_url, Tools(Sealer(KEY, secrets.token_bytes), Ids()))
    yield database
    await database.close()


async def add(database: Database, member: Member, as_of: date, state: str = LIVE) -> int:
    tools = database.tools
    roster = tools.new_id()
    row = {"id": roster, "branch": "sidoarjo", "source": f"list of {as_of}", "as_of": as_of, "imported_at": NOW, "state": state}

    async def work(db: Any) -> None:
        await rosters.add(db, row, rosters.sealed(tools, roster, b"the file"))
        await rosters.write(db, [rosters.member_row(tools, roster, member)])

    await database.writer.run(work)
    return roster


async def believed(database: Database) -> str | None:
    """Whose word is told to who asks for Siti's card."""

    async def work(db: Any) -> str | None:
        changes = Changes(db, database.tools, Contact(secrets.randbits(40), "sidoarjo"), NOW)
        found = await Coverages(changes).by_kpj(SITI.kpj, date(1990, 3, 15))
        return found.source if found else None

    return await database.writer.run(work)


async def test_the_newest_list_is_believed(database: Database) -> None:
    await add(database, SITI, date(2026, 11, 1))
    await add(database, SITI, date(2026, 10, 1))
    assert await believed(database) == "list of 2026-11-01"


async def test_a_list_that_is_still_read_or_was_undone_is_not_believed(database: Database) -> None:
    await add(database, SITI, date(2026, 9, 1))
    coming = await add(database, SITI, date(2026, 11, 1), IMPORTING)
    assert await believed(database) == "list of 2026-09-01"
    await database.writer.run(lambda db: rosters.change(db, coming, 0, state=LIVE))
    assert await believed(database) == "list of 2026-11-01"
    await database.writer.run(lambda db: rosters.change(db, coming, 1, state=UNDONE))
    assert await believed(database) == "list of 2026-09-01"


async def test_who_changes_what_somebody_else_changed_meanwhile_is_told(database: Database) -> None:
    roster = await add(database, SITI, date(2026, 11, 1))
    await database.writer.run(lambda db: rosters.change(db, roster, 0, source="SIPP"))
    with pytest.raises(Stale):
        await database.writer.run(lambda db: rosters.change(db, roster, 0, source="other"))
    with pytest.raises(Stale):
        await database.writer.run(lambda db: rosters.beat(db, roster, 0, 1, NOW))


async def test_members_of_a_live_list_cannot_be_cleared(database: Database) -> None:
    roster = await add(database, SITI, date(2026, 11, 1))
    assert await database.writer.run(lambda db: rosters.clear(db, roster, 10)) == 0
    await database.writer.run(lambda db: rosters.change(db, roster, 0, state=UNDONE))
    assert await database.writer.run(lambda db: rosters.clear(db, roster, 10)) == 1
    assert await database.writer.read(_members) == 0


async def test_a_file_waits_sealed(database: Database) -> None:
    """P2"""
    roster = await add(database, SITI, date(2026, 11, 1))
    kept = await database.writer.read(lambda db: db.execute(select(rosters.FILES.c.content)))
    assert b"the file" not in kept.scalar_one()
    assert await database.writer.read(lambda db: rosters.content(db, database.tools, roster)) == b"the file"


async def test_another_branchs_roster_is_not_found(database: Database) -> None:
    """W2"""
    roster = await add(database, SITI, date(2026, 11, 1))
    assert await database.writer.read(lambda db: rosters.by_id(db, "surabaya", roster)) is None
    found = await database.writer.read(lambda db: rosters.by_id(db, "*", roster))
    assert found is not None
    assert (found.state, found.mapping, found.imported_at - NOW) == (LIVE, {}, timedelta())


async def test_a_list_that_waits_for_a_day_is_thrown_away_and_what_was_undone_goes(database: Database) -> None:
    """P10"""
    waiting = await add(database, SITI, date(2026, 11, 1), rosters.STOPPED)
    live = await add(database, SITI, date(2026, 11, 1))
    await database.writer.run(lambda db: retention.sweep(db, NOW + timedelta(hours=23)))
    assert await database.writer.read(_members) == 2
    await database.writer.run(lambda db: retention.sweep(db, NOW + timedelta(hours=25)))
    assert await database.writer.read(_members) == 1
    assert await database.writer.read(lambda db: rosters.content(db, database.tools, waiting)) is None
    assert await believed(database) == "list of 2026-11-01"
    found = await database.writer.read(lambda db: rosters.find(db, "*"))
    assert {one.id: one.state for one in found} == {waiting: UNDONE, live: LIVE}


async def _members(db: Any) -> int:
    return int((await db.execute(select(func.count()).select_from(MEMBERS))).scalar_one())
