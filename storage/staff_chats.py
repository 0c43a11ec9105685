"""Whose chat this is, where it was joined to somebody of the staff or of a partner by a one-time code not long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from storage.changes import Changes
from storage.deliveries import DELIVERIES, PULLED, Illustrated, reply_row
from storage.officer_chats import CHATS
from storage.officers import OFFICERS

HOLDS = timedelta(days=30)  # then the code must be sent anew: phones are lost and sold
PARTNER = "partner"


def shows_pictures(channel: str) -> bool:
    """A page that is pulled shows words alone; its reader opens the picture by a button."""
    return channel not in PULLED


@dataclass(frozen=True, slots=True)
class Staff:
    id: int
    name: str
    role: str
    branch: str
    partner: str | None
    address: str  # the chat's

    @property
    def is_partner(self) -> bool:
        return self.role == PARTNER


class StaffChats:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def who(self, channel: str, sender: str) -> Staff | None:
        """None for everybody else, for a chat joined too long ago, and for who was shut out."""
        changes = self._changes
        addresses = changes.tools.sealer.indexes("address", f"{channel}:{sender}")
        columns = [OFFICERS.c[name] for name in ("id", "name", "role", "branch", "partner")]
        query = select(*columns, CHATS.c.address).join(CHATS, CHATS.c.officer_id == OFFICERS.c.id).where(CHATS.c.address.in_(addresses))
        fresh = CHATS.c.linked_at > changes.now - HOLDS, OFFICERS.c.disabled_at.is_(None)
        row = (await changes.read(query.where(*fresh))).first()
        return Staff(*tuple(row)) if row else None

    def show(self, staff: Staff, channel: str, cause: str, picture: Illustrated) -> None:
        """Send a picture to the chat, before what this turn says. `cause` is the message that asked for it."""
        changes = self._changes
        row = reply_row(
            changes.tools.new_id(),
            f"p:{cause}",
            changes.contact.id,
            staff.address,
            channel,
            picture,
            changes.now,
            pulled=False,
            follows=None,
        )
        changes.add(DELIVERIES, **row)
