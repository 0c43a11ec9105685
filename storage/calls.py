"""Calling officers to an emergency nobody has read: to whom, and once for each emergency, round and chat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select

from locales import Page
from storage import duty, officer_chats, templates
from storage.changes import Tools, insert_into
from storage.deliveries import DELIVERIES, PULLED, reply_row
from storage.officer_chats import Chat
from storage.officers import ADMINISTRATOR, OFFICERS
from storage.requests import REQUESTS, WAITING
from storage.scope import EVERYWHERE
from storage.templates import USABLE, Filled, Template, dump
from storage.windows import WINDOWS
from storage.writer import Connection

HEAD = "approver"  # the head of a branch
TEMPLATE = "duty_call"  # approved by WhatsApp for officers who did not write to us lately; it has no blanks
STALE = timedelta(hours=24)  # an emergency nobody read for so long is not called out any more; it stays on top of the desk
LIVES = timedelta(hours=1)  # of a call that cannot be sent


@dataclass(frozen=True, slots=True)
class Emergency:
    """One that nobody has read."""

    id: int
    at: datetime
    contact: int
    branch: str


async def unread(db: Connection, now: datetime) -> list[Emergency]:
    rows = await db.execute(
        select(REQUESTS.c.id, REQUESTS.c.at, REQUESTS.c.contact_id, REQUESTS.c.branch)
        .where(WAITING, REQUESTS.c.urgent, REQUESTS.c.state == "open", REQUESTS.c.at > now - STALE)
        .order_by(REQUESTS.c.at, REQUESTS.c.id)
        .limit(100)
    )
    return [Emergency(*tuple(row)) for row in rows]


async def on_duty(db: Connection, branch: str, now: datetime) -> list[Chat]:
    return await officer_chats.of(db, await duty.on_duty(db, branch, now))


async def heads(db: Connection, branch: str) -> list[Chat]:
    """The heads of the branch; where none of them has a chat, its administrators."""
    for role in (HEAD, ADMINISTRATOR):
        mine = OFFICERS.c.role == role, or_(OFFICERS.c.branch == branch, OFFICERS.c.branch == EVERYWHERE)
        if found := await officer_chats.of(db, list((await db.execute(select(OFFICERS.c.id).where(*mine))).scalars())):
            return found
    return []


async def call(
    db: Connection, dialect: str, tools: Tools, emergency: Emergency, called: int, pages: Sequence[tuple[Chat, Page]], now: datetime
) -> list[str]:
    """Queue a page for each chat, unless this emergency was called out there in this round; the addresses with something new."""
    new = []
    for chat, page in pages:
        pulled = chat.channel in PULLED
        key = f"p:{emergency.id}:{called}:{chat.address}"
        row = reply_row(tools.new_id(), key, chat.contact_id, chat.address, chat.channel, page, now, pulled=pulled, follows=None)
        row |= {"expires_at": now + LIVES, "template": await _template(db, chat, now)}
        queued = insert_into(DELIVERIES, dialect).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(DELIVERIES.c.id)
        if (await db.execute(queued)).first():
            new.append(chat.address)
    return new


def is_call(template: Template) -> bool:
    """Whether officers can be called by it."""
    return template.name == TEMPLATE and template.state == USABLE and not template.blanks


async def cannot_be_called(db: Connection, chats: Sequence[Chat], now: datetime) -> set[int]:
    """Officers whose only chats need the approved call just now, while there is none."""
    if any(is_call(one) for one in await templates.every(db)):
        return set()
    return {chat.officer_id for chat in chats} - {chat.officer_id for chat in chats if _is_open(chat, now)}


def _is_open(chat: Chat, now: datetime) -> bool:
    return chat.channel not in WINDOWS or (chat.window_until is not None and chat.window_until > now)


async def _template(db: Connection, chat: Chat, now: datetime) -> str | None:
    """Where we may not write freely any more, the approved call, if there is one."""
    if _is_open(chat, now):
        return None
    usable = [one for one in await templates.every(db) if is_call(one)]
    usable.sort(key=lambda one: not one.language.startswith(chat.language))
    return dump(Filled(usable[0].name, usable[0].language)) if usable else None
