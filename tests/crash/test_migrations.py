"""Killed while the tables are brought up to date: all of it is done or nothing, and the next start does it; a release that is too old refuses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, create_engine, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

import storage
from bot.house import NotSetUp, bring_up, open_database
from storage.database import newest
from tests.crash.fleet import Nest, Server
from tests.crash.tables import rows, sqlite_file
from tests.talk import KEY, NOON

T = TypeVar("T")
OLD = "0004_pauses"
PLACES = ("CREATE TABLE", "CREATE INDEX", "version_num='0009", "version_num='0015", f"version_num='{newest()}", "")
RESTS = "INSERT INTO pauses (name, reason, since) VALUES ('campaigns', 'restored', '2026-11-22 05:00:00')"


@pytest.mark.slow
async def test_killed_in_a_migration_it_is_done_whole_or_not_at_all(
    tmp_path: Path, empty_database_url: str, sqlite_url: str, nest: Nest
) -> None:
    """F36"""
    url = empty_database_url
    await storage.migrate(url, OLD)
    await on(url, lambda db: db.execute(text(RESTS)))
    before = await on(url, schema)
    settings = {"SAPA_DATABASE_URL": url, "SAPA_SECRET_KEY": KEY, "SAPA_NOTES_FOLDER": str(tmp_path)}
    server = Server(nest, "migrating", tmp_path, settings, altered=True)
    for place in PLACES:
        await server.start(place or "the end", test_dies_before=place)
        assert await server.wait() == -9
        assert (await kept(url), await on(url, schema)) == (OLD, before), f"killed at {place!r}"
    await server.start(arguments="--demo")
    await server.kill()
    assert await kept(url) == newest()
    assert await on(url, schema) == await on(sqlite_url, schema)


async def test_an_older_release_refuses_the_tables_of_a_newer_one(database_url: str) -> None:
    """F36"""
    await on(database_url, lambda db: db.execute(text("UPDATE alembic_version SET version_num = '9999_of_next_year'")))
    database = open_database(database_url, KEY)
    try:
        with pytest.raises(NotSetUp, match="9999_of_next_year"):
            await bring_up(database, NOON)
    finally:
        await database.close()


async def kept(url: str) -> str:
    """The revision; what was in the tables is there."""
    assert [row["reason"] for row in await rows(url, "SELECT reason FROM pauses")] == ["restored"]
    return str((await rows(url, "SELECT version_num FROM alembic_version"))[0]["version_num"])


def schema(db: Connection) -> dict[str, list[str]]:
    found = inspect(db)
    return {table: sorted(column["name"] for column in found.get_columns(table)) for table in found.get_table_names()}


async def on(url: str, work: Callable[[Connection], T]) -> T:
    """What work finds or does, in a transaction of its own."""
    if sqlite_file(url):
        return await asyncio.to_thread(_on_file, url, work)
    engine = create_async_engine(url)
    try:
        async with engine.begin() as db:
            return await db.run_sync(work)
    finally:
        await engine.dispose()


def _on_file(url: str, work: Callable[[Connection], T]) -> T:
    engine = create_engine(url)
    try:
        with engine.begin() as db:
            return work(db)
    finally:
        engine.dispose()
