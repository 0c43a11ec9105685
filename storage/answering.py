"""What officers do with those who wait: read, answer, close."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, func, select, update

from storage.changes import Tools
from storage.officers import OFFICERS
from storage.requests import REQUESTS, WAITING
from storage.scope import within
from storage.sealing import Unsealable
from storage.writer import Connection

SETTLED_BY_AN_ANSWER = "human"  # other reasons stay until somebody says that they are settled


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as staff see it. `reader` is who read it first."""

    id: int
    at: datetime
    contact_id: int
    branch: str
    reason: str
    urgent: bool
    state: str
    country: str | None
    read_at: datetime | None
    reader: str | None
    place: str = ""  # latitude and longitude, if they sent it


_ASKED = select(
    *(REQUESTS.c[name] for name in ("id", "at", "contact_id", "branch", "reason", "urgent", "state", "country", "read_at")),
    OFFICERS.c.name.label("reader"),
).outerjoin(OFFICERS, OFFICERS.c.id == REQUESTS.c.officer_id)


async def unread_emergencies(db: Connection, branch: str, most: int = 20) -> list[Asked]:
    """The longest waiting first."""
    mine = WAITING, REQUESTS.c.urgent, REQUESTS.c.state == "open", within(REQUESTS.c.branch, branch)
    return [Asked(*tuple(row)) for row in await db.execute(_ASKED.where(*mine).order_by(REQUESTS.c.at, REQUESTS.c.id).limit(most))]


async def waiting_of(db: Connection, tools: Tools, contact: int) -> list[Asked]:
    """Of one person, emergencies first, with where they are."""
    mine = _ASKED.add_columns(REQUESTS.c.place).where(REQUESTS.c.contact_id == contact, WAITING)
    rows = (await db.execute(mine.order_by(REQUESTS.c.urgent.desc(), REQUESTS.c.at))).all()
    return [Asked(**{**row._mapping, "place": _opened(tools, row)}) for row in rows]


def _opened(tools: Tools, row: Any) -> str:
    try:
        return tools.sealer.open(row.place, "requests", "place", row.id) if row.place else ""
    except Unsealable:
        return ""


async def one(db: Connection, branch: str, request: int) -> Asked | None:
    """None too for another branch's."""
    row = (await db.execute(_ASKED.where(REQUESTS.c.id == request, within(REQUESTS.c.branch, branch)))).first()
    return Asked(*tuple(row)) if row else None


async def read(db: Connection, request: int, officer: int, now: datetime) -> bool:
    """Whether this officer is the first who read it."""
    unread = update(REQUESTS).where(REQUESTS.c.id == request, REQUESTS.c.state == "open")
    return (await db.execute(unread.values(state="read", read_at=now, officer_id=officer))).rowcount == 1


async def close(db: Connection, request: int, officer: int, now: datetime) -> bool:
    """False if a colleague closed it meanwhile."""
    opened = update(REQUESTS).where(REQUESTS.c.id == request, WAITING)
    return (await db.execute(opened.values(state="closed", **_seen(officer, now)))).rowcount == 1


async def answered(db: Connection, contact: int, officer: int, now: datetime) -> int:
    """An officer wrote: who only wanted to talk waits no more; other requests are read. How many there were."""
    settled = case((REQUESTS.c.reason == SETTLED_BY_AN_ANSWER, "closed"), else_="read")
    waiting = update(REQUESTS).where(REQUESTS.c.contact_id == contact, WAITING)
    return (await db.execute(waiting.values(state=settled, **_seen(officer, now)))).rowcount


def _seen(officer: int, now: datetime) -> dict[str, Any]:
    """The first time counts."""
    first = {"read_at": now, "answered_at": now, "officer_id": officer}
    return {name: func.coalesce(REQUESTS.c[name], value) for name, value in first.items()}
