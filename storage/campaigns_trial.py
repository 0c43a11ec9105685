"""A campaign to oneself: an officer sees it in their own chats, exactly as people will, before anybody else does."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from locales import Page
from storage import campaigns_pages, officer_chats
from storage.audiences import SENDABLE
from storage.campaigns_decide import MARGIN
from storage.campaigns_file import FIRST
from storage.campaigns_kit import Kit
from storage.deliveries import DELIVERIES, NOTICE, reply_row
from storage.officer_chats import Chat
from storage.officers import Officer
from storage.templates import Filled, Unfillable, dump
from storage.writer import Connection


@dataclass(frozen=True, slots=True)
class Tried:
    """One of the officer's chats: `why` it got nothing is `window` (no template goes there now) or `content`; empty if it is on its way."""

    channel: str
    address: str
    why: str = ""


async def send(db: Connection, kit: Kit, officer: Officer, now: datetime, *, language: str = "", arm: str = FIRST) -> list[Tried]:
    """To each chat that the officer has linked; none are linked where the list is empty. Fields say what stands for what is not known."""
    tried = []
    for chat in await officer_chats.of(db, [officer.id]):
        if chat.channel not in SENDABLE:
            continue
        id_ = kit.tools.new_id()
        try:
            page, template = _page(kit, chat, id_, language or chat.language, arm, now)
        except (Unfillable, KeyError):
            tried.append(Tried(chat.channel, chat.address, "content"))
            continue
        if page is None:
            tried.append(Tried(chat.channel, chat.address, "window"))
            continue
        await db.execute(insert(DELIVERIES), [_row(kit, chat, id_, page, template, now)])
        tried.append(Tried(chat.channel, chat.address))
    return tried


def _row(kit: Kit, chat: Chat, id_: int, page: Page, template: Filled | None, now: datetime) -> dict[str, Any]:
    key = f"trial:{kit.campaign.id}:{id_}"
    row = reply_row(id_, key, chat.contact_id, chat.address, chat.channel, page, now, pulled=False, follows=None)
    return row | {"lane": NOTICE, "template": dump(template) if template else None}


def _page(kit: Kit, chat: Chat, id_: int, language: str, arm: str, now: datetime) -> tuple[Page | None, Filled | None]:
    file = kit.file
    filled = campaigns_pages.values(file, language, campaigns_pages.Known())
    shut = chat.channel == "whatsapp" and (chat.window_until is None or chat.window_until <= now + MARGIN)
    if shut:
        return campaigns_pages.approach(file, kit.templates[language], filled, id_) if file.template else (None, None)
    page, *more = campaigns_pages.pages(file, language, chat.channel, filled, kit.stop, id_, arm)
    if more:
        raise Unfillable("more than one page")
    return kit.illustrated(page), None
