"""The database as the rest of the house holds it: where it is, how to bring its tables up to date, how to work in it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import create_async_engine

from storage.changes import Tools
from storage.conversations import Inbound
from storage.writer import Unavailable, Work, Writer

MIGRATIONS = Path(__file__).parent / "migrations"


class Database:
    """One database and what is needed to work in it."""

    def __init__(self, url: str, tools: Tools) -> None:
        self.url = url
        self.tools = tools
        self.writer = open_writer(url)

    @property
    def dialect(self) -> str:
        return self.writer.dialect

    @property
    def name(self) -> str:
        """Without where it is and who may enter."""
        return Path(make_url(self.url).database or "").name

    def address(self, inbound: Inbound) -> str:
        """The id of the address a message came by: found again without keeping a readable phone number."""
        return self.address_of(inbound.channel, inbound.sender)

    def address_of(self, channel: str, external: str) -> str:
        return self.tools.sealer.index("address", f"{channel}:{external}")

    async def close(self) -> None:
        await self.writer.close()


def open_writer(url: str) -> Writer:
    """`sqlite:///path` or `postgresql+asyncpg://...`."""
    if make_url(url).get_backend_name() == "sqlite":
        from storage.sqlite import SqliteWriter  # only the one that is used is imported

        return SqliteWriter(url)
    from storage.postgresql import PostgresWriter

    return PostgresWriter(url)


def file_of(url: str) -> Path | None:
    """The file of an SQLite database; None for PostgreSQL."""
    address = make_url(url)
    return Path(address.database) if address.get_backend_name() == "sqlite" and address.database else None


class Newer(Exception):
    """The database was brought up to date by a newer release than this one."""


async def migrate(url: str, to: str = "head") -> None:
    """Bring the tables up to date; a new SQLite file is made with its folder."""
    if make_url(url).get_backend_name() == "sqlite":
        await asyncio.to_thread(_migrate_sqlite, url, to)
        return
    engine = create_async_engine(url)
    try:
        async with engine.begin() as db:
            await db.run_sync(_upgrade, to)
    except OSError as error:
        raise Unavailable(str(error)) from error
    finally:
        await engine.dispose()


def _migrate_sqlite(url: str, to: str) -> None:
    if path := file_of(url):
        path.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url, connect_args={"timeout": 30, "isolation_level": None}
    )  # Python's driver begins nothing for CREATE and ALTER
    try:
        with engine.begin() as db:
            if to == "head" and _revision(db) == newest():
                return  # without keeping any writer waiting
            db.exec_driver_sql("BEGIN IMMEDIATE")
            _upgrade(db, to)
    finally:
        engine.dispose()


def _upgrade(db: SyncConnection, to: str) -> None:
    revision = _revision(db)
    if to == "head" and revision == newest():
        return
    if revision and revision > newest():
        raise Newer(revision)
    # Imported only when there is something to do: it takes longer than all the rest of a start.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = db
    command.upgrade(config, to)


def _revision(db: SyncConnection) -> str | None:
    if not inspect(db).has_table("alembic_version"):
        return None  # nothing was ever made here
    revision: str | None = db.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def newest() -> str:
    """The revision this release works with: a revision is named as its file, and they are numbered."""
    return max(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


__all__ = ["Database", "Newer", "Work", "migrate", "newest"]
