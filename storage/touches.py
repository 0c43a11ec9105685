"""Arrivals by a link: whose it was, for which campaign and occasion, and what became of a code that leads nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.codes import read
from storage.contacts import moment
from storage.partners import LINKS, PARTNERS

CAME = "came"  # the outcome of a code that holds; of others: misspelt, unknown, revoked, expired


class TouchRow(SQLModel, table=True):
    __tablename__ = "touches"
    __table_args__ = (
        Index("touches_by_partner", "partner", "outcome", "at"),
        Index("touches_by_contact", "contact_id"),
        Index("touches_by_occasion", "occasion", "at"),
        Index("touches_by_branch", "branch", "at"),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None once the person was erased
    branch: str  # the partner's; where there is none, the worker's
    channel: str
    outcome: str
    code: str = ""  # only of a link that is or was ours: what else somebody typed is not kept
    partner: str | None = None
    campaign: int | None = Field(default=None, sa_column=Column(BigInteger))
    occasion: int | None = Field(default=None, sa_column=Column(BigInteger))
    is_first: bool = False


TOUCHES = table_of(TouchRow)
FIND = select(
    LINKS.c.code, LINKS.c.partner, LINKS.c.revoked_at, LINKS.c.expires_at, LINKS.c.campaign, LINKS.c.occasion, PARTNERS.c.branch
).join(PARTNERS, PARTNERS.c.id == LINKS.c.partner)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a code led to."""

    outcome: str
    code: str = ""
    partner: str | None = None
    branch: str | None = None
    campaign: int | None = None
    occasion: int | None = None


class Touches:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def find(self, typed: str) -> Arrival:
        code = read(typed)
        if code is None:
            return Arrival("misspelt")
        row = (await self._changes.read(FIND.where(LINKS.c.code == code))).first()
        if row is None:
            return Arrival("unknown")
        revoked, expired = row.revoked_at is not None, row.expires_at is not None and row.expires_at <= self._changes.now
        outcome = "revoked" if revoked else "expired" if expired else CAME
        return Arrival(outcome, row.code, row.partner, row.branch, row.campaign, row.occasion)

    def add(self, arrival: Arrival, channel: str) -> None:
        """Count it. A code that holds is kept as the contact's last, and as the first if there was none."""
        changes, contact = self._changes, self._changes.contact
        came = arrival.outcome == CAME
        changes.add(
            TOUCHES,
            id=changes.tools.new_id(),
            at=changes.now,
            contact_id=contact.id,
            branch=arrival.branch or contact.branch,
            channel=channel,
            outcome=arrival.outcome,
            code=arrival.code,
            partner=arrival.partner,
            campaign=arrival.campaign,
            occasion=arrival.occasion,
            is_first=came and contact.first_link is None,
        )
        if came:
            contact.first_link = contact.first_link or arrival.code
            contact.last_link = arrival.code
