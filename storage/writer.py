"""Runs work in one transaction. The only place that commits, on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection as SyncConnection
from sqlalchemy import CursorResult, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from storage.prepared import Prepared, Row

T = TypeVar("T")
READERS = 3  # at once on SQLite, so that no page of the chat waits for a long list of the desk
AGAIN = 5  # tries of a transaction that lost against another one
SERIALIZATION, DEADLOCK = "40001", "40P01"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class Unavailable(Exception):
    """The database cannot be reached or cannot write now. Nothing was kept; the same work may be tried again later."""


class Connection(Protocol):
    """What work sees of an open transaction."""

    async def execute(self, statement: Any, parameters: Any = None, /) -> CursorResult[Any]: ...

    async def for_each(self, statement: Prepared, rows: Sequence[Row], /) -> None:
        """Run it once for each row, all in one call of the driver."""

    async def rows(self, statement: Prepared, given: Row, /) -> list[Any]:
        """What it finds, or what a writing one returns: each row a tuple with names."""

    async def made(self, statement: Prepared, rows: Sequence[Row], /) -> list[Any]:
        """What an INSERT of these returns, in no order."""


Work = Callable[[Connection], Coroutine[Any, Any, T]]


class Writer(Protocol):
    """Runs work in a transaction, commits it and returns its result; on an error nothing of it is kept."""

    dialect: str

    async def run(self, work: Work[T]) -> T: ...
    async def read(self, work: Work[T]) -> T: ...
    async def close(self) -> None: ...


def open_writer(url: str) -> Writer:
    """`sqlite:///path` or `postgresql+asyncpg://...`."""
    backend = make_url(url).get_backend_name()
    return SqliteWriter(url) if backend == "sqlite" else PostgresWriter(url)


class _There:
    """PostgreSQL's connection."""

    def __init__(self, db: AsyncConnection) -> None:
        self._db = db
        self.execute = db.execute

    async def for_each(self, statement: Prepared, rows: Sequence[Row], /) -> None:
        compiled = statement.on(self._db.dialect)
        await self._db.exec_driver_sql(compiled.sql, [compiled.values(row) for row in rows])

    async def rows(self, statement: Prepared, given: Row, /) -> list[Any]:
        compiled = statement.on(self._db.dialect)
        return compiled.rows(await self._db.exec_driver_sql(compiled.sql, compiled.values(given)))

    async def made(self, statement: Prepared, rows: Sequence[Row], /) -> list[Any]:
        return list(await self._db.execute(statement.statement, list(rows)))  # one statement for all of them


class PostgresWriter:
    """Transactions on the loop; several at a time, one for each lane."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        self._engine: AsyncEngine = create_async_engine(url, pool_size=8, max_overflow=8, pool_timeout=10)
        self._reading = self._engine.execution_options(postgresql_readonly=True)

    async def run(self, work: Work[T]) -> T:
        return await self._run(self._engine, work)

    async def read(self, work: Work[T]) -> T:
        return await self._run(self._reading, work)

    async def _run(self, engine: AsyncEngine, work: Work[T]) -> T:
        for last in range(AGAIN):
            try:
                async with engine.begin() as db:
                    return await work(_There(db))
            except (OSError, TimeoutError) as error:
                raise Unavailable(type(error).__name__) from error
            except DBAPIError as error:
                if error.connection_invalidated or _is_away(error):
                    raise Unavailable(type(error.orig).__name__) from error
                if getattr(error.orig, "sqlstate", None) not in (SERIALIZATION, DEADLOCK) or last == AGAIN - 1:
                    raise
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._engine.dispose()


def _is_away(error: DBAPIError) -> bool:
    """Classes 08 (connection), 53 (out of resources), 57P (shut down) and asyncpg's own words for a closed connection."""
    state = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith(("08", "53", "57P")) or isinstance(error, InterfaceError) or "connection" in str(error.orig).lower()


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
    return str(error.orig if isinstance(error, DBAPIError) else error)


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


__all__ = ["Connection", "Unavailable", "Work", "Writer", "drive", "open_writer"]
