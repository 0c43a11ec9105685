"""Who waits for a person: an emergency, a wish to talk to an officer, a case the bot cannot settle."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import BigInteger, Column, ColumnElement, Index, LargeBinary, bindparam, literal_column, select, text, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.contacts import moment


class RequestRow(SQLModel, table=True):
    __tablename__ = "requests"
    __table_args__ = (
        Index("requests_open", "branch", "state", "urgent", "at"),
        Index("requests_by_contact", "contact_id", "state"),
        Index(
            "requests_waiting",
            "branch",
            "urgent",
            "at",
            postgresql_where=text("state <> 'closed'"),
            sqlite_where=text("state <> 'closed'"),
        ),
        Index(
            "requests_answered",
            "branch",
            "answered_at",
            postgresql_where=text("answered_at IS NOT NULL"),
            sqlite_where=text("answered_at IS NOT NULL"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    branch: str
    reason: str  # emergency, human, number_not_found, too_many_tries, correction, ...
    urgent: bool = False
    state: str = "open"  # read, closed
    country: str | None = None
    place: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # latitude and longitude, sealed
    read_at: datetime | None = Field(default=None, sa_column=moment())
    answered_at: datetime | None = Field(default=None, sa_column=moment())  # when an officer first wrote, or closed it
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # who read it first


REQUESTS = table_of(RequestRow)
# Written out, since an index over some states serves only a statement that names them.
WAITING: ColumnElement[bool] = REQUESTS.c.state != literal_column("'closed'")
LATELY, ENOUGH = 50, 5  # answers that make "usually"
_ANSWERED = (
    select(REQUESTS.c.at, REQUESTS.c.answered_at)
    .where(REQUESTS.c.branch == bindparam("branch_"), REQUESTS.c.answered_at.is_not(None))
    .order_by(REQUESTS.c.answered_at.desc())
    .limit(LATELY)
)


@dataclass(frozen=True, slots=True)
class Request:
    id: int
    at: datetime
    reason: str
    state: str
    country: str | None = None


class Requests:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def waiting(self, reason: str) -> Request | None:
        """The contact's request of this kind that nobody has closed yet."""
        contact = self._changes.contact
        found = (
            await self._changes.read(
                select(REQUESTS).where(REQUESTS.c.contact_id == contact.id, REQUESTS.c.state != "closed", REQUESTS.c.reason == reason)
            )
        ).first()
        return Request(found.id, found.at, found.reason, found.state, found.country) if found else None

    async def open(self, reason: str, *, urgent: bool = False) -> bool:
        """Ask for a person; True if this is a new request, False if one of this kind is already waiting."""
        if await self.waiting(reason):
            return False
        changes = self._changes
        changes.add(
            REQUESTS,
            id=changes.tools.new_id(),
            at=changes.now,
            contact_id=changes.contact.id,
            branch=changes.contact.branch,
            reason=reason,
            urgent=urgent,
            state="open",
            country=changes.contact.country,
        )
        return True

    async def usual(self) -> timedelta | None:
        """How long an answer of the contact's branch took lately; None where there were too few to say."""
        rows = await self._changes.read(_ANSWERED, {"branch_": self._changes.contact.branch})
        took = [(row.answered_at - row.at).total_seconds() for row in rows]
        return timedelta(seconds=median(took)) if len(took) >= ENOUGH else None

    async def locate(self, country: str | None = None, place: tuple[float, float] | None = None) -> None:
        """Add to the waiting emergency where the worker is."""
        waiting = await self.waiting("emergency")
        if waiting is None:
            return
        values: dict[str, object] = {}
        if country:
            values["country"] = country
        if place:
            values["place"] = self._changes.tools.sealer.seal(f"{place[0]},{place[1]}", "requests", "place", waiting.id)
        if values:
            self._changes.change(update(REQUESTS).where(REQUESTS.c.id == waiting.id).values(**values))
