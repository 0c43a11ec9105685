"""What missions ask for, as officers found out: a change is proposed with its source and holds once a second officer approved it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, delete, insert, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.contacts import moment
from storage.officers import OFFICERS
from storage.stale import Stale
from storage.writer import Connection

REQUIRED = ("yes", "no", "partly", "unknown")
PROPOSED, HOLDS, REFUSED, REPLACED = "proposed", "holds", "refused", "replaced"


class MissionFindingRow(SQLModel, table=True):
    """What somebody found out about one mission. A mission is the same for all branches, so this belongs to none."""

    __tablename__ = "mission_findings"
    __table_args__ = (Index("mission_findings_by_mission", "mission", "state"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    mission: str  # as in facts/missions.toml
    required: str  # yes, no, partly, unknown
    required_for: str = ""  # extension, g2g_departure, registers, other; "" if not known
    advice: str = ""  # what a worker should do there
    hotline: str = ""
    source: str
    since: date | None = None
    checked_on: date
    state: str = PROPOSED
    at: datetime = Field(sa_column=moment(nullable=False))
    officer_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    judged_by: int | None = Field(default=None, sa_column=Column(BigInteger))
    judged_at: datetime | None = Field(default=None, sa_column=moment())


class MissionReportRow(SQLModel, table=True):
    """A worker's word: the mission did or did not ask for membership. One for each person and mission; the newest counts."""

    __tablename__ = "mission_reports"
    __table_args__ = (
        Index("mission_reports_once", "contact_id", "mission", unique=True),
        Index("mission_reports_by_mission", "mission", "branch"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None once the person was erased
    branch: str
    mission: str
    asked: bool


FINDINGS, REPORTS = table_of(MissionFindingRow), table_of(MissionReportRow)


@dataclass(frozen=True, slots=True)
class Finding:
    """`officer` and `judge` are names."""

    id: int
    mission: str
    required: str
    required_for: str
    advice: str
    hotline: str
    source: str
    since: date | None
    checked_on: date
    state: str
    at: datetime
    officer_id: int
    officer: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """What an officer typed into the form."""

    mission: str
    required: str
    source: str
    checked_on: date
    required_for: str = ""
    advice: str = ""
    hotline: str = ""
    since: date | None = None


class OwnProposal(Exception):
    """Somebody wants to approve what they proposed themselves."""


async def findings(db: Connection, *states: str) -> list[Finding]:
    """Newest first."""
    columns: list[Any] = [FINDINGS.c[name] for name in Finding.__slots__ if name != "officer"]
    rows = await db.execute(
        select(*columns, OFFICERS.c.name.label("officer"))
        .outerjoin(OFFICERS, OFFICERS.c.id == FINDINGS.c.officer_id)
        .where(FINDINGS.c.state.in_(states))
        .order_by(FINDINGS.c.id.desc())
    )
    return [Finding(**row._mapping) for row in rows]


async def propose(db: Connection, tools: Tools, officer: int, found: Found, now: datetime) -> int:
    id_ = tools.new_id()
    values = {name: getattr(found, name) for name in Found.__slots__}
    await db.execute(insert(FINDINGS), [{**values, "id": id_, "state": PROPOSED, "at": now, "officer_id": officer}])
    return id_


async def judge(db: Connection, finding: int, officer: int, now: datetime, *, holds: bool) -> Finding:
    """Approve or refuse what somebody else proposed. What held before is replaced. Raises Stale or OwnProposal."""
    waiting = [one for one in await findings(db, PROPOSED) if one.id == finding]
    if not waiting:
        raise Stale
    if waiting[0].officer_id == officer:
        raise OwnProposal
    if holds:
        before = FINDINGS.c.mission == waiting[0].mission, FINDINGS.c.state == HOLDS
        await db.execute(update(FINDINGS).where(*before).values(state=REPLACED))
    still = FINDINGS.c.id == finding, FINDINGS.c.state == PROPOSED
    values = {"state": HOLDS if holds else REFUSED, "judged_by": officer, "judged_at": now}
    if not (await db.execute(update(FINDINGS).where(*still).values(**values))).rowcount:
        raise Stale
    return waiting[0]


class MissionReports:
    """What a turn may do: keep the worker's own word, once for each mission."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def said(self, mission: str) -> bool | None:
        """Whether the contact said that it asked; None if they said nothing yet."""
        row = (await self._changes.read(select(REPORTS.c.asked).where(*self._mine(mission)))).first()
        return bool(row.asked) if row else None

    async def found(self, missions: Collection[str]) -> list[Finding]:
        """What officers found out and a second one approved, of these missions."""
        holding = FINDINGS.c.mission.in_(missions), FINDINGS.c.state == HOLDS
        columns: list[Any] = [FINDINGS.c[name] for name in Finding.__slots__ if name != "officer"]
        rows = await self._changes.read(select(*columns).where(*holding).order_by(FINDINGS.c.mission))
        return [Finding(**row._mapping, officer=None) for row in rows]

    async def say(self, mission: str, *, asked: bool) -> None:
        """The newest word counts."""
        changes = self._changes
        if await self.said(mission) is None:
            contact = changes.contact
            changes.add(
                REPORTS,
                id=changes.tools.new_id(),
                at=changes.now,
                contact_id=contact.id,
                branch=contact.branch,
                mission=mission,
                asked=asked,
            )
        else:
            changes.change(update(REPORTS).where(*self._mine(mission)).values(asked=asked, at=changes.now))

    def _mine(self, mission: str) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
        return REPORTS.c.contact_id == self._changes.contact.id, REPORTS.c.mission == mission


async def rename(db: Connection, gone: int, kept: int) -> None:
    """Two who became one have one word about each mission: that of the one who is kept."""
    theirs = select(REPORTS.c.mission).where(REPORTS.c.contact_id == kept)
    await db.execute(delete(REPORTS).where(REPORTS.c.contact_id == gone, REPORTS.c.mission.in_(theirs)))
    await db.execute(update(REPORTS).where(REPORTS.c.contact_id == gone).values(contact_id=kept))
