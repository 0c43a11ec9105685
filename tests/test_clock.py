"""What processes compare with each other goes by the database's clock, whatever a process believes of the time."""

import time

import pytest

from bot.clock import Clock
from bot.house import open_database
from storage import leases
from tests.talk import KEY


async def test_a_wrong_clock_of_a_process_moves_nothing_that_others_see(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    database = open_database(database_url, KEY)
    try:
        right = time.time
        monkeypatch.setattr(time, "time", lambda: right() + 86_400)
        clock = Clock(database)
        await clock.look()
        shared = await database.writer.read(lambda db: leases.now(db, database.dialect))
        assert abs(clock().timestamp() - shared) < 2
    finally:
        await database.close()
