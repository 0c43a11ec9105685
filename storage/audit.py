"""Who did what: a row for each action of staff, in the action's own transaction, each sealed to the one before it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Select, func, insert, or_, select, update

from storage import audit_signing
from storage.audit_signing import Signature
from storage.audit_table import AUDIT, AUDIT_HEAD, fields
from storage.changes import Tools
from storage.officers import OFFICERS
from storage.scope import within
from storage.sealing import Sealer
from storage.writer import Connection

HEAD = 1


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
    digest: str = ""  # what a signature is compared with
    unproven: int = 0  # the first row that only a signature speaks for
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
    chain = tools.sealer.index("audit", _said(head.chain, row))
    await db.execute(insert(AUDIT), [{**row, "chain": chain}])
    await db.execute(update(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD).values(number=number, chain=chain))
    return int(number)


def _said(before: str, row: Mapping[str, Any]) -> str:
    return json.dumps([before, *fields(row)], ensure_ascii=False)


async def check(db: Connection, tools: Tools, so_far: Checked = BEGINNING, most: int = 2000) -> tuple[Checked, bool]:
    """Walk the chain for at most so many rows; how far it got, and whether it is done.

    A row that was chained with a key that is gone must be spoken for by the signature of one that is given.
    """
    rows = (await db.execute(select(AUDIT).where(AUDIT.c.number > so_far.number).order_by(AUDIT.c.number).limit(most))).all()
    signed = await audit_signing.best(db, tools)
    here = so_far
    for row in rows:
        here = _step(tools, signed, here, dict(row._mapping))
        if here.broken_at:
            return here, True
    if len(rows) == most:
        return here, False
    head = (await db.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD))).one()
    whole = (head.number, head.chain) == (here.number, here.chain) and (signed is None or signed.number <= here.number)
    return here if whole else replace(here, broken_at=here.number + 1), True


def _step(tools: Tools, signed: Signature | None, here: Checked, row: Mapping[str, Any]) -> Checked:
    fits = row["chain"] in tools.sealer.indexes("audit", _said(here.chain, row))
    if row["number"] != here.number + 1 or not (fits or (signed and row["number"] <= signed.number)):
        return replace(here, broken_at=here.number + 1)
    unproven = here.unproven or (0 if fits else row["number"])
    if signed is None or row["number"] > signed.number:
        return Checked(row["number"], row["chain"], here.digest, unproven)
    digest = audit_signing.sign(tools.sealer, signed.key, here.digest, row)
    if row["number"] == signed.number and digest != signed.digest:
        return replace(here, broken_at=unproven or row["number"])
    return Checked(row["number"], row["chain"], digest, unproven)


async def head(db: Connection) -> tuple[int, str]:
    """The newest row's number and chain."""
    row = (await db.execute(select(AUDIT_HEAD).where(AUDIT_HEAD.c.id == HEAD))).one()
    return int(row.number), str(row.chain)


async def chains(db: Connection, numbers: Sequence[int]) -> dict[int, str]:
    """{number: chain} of those of these rows that are there."""
    found: dict[int, str] = {}
    for start in range(0, len(numbers), 500):
        rows = await db.execute(select(AUDIT.c.number, AUDIT.c.chain).where(AUDIT.c.number.in_(numbers[start : start + 500])))
        found |= {row.number: row.chain for row in rows}
    return found


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows: by whom (`words` of their name), what (`nouns` of the action: officer, interest), on what, when; older than `before`."""

    officer_id: int | None = None
    words: str = ""
    nouns: Sequence[str] = ()
    subject: str = ""
    subjects: Sequence[str] = ()  # any of these
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
    if wanted.subjects:
        query = query.where(AUDIT.c.subject.in_(wanted.subjects))
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
