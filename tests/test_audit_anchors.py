"""What officers did is noted each day outside the database, so that whoever cuts off the newest rows is found out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import delete, select, update

from bot import anchors, house
from bot.anchors import Anchors
from bot.commands import audit as command
from bot.house import NotSetUp
from bot.settings import Settings
from storage import Database, audit
from storage.audit import Entry
from storage.audit_table import AUDIT, AUDIT_HEAD
from storage.writer import Connection
from tests.talk import KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(_env_file=None, database_url=database_url, secret_key=SecretStr(KEY), notes_folder=tmp_path)


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    async with house.working(settings) as database:
        yield database


async def record(database: Database, rows: int) -> None:
    for number in range(rows):
        entry = Entry(None, "sidoarjo", "test.done", f"test:{number}")
        await database.writer.run(lambda db, entry=entry: audit.record(db, database.tools, entry, NOW))  # type: ignore[misc]


async def cut(db: Connection, rows: int) -> None:
    """As somebody would who knows the tables: the rows go, and the head agrees."""
    await db.execute(delete(AUDIT).where(AUDIT.c.number > rows))
    last = (await db.execute(select(AUDIT.c.chain).where(AUDIT.c.number == rows))).scalar_one()
    await db.execute(update(AUDIT_HEAD).values(number=rows, chain=last))


async def test_rows_that_were_cut_off_at_the_end_are_missed(
    settings: Settings, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    noted = Anchors(database, settings.notes_folder)
    await record(database, 5)
    await noted.note(NOW)
    await record(database, 2)
    await command.verify(settings, None)
    assert "7 rows" in capsys.readouterr().out
    await database.writer.run(lambda db: cut(db, 3))
    assert await command.broken_at(database) is None, "the chain alone does not show it"
    with pytest.raises(NotSetUp, match="had 5 rows; there are only 3"):
        await command.verify(settings, None)


async def test_rows_that_were_written_anew_with_the_key_are_found(settings: Settings, database: Database) -> None:
    noted = Anchors(database, settings.notes_folder)
    await record(database, 5)
    await noted.note(NOW)
    await database.writer.run(lambda db: cut(db, 3))
    await record(database, 4)
    with pytest.raises(NotSetUp, match="another now"):
        await command.verify(settings, None)


async def test_a_changed_row_is_named(settings: Settings, database: Database) -> None:
    await record(database, 5)
    await database.writer.run(lambda db: db.execute(update(AUDIT).where(AUDIT.c.number == 2).values(action="test.other")))
    with pytest.raises(NotSetUp, match="from row 2 on"):
        await command.verify(settings, None)


async def test_it_is_noted_once_a_day_and_only_where_something_was_done(settings: Settings, database: Database) -> None:
    noted = Anchors(database, settings.notes_folder)
    await noted.note(NOW)
    assert noted.all() == []
    await record(database, 1)
    for length in (timedelta(), timedelta(hours=23), DAY):
        await noted.note(NOW + length)
    await record(database, 1)
    await noted.note(NOW + DAY)
    await noted.note(NOW + 2 * DAY)
    assert [(anchor.at, anchor.number) for anchor in noted.all()] == [(NOW, 1), (NOW + DAY, 2)]


async def test_a_line_that_was_kept_elsewhere_is_compared_too(
    settings: Settings, database: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    await record(database, 4)
    await command.head(settings)
    kept = tmp_path / "kept.log"
    kept.write_text(f'{{"event": "other"}}\n{{"anchor": "{capsys.readouterr().out.strip()}", "event": "audit_head"}}\n')
    await command.verify(settings, kept)
    await database.writer.run(lambda db: cut(db, 2))
    with pytest.raises(NotSetUp, match="had 4 rows"):
        await command.verify(settings, kept)
    with pytest.raises(NotSetUp, match="cannot be read"):
        await command.verify(settings, tmp_path / "nothing")


def test_what_is_no_note_is_left_out() -> None:
    for line in ("", "2026-11-22", "2026-11-22T05:00:00+00:00 x abc", "a b c"):
        assert anchors.read(line) is None
