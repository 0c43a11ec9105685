"""People of the demo branch: made without a channel that could send to them, and doing things at any moment through the real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from sqlalchemy import func, insert, select, update

from storage import campaigns, following
from storage.campaigns import DONE, RECIPIENTS
from storage.campaigns_file import read
from storage.changes import Changes, Tools, table_of, write
from storage.contacts import CHANGEABLE, AddressRow, Contact, ContactRow
from storage.conversations import ConversationRow
from storage.events import note
from storage.interests import INTERESTS
from storage.partners import LINKS, PARTNERS
from storage.requests import REQUESTS
from storage.store import Store
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
CHANNEL = "webchat"  # whose pages are fetched by who looks at them: nobody ever fetches these


async def how_many(db: Connection) -> int:
    """People in the database, real or not."""
    return int((await db.execute(select(func.count()).select_from(CONTACTS))).scalar_one())


async def codes(db: Connection, branch: str) -> list[str]:
    """Of the branch's links that hold, in order."""
    mine = PARTNERS.c.branch == branch, LINKS.c.revoked_at.is_(None)
    found = select(LINKS.c.code).join(PARTNERS, PARTNERS.c.id == LINKS.c.partner).where(*mine).order_by(LINKS.c.code)
    return list((await db.execute(found)).scalars())


async def arrive(db: Connection, tools: Tools, branch: str, external: str, at: datetime) -> Contact:
    """Somebody new, of whom nothing is known yet."""
    contact = Contact(tools.new_id(), branch)
    address = tools.sealer.index("address", f"{CHANNEL}:{external}")
    sealed = tools.sealer.seal(external, "addresses", "external", address)
    await db.execute(insert(CONTACTS), [{"id": contact.id, "created_at": at, "branch": branch, "language": "id"}])
    row = {"id": address, "contact_id": contact.id, "channel": CHANNEL, "external": sealed, "created_at": at, "unreachable": "demo"}
    await db.execute(insert(ADDRESSES), [row])
    await db.execute(insert(CONVERSATIONS), [{"contact_id": contact.id, "seen_at": at, "branch": branch}])
    return contact


@asynccontextmanager
async def turn(db: Connection, tools: Tools, contact: Contact, at: datetime) -> AsyncIterator[Store]:
    """What a turn of this contact at this moment would write, through the same store."""
    changes = Changes(db, tools, contact, at)
    yield Store(changes)
    kept = {name: getattr(contact, name) for name in CHANGEABLE}
    await write(db, changes.inserts, [*changes.statements, update(CONTACTS).where(CONTACTS.c.id == contact.id).values(**kept)])
    await db.execute(update(CONVERSATIONS).where(CONVERSATIONS.c.contact_id == contact.id).values(seen_at=at))


async def answered(db: Connection, contact: Contact, at: datetime) -> None:
    """An officer answered what they asked for."""
    waits = REQUESTS.c.contact_id == contact.id, REQUESTS.c.answered_at.is_(None)
    await db.execute(update(REQUESTS).where(*waits).values(state="closed", read_at=at, answered_at=at))


async def moved(db: Connection, tools: Tools, contact: Contact, state: str, at: datetime) -> None:
    """An officer moved their interest on."""
    row = (await db.execute(select(INTERESTS.c.id, INTERESTS.c.version).where(INTERESTS.c.contact_id == contact.id))).one()
    await following.change(db, row.id, row.version, at, state=state)
    await note(db, tools, contact.id, contact.branch, "moved", state, at)


async def campaign(
    db: Connection, tools: Tools, branch: str, name: str, got: Sequence[Contact], held: Sequence[Contact], at: datetime
) -> None:
    """One that went to these and not to those, as it stands when all is over."""
    content = read(f'name = "{name}"\n[text]\nid = "Contoh"\nen = "Example"\n').model_dump_json()
    made = await campaigns.add(db, tools, branch, name, content, "demo", at)
    await campaigns.change(db, made, state=DONE, started_at=at, begins_at=at, planned_at=at, ended_at=at)
    due = int(at.timestamp())
    common = {"campaign": made.id, "channel": CHANNEL, "due": due}
    rows = [{**common, "contact_id": one.id, "state": "sent", "reason": None, "delivery": one.id} for one in got]
    rows += [{**common, "contact_id": one.id, "state": "skipped", "reason": "hold_out", "delivery": None} for one in held]
    await db.execute(insert(RECIPIENTS), rows)
