"""A backup that is put back does not send again what was already sent."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete

from bot.guard import Guard
from bot.house import open_database
from storage import Database
from storage.deliveries import CAMPAIGN, DELIVERIES
from tests.talk import KEY
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
