"""Workers who asked to be called about joining. A person has one interest at a time; asking again tells its state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import BigInteger, Column, LargeBinary, select, update
from sqlmodel import Field, SQLModel

from storage import assignments
from storage.changes import Changes, table_of
from storage.codes import encode
from storage.contacts import moment
from storage.events import Events

REFERENCE = 6  # letters: a billion
STIR = 0x9E3779B97F4A7C15  # 2^64 divided by the golden ratio: neighbours land far apart (Knuth, TAOCP 6.4)
ENDED = ("registered", "not_now")
FIRST_CALL = timedelta(days=1)  # by when an officer should have contacted who is new


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
    phone_index: str | None = Field(default=None, index=True)
    phone_proven: bool = False  # it came with their own contact card
    version: int = 0  # grows with every change, so that a form made before it is refused
    due_on: date | None = None  # when the next step should be done
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # whose it is
    partner: str | None = None  # by whose link they came
    merged_into: int | None = Field(default=None, sa_column=Column(BigInteger))  # the same person's other interest, which goes on


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
    proven: bool = False  # the phone number came with their own contact card


class Interests:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def current(self) -> Interest | None:
        """The contact's latest interest, whatever its state; where they came twice, the one that goes on."""
        latest = select(INTERESTS).where(INTERESTS.c.contact_id == self._changes.contact.id).order_by(INTERESTS.c.id.desc()).limit(1)
        found = (await self._changes.read(latest)).first()
        if found is None:
            return None
        if found.merged_into:
            kept = (await self._changes.read(select(INTERESTS).where(INTERESTS.c.id == found.merged_into))).first()
            found = kept or found
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
            proven=found.phone_proven,
        )

    async def save(self, interest: Interest) -> str:
        """Keep a new interest, or the corrected one if one is still open; returns its reference number."""
        changes = self._changes
        mine = INTERESTS.c.contact_id == changes.contact.id, INTERESTS.c.state.not_in(ENDED), INTERESTS.c.merged_into.is_(None)
        columns = [INTERESTS.c[name] for name in ("id", "reference", "state", "version", "stage")]
        current = (await changes.read(select(*columns).where(*mine).order_by(INTERESTS.c.id.desc()))).first()
        row = current.id if current else changes.tools.new_id()
        values = self._values(row, interest)
        if current:
            # Who could not be reached and now says how, is called anew.
            if current.stage != interest.stage:
                Events(changes).add("stage", interest.stage)
            again = {"state": "new", "due_on": self._first_call()} if current.state == "unreachable" else {}
            changes.change(update(INTERESTS).where(INTERESTS.c.id == row).values(**values, **again, version=current.version + 1))
            return str(current.reference)
        reference = await self._reference(row)
        branch, partner = changes.contact.branch, await assignments.partner_of(changes, changes.contact.last_link)
        changes.add(
            INTERESTS,
            id=row,
            reference=reference,
            at=changes.now,
            contact_id=changes.contact.id,
            branch=branch,
            link=changes.contact.last_link,
            state="new",
            due_on=self._first_call(),
            partner=partner,
            officer_id=await assignments.officer_for(changes, branch, interest.destination, partner),
            **values,
        )
        return reference

    async def _reference(self, row: int) -> str:
        """A code that nobody has yet. Ids of one moment differ in few bits, so all of them are stirred into it."""
        while True:
            reference = encode((row * STIR % 2**64) >> 34, REFERENCE)
            if (await self._changes.read(select(INTERESTS.c.id).where(INTERESTS.c.reference == reference))).first() is None:
                return reference
            row += 1

    def _first_call(self) -> date:
        return (self._changes.now + FIRST_CALL).date()

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
            "phone_index": sealer.index("phone", interest.phone) if interest.phone else None,
            "phone_proven": interest.proven,
        }
