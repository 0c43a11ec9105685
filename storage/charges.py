"""How many messages of a day a platform counts in one category and country, and which of them it bills."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.prepared import Prepared
from storage.writer import Connection


class ChargeRow(SQLModel, table=True):
    __tablename__ = "charges"

    day: date = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    category: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    country: str = Field(primary_key=True)
    billable: bool = Field(primary_key=True)
    count: int


CHARGES = table_of(ChargeRow)
KEYS = ("day", "channel", "category", "kind", "country", "billable")


@dataclass(frozen=True, slots=True)
class Charge:
    """How the platform counts one message. `kind` tells regular messages from free ones; `country` is the recipient's."""

    category: str
    kind: str
    country: str
    billable: bool


Counted = Counter[tuple[date, str, Charge]]


def _more(dialect: str) -> Prepared:
    statement = insert_into(CHARGES, dialect)
    added = {"count": CHARGES.c.count + statement.excluded.count}
    return Prepared(statement.on_conflict_do_update(index_elements=KEYS, set_=added), (*KEYS, "count"))


_MORE = {dialect: _more(dialect) for dialect in ("sqlite", "postgresql")}


async def count(db: Connection, dialect: str, charges: Counted) -> None:
    """Add to what was counted before."""
    rows = [
        {
            "day": day,
            "channel": channel,
            "category": charge.category,
            "kind": charge.kind,
            "country": charge.country,
            "billable": charge.billable,
            "count": number,
        }
        for (day, channel, charge), number in charges.items()
    ]
    if not rows:
        return
    rows.sort(key=lambda row: str([row[key] for key in KEYS]))  # one order for all processes
    await db.for_each(_MORE[dialect], rows)


async def counted(db: Connection, since: date) -> Counted:
    """What was counted from that day on."""
    rows = await db.execute(select(CHARGES).where(CHARGES.c.day >= since))
    return Counter({(row.day, row.channel, Charge(row.category, row.kind, row.country, bool(row.billable))): row.count for row in rows})
