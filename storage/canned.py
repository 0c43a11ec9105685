"""Answers that officers of a branch give again and again, written once in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import BigInteger, Column, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.scope import within
from storage.writer import Connection


class CannedRow(SQLModel, table=True):
    __tablename__ = "canned"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    title: str
    words_id: str
    words_en: str


CANNED = table_of(CannedRow)


@dataclass(frozen=True, slots=True)
class Canned:
    id: int
    branch: str
    title: str
    words_id: str
    words_en: str

    def words(self, language: str) -> str:
        """In the worker's language; in the other one where it was not written."""
        said = {"id": self.words_id, "en": self.words_en}
        return said.get(language) or self.words_id or self.words_en


async def every(db: Connection, branch: str) -> list[Canned]:
    """Those an officer of a branch may use, by title."""
    rows = await db.execute(select(CANNED).where(within(CANNED.c.branch, branch)).order_by(CANNED.c.title, CANNED.c.id))
    return [Canned(**dict(row._mapping)) for row in rows]


async def add(db: Connection, tools: Tools, branch: str, title: str, words_id: str, words_en: str) -> int:
    new = tools.new_id()
    await db.execute(insert(CANNED), [{"id": new, "branch": branch, "title": title, "words_id": words_id, "words_en": words_en}])
    return new


async def change(db: Connection, branch: str, canned: int, title: str, words_id: str, words_en: str) -> bool:
    """False for one that is not there, or is another branch's."""
    mine = update(CANNED).where(CANNED.c.id == canned, within(CANNED.c.branch, branch))
    return (await db.execute(mine.values(title=title, words_id=words_id, words_en=words_en))).rowcount == 1


async def drop(db: Connection, branch: str, canned: int) -> bool:
    return (await db.execute(delete(CANNED).where(CANNED.c.id == canned, within(CANNED.c.branch, branch)))).rowcount == 1
