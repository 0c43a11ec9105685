"""What one person did with campaigns: a button that was pressed, two who became one, who is forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, func, select, update

from storage import audience_lists, reminders
from storage.campaigns import APPROACHES, CAMPAIGNS, RECIPIENTS
from storage.changes import Changes
from storage.writer import Connection


class Campaigns:
    """What a turn may know of campaigns to its contact."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def pressed(self, delivery: str, target: str) -> None:
        """A button of a campaign's message was pressed; the first counts."""
        if not delivery.isdecimal():
            return
        changes = self._changes
        mine = RECIPIENTS.c.campaign.in_(select(CAMPAIGNS.c.id)), RECIPIENTS.c.contact_id == changes.contact.id
        this = RECIPIENTS.c.delivery == int(delivery)
        changes.change(update(RECIPIENTS).where(*mine, this).values(pressed=func.coalesce(RECIPIENTS.c.pressed, target)))


async def rename(db: Connection, gone: int, kept: int) -> None:
    """Two contacts turned out to be one: what one of them got, both got."""
    every = select(CAMPAIGNS.c.id)
    theirs = select(RECIPIENTS.c.campaign).where(RECIPIENTS.c.campaign.in_(every), RECIPIENTS.c.contact_id == kept)
    mine = RECIPIENTS.c.campaign.in_(every), RECIPIENTS.c.contact_id == gone
    twice = list((await db.execute(select(RECIPIENTS.c.campaign).where(*mine, RECIPIENTS.c.campaign.in_(theirs)))).scalars())
    await db.execute(delete(RECIPIENTS).where(*mine, RECIPIENTS.c.campaign.in_(twice)))
    await db.execute(update(RECIPIENTS).where(*mine).values(contact_id=kept))
    there = (await db.execute(select(APPROACHES.c.contact_id).where(APPROACHES.c.contact_id == kept))).first()
    if there is None:
        await db.execute(update(APPROACHES).where(APPROACHES.c.contact_id == gone).values(contact_id=kept))
    await db.execute(delete(APPROACHES).where(APPROACHES.c.contact_id == gone))
    await reminders.rename(db, gone, kept)
    await audience_lists.rename(db, gone, kept)


async def forget(db: Connection, people: Sequence[int]) -> None:
    """Nothing tells any more which campaigns these people got."""
    await db.execute(delete(RECIPIENTS).where(RECIPIENTS.c.campaign.in_(select(CAMPAIGNS.c.id)), RECIPIENTS.c.contact_id.in_(people)))
    await db.execute(delete(APPROACHES).where(APPROACHES.c.contact_id.in_(people)))
    await reminders.forget(db, people)
    await audience_lists.forget(db, people)
