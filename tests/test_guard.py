"""A backup that is put back does not send again what was already sent, and brings back nobody who was erased."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Select, delete, insert, select, update

from bot.failpoints import arm
from bot.guard import Guard
from bot.house import open_database
from storage import Database
from storage.deliveries import CAMPAIGN, DELIVERIES
from storage.privacy import erase_of
from storage.turns import CONTACTS, SAID
from storage.writer import Connection
from tests.talk import KEY, Worker
from tests.test_delivery import Platform, queue, sending, states, until

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


async def test_an_older_copy_rests_its_campaigns_until_somebody_accepts_it(tmp_path: Path, database_url: str) -> None:
    database = open_database(database_url, KEY)
    guard = Guard(database, tmp_path)
    try:
        assert await guard.check(NOW), "a new database is not an older copy"
        await queue(database, "sent before the backup was put back", chat="1")
        await guard.note()
        newest = int(guard.path.read_text())
        guard.path.write_text(str(newest + 1000))  # as if more had been sent after the backup was made
        assert not await guard.check(NOW)
        await _replies_go_and_campaigns_rest(database, database_url)
        assert await guard.accept()
        assert await guard.check(NOW)
        platform = Platform()
        async with sending(database_url, platform):
            await until(lambda: len(platform.sent) == 1)
        assert platform.texts == ["campaign"]
    finally:
        await database.close()


async def test_an_erased_person_does_not_make_the_database_look_older(tmp_path: Path, database_url: str) -> None:
    database = open_database(database_url, KEY)
    guard = Guard(database, tmp_path)
    await queue(database, "to somebody who has everything erased", chat="1")
    await guard.note()
    await database.writer.run(lambda db: db.execute(delete(DELIVERIES)))
    assert await guard.check(NOW)
    await database.close()


async def test_each_database_has_a_note_of_its_own(tmp_path: Path, postgresql_url: str, empty_postgresql_url: str) -> None:
    one, other = open_database(postgresql_url, KEY), open_database(empty_postgresql_url, KEY)
    assert Guard(one, tmp_path).path != Guard(other, tmp_path).path
    await one.close()
    await other.close()


async def _replies_go_and_campaigns_rest(database: Database, url: str) -> None:
    await queue(database, "campaign", chat="2", lane=CAMPAIGN)
    platform = Platform()
    async with sending(url, platform):
        await until(lambda: len(platform.sent) == 1)
    assert (await states(database))["campaign"] == ("queued", None, False, 0)


async def test_a_note_cut_off_in_the_middle_stops_nobody(tmp_path: Path, sqlite_url: str) -> None:
    database = open_database(sqlite_url, KEY)
    guard = Guard(database, tmp_path)
    guard.path.write_text("12x")
    assert await guard.check(NOW)
    await database.close()


async def test_a_backup_that_is_put_back_brings_back_nobody_who_was_erased(tmp_path: Path, database_url: str) -> None:
    async with house_with_two(database_url, tmp_path) as (database, guard, gone, stays):
        await database.writer.run(lambda db: erase_of(db, database.tools, gone, NOW))
        for _time in range(2):
            await guard.note()
            assert guard.erasures.path.read_text() == f"{gone}\n", "each once"
        await put_back(database, gone)
        await guard.check(NOW)
        assert await known(database) == [stays]
        assert not await ids(database, select(SAID.c.id).where(SAID.c.contact_id == gone))


async def test_killed_while_it_erases_again_it_goes_on_at_the_next_start(
    tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def die(_process: int, _signal: int) -> None:
        raise Killed

    monkeypatch.setattr("os.kill", die)
    async with house_with_two(database_url, tmp_path) as (database, guard, gone, stays):
        guard.erasures.path.write_text(f"{gone}\n{stays}\n")
        for place in ("erased again uncommitted", "erased again committed"):
            arm(place)
            with pytest.raises(Killed):
                await guard.check(NOW)
            arm("")
        assert len(await known(database)) == 1, "one was erased before the second kill"
        await guard.check(NOW)
        assert await known(database) == []


@asynccontextmanager
async def house_with_two(url: str, folder: Path) -> AsyncIterator[tuple[Database, Guard, int, int]]:
    for name in ("siti", "ani"):
        Worker(url, name=name).says("halo, saya di taiwan")
    database = open_database(url, KEY)
    try:
        first, second = await known(database)
        yield database, Guard(database, folder), first, second
    finally:
        await database.close()


async def put_back(database: Database, contact: int) -> None:
    """As an older copy has it: they are known, with what they said."""
    words = insert(SAID).values(id=5, contact_id=contact, address="a", at=NOW, text="cerita saya", kind="text", client="c")
    await database.writer.run(lambda db: db.execute(words))
    await database.writer.run(lambda db: db.execute(update(CONTACTS).values(erased_at=None)))


async def known(database: Database) -> list[int]:
    return await ids(database, select(CONTACTS.c.id).where(CONTACTS.c.erased_at.is_(None)).order_by(CONTACTS.c.id))


async def ids(database: Database, query: Select[tuple[int]]) -> list[int]:
    async def read(db: Connection) -> list[int]:
        return list((await db.execute(query)).scalars())

    return await database.writer.read(read)
