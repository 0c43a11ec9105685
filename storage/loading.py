"""Loads a branch with its partners, links and members as one file describes them; loading it again changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select

from storage import occasions
from storage.branches import BRANCHES
from storage.changes import Tools
from storage.codes import check
from storage.coverage import MEMBERS, ROSTERS
from storage.partners import LINKS, PARTNERS
from storage.rosters import Member, member_row
from storage.writer import Connection


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid")


class BranchPart(_Part):
    id: str
    name: str
    zone: str
    opens: str
    closes: str


class PartnerPart(_Part):
    id: str
    kind: str
    name: str
    links: list[str] = []  # letters of the codes, without the check character


class MemberPart(_Part):
    name: str
    nik: str = Field(pattern=r"^\d{16}$")
    kpj: str = Field(pattern=r"^\d{11}$")
    born: date
    scheme: str
    programmes: list[str]
    starts_on: date
    ends_on: date


class RosterPart(_Part):
    source: str
    as_of: date
    member: list[MemberPart] = []


class OccasionPart(_Part):
    """A socialisation day; `link` are the letters of its code, without the check character."""

    partner: str
    name: str
    place: str
    starts_at: datetime
    ends_at: datetime
    link: str


class BranchFile(_Part):
    """What `examples/sidoarjo.toml` holds."""

    branch: BranchPart
    partner: list[PartnerPart] = []
    roster: RosterPart | None = None
    occasion: list[OccasionPart] = []


async def load_branch(db: Connection, tools: Tools, file: BranchFile, now: datetime) -> None:
    await _add_missing(db, BRANCHES, "id", [file.branch.model_dump()])
    partners = [{"id": partner.id, "branch": file.branch.id, "kind": partner.kind, "name": partner.name} for partner in file.partner]
    await _add_missing(db, PARTNERS, "id", partners)
    links = [
        {"code": letters + check(letters), "partner": partner.id, "created_at": now, "revoked_at": None}
        for partner in file.partner
        for letters in partner.links
    ]
    await _add_missing(db, LINKS, "code", links)
    for occasion in file.occasion:
        await _load_occasion(db, tools, file.branch.id, occasion, now)
    if file.roster:
        await _load_roster(db, tools, file.branch.id, file.roster, now)


async def _load_occasion(db: Connection, tools: Tools, branch: str, day: OccasionPart, now: datetime) -> None:
    code = day.link + check(day.link)
    if (await db.execute(select(LINKS.c.code).where(LINKS.c.code == code))).first():
        return
    kept = await occasions.add(db, tools, branch, day.partner, day.name, day.place, day.starts_at, day.ends_at)
    await db.execute(insert(LINKS), [{"code": code, "partner": day.partner, "label": day.name, "created_at": now, "occasion": kept}])


async def _load_roster(db: Connection, tools: Tools, branch: str, roster: RosterPart, now: datetime) -> None:
    known = select(ROSTERS.c.id).where(ROSTERS.c.branch == branch, ROSTERS.c.source == roster.source, ROSTERS.c.as_of == roster.as_of)
    if (await db.execute(known)).first():
        return
    roster_id = tools.new_id()
    await db.execute(
        insert(ROSTERS), [{"id": roster_id, "branch": branch, "source": roster.source, "as_of": roster.as_of, "imported_at": now}]
    )
    if roster.member:
        members = [Member(**member.model_dump(exclude={"programmes"}), programmes=tuple(member.programmes)) for member in roster.member]
        await db.execute(insert(MEMBERS), [member_row(tools, roster_id, member) for member in members])


async def _add_missing(db: Connection, table: Any, key: str, rows: list[dict[str, Any]]) -> None:
    there = set((await db.execute(select(table.c[key]))).scalars())
    if missing := [row for row in rows if row[key] not in there]:
        await db.execute(insert(table), missing)
