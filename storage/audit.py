"""Who did what: a row for each action of staff, in the action's own transaction, each sealed to the one before it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, Select, func, insert, or_, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.officers import OFFICERS
from storage.scope import within
from storage.sealing import Sealer
from storage.writer import Connection

HEAD = 1


class AuditRow(SQLModel, table=True):
    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_officer", "officer_id", "number"), Index("audit_by_subject", "subject", "number"))

    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))  # without a gap: a missing row is seen
    at: datetime = Field(sa_column=moment(nullable=False))
    branch: str = Field(index=True)
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None: the command line, or somebody not signed in
    action: str  # noun.verb: officer.disabled, interest.moved, roster.imported
    subject: str  # noun:id
    detail: str  # JSON of codes, counts, and before and after; personal fields as keyed hashes
    chain: str  # keyed hash of this row and the chain before it


class AuditHeadRow(SQLModel, table=True):
    """The newest row, so that rows cut off at the end are missed too. Locking it puts writers in a line."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    chain: str


AUDIT, AUDIT_HEAD = table_of(AuditRow), table_of(AuditHeadRow)


@dataclass(frozen=True, slots=True)
class Entry:
    """One action. `detail` holds codes, counts and what `changed` gives: never words or numbers of a person."""

    officer_id: int | None
    branch: str
    action: str
    subject: str
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """A row as it is shown. `officer` is the name of who did it."""

    number: int
    at: datetime
    branch: str
    officer_id: int | None
    officer: str | None
    action: str
    subject: str
    detail: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Checked:
    """How far the chain was walked, and the first row that does not fit, if one was met."""

    number: int
    chain: str
    broken_at: int | None = None


BEGINNING = Checked(0, "")


def changed(sealer: Sealer, before: Mapping[str, Any], after: Mapping[str, Any], personal: Sequence[str] = ()) -> dict[str, list[Any]]:
    """{field: [before, after]} of what differs; of personal fields only keyed hashes, so that erasing the person erases them here too."""

    def shown(name: str, value: Any) -> Any:
        return sealer.index(f"audit:{name}", str(value)) if name in personal and value is not None else value

    return {name: [shown(name, before.get(name)), shown(name, after[name])] for name in after if before.get(name) != after[name]}


async def record(db: Connection, tools: Tools, entry: Entry, now: datetime) -> int:
    """Add a row at the end of the chain; its number. Others who record wait until this transaction ends."""
    head = (await db.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD).with_for_update())).one()
    number, detail = head.number + 1, json.dumps(entry.detail, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    row = {
        "number": number,
        "at": now.astimezone(UTC),
        "branch": entry.branch,
        "officer_id": entry.officer_id,
        "action": entry.action,
        "subject": entry.subject,
        "detail": detail,
    }
    chain = _link(tools.sealer, head.chain, row)
    await db.execute(insert(AUDIT), [{**row, "chain": chain}])
    await db.execute(update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD).values(number=number, chain=chain))
    return int(number)


def _link(sealer: Sealer, before: str, row: Mapping[str, Any]) -> str:
    said = [row["number"], row["at"].isoformat(), row["branch"], row["officer_id"], row["action"], row["subject"], row["detail"]]
    return sealer.index("audit", json.dumps([before, *said], ensure_ascii=False))


async def check(db: Connection, tools: Tools, so_far: Checked = BEGINNING, most: int = 2000) -> tuple[Checked, bool]:
    """Walk the chain for at most so many rows; how far it got, and whether it is done."""
    rows = (await db.execute(select(AUDIT).where(AUDIT.c.number > so_far.number).order_by(AUDIT.c.number).limit(most))).all()
    number, chain = so_far.number, so_far.chain
    for row in rows:
        chain = _link(tools.sealer, chain, dict(row._mapping))
        if row.number != number + 1 or row.chain != chain:
            return Checked(number, chain, broken_at=number + 1), True
        number = row.number
    if len(rows) == most:
        return Checked(number, chain), False
    head = (await db.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD))).one()
    whole = (head.number, head.chain) == (number, chain)
    return Checked(number, chain, None if whole else number + 1), True


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: by whom (`words` of their name), what (`nouns` of the action: officer, interest), on what, when; older than `before`."""

    officer_id: int | None = None
    words: str = ""
    nouns: Sequence[str] = ()
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int = 0


async def find(db: Connection, branch: str, wanted: Wanted, most: int = 50) -> list[Recorded]:
    """Newest first; one more than `most`, so that a caller sees whether there are more."""
    query: Select[Any] = (
        select(AUDIT, OFFICERS.c.name.label("officer"))
        .outerjoin(OFFICERS, OFFICERS.c.id == AUDIT.c.officer_id)
        .where(within(AUDIT.c.branch, branch))
    )
    if wanted.officer_id is not None:
        query = query.where(AUDIT.c.officer_id == wanted.officer_id)
    if wanted.since:
        query = query.where(AUDIT.c.at >= wanted.since)
    if wanted.until:
        query = query.where(AUDIT.c.at < wanted.until)
    if wanted.words:
        query = query.where(func.lower(OFFICERS.c.name).contains(wanted.words.lower(), autoescape=True))
    if wanted.nouns:
        query = query.where(or_(*(AUDIT.c.action.startswith(f"{noun}.", autoescape=True) for noun in wanted.nouns)))
    if wanted.subject:
        query = query.where(AUDIT.c.subject == wanted.subject)
    if wanted.before:
        query = query.where(AUDIT.c.number < wanted.before)
    rows = await db.execute(query.order_by(AUDIT.c.number.desc()).limit(most + 1))
    return [
        Recorded(row.number, row.at, row.branch, row.officer_id, row.officer, row.action, row.subject, json.loads(row.detail))
        for row in rows
    ]


async def did(db: Connection, officer: int, action: str, subject: str, since: datetime) -> bool:
    """Whether the officer did this to this since then."""
    mine = AUDIT.c.subject == subject, AUDIT.c.officer_id == officer, AUDIT.c.action == action, AUDIT.c.at > since
    return (await db.execute(select(AUDIT.c.number).where(*mine).limit(1))).first() is not None
