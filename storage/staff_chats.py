"""Whose chat this is, where it was joined to somebody of the staff or of a partner by a one-time code not long ago."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select

from storage.changes import Changes
from storage.officer_chats import CHATS
from storage.officers import OFFICERS

HOLDS = timedelta(days=30)  # then the code must be sent anew: phones are lost and sold
PARTNER = "partner"


@dataclass(frozen=True, slots=True)
class Staff:
    id: int
    name: str
    role: str
    branch: str
    partner: str | None

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
        columns = (OFFICERS.c[name] for name in Staff.__dataclass_fields__)
        query = select(*columns).join(CHATS, CHATS.c.officer_id == OFFICERS.c.id).where(CHATS.c.address.in_(addresses))
        fresh = CHATS.c.linked_at > changes.now - HOLDS, OFFICERS.c.disabled_at.is_(None)
        row = (await changes.read(query.where(*fresh))).first()
        return Staff(*tuple(row)) if row else None
