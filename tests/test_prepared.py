"""Statements that are compiled once say the same on both databases as any other statement."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta

import pytest
from asyncpg import DataError
from sqlalchemy import BigInteger, bindparam, insert, select, text, update

from storage import pauses
from storage.changes import insert_into
from storage.database import open_writer
from storage.pauses import PAUSES
from storage.prepared import Prepared, among, inserting
from storage.writer import Connection, Unavailable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NAMED = Prepared(select(PAUSES).where(among(PAUSES.c.name, "names")).order_by(PAUSES.c.name))


async def two_pauses(db: Connection) -> None:
    rows = [{"name": name, "reason": f"because of {name}", "since": NOON} for name in ("one", "two")]
    await db.for_each(inserting(PAUSES, ("name", "reason", "since")), rows)


@pytest.mark.parametrize("names", [[], ["two"], ["two", "one", "never"], [f"never {number}" for number in range(40_000)]])
async def test_a_list_may_have_any_length(database_url: str, names: list[str]) -> None:
    """Also more values than a statement may have places: 32,766 on SQLite, 32,767 on PostgreSQL."""
    writer = open_writer(database_url)
    await writer.run(two_pauses)
    found = await writer.read(lambda db: db.rows(NAMED, {"names": names}))
    assert [row.name for row in found] == sorted({"one", "two"}.intersection(names))
    await writer.close()


async def test_a_moment_comes_back_as_it_was_given(database_url: str) -> None:
    writer = open_writer(database_url)
    moment = NOON.replace(microsecond=7).astimezone(tz=None) + timedelta(hours=3)
    later = Prepared(update(PAUSES).where(PAUSES.c.name == bindparam("name_")).values(since=bindparam("since_")).returning(PAUSES.c.since))

    async def work(db: Connection) -> object:
        await two_pauses(db)
        [changed] = await db.rows(later, {"name_": "two", "since_": moment})
        [two] = await db.rows(NAMED, {"names": ["two"]})
        return changed.since, two.since, (await db.execute(select(PAUSES.c.since).where(PAUSES.c.name == "two"))).scalar()

    assert await writer.run(work) == (moment, moment, moment)
    await writer.close()


async def test_an_insert_says_what_was_not_there_before(database_url: str) -> None:
    writer = open_writer(database_url)
    names = "name", "reason", "since"
    unless_there = Prepared(insert_into(PAUSES, writer.dialect).on_conflict_do_nothing().returning(PAUSES.c.name), names)

    async def work(db: Connection) -> set[str]:
        await two_pauses(db)
        rows = [{"name": name, "reason": "again", "since": NOON} for name in ("one", "three", "two", "four")]
        return {row.name for row in await db.made(unless_there, rows)}

    assert await writer.run(work) == {"three", "four"}
    assert await writer.read(lambda db: pauses.reason_of(db, "one")) == "because of one"
    await writer.close()


async def test_nothing_is_kept_of_work_that_failed_half_way(database_url: str) -> None:
    """Whichever way its statements went to the database."""
    writer = open_writer(database_url)

    async def work(db: Connection) -> None:
        await two_pauses(db)
        await db.execute(insert(PAUSES), [{"name": "three", "reason": "", "since": NOON}])
        raise ValueError("half way")

    for _twice in range(2):
        with pytest.raises(ValueError, match="half way"):
            await writer.run(work)
    assert await writer.run(lambda db: db.rows(NAMED, {"names": ["one", "two", "three"]})) == []
    await writer.close()


async def test_a_value_that_no_column_takes_is_no_outage(database_url: str) -> None:
    """Else a message with one would be asked for again and again."""
    writer = open_writer(database_url)
    with pytest.raises((OverflowError, DataError)):
        await writer.run(lambda db: db.rows(Prepared(select(bindparam("number_", type_=BigInteger()))), {"number_": 2**70}))
    assert await writer.read(lambda db: db.rows(NAMED, {"names": []})) == []
    await writer.close()


async def test_a_file_that_another_holds_is_said_to_be_away(sqlite_url: str) -> None:
    writer, other = open_writer(sqlite_url), open_writer(sqlite_url)
    await other.run(lambda db: db.execute(text("PRAGMA busy_timeout=50")))
    held, enough = threading.Event(), threading.Event()

    async def long(db: Connection) -> None:
        await two_pauses(db)
        held.set()
        assert enough.wait(30)

    writing = asyncio.create_task(writer.run(long))
    try:
        await asyncio.to_thread(held.wait)
        with pytest.raises(Unavailable, match="locked"):
            await other.run(two_pauses)
    finally:
        enough.set()
        await writing
    assert len(await other.run(lambda db: db.rows(NAMED, {"names": ["one", "two"]}))) == 2
    await writer.close()
    await other.close()
