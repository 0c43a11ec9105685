"""Reads one delivery of Meta's webhook: many entries, many changes, each with messages, receipts or notices."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from bot.channels.whatsapp_inbound import Heard, sender_of, to_heard
from bot.channels.whatsapp_notices import Notice, to_notice
from bot.channels.whatsapp_parts import Unreadable, each, moment, part, who, words
from bot.channels.whatsapp_receipts import to_receipt
from storage.identities import Who
from storage.receipts import Receipt

T = TypeVar("T")
WANTS = {"stop": False, "resume": True}
CHANGED = frozenset({"user_changed_number", "customer_changed_number", "user_changed_user_id"})


@dataclass(frozen=True, slots=True)
class Renumbered:
    """Somebody's number or id changed."""

    old: Who
    new: Who


@dataclass(frozen=True, slots=True)
class Preference:
    """Somebody told WhatsApp whether they want our campaigns."""

    who: Who
    wants: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class PutAside:
    """What could not be read, as it came, and why."""

    raw: Any
    reason: str


@dataclass(slots=True)
class Batch:
    """Everything of one delivery, sorted by what it is. `account` is Meta's id of ours."""

    account: str = ""
    heard: list[Heard] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)
    renumbered: list[Renumbered] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    put_aside: list[PutAside] = field(default_factory=list)
    ignored: int = 0


def read(body: bytes, phone_id: str, now: datetime) -> Batch:
    """Never raises: what cannot be read is put aside, and the rest goes on."""
    batch = Batch()
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        batch.put_aside.append(PutAside({"unparsable": body[:1000].decode("latin-1")}, "not_json"))
        return batch
    entries = each(raw, "entry")
    if not entries:
        batch.put_aside.append(PutAside(raw, "no_entry"))
    for entry in entries:
        batch.account = words(entry, "id") or batch.account
        for change in each(entry, "changes"):
            _change(batch, change, phone_id, now)
    return batch


def _change(batch: Batch, change: Any, phone_id: str, now: datetime) -> None:
    value, what = part(change, "value"), words(change, "field")
    number = words(part(value, "metadata"), "phone_number_id")
    if number and number != phone_id:
        batch.ignored += 1  # another number of the same account: not ours to answer
        return
    if what not in ("messages", "user_preferences"):
        _add(batch.notices, batch, [value], lambda one: to_notice(what, one))
        return
    contacts = each(value, "contacts")
    messages, statuses = _objects(batch, value, "messages"), _objects(batch, value, "statuses")
    near = contacts if len(messages) + len(statuses) < 2 else []
    _add(batch.heard, batch, messages, lambda one: to_heard(one, near or _named(one, contacts), now))
    _add(batch.renumbered, batch, messages, to_renumbered)
    _add(batch.receipts, batch, statuses, lambda one: to_receipt(one, near, now))
    _add(batch.preferences, batch, _objects(batch, value, "user_preferences"), lambda one: to_preference(one, contacts, now))


def _named(message: Any, contacts: list[Any]) -> list[Any]:
    """Of many people in one delivery, only those whom the message itself names."""
    sender = {words(message, "from"), words(message, "from_user_id")} - {""}
    return [one for one in contacts if {words(one, "wa_id"), words(one, "user_id")} & sender]


def _objects(batch: Batch, value: dict[str, Any], name: str) -> list[dict[str, Any]]:
    items = each(value, name)
    batch.put_aside += [PutAside(item, "not_an_object") for item in items if not isinstance(item, dict)]
    return [item for item in items if isinstance(item, dict)]


def _add(found: list[T], batch: Batch, items: list[dict[str, Any]], read_one: Callable[[dict[str, Any]], T | None]) -> None:
    for item in items:
        try:
            one = read_one(item)
        except Exception as error:  # whatever Meta sends next year must not stop what came with it
            reason = str(error) if isinstance(error, Unreadable) else type(error).__name__
            batch.put_aside.append(PutAside(item, reason))
            continue
        if one is not None:
            found.append(one)


def to_renumbered(message: dict[str, Any]) -> Renumbered | None:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/messages/system"""
    system = part(message, "system")
    if words(message, "type") != "system" or words(system, "type") not in CHANGED:
        return None
    old = who(users=(words(system, "previous_user_id"),), phones=(words(message, "from"), words(system, "customer")))
    new = who(users=(words(system, "user_id"),), phones=(words(system, "wa_id"), words(system, "new_wa_id")))
    if not old.external or not new.external:
        raise Unreadable("nobody")
    return None if old == new else Renumbered(old, new)


def to_preference(raw: dict[str, Any], contacts: list[Any], now: datetime) -> Preference | None:
    """https://developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/reference/user_preferences"""
    wants = WANTS.get(words(raw, "value").lower())
    if wants is None:
        return None
    person = sender_of({"from": words(raw, "wa_id"), "from_user_id": words(raw, "user_id")}, contacts)
    if not person.external:
        raise Unreadable("nobody")
    return Preference(person, wants, moment(raw, now))


def people(batch: Batch) -> Iterator[Who]:
    """Everybody whose address must be known before the batch is stored."""
    yield from (heard.who for heard in batch.heard)
    yield from (preference.who for preference in batch.preferences)


def everybody(batch: Batch) -> Iterator[Who]:
    """Those too who go by another number from now on."""
    yield from people(batch)
    yield from (change.old for change in batch.renumbered)


__all__ = ["Batch", "Preference", "PutAside", "Renumbered", "everybody", "people", "read"]
