"""Rosters as officers import them: a file waits sealed, is looked at, becomes members that are believed all at once, and can be undone."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, LargeBinary, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.scope import within
from storage.stale import Stale
from storage.writer import Connection

DRAFT, CHECKING, CHECKED, IMPORTING, STOPPED, UNDONE = "draft", "checking", "checked", "importing", "stopped", "undone"
UNDER_WAY = (CHECKING, IMPORTING)
WAITING = (DRAFT, CHECKED, STOPPED)  # their file is still here
WAITS = timedelta(days=1)


class RosterFileRow(SQLModel, table=True):
    """The file of a roster that is not live yet; it goes when it has been imported, or after a day."""

    __tablename__ = "roster_files"

    roster: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))  # compressed and sealed


FILES = table_of(RosterFileRow)


@dataclass(frozen=True, slots=True)
class Member:
    """One member, as a row of a file told it."""

    kpj: str
    nik: str | None
    name: str
    born: date | None
    scheme: str
    programmes: tuple[str, ...]
    starts_on: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class Roster:
    """An imported list, or one on its way to become it."""

    id: int
    branch: str
    source: str
    as_of: date
    imported_at: datetime
    state: str
    version: int
    file: str
    digest: str | None
    officer_id: int | None
    mapping: dict[str, Any]
    report: dict[str, Any]
    done: int
    total: int
    beat_at: datetime | None


def member_row(tools: Tools, roster: int, member: Member) -> dict[str, Any]:
    """A member as a row: numbers sealed, and found by their blind index only."""
    row = tools.new_id()
    secrets = {"kpj": member.kpj, "nik": member.nik or "", "born": member.born.isoformat() if member.born else ""}
    return {
        "id": row,
        "roster": roster,
        "kpj_index": tools.sealer.index("kpj", member.kpj),
        "nik_index": tools.sealer.index("nik", member.nik) if member.nik else None,
        "secrets": tools.sealer.seal_json(secrets, "members", "secrets", row),
        "name": member.name,
        "scheme": member.scheme,
        "programmes": " ".join(member.programmes),
        "starts_on": member.starts_on,
        "ends_on": member.ends_on,
    }


def digest(tools: Tools, content: bytes) -> str:
    """By which the same file is known again; without our key it tells nothing about what is in it."""
    return tools.sealer.index("roster", hashlib.sha256(content).hexdigest())


def sealed(tools: Tools, roster: int, content: bytes) -> bytes:
    packed = base64.b64encode(zlib.compress(content, 1)).decode()
    return tools.sealer.seal(packed, "roster_files", "content", roster)


async def add(db: Connection, roster: Mapping[str, Any], content: bytes) -> None:
    """A draft and its sealed file. `roster` holds the columns; id, branch, source, as_of, imported_at, state are needed."""
    await db.execute(insert(ROSTERS), [dict(roster)])
    await db.execute(insert(FILES), [{"roster": roster["id"], "content": content}])


async def content(db: Connection, tools: Tools, roster: int) -> bytes | None:
    """The file again; None if it is gone."""
    found = (await db.execute(select(FILES.c.content).where(FILES.c.roster == roster))).scalar()
    return None if found is None else zlib.decompress(base64.b64decode(tools.sealer.open(found, "roster_files", "content", roster)))


async def by_id(db: Connection, branch: str, roster: int) -> Roster | None:
    found = (await db.execute(select(ROSTERS).where(ROSTERS.c.id == roster, within(ROSTERS.c.branch, branch)))).first()
    return _roster(found) if found else None


async def find(db: Connection, branch: str, *, states: Sequence[str] = (), before: int = 0, most: int = 50) -> list[Roster]:
    """Newest first; one more than `most`, so that a caller sees whether there are more."""
    query = select(ROSTERS).where(within(ROSTERS.c.branch, branch))
    if states:
        query = query.where(ROSTERS.c.state.in_(states))
    if before:
        query = query.where(ROSTERS.c.id < before)
    return [_roster(row) for row in await db.execute(query.order_by(ROSTERS.c.id.desc()).limit(most + 1))]


async def twin(db: Connection, branch: str, digest: str) -> Roster | None:
    """The live roster of the branch that was made of the very same file."""
    same = ROSTERS.c.branch == branch, ROSTERS.c.digest == digest, ROSTERS.c.state == LIVE
    found = (await db.execute(select(ROSTERS).where(*same).order_by(ROSTERS.c.id.desc()).limit(1))).first()
    return _roster(found) if found else None


async def change(db: Connection, roster: int, version: int, **values: Any) -> None:
    """Change it if nobody did since `version`. Raises Stale."""
    for name in ("mapping", "report"):
        if name in values:
            values[name] = json.dumps(values[name], ensure_ascii=False, separators=(",", ":"))
    same = ROSTERS.c.id == roster, ROSTERS.c.version == version
    done = await db.execute(update(ROSTERS).where(*same).values(version=version + 1, **values))
    if not done.rowcount:
        raise Stale


async def beat(db: Connection, roster: int, version: int, done: int, now: datetime) -> None:
    """Whoever reads it is alive and has come so far. Raises Stale if it was taken over."""
    same = ROSTERS.c.id == roster, ROSTERS.c.version == version
    if not (await db.execute(update(ROSTERS).where(*same).values(done=done, beat_at=now))).rowcount:
        raise Stale


async def write(db: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Members of a roster that is not live yet: nobody sees them."""
    if rows:
        await db.execute(insert(MEMBERS), [dict(row) for row in rows])


async def clear(db: Connection, roster: int, most: int) -> int:
    """Take members of a roster that is not live away again, at most so many; how many went."""
    dead = select(MEMBERS.c.id).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster).where(MEMBERS.c.roster == roster, ROSTERS.c.state != LIVE)
    gone = await db.execute(delete(MEMBERS).where(MEMBERS.c.id.in_(dead.limit(most))))
    return gone.rowcount


async def drop_file(db: Connection, roster: int) -> None:
    await db.execute(delete(FILES).where(FILES.c.roster == roster))


async def sweep(db: Connection, now: datetime, most: int) -> int:
    """Lists that waited for a day are thrown away, and members of what was undone go; how many rows did."""
    late = ROSTERS.c.state.in_((*WAITING, *UNDER_WAY)), ROSTERS.c.imported_at < now - WAITS
    await db.execute(update(ROSTERS).where(*late).values(state=UNDONE, version=ROSTERS.c.version + 1))
    over = select(ROSTERS.c.id).where(ROSTERS.c.state == UNDONE)
    files = await db.execute(delete(FILES).where(FILES.c.roster.in_(over)))
    dead = select(MEMBERS.c.id).where(MEMBERS.c.roster.in_(over)).limit(most)
    return files.rowcount + (await db.execute(delete(MEMBERS).where(MEMBERS.c.id.in_(dead)))).rowcount


def _roster(row: Any) -> Roster:
    values = {name: getattr(row, name) for name in Roster.__slots__ if name not in ("mapping", "report")}
    return Roster(**values, mapping=json.loads(row.mapping), report=json.loads(row.report))
