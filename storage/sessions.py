"""Who is signed in: on our side only, found by the hash of a token that the browser alone keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Select, and_, delete, insert, or_, select, update
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment
from storage.credentials import hashed
from storage.officers import COLUMNS, OFFICERS, Officer
from storage.writer import Connection

IDLE = timedelta(minutes=30)
LONGEST = timedelta(hours=12)
BRIEF = timedelta(hours=1)  # of a partner, who came by a link from the chat and has no password
SEEN_EVERY = timedelta(minutes=1)  # how exactly idleness is measured: one write a minute, not one a click

FULL, SECOND, ENROL = "full", "second", "enrol"  # signed in; password right, second factor to come; second factor to be set up
OWN = "own"  # came by a one-time link from the chat: opens a partner's own page and nothing else


class SessionRow(SQLModel, table=True):
    __tablename__ = "sessions"

    id: str = Field(primary_key=True)  # hash of the token
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    stage: str
    begun_at: datetime = Field(sa_column=moment(nullable=False))
    seen_at: datetime = Field(sa_column=moment(nullable=False))


SESSIONS = table_of(SessionRow)


@dataclass(frozen=True, slots=True)
class Session:
    id: str
    stage: str
    begun_at: datetime
    seen_at: datetime
    officer: Officer


async def start(db: Connection, officer: int, stage: str, token: str, now: datetime) -> None:
    """`token` has 256 random bits and was never used before: a session is never taken over from before the sign-in."""
    await db.execute(delete(SESSIONS).where(_over(now)))
    await db.execute(insert(SESSIONS), [{"id": hashed(token), "officer_id": officer, "stage": stage, "begun_at": now, "seen_at": now}])


async def find(db: Connection, token: str, now: datetime) -> Session | None:
    """The session of a token; None if it ended, was idle or lasted too long, or its officer was disabled."""
    query: Select[Any] = (
        select(SESSIONS.c.stage, SESSIONS.c.begun_at, SESSIONS.c.seen_at, *COLUMNS)
        .join(OFFICERS, OFFICERS.c.id == SESSIONS.c.officer_id)
        .where(SESSIONS.c.id == hashed(token), ~_over(now), OFFICERS.c.disabled_at.is_(None))
    )
    row = (await db.execute(query)).first()
    if row is None:
        return None
    stage, begun_at, seen_at, *officer = tuple(row)
    return Session(hashed(token), stage, begun_at, seen_at, Officer(*officer))


async def seen(db: Connection, session: str, now: datetime) -> None:
    await db.execute(update(SESSIONS).where(SESSIONS.c.id == session).values(seen_at=now))


async def end(db: Connection, session: str) -> None:
    await db.execute(delete(SESSIONS).where(SESSIONS.c.id == session))


async def end_all(db: Connection, officer: int, but: str = "") -> int:
    """Sign an officer out everywhere, except in the session `but`; how many there were."""
    ended = await db.execute(delete(SESSIONS).where(SESSIONS.c.officer_id == officer, SESSIONS.c.id != but))
    return ended.rowcount


async def of(db: Connection, officer: int, now: datetime) -> list[tuple[str, datetime, datetime]]:
    """An officer's sessions: id, begun, last seen; newest first."""
    rows = await db.execute(
        select(SESSIONS.c.id, SESSIONS.c.begun_at, SESSIONS.c.seen_at)
        .where(SESSIONS.c.officer_id == officer, SESSIONS.c.stage == FULL, ~_over(now))
        .order_by(SESSIONS.c.begun_at.desc())
    )
    return [(row.id, row.begun_at, row.seen_at) for row in rows]


def _over(now: datetime) -> ColumnElement[bool]:
    brief = and_(SESSIONS.c.stage == OWN, SESSIONS.c.begun_at <= now - BRIEF)
    return or_(SESSIONS.c.seen_at <= now - IDLE, SESSIONS.c.begun_at <= now - LONGEST, brief)
