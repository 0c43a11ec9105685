"""Reads Telegram's updates: whatever people can send there becomes an Inbound, or nothing where nobody said anything to us."""

from __future__ import annotations

import os
import re
from datetime import datetime
from typing import Any

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update, User
from telegram.constants import ChatMemberStatus, ChatType

from bot.channels.webchat import clean
from locales import LANGUAGES
from storage import Inbound

# python-telegram-bot warns while it reads some notices unless its durations are the coming kind. We read none of them.
os.environ.setdefault("PTB_TIMEDELTA", "1")

CHANNEL = "telegram"
# All that we ask Telegram for, and read.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
# https://core.telegram.org/bots/features#deep-linking
START = re.compile(r"/start(?:@\w+)?(?:\s+(?P<payload>.*))?", re.ASCII | re.DOTALL)
LONGEST_TEXT = 2 * 4096  # characters, twice what Telegram lets anybody write: what is longer would keep others waiting while it is read
UNREAD = frozenset({"entities", "caption_entities"})
LONGEST_PAYLOAD = 64  # what is longer, or of other letters, no link of ours brought; it is counted, and the worker served
# What a message can hold -> the kind we call it. Anything else in it is Telegram's own notice (pinned, title changed, ...).
KINDS = {
    "photo": "photo",
    "voice": "voice",
    "audio": "voice",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "document": "document",
    "sticker": "sticker",
    "contact": "contact",
    "location": "location",
    "poll": "other",
    "dice": "other",
    "game": "other",
    "story": "other",
    "paid_media": "other",
    "checklist": "other",
    "rich_message": "other",
}


class Unreadable(ValueError):
    """Not worded as Telegram words updates. It is authentic all the same: keep it, say 200, let its chat go on."""


class TooLong(ValueError):
    """More words than Telegram carries."""


def read(raw: Any, now: datetime) -> Inbound | None:
    """An update as it came off the wire."""
    try:
        update = Update.de_json(_needed(raw), None)
        return to_inbound(update, now)
    except Exception as error:
        reason = type(error).__name__
    raise Unreadable(reason)


def _needed(raw: Any) -> Any:
    """Without the marks of a text (bold, links): we read none, and thousands of them would take a second to unpack."""
    if not isinstance(raw, dict):
        return raw
    return {
        name: {field: value for field, value in part.items() if field not in UNREAD} if isinstance(part, dict) else part
        for name, part in raw.items()
    }


def to_inbound(update: Update, now: datetime) -> Inbound | None:
    """None where there is nothing to answer: a notice of Telegram's, another bot, a group that did not speak to us."""
    if update.callback_query:
        return _press(update.update_id, update.callback_query, now)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    if update.message:
        return _message(update.update_id, update.message)
    if update.edited_message:
        return _edited(update.update_id, update.edited_message)
    return None


def _message(update_id: int, message: Message) -> Inbound | None:
    kind, author = _kind(message), message.from_user
    if kind is None or (author and author.is_bot):
        return None
    if message.chat.type != ChatType.PRIVATE:
        return _in_a_group(update_id, message)
    text = clean(_said(message))
    start = START.fullmatch(text)
    own = message.forward_origin is None
    return Inbound(
        **_base(update_id, _seconds(message.date), message.chat.id, author),
        at=message.date,
        text="/start" if start else text,
        kind=kind,
        ref=(start["payload"] or "").strip()[:LONGEST_PAYLOAD] if start else "",
        place=_place(message) if own else None,
        phone=_own_phone(message),
    )


def _said(message: Message) -> str:
    words = message.text or message.caption or ""
    if len(words) > LONGEST_TEXT:
        raise TooLong
    return words


def _edited(update_id: int, message: Message) -> Inbound | None:
    """A live location that moves comes as edits of its message: nobody changed what they said."""
    changed = _said(message)
    if message.chat.type != ChatType.PRIVATE or not changed or message.edit_date is None:
        return None
    base = _base(update_id, _seconds(message.edit_date), message.chat.id, message.from_user)
    return Inbound(**base, at=message.edit_date, text=clean(changed), edited=True)


def _press(update_id: int, query: CallbackQuery, now: datetime) -> Inbound:
    """The message of an old button may be out of Telegram's reach; then the chat is the person's own."""
    base = _base(update_id, clean(query.id), query.from_user.id, query.from_user)
    if query.message and query.message.chat.type != ChatType.PRIVATE:
        return Inbound(**{**base, "sender": _address(query.message.chat.id)}, at=now, kind="group")
    pressed = clean(query.data or "")
    return Inbound(**base, at=now, pressed=pressed, label=_label(query.message, pressed), kind="press")


def _membership(update_id: int, change: ChatMemberUpdated) -> Inbound | None:
    """The only thing people do to a private chat itself: block us, and let us in again."""
    if change.chat.type != ChatType.PRIVATE:
        return None
    kind = "left" if change.new_chat_member.status == ChatMemberStatus.BANNED else "returned"
    return Inbound(**_base(update_id, _seconds(change.date), change.chat.id, change.from_user), at=change.date, kind=kind)


def _in_a_group(update_id: int, message: Message) -> Inbound | None:
    """Nothing said in a group is read; who speaks to us there is told to write to us alone."""
    replied = message.reply_to_message
    to_us = (message.text or "").startswith("/") or bool(replied and replied.from_user and replied.from_user.is_bot)
    if not to_us:
        return None
    return Inbound(**_base(update_id, _seconds(message.date), message.chat.id, message.from_user), at=message.date, kind="group")


def _base(update_id: int, mark: str, chat: int, person: User | None) -> dict[str, Any]:
    """Update ids start anew at random when nothing came for a week; with the mark, an old id is never mistaken for a new one."""
    return {"channel": CHANNEL, "sender": _address(chat), "id": f"{update_id:d}.{mark}", "number": update_id, "language": _language(person)}


def _address(chat: int) -> str:
    return f"{chat:d}"


def _seconds(moment: datetime) -> str:
    return str(int(moment.timestamp()))


def _kind(message: Message) -> str | None:
    if message.text:
        return "text"
    return next((kind for name, kind in KINDS.items() if getattr(message, name, None) or name in message.api_kwargs), None)


def _language(person: User | None) -> str:
    """The phone's language, where it is one we speak; a phone set to another says nothing about what its owner reads."""
    code = (person.language_code or "").split("-")[0].lower() if person else ""
    return code if code in LANGUAGES else ""


def _label(message: Any, pressed: str) -> str:
    """What stood on the pressed button."""
    markup = message.reply_markup if isinstance(message, Message) else None
    buttons = (button for row in (markup.inline_keyboard if markup else ()) for button in row)
    return next((clean(button.text) for button in buttons if button.callback_data == pressed), "")


def _place(message: Message) -> tuple[float, float] | None:
    if not (spot := message.location):
        return None
    latitude, longitude = float(spot.latitude), float(spot.longitude)
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _own_phone(message: Message) -> str:
    """Only the sender's own card proves a number; anybody can share somebody else's."""
    card, author = message.contact, message.from_user
    if not card or not author or card.user_id != author.id:
        return ""
    digits = re.sub(r"\D", "", card.phone_number, flags=re.ASCII)
    return f"+{digits}" if 7 <= len(digits) <= 15 else ""
