"""Workers who asked to be called about joining. A person has one interest at a time; asking again tells its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary, select, update
from sqlmodel import Field, SQLModel

from storage.changes import Changes, table_of
from storage.codes import encode
from storage.contacts import moment

REFERENCE = 6  # letters: a billion, so two people never share one by chance before the unique key says so
ENDED = ("registered", "not_now")


class InterestRow(SQLModel, table=True):
    __tablename__ = "interests"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    reference: str = Field(unique=True)
    at: datetime = Field(sa_column=moment(nullable=False))
    changed_at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    branch: str = Field(index=True)
    link: str | None = None
    state: str = "new"  # contacted, document, registered, not_now, unreachable
    name: str
    stage: str  # preparing, abroad, home
    destination: str | None = None  # ISO country code
    agency: str | None = None  # as typed; None if independent
    months: int | None = None
    reach: str = "here"  # here (this chat), call, whatsapp
    when: str | None = None  # morning, afternoon, evening, any
    phone: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # sealed
    nik: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # sealed
    nik_index: str | None = Field(default=None, index=True)


INTERESTS = table_of(InterestRow)


@dataclass(frozen=True, slots=True)
class Interest:
    """What a worker left with us, readable. `months` is the length of the contract."""

    reference: str
    state: str
    name: str
    stage: str
    at: datetime | None = None
    destination: str | None = None
    agency: str | None = None
    months: int | None = None
    reach: str = "here"
    when: str | None = None
    phone: str | None = None
    nik: str | None = None


class Interests:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def current(self) -> Interest | None:
        """The contact's latest interest, whatever its state."""
        found = (
            await self._changes.read(
                select(INTERESTS).where(INTERESTS.c.contact_id == self._changes.contact.id).order_by(INTERESTS.c.id.desc()).limit(1)
            )
        ).first()
        if found is None:
            return None
        opened = {
            column: sealer.open(sealed, "interests", column, found.id) if (sealed := getattr(found, column)) else None
            for sealer in (self._changes.tools.sealer,)
            for column in ("phone", "nik")
        }
        return Interest(
            found.reference,
            found.state,
            found.name,
            found.stage,
            found.at,
            found.destination,
            found.agency,
            found.months,
            found.reach,
            found.when,
            **opened,
        )

    async def save(self, interest: Interest) -> str:
        """Keep a new interest, or the corrected one if one is still open; returns its reference number."""
        changes = self._changes
        current = (
            await changes.read(
                select(INTERESTS.c.id, INTERESTS.c.reference).where(
                    INTERESTS.c.contact_id == changes.contact.id, INTERESTS.c.state.not_in(ENDED)
                )
            )
        ).first()
        row = current.id if current else changes.tools.new_id()
        values = self._values(row, interest)
        if current:
            changes.change(update(INTERESTS).where(INTERESTS.c.id == row).values(**values))
            return str(current.reference)
        reference = encode(row, REFERENCE)
        changes.add(
            INTERESTS,
            id=row,
            reference=reference,
            at=changes.now,
            contact_id=changes.contact.id,
            branch=changes.contact.branch,
            link=changes.contact.last_link,
            state="new",
            **values,
        )
        return reference

    def _values(self, row: int, interest: Interest) -> dict[str, object]:
        sealer = self._changes.tools.sealer
        return {
            "changed_at": self._changes.now,
            "name": interest.name,
            "stage": interest.stage,
            "destination": interest.destination,
            "agency": interest.agency,
            "months": interest.months,
            "reach": interest.reach,
            "when": interest.when,
            "phone": sealer.seal(interest.phone, "interests", "phone", row) if interest.phone else None,
            "nik": sealer.seal(interest.nik, "interests", "nik", row) if interest.nik else None,
            "nik_index": sealer.index("nik", interest.nik) if interest.nik else None,
        }
