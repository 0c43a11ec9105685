"""Runs one INSERT or UPDATE for many rows, compiled once: its values go to the driver as they are, in the order it wants them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import Insert, Update
from sqlalchemy.sql.schema import ScalarElementColumnDefault

Row = Mapping[str, Any]
Adapt = Callable[[Any], Any]


@dataclass(frozen=True)
class _Compiled:
    """The statement in one database's words."""

    sql: str
    in_order: Callable[[Row], tuple[Any, ...]]
    adapted: tuple[tuple[int, Adapt], ...]  # where a value is written otherwise than it is held: moments, for one

    def values(self, row: Row) -> tuple[Any, ...]:
        if not self.adapted:
            return self.in_order(row)
        values = list(self.in_order(row))
        for place, adapt in self.adapted:
            values[place] = adapt(values[place])
        return tuple(values)


@dataclass(eq=False)
class Prepared:
    """A statement for many rows with the same names. SQLAlchemy alone looks at each value of each row: five times what SQLite takes."""

    statement: Insert | Update
    names: Sequence[str] | None = None  # of an INSERT's columns
    _compiled: dict[str, _Compiled] = field(default_factory=dict)

    def on(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compile(self.statement, self.names, dialect)
        return self._compiled[dialect.name]


def _compile(statement: Insert | Update, names: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names) if names else None)
    order = list(compiled.positiontup or ())
    always = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    always |= {
        column.key: column.default.arg for column in compiled.insert_prefetch if isinstance(column.default, ScalarElementColumnDefault)
    }
    adapted = []
    for place, name in enumerate(order):
        if adapt := compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect):
            adapted.append((place, adapt))
    pick: Callable[[Row], tuple[Any, ...]] = itemgetter(*order)  # there is never one alone: what is written, and where
    return _Compiled(compiled.string, (lambda row: pick({**always, **row})) if always else pick, tuple(adapted))


_INSERTS: dict[tuple[Table, tuple[str, ...]], Prepared] = {}


def inserting(table: Table, names: tuple[str, ...]) -> Prepared:
    """The INSERT of these columns."""
    key = table, names
    if key not in _INSERTS:
        _INSERTS[key] = Prepared(insert(table), names)
    return _INSERTS[key]
