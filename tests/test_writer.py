"""A transaction is whole or nothing, on the disk before anybody hears of it, and tried again when it only lost against another."""

import asyncio
import threading

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.engine import make_url

from storage.database import open_writer
from storage.prepared import Prepared
from storage.sqlite import SqliteWriter
from storage.writer import Connection, Unavailable, Work


async def test_a_commit_is_on_the_disk_before_anybody_hears_of_it(database_url: str) -> None:
    writer = open_writer(database_url)
    try:
        if isinstance(writer, SqliteWriter):
            assert await writer.run(lambda db: value(db, "PRAGMA journal_mode")) == "wal"
            assert await writer.run(lambda db: value(db, "PRAGMA synchronous")) == 2, "FULL"
        else:
            assert await writer.run(lambda db: value(db, "SHOW synchronous_commit")) == "on"
    finally:
        await writer.close()


async def value(db: Connection, asked: str) -> object:
    return (await db.execute(text(asked))).scalar()


@pytest.mark.postgres
async def test_two_that_block_each_other_both_get_through(postgresql_url: str) -> None:
    """Each holds a row that the other wants; the database ends one, which is then tried again."""
    writer = open_writer(postgresql_url)
    begun: list[str] = []
    held: list[int] = []
    both = asyncio.Event()

    def crossing(first: int, second: int) -> Work[None]:
        async def work(db: Connection) -> None:
            begun.append("again" if both.is_set() else "first")
            await db.execute(text("UPDATE numbers SET value = value + 1 WHERE id = :id"), {"id": first})
            held.append(first)
            if len(held) == 2:  # each has its first row, so that neither can get its second
                both.set()
            await both.wait()
            await db.execute(text("UPDATE numbers SET value = value + 1 WHERE id = :id"), {"id": second})

        return work

    try:
        await writer.run(lambda db: db.execute(text("CREATE TABLE numbers AS SELECT id, 0 AS value FROM generate_series(1, 2) AS id")))
        await asyncio.gather(writer.run(crossing(1, 2)), writer.run(crossing(2, 1)))
        assert await writer.read(lambda db: value(db, "SELECT sum(value) FROM numbers")) == 4, "each counted once on both rows"
        assert "again" in begun
    finally:
        await writer.close()


@pytest.mark.postgres
async def test_who_is_stopped_in_the_midst_of_a_transaction_hears_that_and_nothing_else(postgresql_url: str) -> None:
    """Told that the database is away, a task that is being stopped would go on for ever."""
    writer = open_writer(postgresql_url)
    slow = Prepared(select(func.pg_sleep(30)))
    ways: list[Work[object]] = [lambda db: db.rows(slow, {}), lambda db: value(db, "SELECT pg_sleep(30)")]
    for way in ways:
        for after in (0.0, 0.001, 0.003, 0.01, 0.3):  # while it connects, while it begins, while it waits
            task = asyncio.create_task(writer.run(way))
            await asyncio.sleep(after)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
    assert await writer.run(lambda db: value(db, "SELECT 1")) == 1
    await writer.close()


@pytest.mark.postgres
async def test_connections_that_ended_while_nobody_used_them_cost_nobody_an_answer(postgresql_url: str) -> None:
    writer = open_writer(postgresql_url)
    here = Prepared(select(func.pg_backend_pid().label("process")))
    await asyncio.gather(*(writer.run(lambda db: db.rows(here, {})) for _number in range(4)))
    others = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    ending = open_writer(postgresql_url)
    await ending.run(lambda db: value(db, others))
    await ending.close()
    await asyncio.sleep(0.2)  # they hear of it
    for _number in range(6):
        assert await writer.run(lambda db: value(db, "SELECT 1")) == 1
    await writer.close()


@pytest.mark.postgres
async def test_a_database_that_nobody_serves_is_said_to_be_away(postgresql_url: str) -> None:
    writer = open_writer(make_url(postgresql_url).set(port=1).render_as_string(hide_password=False))
    with pytest.raises(Unavailable):
        await writer.run(lambda db: value(db, "SELECT 1"))
    await writer.close()


async def test_a_long_look_keeps_no_other_waiting(sqlite_url: str) -> None:
    writer = open_writer(sqlite_url)
    begun, enough = threading.Event(), threading.Event()

    async def long(db: Connection) -> object:
        await value(db, "SELECT 1")
        begun.set()
        assert enough.wait(30)
        return await value(db, "SELECT 2")

    looking = asyncio.create_task(writer.read(long))
    try:
        await asyncio.to_thread(begun.wait)
        assert await writer.read(lambda db: value(db, "SELECT 3")) == 3
    finally:
        enough.set()
        assert await looking == 2
        await writer.close()
