"""Transactions on PostgreSQL, several at a time; one that lost against another is tried again."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.prepared import Prepared, Row
from storage.writer import Unavailable, Work

T = TypeVar("T")
AGAIN = 5  # tries of a transaction that lost against another one
SERIALIZATION, DEADLOCK = "40001", "40P01"  # https://www.postgresql.org/docs/current/errcodes-appendix.html


class _There:
    """PostgreSQL's connection. What is prepared goes straight to the driver: SQLAlchemy takes as much again for each statement."""

    def __init__(self, db: AsyncConnection, driver: Any) -> None:
        self._db = db
        self._driver = driver
        self.execute = db.execute

    async def for_each(self, statement: Prepared, rows: Sequence[Row], /) -> None:
        compiled = statement.on(self._db.dialect)
        await self._driver.executemany(compiled.sql, [compiled.values(row) for row in rows])

    async def rows(self, statement: Prepared, given: Row, /) -> list[Any]:
        compiled = statement.on(self._db.dialect)
        return compiled.rows(await self._driver.fetch(compiled.sql, *compiled.values(given)))

    async def made(self, statement: Prepared, rows: Sequence[Row], /) -> list[Any]:
        return list(await self._db.execute(statement.statement, list(rows)))  # one statement for all of them


class PostgresWriter:
    """Transactions on the loop; several at a time, one for each lane."""

    dialect = "postgresql"

    def __init__(self, url: str) -> None:
        # The transaction is the driver's own, so that statements of both stand in it: SQLAlchemy must begin none.
        self._engine: AsyncEngine = create_async_engine(url, pool_size=8, max_overflow=8, pool_timeout=10, isolation_level="AUTOCOMMIT")

    async def run(self, work: Work[T]) -> T:
        return await self._run(work, readonly=False)

    async def read(self, work: Work[T]) -> T:
        return await self._run(work, readonly=True)

    async def _run(self, work: Work[T], *, readonly: bool) -> T:
        for last in range(AGAIN):
            try:
                async with self._engine.connect() as db:
                    return await _transact(db, work, readonly=readonly)
            except (OSError, TimeoutError) as error:
                raise Unavailable(type(error).__name__) from error
            except (DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                if _is_away(error):
                    raise Unavailable(type(getattr(error, "orig", error)).__name__) from error
                if _state(error) not in (SERIALIZATION, DEADLOCK) or last == AGAIN - 1:
                    raise
        raise AssertionError("unreachable")

    async def close(self) -> None:
        await self._engine.dispose()


async def _transact(db: AsyncConnection, work: Work[T], *, readonly: bool) -> T:
    """Everything of it, or nothing. A connection that was left in the midst of something is not given to the next."""
    driver = await _driver(db)
    transaction = driver.transaction(readonly=readonly)
    clean = False
    try:
        await transaction.start()
        result = await work(_There(db, driver))
        await transaction.commit()
        clean = True
        return result
    except Exception:
        with suppress(Exception):  # the first error is the one that counts
            await transaction.rollback()
            clean = True
        raise
    finally:
        if not clean:
            driver.terminate()
            await db.invalidate()


async def _driver(db: AsyncConnection) -> Any:
    """The driver's own connection; a new one where it ended while nobody used it, as all do when the server was started anew."""
    driver = (await db.get_raw_connection()).driver_connection
    while driver is None or driver.is_closed():  # each is thrown away, so that at last a new one is made
        await db.invalidate()
        driver = (await db.get_raw_connection()).driver_connection
    return driver


def _state(error: Exception) -> str:
    """PostgreSQL's code of what went wrong, whichever way the statement went."""
    return getattr(getattr(error, "orig", error), "sqlstate", None) or ""


def _is_away(error: Exception) -> bool:
    """Classes 08 (connection), 53 (out of resources), 57P (shut down) and the drivers' own words for a closed connection."""
    if isinstance(error, (InterfaceError, asyncpg.InterfaceError)) or (isinstance(error, DBAPIError) and error.connection_invalidated):
        return True
    return _state(error).startswith(("08", "53", "57P")) or "connection" in str(getattr(error, "orig", error)).lower()
