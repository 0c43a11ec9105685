"""Thousands come by one link at the same moment: each is counted for it, greeted once, and in the order in which they came."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from bot.house import load, new_engine, open_database
from storage import Inbound
from tests.crash.tables import rows
from tests.talk import BRANCH, KEY

NOON = datetime(2026, 11, 22, 5, tzinfo=UTC)
CODE = "7GQ2K"
GREETINGS = "SELECT follows FROM deliveries WHERE channel = 'telegram' ORDER BY id"


@pytest.mark.slow
@pytest.mark.parametrize("many", [1_000, pytest.param(10_000, marks=pytest.mark.soak)])
async def test_thousands_by_one_link_are_counted_for_it_and_greeted_as_they_came(sqlite_url: str, many: int) -> None:
    """L6"""
    database = open_database(sqlite_url, KEY)
    await load(database, BRANCH, NOON)
    engine = new_engine(database, "sidoarjo", lambda: NOON)
    engine.start()
    try:
        await engine.receive([Inbound("telegram", f"{number}", f"{number}", NOON, "/start", ref=CODE) for number in range(many)])
    finally:
        await engine.close()
        await database.close()
    assert [row["follows"] for row in await rows(sqlite_url, GREETINGS)] == [f"{number}" for number in range(many)]
    came = "SELECT first_link, count(*) AS people FROM contacts WHERE first_link IS NOT NULL GROUP BY first_link"
    assert await rows(sqlite_url, came) == [{"first_link": CODE, "people": many}]
