"""The house's own names at each channel, kept where every process reads them: links, posters and replies carry them."""

from __future__ import annotations

from dataclasses import asdict

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, insert_into, table_of
from storage.links import Doors
from storage.writer import Connection


class DoorRow(SQLModel, table=True):
    __tablename__ = "doors"

    name: str = Field(primary_key=True)  # a field of Doors
    value: str


DOORS = table_of(DoorRow)


class DoorsKept:
    """What a turn may know of them."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def all(self) -> Doors:
        return _doors({row.name: row.value for row in await self._changes.read(select(DOORS))})


async def read(db: Connection) -> Doors:
    return _doors({row.name: row.value for row in await db.execute(select(DOORS))})


async def keep(db: Connection, dialect: str, doors: Doors) -> None:
    """Said at each start, by several processes at once; nothing is written where nothing changed."""
    if await read(db) == doors:
        return
    for name, value in asdict(doors).items():
        said = insert_into(DOORS, dialect).values(name=name, value=value)
        await db.execute(said.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def _doors(rows: dict[str, str]) -> Doors:
    return Doors(**{name: rows.get(name, "") for name in Doors.__dataclass_fields__})
