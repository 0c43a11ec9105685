"""The only door to the database: what work sees of an open transaction, and what `storage/sqlite.py` and `storage/postgresql.py` do with it."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

from sqlalchemy import CursorResult

from storage.prepared import Prepared, Row

T = TypeVar("T")


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
