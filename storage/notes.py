"""What officers tell each other of a person; the person never sees it in the chat, only in their copy of what is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, insert, select
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.masking import mask
from storage.officers import OFFICERS
from storage.writer import Connection


class NoteRow(SQLModel, table=True):
    __tablename__ = "notes"
    __table_args__ = (Index("notes_by_contact", "contact_id", "id"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    text: str  # with the digits of numbers masked


NOTES = table_of(NoteRow)


@dataclass(frozen=True, slots=True)
class Note:
    id: int
    at: datetime
    officer: str | None
    text: str


async def add(db: Connection, tools: Tools, contact: int, officer: int, text: str, now: datetime) -> None:
    row = {"id": tools.new_id(), "at": now, "contact_id": contact, "officer_id": officer, "text": mask(text)}
    await db.execute(insert(NOTES), [row])


async def of(db: Connection, contact: int, most: int = 50, also: Sequence[int] = ()) -> list[Note]:
    """The newest first; of `also` too, where it is the same person."""
    rows = await db.execute(
        select(NOTES.c.id, NOTES.c.at, OFFICERS.c.name, NOTES.c.text)
        .outerjoin(OFFICERS, OFFICERS.c.id == NOTES.c.officer_id)
        .where(NOTES.c.contact_id.in_([contact, *also]))
        .order_by(NOTES.c.id.desc())
        .limit(most)
    )
    return [Note(*tuple(row)) for row in rows]
