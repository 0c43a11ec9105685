"""Reads what WhatsApp says of what we sent: how far it came, what it costs, and why it failed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE

from bot.channels import Failure
from bot.channels.whatsapp import digest
from bot.channels.whatsapp_errors import Meaning, meaning
from bot.channels.whatsapp_parts import Unreadable, each, lone, moment, part, who, words
from bot.channels.whatsapp_payloads import CHANNEL
from storage.charges import Charge
from storage.identities import Who
from storage.receipts import Receipt

STATES = {"sent": "sent", "delivered": "delivered", "read": "read", "played": "read", "failed": "failed"}
REGULAR = "regular"  # a message that is billed
NOWHERE = "ZZ"  # ISO 3166: a country nobody told
LARGEST_ID = 2**63


def to_receipt(status: dict[str, Any], contacts: Sequence[Any], now: datetime) -> Receipt | None:
    """None for a state that moves nothing (deleted, warning)."""
    name = words(status, "id")
    if not name:
        raise Unreadable("nameless")
    state = STATES.get(words(status, "status"))
    if state is None:
        return None
    person = recipient_of(status, contacts)
    failed = why(status) if state == "failed" else None
    failure = failed.failure if failed else None
    return Receipt(
        CHANNEL,
        digest(name),
        state,
        moment(status, now),
        _delivery(words(status, "biz_opaque_callback_data")),
        failed.reason if failed else None,
        _charge(part(status, "pricing"), person) if "pricing" in status else None,
        unreachable=failure is Failure.UNREACHABLE,
        unwanted=failure is Failure.UNWANTED,
        shut=failure is Failure.WINDOW,
        rest=failure is Failure.REST,
        user=person.user,
        phone=person.phone,
    )


def recipient_of(status: dict[str, Any], contacts: Sequence[Any]) -> Who:
    contact = lone(contacts)
    users = words(status, "recipient_user_id"), words(contact, "user_id")
    return who(users=users, phones=(words(status, "recipient_id"), words(contact, "wa_id")))


def why(status: dict[str, Any]) -> Meaning:
    """What the first error stands for."""
    codes = [error.get("code") for error in each(status, "errors") if isinstance(error, dict)]
    code = next((code for code in codes if isinstance(code, int)), None)
    return Meaning(Failure.CONTENT, "unsaid") if code is None else meaning(code)


def country_of(person: Who) -> str:
    """Prices go by the recipient's country: it begins their id, and their number."""
    if person.user:
        return person.user[:2]
    known = (COUNTRY_CODE_TO_REGION_CODE.get(int(person.phone[:length])) for length in (1, 2, 3) if person.phone)
    return next((regions[0] for regions in known if regions), NOWHERE)


def _charge(pricing: dict[str, Any], person: Who) -> Charge:
    category, kind = words(pricing, "category").lower()[:40], words(pricing, "type").lower()[:40]
    billable = pricing.get("billable")
    return Charge(category or "unknown", kind, country_of(person), billable if isinstance(billable, bool) else kind == REGULAR)


def _delivery(ours: str) -> int | None:
    return int(ours) if ours.isascii() and ours.isdecimal() and len(ours) < 20 and int(ours) < LARGEST_ID else None
