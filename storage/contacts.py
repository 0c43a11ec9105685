"""People we talk with, and the addresses at which they can be reached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, Dialect, Index, LargeBinary, TypeDecorator, text
from sqlmodel import Field, SQLModel


class Moment(TypeDecorator[datetime]):
    """A point in time. SQLite knows no zones, so there it is written in UTC and read back with its zone."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any] | None:
        return _written if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


@lru_cache(256)  # all rows of a transaction are written at one moment
def _written(value: datetime | None) -> str | None:
    """As SQLite's columns hold it: they sort as text."""
    return None if value is None else value.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds")


def moment(**options: Any) -> Column[datetime]:
    """A column for a point in time."""
    return Column(Moment(), **options)


class ContactRow(SQLModel, table=True):
    __tablename__ = "contacts"
    __table_args__ = (
        Index("contacts_by_branch", "branch", "created_at", "erased_at"),  # people are counted from it alone
        Index("contacts_erased", "erased_at", postgresql_where=text("erased_at IS NOT NULL"), sqlite_where=text("erased_at IS NOT NULL")),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    created_at: datetime = Field(sa_column=moment(nullable=False))
    branch: str
    language: str = "id"
    country: str | None = Field(default=None, index=True)
    opted_out_at: datetime | None = Field(default=None, sa_column=moment())
    noticed: str | None = None
    consent_version: str | None = None
    consent_language: str | None = None
    consent_at: datetime | None = Field(default=None, sa_column=moment())
    first_link: str | None = Field(default=None, index=True)
    last_link: str | None = None
    erased_at: datetime | None = Field(default=None, sa_column=moment())


class AddressRow(SQLModel, table=True):
    __tablename__ = "addresses"

    id: str = Field(primary_key=True)  # the blind index of channel and external id
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    channel: str
    external: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # sealed
    created_at: datetime = Field(sa_column=moment(nullable=False))
    unreachable: str | None = None  # why we cannot write to it, until it writes to us again
    free_at: datetime | None = Field(default=None, sa_column=moment())  # when its chat may get the next message
    window_until: datetime | None = Field(default=None, sa_column=moment())  # until when we may write freely, where that is limited
    approached_at: datetime | None = Field(default=None, sa_column=moment(index=True))  # when we last wrote outside that window
    preferred_at: datetime | None = Field(default=None, sa_column=moment())  # when its owner last told the platform what they want of us
    phone_index: str | None = Field(default=None, index=True)  # the address its phone number would have, if the platform named it


@dataclass(slots=True)
class Contact:
    """One person, as a turn sees and changes them. `noticed` and `consent_version` name a version of the privacy notice."""

    id: int
    branch: str
    language: str = "id"
    country: str | None = None
    opted_out_at: datetime | None = None
    noticed: str | None = None
    consent_version: str | None = None
    consent_language: str | None = None
    consent_at: datetime | None = None
    first_link: str | None = None
    last_link: str | None = None
    is_new: bool = False


# What a turn may change about a contact.
CHANGEABLE = (
    "language",
    "country",
    "opted_out_at",
    "noticed",
    "consent_version",
    "consent_language",
    "consent_at",
    "first_link",
    "last_link",
)
