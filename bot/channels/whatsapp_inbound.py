"""Reads what people send on WhatsApp: whatever it is becomes an Inbound, or nothing where nobody said anything to us."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from bot.channels.link_codes import coded
from bot.channels.whatsapp import digest
from bot.channels.whatsapp_parts import Unreadable, each, lone, moment, part, who, words
from bot.channels.whatsapp_payloads import CHANNEL
from storage import Inbound
from storage.codes import read as read_code
from storage.identities import Who

# What a message can be -> the kind we call it. What is not named here is something we cannot read.
KINDS = {
    "image": "photo",
    "video": "video",
    "audio": "voice",
    "document": "document",
    "sticker": "sticker",
    "location": "location",
    "contacts": "contact",
    "reaction": "reaction",
}
SILENT = frozenset({"system", "revoke"})  # told by WhatsApp itself, or taken back


@dataclass(frozen=True, slots=True)
class Heard:
    """A message, who sent it, and its id as WhatsApp knows it."""

    who: Who
    inbound: Inbound
    message: str


def to_heard(message: dict[str, Any], contacts: Sequence[Any], now: datetime) -> Heard | None:
    """None where there is nothing to answer: a notice of WhatsApp's, a group."""
    kind = words(message, "type")
    if kind in SILENT or "group_id" in message:
        return None
    sender = sender_of(message, contacts)
    name = words(message, "id")
    if not sender.external or not name:
        raise Unreadable("nobody" if name else "nameless")
    inbound = Inbound(CHANNEL, sender.external, digest(name), moment(message, now))
    return Heard(sender, coded(_said(inbound, message, kind, sender)), name)


def sender_of(message: dict[str, Any], contacts: Sequence[Any]) -> Who:
    """Meta names people beside their message, in it, or both; the number may be missing, and so may the whole list."""
    phone, user = words(message, "from"), words(message, "from_user_id")
    own = [one for one in contacts if (phone and words(one, "wa_id") == phone) or (user and words(one, "user_id") == user)]
    contact = own[0] if own else lone(contacts)
    return who(users=(user, words(contact, "user_id")), phones=(phone, words(contact, "wa_id")))


def _said(inbound: Inbound, message: dict[str, Any], kind: str, sender: Who) -> Inbound:
    match kind:
        case "text":
            return replace(inbound, text=words(part(message, "text"), "body"), ref=_of_advert(message))
        case "interactive":
            return _answered(inbound, part(message, "interactive"))
        case "button":
            return _quick_reply(inbound, part(message, "button"))
        case "edit":
            return replace(inbound, text=words(part(message, "edit", "message", "text"), "body"), edited=True)
        case "request_welcome":
            return replace(inbound, text="/start")
        case "location":
            return replace(inbound, kind="location", place=_place(part(message, "location")))
        case "contacts":
            return replace(inbound, kind="contact", phone=_own_phone(message, sender))
        case _:
            return replace(inbound, kind=KINDS.get(kind, "other"), text=words(part(message, kind), "caption"))


def _answered(inbound: Inbound, interactive: dict[str, Any]) -> Inbound:
    """A button or a row of a list that we showed."""
    reply = part(interactive, words(interactive, "type"))
    if "id" not in reply:
        return replace(inbound, kind="other")
    return replace(inbound, pressed=words(reply, "id"), label=words(reply, "title"), kind="press")


def _quick_reply(inbound: Inbound, button: dict[str, Any]) -> Inbound:
    """A button of a template. Without a payload of ours it carries its label, and is as good as typed."""
    payload, label = words(button, "payload"), words(button, "text")
    if payload in ("", label):
        return replace(inbound, text=label)
    return replace(inbound, pressed=payload, label=label, kind="press")


def _of_advert(message: dict[str, Any]) -> str:
    """Who came by an advert that leads to WhatsApp may bring a code in the advert's address."""
    try:
        codes = parse_qs(urlsplit(words(part(message, "referral"), "source_url")).query).get("ref", [""])
    except ValueError:
        return ""
    return read_code(codes[0]) or ""


def _place(spot: dict[str, Any]) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(spot.get("latitude", "")), float(spot.get("longitude", ""))
    except (TypeError, ValueError, OverflowError):
        return None
    return (latitude, longitude) if -90 <= latitude <= 90 and -180 <= longitude <= 180 else None


def _own_phone(message: dict[str, Any], sender: Who) -> str:
    """Only the sender's own card proves a number; anybody can share somebody else's."""
    cards = [phone for card in each(message, "contacts") for phone in each(card, "phones")]
    own = sender.phone and any(words(card, "wa_id") == sender.phone for card in cards)
    return f"+{sender.phone}" if own else ""
