"""What one turn reads and wants written. Writes are collected, written with the whole group, and dropped if the turn fails."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

from storage.contacts import Contact
from storage.prepared import inserting
from storage.sealing import Sealer
from storage.writer import Connection


@dataclass(frozen=True)
class Tools:
    """What storage needs from outside: keys, and new ids (increasing 63-bit integers, unique over all processes)."""

    sealer: Sealer
    new_id: Callable[[], int]


@dataclass
class Changes:
    """One turn's view of the open transaction. Reading after writing flushes first, so a turn always sees its own writes."""

    db: Connection
    tools: Tools
    contact: Contact
    now: datetime
    inserts: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    statements: list[Executable] = field(default_factory=list)
    merges: list[int] = field(default_factory=list)  # contacts that become this one at the end of the group
    seen: dict[object, Any] = field(default_factory=dict)  # shared by the turns of a group: what no turn changes
    flushed: bool = False  # something of this turn was already written: if it fails, the group must be rolled back

    def add(self, table: Table, **values: Any) -> None:
        self.inserts.append((table, values))

    def change(self, statement: Executable) -> None:
        """An UPDATE or DELETE, run after the inserts."""
        self.statements.append(statement)

    async def read(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        if self.inserts or self.statements:
            inserts, statements = self.inserts, self.statements
            self.inserts, self.statements, self.flushed = [], [], True
            await write(self.db, inserts, statements)
        return await self.db.execute(statement, parameters)


async def write(db: Connection, inserts: list[tuple[Table, dict[str, Any]]], statements: list[Executable]) -> None:
    """One INSERT of many rows for each table, then the statements in order."""
    rows: dict[tuple[Table, tuple[str, ...]], list[dict[str, Any]]] = {}
    for table, values in inserts:
        rows.setdefault((table, tuple(values)), []).append(values)
    for (table, columns), many in rows.items():
        await db.for_each(inserting(table, columns), many)
    for statement in statements:
        await db.execute(statement)


def table_of(row: Any) -> Table:
    """The Core table behind a SQLModel class."""
    table: Table = row.__table__
    return table


def insert_into(table: Table, dialect: str) -> Any:
    """An INSERT that can say ON CONFLICT, which both databases know but SQLAlchemy spells once for each."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)
