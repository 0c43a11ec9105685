"""Asking for approval: a message to the chats of those who may approve a campaign, once for each version of it and chat."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from locales import Page
from storage import officer_chats
from storage.campaigns import Campaign
from storage.campaigns_acts import APPROVERS
from storage.changes import Tools, insert_into
from storage.deliveries import DELIVERIES, PULLED, reply_row
from storage.officer_chats import Chat
from storage.officers import OFFICERS
from storage.scope import EVERYWHERE
from storage.windows import WINDOWS
from storage.writer import Connection

LIVES = timedelta(hours=24)  # of a message that cannot be sent


async def chats(db: Connection, campaign: Campaign, now: datetime) -> list[Chat]:
    """Where everybody who may approve it can be written to now: of its branch or of all, but never its author."""
    mine = or_(OFFICERS.c.branch == campaign.branch, OFFICERS.c.branch == EVERYWHERE)
    able = select(OFFICERS.c.id).where(
        OFFICERS.c.role.in_(APPROVERS), mine, OFFICERS.c.login != campaign.author, OFFICERS.c.disabled_at.is_(None)
    )
    found = await officer_chats.of(db, list((await db.execute(able)).scalars()))
    return [chat for chat in found if chat.channel not in WINDOWS or (chat.window_until is not None and chat.window_until > now)]


async def ask(
    db: Connection, dialect: str, tools: Tools, campaign: Campaign, pages: Sequence[tuple[Chat, Page]], now: datetime
) -> list[str]:
    """Queue a page for each chat that was not asked about this version; the addresses with something new."""
    new = []
    for chat, page in pages:
        key = f"a:{campaign.id}:{campaign.version}:{chat.address}"
        pulled = chat.channel in PULLED
        row = reply_row(tools.new_id(), key, chat.contact_id, chat.address, chat.channel, page, now, pulled=pulled, follows=None)
        row |= {"expires_at": now + LIVES}
        queued = insert_into(DELIVERIES, dialect).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(DELIVERIES.c.id)
        if (await db.execute(queued)).first():
            new.append(chat.address)
    return new
