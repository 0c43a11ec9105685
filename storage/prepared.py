"""Statements compiled once: their values go to the driver as they are, in the order it wants them, and its rows come back as they are."""

from __future__ import annotations

import json
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, Table, any_, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql import Delete, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.schema import ScalarElementColumnDefault
from sqlalchemy.types import Float, NullType, Numeric, String, TypeDecorator

Row = Mapping[str, Any]
Adapt = Callable[[Any], Any]
Statement = Select[Any] | Insert | Update | Delete


class _Listed(TypeDecorator[list[Any]]):
    """Many values in one, as SQLite's json_each takes them apart."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Iterable[Any] | None, _dialect: Dialect) -> str:
        return json.dumps(list(value or ()))


class among(ColumnElement[Any]):
    """Whether a column is one of a list that is given as one value: the statement is the same for any number of them.

    IN has a place for each, so that every other number is another statement to compile, and for PostgreSQL one more to plan and to keep.
    """

    inherit_cache = False
    type = NullType()  # SQLite has no truth values: one of them would be compared with 1

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        self.column = column
        self.name = name


@compiles(among, "sqlite")
def _in_json(element: among, compiler: SQLCompiler, **options: Any) -> str:
    given = func.json_each(bindparam(element.name, type_=_Listed())).table_valued("value")
    return compiler.process(element.column.in_(select(given.c.value)), **options)


@compiles(among, "postgresql")
def _in_array(element: among, compiler: SQLCompiler, **options: Any) -> str:
    given = bindparam(element.name, type_=ARRAY(element.column.type))
    return compiler.process(element.column == any_(given), **options)


@dataclass(frozen=True)
class _Compiled:
    """The statement in one database's words."""

    sql: str
    in_order: Callable[[Row], tuple[Any, ...]]
    adapted: tuple[tuple[int, Adapt], ...]  # where a value is written otherwise than it is held: moments, for one
    row: Callable[[Iterable[Any]], Any]
    read: tuple[tuple[int, Adapt], ...]  # where a value is held otherwise than it is written

    def values(self, row: Row) -> tuple[Any, ...]:
        if not self.adapted:
            return self.in_order(row)
        values = list(self.in_order(row))
        for place, adapt in self.adapted:
            values[place] = adapt(values[place])
        return tuple(values)

    def rows(self, fetched: Iterable[Iterable[Any]]) -> list[Any]:
        """What the driver gave, with names."""
        if not self.read:
            return [self.row(values) for values in fetched]
        rows = []
        for given in fetched:
            values = list(given)
            for place, adapt in self.read:
                values[place] = adapt(values[place])
            rows.append(self.row(values))
        return rows


@dataclass(eq=False)
class Prepared:
    """A statement for many rows with the same names. SQLAlchemy alone looks at each value of each row: five times what SQLite takes."""

    statement: Statement
    names: Sequence[str] | None = None  # of an INSERT's columns
    _compiled: dict[str, _Compiled] = field(default_factory=dict)

    def on(self, dialect: Dialect) -> _Compiled:
        if dialect.name not in self._compiled:
            self._compiled[dialect.name] = _compile(self.statement, self.names, dialect)
        return self._compiled[dialect.name]


def _compile(statement: Statement, names: Sequence[str] | None, dialect: Dialect) -> _Compiled:
    compiled = statement.compile(dialect=dialect, column_keys=list(names) if names else None)
    assert isinstance(compiled, SQLCompiler)
    assert not compiled.post_compile_params, "a list is given by `among`"
    order = list(compiled.positiontup or ())
    always = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
    always |= {
        column.key: column.default.arg for column in compiled.insert_prefetch if isinstance(column.default, ScalarElementColumnDefault)
    }
    adapted = [(place, compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for place, name in enumerate(order)]
    columns = list(statement.exported_columns)
    read = [(place, _reading(column, dialect)) for place, column in enumerate(columns)]
    made = namedtuple("made", [column.key for column in columns], rename=True)  # type: ignore[misc]  # its names are those of the statement
    return _Compiled(compiled.string, _picking(order, always), _only(adapted), made._make, _only(read))


def _reading(column: ColumnElement[Any], dialect: Dialect) -> Adapt | None:
    if isinstance(column.type, (Float, Numeric)):  # both drivers give numbers as they are
        return None
    return column.type.dialect_impl(dialect).result_processor(dialect, None)


def _only(adapts: Iterable[tuple[int, Adapt | None]]) -> tuple[tuple[int, Adapt], ...]:
    return tuple((place, adapt) for place, adapt in adapts if adapt)


def _picking(order: Sequence[str], always: Row) -> Callable[[Row], tuple[Any, ...]]:
    """The values of a row in the driver's order."""
    if not order:
        return lambda _row: ()
    if len(order) == 1:
        [name] = order
        return lambda row: (row[name] if name in row else always[name],)
    pick: Callable[[Row], tuple[Any, ...]] = itemgetter(*order)
    return (lambda row: pick({**always, **row})) if always else pick


_INSERTS: dict[tuple[Table, tuple[str, ...]], Prepared] = {}


def inserting(table: Table, names: tuple[str, ...]) -> Prepared:
    """The INSERT of these columns."""
    key = table, names
    if key not in _INSERTS:
        _INSERTS[key] = Prepared(insert(table), names)
    return _INSERTS[key]
