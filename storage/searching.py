"""Who is meant by what an officer types: a reference, a number found by its keyed index, or a name that a worker left."""

from __future__ import annotations

from sqlalchemy import func, or_, select

from storage.changes import Tools, table_of
from storage.codes import read
from storage.contacts import AddressRow
from storage.identities import phone_indexes
from storage.interests import INTERESTS
from storage.scope import within
from storage.writer import Connection

ADDRESSES = table_of(AddressRow)
NIK = 16  # digits
MOST = 500  # people; who finds more types more


async def by_words(db: Connection, branch: str, typed: str) -> list[int]:
    """A reference, or a part of a name."""
    if (code := read(typed)) and (found := await _by_reference(db, branch, code)):
        return found
    named = func.lower(INTERESTS.c.name).contains(typed.lower(), autoescape=True)
    rows = await db.execute(select(INTERESTS.c.contact_id).where(within(INTERESTS.c.branch, branch), named).distinct().limit(MOST))
    return list(rows.scalars())


async def _by_reference(db: Connection, branch: str, code: str) -> list[int]:
    mine = INTERESTS.c.reference == code, within(INTERESTS.c.branch, branch)
    return list((await db.execute(select(INTERESTS.c.contact_id).where(*mine))).scalars())


async def by_number(db: Connection, tools: Tools, branch: str, digits: str) -> list[int]:
    """As a telephone number, with or without the country's code; as a number on Telegram; as a NIK."""
    international = f"62{digits[1:]}" if digits.startswith("0") else digits
    phones = phone_indexes(tools, "whatsapp", international)
    ids = [*phones, *tools.sealer.indexes("address", f"telegram:{digits}")]
    at = select(ADDRESSES.c.contact_id).where(or_(ADDRESSES.c.id.in_(ids), ADDRESSES.c.phone_index.in_(phones)))
    found = list((await db.execute(at)).scalars())
    if len(digits) == NIK:
        nik = INTERESTS.c.nik_index.in_(tools.sealer.indexes("nik", digits)), within(INTERESTS.c.branch, branch)
        found += (await db.execute(select(INTERESTS.c.contact_id).where(*nik))).scalars()
    return list(dict.fromkeys(found))
