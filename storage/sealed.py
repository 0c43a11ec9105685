"""Every sealed column there is, and how its rows come under the newest key: a chunk a transaction, each row with its indexes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, Table, and_, bindparam, func, literal, or_, select, update

from storage.changes import Tools, table_of
from storage.contacts import AddressRow
from storage.conversations import ConversationRow, InboundRow
from storage.coverage import MEMBERS
from storage.interests import INTERESTS
from storage.officers import OFFICERS
from storage.requests import REQUESTS
from storage.rosters import FILES
from storage.sealing import MARK, Unsealable
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)


@dataclass(frozen=True, slots=True)
class Sealed:
    """A table with sealed columns. `indexed` is {sealed column: what its keyed index is of}; `within` says the same of what stands in its JSON."""

    table: Table
    columns: tuple[str, ...]
    row: str = "id"  # the column a value is bound to
    indexed: Mapping[str, str] = field(default_factory=dict)
    within: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.table.name

    @property
    def key(self) -> Any:
        return self.table.c[self.row]

    def is_old(self, mark: bytes) -> ColumnElement[bool]:
        """Rows with a value under another key than the newest."""
        return or_(*(is_old(self.table.c[column], mark) for column in self.columns))


SEALED = (
    Sealed(table_of(ConversationRow), ("memory",), "contact_id"),
    Sealed(table_of(InboundRow), ("raw",)),
    Sealed(INTERESTS, ("phone", "nik"), indexed={"phone": "phone", "nik": "nik"}),
    Sealed(MEMBERS, ("secrets",), within={"secrets": ("kpj", "nik")}),
    Sealed(OFFICERS, ("totp",)),
    Sealed(REQUESTS, ("place",)),
    Sealed(FILES, ("content",), "roster"),
)
# Addresses are sealed too; since their very id is an index, they are moved by storage/rekeying.py.
BY_ADDRESS = Sealed(ADDRESSES, ("external",))
ALL = (BY_ADDRESS, *SEALED)


def is_old(column: Any, mark: bytes) -> ColumnElement[bool]:
    return and_(column.is_not(None), func.substr(column, 1, MARK) != literal(mark, LargeBinary))


async def next_old(db: Connection, tools: Tools, sealed: Sealed, after: Any, most: int) -> list[Any]:
    """The next rows that are not under the newest key; looked for apart, so that no writer waits while many that are done are passed."""
    query = select(sealed.key).where(sealed.is_old(tools.sealer.mark))
    if after is not None:
        query = query.where(sealed.key > after)
    return list((await db.execute(query.order_by(sealed.key).limit(most))).scalars())


async def reseal(db: Connection, tools: Tools, sealed: Sealed, keys: Sequence[Any]) -> int:
    """Seal these rows anew, locked, so that nobody changes them meanwhile; how many. One that no key opens stays as it is."""
    query = select(sealed.key.label("row"), *(sealed.table.c[column] for column in sealed.columns))
    query = query.where(sealed.key.in_(keys), sealed.is_old(tools.sealer.mark)).order_by(sealed.key).with_for_update()
    anew = [values for row in await db.execute(query) if (values := _anew(tools, sealed, row))]
    if anew:
        changed: dict[str, Any] = {name: bindparam(f"{name}_") for name in anew[0] if name != "row"}
        statement = update(sealed.table).where(sealed.key == bindparam("row_")).values(changed)
        await db.execute(statement, [{f"{name}_": value for name, value in values.items()} for values in anew])
    return len(anew)


def _anew(tools: Tools, sealed: Sealed, row: Any) -> dict[str, Any] | None:
    try:
        opened = {column: _opened(tools, sealed, column, row) for column in sealed.columns}
    except Unsealable:
        return None
    values: dict[str, Any] = {"row": row.row}
    for column, value in opened.items():
        values[column] = None if value is None else tools.sealer.seal(value, sealed.name, column, row.row)
        if kind := sealed.indexed.get(column):
            values[f"{column}_index"] = None if value is None else tools.sealer.index(kind, value)
        inside = json.loads(value) if value is not None and column in sealed.within else {}
        for kind in sealed.within.get(column, ()):
            values[f"{kind}_index"] = tools.sealer.index(kind, inside[kind]) if inside.get(kind) else None
    return values


def _opened(tools: Tools, sealed: Sealed, column: str, row: Any) -> str | None:
    value = getattr(row, column)
    return None if value is None else tools.sealer.open(value, sealed.name, column, row.row)


async def old_rows(db: Connection, tools: Tools, sealed: Sealed) -> int:
    """How many rows have a value under another key than the newest."""
    counted = select(func.count()).select_from(sealed.table).where(sealed.is_old(tools.sealer.mark))
    return int((await db.execute(counted)).scalar_one())
