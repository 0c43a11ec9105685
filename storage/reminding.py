"""What a turn may do about reminders: refuse the one that came, or want all of them again."""

from __future__ import annotations

from sqlalchemy import delete, select

from storage.campaigns import CAMPAIGNS, QUESTION, RECIPIENTS
from storage.changes import Changes
from storage.reminders import REFUSALS


class Reminders:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    async def refuse(self, delivery: str = "") -> bool:
        """No more of the reminder that this delivery was, else of the newest one they got; whether there was one."""
        changes, standing = self._changes, await self._standing(delivery) or await self._standing("")
        if standing is None:
            return False
        mine = REFUSALS.c.contact_id == changes.contact.id, REFUSALS.c.campaign == standing
        if (await changes.read(select(REFUSALS.c.campaign).where(*mine))).first() is None:
            changes.add(REFUSALS, contact_id=changes.contact.id, campaign=standing, at=changes.now)
        return True

    def allow(self) -> None:
        """Whatever was refused may come again."""
        self._changes.change(delete(REFUSALS).where(REFUSALS.c.contact_id == self._changes.contact.id))

    async def _standing(self, delivery: str) -> int | None:
        """The standing campaign behind a delivery of theirs; without one, behind the newest."""
        wanted = (
            select(CAMPAIGNS.c.parent)
            .join(RECIPIENTS, RECIPIENTS.c.campaign == CAMPAIGNS.c.id)
            .where(CAMPAIGNS.c.parent.is_not(None), CAMPAIGNS.c.edition != QUESTION)
            .where(RECIPIENTS.c.contact_id == self._changes.contact.id, RECIPIENTS.c.delivery.is_not(None))
        )
        if delivery.isdecimal():
            wanted = wanted.where(RECIPIENTS.c.delivery == int(delivery))
        found: int | None = (await self._changes.read(wanted.order_by(RECIPIENTS.c.due.desc()).limit(1))).scalar()
        return found
