"""Campaigns: one message to many, in which state it is, and what became of it for each person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, insert, literal_column, select, text, update
from sqlmodel import Field, SQLModel

from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.scope import within
from storage.writer import Connection

DRAFT, APPROVED, PLANNING, SENDING, PAUSED, DONE, CANCELLED = "draft", "approved", "planning", "sending", "paused", "done", "cancelled"
STANDING = "standing"
QUESTION = "question"  # the edition of what is asked some time after a campaign
UNDER_WAY = (PLANNING, SENDING)
ENDED = (DONE, CANCELLED)


class CampaignRow(SQLModel, table=True):
    """draft -> approved -> planning -> sending -> done; paused and on again; cancelled. Any edit makes it a draft again.

    One that repeats is `standing` instead: each of its editions is a campaign of its own, whose `parent` it is.
    """

    __tablename__ = "campaigns"
    __table_args__ = (Index("campaigns_editions", "parent", "edition", unique=True),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)  # "*" is all of them
    name: str
    state: str
    version: int = 0  # grows with every change: an approval or a form made before it is refused
    content: str  # JSON of a storage.campaigns_file.CampaignFile
    author: str  # who signs in with this name wrote it
    approver: str | None = None
    changed_at: datetime = Field(sa_column=moment(nullable=False))
    approved_at: datetime | None = Field(default=None, sa_column=moment())
    started_at: datetime | None = Field(default=None, sa_column=moment())
    begins_at: datetime | None = Field(default=None, sa_column=moment())  # of its schedule, or when it was started
    expires_at: datetime | None = Field(default=None, sa_column=moment())
    planned_at: datetime | None = Field(default=None, sa_column=moment())  # when the last recipient was planned
    ended_at: datetime | None = Field(default=None, sa_column=moment())
    cursor: int = Field(default=0, sa_column=Column(BigInteger, nullable=False))  # contacts up to this id are planned
    paused_because: str | None = None
    parent: int | None = Field(default=None, sa_column=Column(BigInteger))
    edition: str | None = None  # of the parent: each happens once


class RecipientRow(SQLModel, table=True):
    """One person of a campaign: waiting -> handed (its delivery tells the rest), or skipped, cancelled, expired, each with a reason."""

    __tablename__ = "recipients"
    __table_args__ = (
        Index(
            "recipients_waiting",
            "campaign",
            "channel",
            "due",
            "contact_id",
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        {"sqlite_with_rowid": False},  # planned in the order of its key, so a row is one write at the end of one tree
    )

    campaign: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    state: str
    reason: str | None = None
    channel: str = ""
    due: int = Field(sa_column=Column(BigInteger, nullable=False))  # seconds since 1970: when it may go, then when it went
    delivery: int | None = Field(default=None, sa_column=Column(BigInteger))
    pressed: str | None = None  # the target of the first button they pressed


class ApproachRow(SQLModel, table=True):
    """When a person got our last four campaign messages, in seconds since 1970: by which nobody gets too many."""

    __tablename__ = "approaches"

    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    last: int = Field(sa_column=Column(BigInteger, nullable=False))
    second: int = Field(sa_column=Column(BigInteger, nullable=False))
    third: int = Field(sa_column=Column(BigInteger, nullable=False))
    fourth: int = Field(sa_column=Column(BigInteger, nullable=False))


CAMPAIGNS, RECIPIENTS, APPROACHES = table_of(CampaignRow), table_of(RecipientRow), table_of(ApproachRow)
# Written out, since an index over some states serves only a statement that names them.
WAITING: ColumnElement[str] = literal_column("'waiting'")


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign as it stands."""

    id: int
    branch: str
    name: str
    state: str
    version: int
    content: str
    author: str
    approver: str | None
    changed_at: datetime
    approved_at: datetime | None
    started_at: datetime | None
    begins_at: datetime | None
    expires_at: datetime | None
    planned_at: datetime | None
    ended_at: datetime | None
    cursor: int
    paused_because: str | None
    parent: int | None = None
    edition: str | None = None

    @property
    def subject(self) -> str:
        """By which the audit knows it."""
        return f"campaign:{self.id}"


