"""What becomes of a recipient whose turn has come: a delivery, a reason why not, or a later hour."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from locales import Page
from storage import campaigns_pages
from storage.campaigns import key_of
from storage.campaigns_hours import Span, next_waking
from storage.campaigns_kit import Kit
from storage.campaigns_pages import Known
from storage.campaigns_reach import FREE, MONTH, OPEN, SHUT, WEEK, arm_of, too_often
from storage.deliveries import CAMPAIGN, reply_row
from storage.sealing import Unsealable
from storage.templates import Filled, Unfillable, dump

MARGIN = timedelta(seconds=2)
NOTHING = Known()
LAST = 5  # seconds before bedtime in which nothing is begun any more


@dataclass(slots=True)
class Person:
    """A recipient whose turn has come, with all that decides whether and what they get."""

    row: Any
    address: Any = None
    known: Known = NOTHING


def rank(address: Any, now: datetime) -> int:
    if address.channel != "whatsapp":
        return FREE
    return OPEN if address.window_until is not None and address.window_until > now else SHUT


def decide(kit: Kit, person: Person, now: datetime) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What becomes of the recipient, and the delivery if there is one."""
    moment, row = int(now.timestamp()), person.row
    if reason := _reason(kit, person, now):
        return _change(row, "skipped", moment, reason), None
    address = person.address
    span = next_waking(kit.spans(kit.geography.zones(row.country, _number(kit, person), row.branch)), moment + LAST)
    if span is None:
        return _change(row, "skipped", moment, "no_waking_hour"), None
    if span[0] > moment:
        return _change(row, "waiting", span[0], channel=address.channel), None
    id_ = kit.tools.new_id()
    try:
        page, template = _page(kit, person, id_, now)
    except (Unfillable, KeyError):
        return _change(row, "skipped", moment, "content"), None
    return _change(row, "handed", moment, channel=address.channel, delivery=id_), _row(kit, person, id_, page, template, span, now)


def _change(row: Any, state: str, due: int, reason: str | None = None, channel: str = "", delivery: int | None = None) -> dict[str, Any]:
    """What is written of a recipient."""
    return {"contact_": row.contact_id, "state_": state, "reason_": reason, "channel_": channel, "due_": due, "delivery_": delivery}


def _number(kit: Kit, person: Person) -> str:
    """The telephone number, where the country has to be told by it."""
    address = person.address
    if address.channel != "whatsapp" or person.row.country is not None:
        return ""
    try:
        return kit.tools.sealer.open(address.external, "addresses", "external", address.id)
    except Unsealable:
        return ""


def _reason(kit: Kit, person: Person, now: datetime) -> str | None:
    row = person.row
    begun = kit.campaign.started_at
    if row.there is None or (row.erased_at is not None and begun is not None and row.erased_at >= begun):
        return "gone"
    if row.stopped is not None:
        return str(row.stopped)
    if row.refused is not None:
        return "refused"
    if person.address is None:
        return "unreachable"
    if kit.file.template is None and rank(person.address, now + MARGIN) == SHUT:
        return "window"
    moment = int(now.timestamp())
    in_a_week, in_a_month = too_often(kit.file)
    if (getattr(row, in_a_week) or 0) > moment - WEEK or (getattr(row, in_a_month) or 0) > moment - MONTH:
        return "too_often"
    return None


def _page(kit: Kit, person: Person, id_: int, now: datetime) -> tuple[Page, Filled | None]:
    language = person.row.language
    filled = campaigns_pages.values(kit.file, language, person.known)
    if rank(person.address, now + MARGIN) == SHUT and kit.file.template:
        return campaigns_pages.approach(kit.file, kit.templates[language], filled, id_)
    arm = arm_of(kit.file, kit.campaign.id, person.row.contact_id)
    page, *more = kit.pages(language, person.address.channel, filled, id_, arm)
    if more:
        raise Unfillable("more than one page")
    return kit.illustrated(page), None


def _row(kit: Kit, person: Person, id_: int, page: Page, template: Filled | None, span: Span, now: datetime) -> dict[str, Any]:
    assert kit.campaign.expires_at
    contact, address = person.row.contact_id, person.address
    row = reply_row(id_, key_of(kit.campaign.id, contact), contact, address.id, address.channel, page, now, pulled=False, follows=None)
    ends = min(kit.campaign.expires_at, datetime.fromtimestamp(span[1], UTC))
    row.update(lane=CAMPAIGN, expires_at=ends, template=dump(template) if template else None)
    return row
