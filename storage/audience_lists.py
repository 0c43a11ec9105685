"""Audiences that are kept: filters with a name, and lists of people that an officer uploaded, of which only known people stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, delete, select, update
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment
from storage.writer import Connection


class SavedAudienceRow(SQLModel, table=True):
    __tablename__ = "saved_audiences"
    __table_args__ = (Index("saved_audiences_by_name", "branch", "name", unique=True),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str
    name: str
    content: str  # JSON of a storage.audiences.Audience
    author: str
    at: datetime = Field(sa_column=moment(nullable=False))


class PeopleListRow(SQLModel, table=True):
    """An uploaded list: how many lines it had, and how many of them are nobody we know. The lines themselves are not kept."""

    __tablename__ = "people_lists"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    name: str
    author: str
    at: datetime = Field(sa_column=moment(nullable=False))
    lines: int
    known: int
    unknown: int
    unreadable: int


class ListedRow(SQLModel, table=True):
    __tablename__ = "listed_people"
    __table_args__ = (Index("listed_people_by_contact", "contact_id"), {"sqlite_with_rowid": False})

    list: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))


SAVED, LISTS, LISTED = table_of(SavedAudienceRow), table_of(PeopleListRow), table_of(ListedRow)


async def rename(db: Connection, gone: int, kept: int) -> None:
    """Two contacts turned out to be one: on whatever list one of them stood, they stand."""
    theirs = select(LISTED.c.list).where(LISTED.c.contact_id == kept)
    await db.execute(delete(LISTED).where(LISTED.c.contact_id == gone, LISTED.c.list.in_(theirs)))
    await db.execute(update(LISTED).where(LISTED.c.contact_id == gone).values(contact_id=kept))


async def forget(db: Connection, people: Sequence[int]) -> None:
    await db.execute(delete(LISTED).where(LISTED.c.contact_id.in_(people)))
