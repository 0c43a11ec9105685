"""Several chats of one person: a code that only one of them saw, typed in another, makes them one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Column, delete, insert, select
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.codes import LETTERS, check, read
from storage.contacts import AddressRow, moment
from storage.writer import Connection

LENGTH = 8  # letters: a trillion codes, of which a few are open for a short time
LIVES = timedelta(minutes=15)
CODE = "join"  # what its index is of
TO_OURS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", LETTERS)  # both alphabets have 32 letters


class JoinCodeRow(SQLModel, table=True):
    __tablename__ = "join_codes"

    id: str = Field(primary_key=True)  # keyed hash of the code
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False, index=True))
    until: datetime = Field(sa_column=moment(nullable=False))


CODES, ADDRESSES = table_of(JoinCodeRow), table_of(AddressRow)


@dataclass(frozen=True, slots=True)
class Other:
    """Who gave out a code: another contact, by the channels it writes on."""

    contact: int
    channels: tuple[str, ...]


async def new_code(db: Connection, tools: Tools, contact: int, now: datetime) -> str:
    """A code for a person; those before it are worth nothing any more. Without our key nobody can tell the next."""
    secret = tools.sealer.index("join code", f"{contact}:{tools.new_id()}").translate(TO_OURS)[:LENGTH]
    code = secret + check(secret)
    await db.execute(delete(CODES).where((CODES.c.contact_id == contact) | (CODES.c.until <= now)))
    await db.execute(insert(CODES), [{"id": tools.sealer.index(CODE, code), "contact_id": contact, "until": now + LIVES}])
    return code


class Joins:
    """What a turn may do: give out a code for its contact, and make somebody else's chats the contact's own."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def offer(self) -> str:
        changes = self._changes
        return await new_code(changes.db, changes.tools, changes.contact.id, changes.now)

    async def find(self, typed: str) -> Other | None:
        """Whose open code it is; None for one that is unknown, over, misspelt or the contact's own."""
        changes, code = self._changes, read(typed)
        if code is None or len(code) != LENGTH + 1:
            return None
        query = select(CODES.c.contact_id).where(CODES.c.id.in_(changes.tools.sealer.indexes(CODE, code)), CODES.c.until > changes.now)
        contact = (await changes.read(query)).scalar()
        if contact is None or contact == changes.contact.id:
            return None
        channels = await changes.read(select(ADDRESSES.c.channel).where(ADDRESSES.c.contact_id == contact).distinct())
        return Other(contact, tuple(sorted(channels.scalars())))

    def join(self, other: Other) -> None:
        """Both are one from the end of this turn on. The code is spent."""
        self._changes.change(delete(CODES).where(CODES.c.contact_id == other.contact))
        self._changes.merges.append(other.contact)
