"""How a person can be reached, whether too often already, and what they were drawn for: the same in planning, counting and sending."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, and_, bindparam, case, exists, func, or_, select

from storage.audiences import ADDRESSES, CONTACTS
from storage.campaigns import APPROACHES
from storage.campaigns_file import FIRST, OTHER, CampaignFile
from storage.events import EVENTS

PRIME = 1_000_003  # contacts are scattered over so many places, differently for each campaign
WEEK, MONTH = (int(timedelta(days=days).total_seconds()) for days in (7, 30))
NEWEST = ("last", "second", "third", "fourth")
OPEN, FREE, SHUT, DEAD = 3, 2, 1, 0  # how well an address can be written to; of several the best counts
AT = ADDRESSES.c


def scattered(contact: Any, campaign: int) -> Any:
    """A place from 0 up to PRIME, as good as drawn by chance, and the same whenever it is asked for."""
    factor = campaign * 7919 % (PRIME - 1) + 1
    place = (contact % PRIME) * factor % PRIME
    # Squared, since people who came together have ids in a row, and a row times a factor can fall to one side altogether.
    return (place + factor) * place % PRIME


def arm_of(file: CampaignFile, campaign: int, contact: int) -> str:
    """Which of two texts somebody gets: as good as drawn by chance, and never another."""
    return OTHER if file.other and scattered(contact, campaign + 2) < int(file.other_share * PRIME) else FIRST


def often(moment: int, file: CampaignFile) -> Any:
    """By default one message in seven days, four in thirty."""
    in_a_week, in_a_month = too_often(file)
    return (APPROACHES.c[in_a_week] > moment - WEEK) | (APPROACHES.c[in_a_month] > moment - MONTH)


def too_often(file: CampaignFile) -> tuple[str, str]:
    """Which of the last four messages must lie further back than a week, and which further than thirty days."""
    return NEWEST[file.cap.in_7_days - 1], NEWEST[file.cap.in_30_days - 1]


def scored(columns: Sequence[Any], channels: Sequence[str], at: datetime, *, chunk: bool) -> Any:
    """Contacts, and how well each can be written to: joined and grouped in the order of ids, so both are read along an index.

    `chunk`: those after `after_` up to `until_`. Said of addresses too, which no database concludes; else PostgreSQL reads all of them.
    """
    open_ = and_(AT.channel == "whatsapp", AT.window_until > at)
    dead = or_(AT.contact_id.is_(None), AT.unreachable.is_not(None))
    score = func.max(case((dead, DEAD), (open_, OPEN), (AT.channel == "whatsapp", SHUT), else_=FREE)).label("score")
    mine = and_(AT.contact_id == CONTACTS.c.id, AT.channel.in_(channels), *(of_chunk(AT.contact_id) if chunk else ()))
    found = select(*columns, score).select_from(CONTACTS.outerjoin(ADDRESSES, mine)).group_by(CONTACTS.c.id)
    return found.where(*of_chunk(CONTACTS.c.id)) if chunk else found


def stopped(contact: Any, opted_out_at: Any) -> Any:
    """Why somebody wants no messages: for a case(). Who withdrew their consent stopped them by it, at that very moment."""
    here = EVENTS.c
    withdrew = exists().where(here.contact_id == contact, here.kind == "opt_out", here.subject == "withdrawn", here.at == opted_out_at)
    return (opted_out_at.is_not(None) & withdrew, "no_consent"), (opted_out_at.is_not(None), "opted_out")


def of_chunk(contact: Any) -> tuple[Any, ...]:
    return contact > bindparam("after_", type_=BigInteger()), contact <= bindparam("until_", type_=BigInteger())
