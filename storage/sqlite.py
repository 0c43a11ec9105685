"""Transactions on an SQLite file: one thread writes, a few read."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from storage.prepared import Prepared, Row
from storage.writer import Unavailable, Work

T = TypeVar("T")
READERS = 3  # at once, so that no page of the chat waits for a long list of the desk


class _Here:
    """SQLite's connection in its own thread, with the face of an async one: its awaits never suspend.

    What is prepared goes straight to the driver: SQLAlchemy takes ten times what SQLite takes for a small statement.
    """

    def __init__(self, db: SyncConnection) -> None:
        self._db = db
        self.driver: sqlite3.Connection = db.connection.dbapi_connection  # type: ignore[assignment]  # SQLAlchemy knows any driver's

    async def execute(self, statement: Any, parameters: Any = None, /) -> CursorResult[Any]:
        return self._db.execute(statement, parameters)

    async def for_each(self, statement: Prepared, rows: Sequence[Row], /) -> None:
        compiled = statement.on(self._db.dialect)
        self.driver.executemany(compiled.sql, [compiled.values(row) for row in rows])

    async def rows(self, statement: Prepared, given: Row, /) -> list[Any]:
        compiled = statement.on(self._db.dialect)
        return compiled.rows(self.driver.execute(compiled.sql, compiled.values(given)).fetchall())

    async def made(self, statement: Prepared, rows: Sequence[Row], /) -> list[Any]:
        return [one for row in rows for one in await self.rows(statement, row)]

    def transact(self, begin: str, work: Work[T]) -> T:
        """Everything of it, or nothing; whatever SQLAlchemy believes to be open is over then too."""
        self.driver.execute(begin)
        try:
            result = drive(work(self))
            self.driver.commit()
        except BaseException:
            self.driver.rollback()
            raise
        finally:
            if self._db.in_transaction():
                self._db.rollback()
        return result

    def close(self) -> None:
        self._db.close()


class SqliteWriter:
    """Every transaction runs in one thread, the work driven to its end there; reading has a few threads of its own.

    Each thread keeps one connection. synchronous=FULL: a commit is on the disk before anybody is told of it.
    """

    dialect = "sqlite"

    def __init__(self, url: str) -> None:
        self._engine = _sqlite_engine(url, reading=False)
        self._reading = _sqlite_engine(url, reading=True)
        self._thread = ThreadPoolExecutor(1, "sapa-writer")
        self._reader = ThreadPoolExecutor(READERS, "sapa-reader")
        self._own = threading.local()
        self._opened: list[_Here] = []

    async def run(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._drive, self._engine, work)

    async def read(self, work: Work[T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._reader, self._drive, self._reading, work)

    def _drive(self, engine: Engine, work: Work[T]) -> T:
        try:
            # A read that turns into a write can fail with SQLITE_BUSY; taking the write lock at once cannot.
            return self._connection(engine).transact("BEGIN IMMEDIATE" if engine is self._engine else "BEGIN", work)
        except (OperationalError, sqlite3.OperationalError) as error:
            if _cannot_write(error):
                raise Unavailable(_words(error)) from error
            raise

    def _connection(self, engine: Engine) -> _Here:
        """This thread's own."""
        if not hasattr(self._own, "db"):
            self._own.db = _Here(engine.connect())
            self._opened.append(self._own.db)
        here: _Here = self._own.db
        return here

    async def close(self) -> None:
        for thread in (self._thread, self._reader):
            await asyncio.to_thread(thread.shutdown)  # what is under way ends first
        for here in self._opened:
            await asyncio.to_thread(here.close)


def drive(work: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine that never really waits; raises if it does."""
    try:
        work.send(None)
    except StopIteration as end:
        result: T = end.value
        return result
    work.close()
    raise RuntimeError("a step awaited something other than turn.store")


def _words(error: Exception) -> str:
    return str(error.orig if isinstance(error, OperationalError) else error)


def _cannot_write(error: Exception) -> bool:
    return any(words in _words(error) for words in ("locked", "disk", "readonly", "unable to open"))


def _sqlite_engine(url: str, *, reading: bool) -> Engine:
    engine = create_engine(url, connect_args={"check_same_thread": False, "timeout": 30}, poolclass=NullPool)

    @event.listens_for(engine, "connect")
    def _prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        pragmas = ["journal_mode=WAL", "synchronous=FULL", "busy_timeout=5000", "foreign_keys=ON", "temp_store=MEMORY"]
        for pragma in [*pragmas, *(["query_only=ON"] if reading else [])]:
            connection.execute(f"PRAGMA {pragma}")

    return engine
