"""Links of a campaign on our own host: each recipient's is their own, so that we know who opened it and nobody can guess another."""

from __future__ import annotations

import hmac
import json
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, update

from storage.campaigns import Campaign, by_id, campaign_of
from storage.campaigns_file import load
from storage.changes import Tools, table_of
from storage.contacts import ContactRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.sealing import Sealer
from storage.writer import Connection

CONTACTS = table_of(ContactRow)
LIVES = timedelta(days=30)  # after the campaign's end; then the address leads nowhere
PROOF = 16  # characters of 5 bits: nobody guesses one of 2^80
TOKEN = re.compile(rf"([1-9a-f][0-9a-f]{{0,15}})([0-2])([a-z2-7]{{{PROOF}}})")
ARRIVED_BY_THEN = ("in_flight", "in_doubt", "sent", "delivered")
OPENED = "click"  # the kind of its event


@dataclass(frozen=True, slots=True)
class Opened:
    """Where an address of ours leads, for which delivery of which campaign."""

    link: str
    delivery: int
    contact: int
    campaign: Campaign
    button: int


def token(sealer: Sealer, delivery: int, button: int) -> str:
    """What stands in the address: the number of a delivery, which tells nothing of a person, and the proof that we gave it out."""
    return f"{delivery:x}{button}{_proof(sealer.index('link', f'{delivery}:{button}'))}"


def _proof(index: str) -> str:
    return index.lower()[:PROOF]


async def resolve(db: Connection, tools: Tools, said: str, now: datetime) -> Opened | None:
    """None for what we never gave out, what expired, and what belonged to somebody who was erased."""
    found = TOKEN.fullmatch(said)
    if found is None:
        return None
    delivery, button, proof = int(found[1], 16), int(found[2]), found[3]
    ours = [_proof(index) for index in tools.sealer.indexes("link", f"{delivery}:{button}")]
    if delivery >= 2**63 or not any(hmac.compare_digest(one, proof) for one in ours):
        return None
    row = (await db.execute(select(DELIVERIES.c.key, DELIVERIES.c.contact_id).where(DELIVERIES.c.id == delivery))).first()
    number = campaign_of(row.key) if row else None
    campaign = await by_id(db, "*", number) if number is not None else None
    if row is None or campaign is None or campaign.expires_at is None or now > campaign.expires_at + LIVES:
        return None
    buttons = load(campaign.content).button
    link = buttons[button].link if button < len(buttons) else ""
    return Opened(link, delivery, row.contact_id, campaign, button) if link else None


async def count(db: Connection, tools: Tools, opened: Opened, now: datetime) -> bool:
    """They opened it, so it has arrived; an event for the first time. Whether it was the first."""
    arrived = DELIVERIES.c.id == opened.delivery, DELIVERIES.c.state.in_(ARRIVED_BY_THEN)
    await db.execute(update(DELIVERIES).where(*arrived).values(state="read", done_at=now))
    # Locked, so that two taps at once are counted as one.
    person = select(CONTACTS.c.branch).where(CONTACTS.c.id == opened.contact).with_for_update()
    branch = (await db.execute(person)).scalar()
    mine = EVENTS.c.contact_id == opened.contact, EVENTS.c.kind == OPENED, EVENTS.c.subject == opened.campaign.subject
    if branch is None or (await db.execute(select(EVENTS.c.id).where(*mine).limit(1))).first():
        return False
    row = {"id": tools.new_id(), "at": now, "contact_id": opened.contact, "branch": branch, "kind": OPENED}
    detail = json.dumps({"button": opened.button}, separators=(",", ":"))
    await db.execute(insert(EVENTS), [row | {"subject": opened.campaign.subject, "detail": detail}])
    return True
