"""Audiences: who exactly a campaign is for, as a filter, and the condition on contacts that it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from storage.branches import BRANCHES
from storage.campaigns import CAMPAIGNS, RECIPIENTS
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.partners import LINKS
from storage.scope import within
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
SENDABLE = ("telegram", "whatsapp")  # where we can write first; a browser only fetches


class Audience(BaseModel):
    """Everybody who fits all that is given. Lists mean any of them; nothing given means everybody."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    branches: tuple[str, ...] = ()
    partners: tuple[str, ...] = ()  # came by a link of theirs, first or last
    links: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()  # of destination
    stages: tuple[str, ...] = ()  # of the interest they left: preparing, abroad, home
    interests: tuple[str, ...] = ()  # states of it: new, contacted, ...
    checks: tuple[str, ...] = ()  # what a check of their coverage found
    cover_ends_from: date | None = None  # as lists of members tell it, for people who left their NIK
    cover_ends_until: date | None = None
    languages: tuple[str, ...] = ()
    channels: tuple[str, ...] = SENDABLE
    seen_within_days: int | None = Field(None, ge=1, le=3650)
    not_seen_for_days: int | None = Field(None, ge=1, le=3650)
    topics: tuple[str, ...] = ()  # asked about
    reached_by: tuple[int, ...] = ()  # earlier campaigns
    not_reached_by: tuple[int, ...] = ()
    pressed_in: tuple[int, ...] = ()
    expected: int | None = Field(None, ge=1)  # about how many there should be; far more or fewer is a fault


def conditions(audience: Audience, branch: str, now: datetime) -> list[ColumnElement[bool]]:
    """What a contact must be, for a campaign of this branch. Who was erased is nobody any more."""
    here = CONTACTS.c
    wanted = [within(here.branch, branch), or_(here.erased_at.is_(None), _wrote(CONVERSATIONS.c.seen_at > here.erased_at))]
    for column, values in ((here.branch, audience.branches), (here.country, audience.countries), (here.language, audience.languages)):
        if values:
            wanted.append(column.in_(values))
    links = [*audience.links]
    if links:
        wanted.append(or_(here.first_link.in_(links), here.last_link.in_(links)))
    if audience.partners:
        codes = select(LINKS.c.code).where(LINKS.c.partner.in_(audience.partners))
        wanted.append(or_(here.first_link.in_(codes), here.last_link.in_(codes)))
    return [*wanted, *_left(audience), *_did(audience, now), *_got(audience)]


def _left(audience: Audience) -> list[ColumnElement[bool]]:
    """By the interest they left, and what lists of members say of it."""
    wanted: list[ColumnElement[bool]] = []
    mine = INTERESTS.c.contact_id == CONTACTS.c.id
    for column, values in ((INTERESTS.c.stage, audience.stages), (INTERESTS.c.state, audience.interests)):
        if values:
            wanted.append(exists().where(mine, column.in_(values)))
    if audience.cover_ends_from or audience.cover_ends_until:
        ends = newest_end(INTERESTS.c.nik_index)
        days = ends.between(audience.cover_ends_from or date.min, audience.cover_ends_until or date.max)
        wanted.append(exists().where(mine, INTERESTS.c.nik_index.is_not(None), days))
    return wanted


def newest_end(nik_index: Any) -> Any:
    """The last day of cover by the newest list that has this NIK."""
    newest = select(MEMBERS.c.ends_on).join(ROSTERS, ROSTERS.c.id == MEMBERS.c.roster)
    newest = newest.where(MEMBERS.c.nik_index == nik_index, ROSTERS.c.state == LIVE)
    return newest.order_by(ROSTERS.c.as_of.desc(), ROSTERS.c.id.desc()).limit(1).correlate(INTERESTS).scalar_subquery()


def _did(audience: Audience, now: datetime) -> list[ColumnElement[bool]]:
    """By what they did: checks, topics, when they last wrote."""
    wanted: list[ColumnElement[bool]] = []
    for kind, subjects in (("check", audience.checks), ("topic", audience.topics)):
        if subjects:
            wanted.append(exists().where(EVENTS.c.contact_id == CONTACTS.c.id, EVENTS.c.kind == kind, EVENTS.c.subject.in_(subjects)))
    if audience.seen_within_days:
        wanted.append(_wrote(CONVERSATIONS.c.seen_at >= now - timedelta(days=audience.seen_within_days)))
    if audience.not_seen_for_days:
        wanted.append(_wrote(CONVERSATIONS.c.seen_at < now - timedelta(days=audience.not_seen_for_days)))
    return wanted


def _wrote(when: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(CONVERSATIONS.c.contact_id == CONTACTS.c.id, when)


def _got(audience: Audience) -> list[ColumnElement[bool]]:
    """By earlier campaigns."""
    got = RECIPIENTS.c.contact_id == CONTACTS.c.id, RECIPIENTS.c.delivery.is_not(None)
    wanted: list[ColumnElement[bool]] = []
    if audience.reached_by:
        wanted.append(exists().where(*got, RECIPIENTS.c.campaign.in_(audience.reached_by)))
    if audience.not_reached_by:
        wanted.append(~exists().where(*got, RECIPIENTS.c.campaign.in_(audience.not_reached_by)))
    if audience.pressed_in:
        wanted.append(exists().where(*got, RECIPIENTS.c.campaign.in_(audience.pressed_in), RECIPIENTS.c.pressed.is_not(None)))
    return wanted


async def unknown(db: Connection, audience: Audience) -> list[tuple[str, str]]:
    """What the filter names and nobody has: (field, value). A link that was revoked brings nobody new, but those it brought are there."""
    named: Sequence[tuple[str, Sequence[Any], Select[Any]]] = (
        ("branches", audience.branches, select(BRANCHES.c.id)),
        ("partners", audience.partners, select(LINKS.c.partner)),
        ("links", audience.links, select(LINKS.c.code)),
        ("reached_by", audience.reached_by, select(CAMPAIGNS.c.id)),
        ("not_reached_by", audience.not_reached_by, select(CAMPAIGNS.c.id)),
        ("pressed_in", audience.pressed_in, select(CAMPAIGNS.c.id)),
    )
    found = []
    for field, values, there in named:
        known = set((await db.execute(there)).scalars()) if values else set()
        found += [(field, str(value)) for value in values if value not in known]
    return found


def fits(audience: Audience, branch: str, now: datetime) -> ColumnElement[bool]:
    return and_(*conditions(audience, branch, now))