class Stale(Exception):
    """Somebody changed the campaign meanwhile, or did the same already: look again."""


def key_of(campaign: int, contact: int) -> str:
    """Of its delivery: nobody can get one campaign twice."""
    return f"{prefix_of(campaign)}{contact}"


def prefix_of(campaign: int) -> str:
    """With which the keys of all its deliveries begin."""
    return f"c:{campaign}:"


def campaign_of(key: str) -> int | None:
    """Which campaign a delivery's key belongs to."""
    kind, _colon, rest = key.partition(":")
    number = rest.partition(":")[0]
    return int(number) if kind == "c" and number.isdecimal() else None


async def add(db: Connection, tools: Tools, branch: str, name: str, content: str, author: str, now: datetime) -> Campaign:
    id_ = tools.new_id()
    row = {"id": id_, "branch": branch, "name": name, "state": DRAFT, "version": 0, "content": content, "author": author}
    await db.execute(insert(CAMPAIGNS), [{**row, "changed_at": now, "cursor": 0}])
    found = await by_id(db, branch, id_)
    assert found
    return found


async def by_id(db: Connection, branch: str, campaign: int, *, lock: bool = False) -> Campaign | None:
    """None too for another branch's. `lock`: nobody else changes it before this transaction ends."""
    wanted = select(CAMPAIGNS).where(CAMPAIGNS.c.id == campaign, within(CAMPAIGNS.c.branch, branch))
    row = (await db.execute(wanted.with_for_update() if lock else wanted)).first()
    return Campaign(**row._mapping) if row else None


async def find(
    db: Connection, branch: str, *, states: Sequence[str] = (), name: str = "", before: int = 0, most: int = 50
) -> list[Campaign]:
    """Newest first; one more than `most`, so that a caller sees whether there are more."""
    wanted = select(CAMPAIGNS).where(within(CAMPAIGNS.c.branch, branch))
    if states:
        wanted = wanted.where(CAMPAIGNS.c.state.in_(states))
    if name:
        wanted = wanted.where(CAMPAIGNS.c.name == name, CAMPAIGNS.c.parent.is_(None))
    if before:
        wanted = wanted.where(CAMPAIGNS.c.id < before)
    rows = await db.execute(wanted.order_by(CAMPAIGNS.c.id.desc()).limit(most + 1))
    return [Campaign(**row._mapping) for row in rows]


async def editions(db: Connection, parent: int, states: Sequence[str] = (), most: int = 100) -> list[Campaign]:
    """The campaigns that a standing one made, newest first."""
    wanted = select(CAMPAIGNS).where(CAMPAIGNS.c.parent == parent)
    if states:
        wanted = wanted.where(CAMPAIGNS.c.state.in_(states))
    return [Campaign(**row._mapping) for row in await db.execute(wanted.order_by(CAMPAIGNS.c.id.desc()).limit(most))]


async def ended(db: Connection, since: datetime) -> list[Campaign]:
    """Those that came to their end since then, oldest first."""
    wanted = select(CAMPAIGNS).where(CAMPAIGNS.c.state == DONE, CAMPAIGNS.c.ended_at >= since)
    return [Campaign(**row._mapping) for row in await db.execute(wanted.order_by(CAMPAIGNS.c.id))]


async def cancelled(db: Connection, since: datetime) -> list[int]:
    wanted = select(CAMPAIGNS.c.id).where(CAMPAIGNS.c.state == CANCELLED, CAMPAIGNS.c.ended_at >= since)
    return list((await db.execute(wanted)).scalars())


async def change(db: Connection, campaign: Campaign, **values: Any) -> None:
    """Change it, if it is still what we saw. Raises Stale."""
    same = CAMPAIGNS.c.id == campaign.id, CAMPAIGNS.c.version == campaign.version, CAMPAIGNS.c.state == campaign.state
    done = await db.execute(update(CAMPAIGNS).where(*same).values(version=campaign.version + 1, **values))
    if not done.rowcount:
        raise Stale
