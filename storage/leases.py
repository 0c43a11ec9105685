"""What only one process may do at a time (polling, serving on SQLite), and the pace all processes share."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment


class LeaseRow(SQLModel, table=True):
    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    holder: str
    epoch: int = Field(sa_column=Column(BigInteger, nullable=False))
    until: datetime = Field(sa_column=moment(nullable=False))


class PaceRow(SQLModel, table=True):
    """When a lane (a bot's sending side) is free again, on the database's clock in seconds since 1970."""

    __tablename__ = "pace"

    lane: str = Field(primary_key=True)
    free_at: float


LEASES, PACE = table_of(LeaseRow), table_of(PaceRow)
