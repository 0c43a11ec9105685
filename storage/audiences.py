"""Audiences: who exactly a campaign is for, as a filter, and the condition on contacts that it means."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, and_, case, exists, or_, select

from storage.audience_lists import LISTED, LISTS
from storage.branches import BRANCHES
from storage.campaigns import CAMPAIGNS, RECIPIENTS
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow
from storage.coverage import LIVE, MEMBERS, ROSTERS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.partners import LINKS
from storage.scope import within
from storage.writer import Connection

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
MISSED = ("failed", "expired", "cancelled")
NEVER_REACHED = ("unreachable", "window", "no_waking_hour", "content")
SENDABLE = ("telegram", "whatsapp")  # where we can write first; a browser only fetches


class Earlier(BaseModel):
    """People whom a standing campaign reached already: on occasions whose code begins so, since then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    campaign: int
    step: str = ""
    since: AwareDatetime | None = None


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
    missed_by: tuple[int, ...] = ()  # earlier campaigns that failed to reach them, or never tried
    lists: tuple[int, ...] = ()  # uploaded ones, by their numbers
    begun_from: AwareDatetime | None = None  # began to leave an interest, and left none
    begun_until: AwareDatetime | None = None
    moved_to: tuple[str, ...] = ()  # stages of life, or states of their interest, reached in these days:
    moved_from: AwareDatetime | None = None
    moved_until: AwareDatetime | None = None
    not_yet: Earlier | None = None
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
    if audience.lists:
        wanted.append(exists().where(LISTED.c.contact_id == here.id, LISTED.c.list.in_(audience.lists)))
    return [*wanted, *_left(audience), *_did(audience, now), *_changed(audience), *_got(audience)]


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


def _changed(audience: Audience) -> list[ColumnElement[bool]]:
    """By what changed with them between two moments."""
    wanted: list[ColumnElement[bool]] = []
    mine, event = INTERESTS.c.contact_id == CONTACTS.c.id, EVENTS.c.contact_id == CONTACTS.c.id
    if audience.begun_from and audience.begun_until:
        begun = EVENTS.c.kind == "begun", EVENTS.c.at.between(audience.begun_from, audience.begun_until)
        wanted += [exists().where(event, *begun), ~exists().where(mine)]
    if audience.moved_to and audience.moved_from and audience.moved_until:
        days = audience.moved_from, audience.moved_until
        moved = EVENTS.c.kind.in_(("stage", "moved")), EVENTS.c.subject.in_(audience.moved_to)
        wanted.append(exists().where(event, *moved, EVENTS.c.at.between(*days)))
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
    if audience.missed_by:
        wanted.append(_missed(audience.missed_by))
    if audience.not_yet:
        wanted.append(~_reached(audience.not_yet))
    return wanted


def _missed(campaigns: Sequence[int]) -> ColumnElement[bool]:
    """Surely never got it, and neither wanted to be left alone nor was left out on purpose. What is in doubt may have arrived."""
    here = RECIPIENTS.c
    handed = here.state == "handed"
    state, reason = (
        case((handed, select(DELIVERIES.c[name]).where(DELIVERIES.c.id == here.delivery).scalar_subquery()), else_=here[name])
        for name in ("state", "reason")
    )
    never = and_(state == "skipped", reason.in_(NEVER_REACHED))
    return exists().where(here.contact_id == CONTACTS.c.id, here.campaign.in_(campaigns), or_(never, state.in_(MISSED)))


def _reached(earlier: Earlier) -> ColumnElement[bool]:
    mine = RECIPIENTS.c.contact_id == CONTACTS.c.id, RECIPIENTS.c.campaign == CAMPAIGNS.c.id, CAMPAIGNS.c.parent == earlier.campaign
    reached = or_(RECIPIENTS.c.delivery.is_not(None), RECIPIENTS.c.state == "waiting")
    wanted = [*mine, reached]
    if earlier.step:
        wanted.append(CAMPAIGNS.c.edition.startswith(earlier.step, autoescape=True))
    if earlier.since:
        wanted.append(CAMPAIGNS.c.started_at >= earlier.since)
    return exists().where(*wanted)


async def unknown(db: Connection, audience: Audience) -> list[tuple[str, str]]:
    """What the filter names and nobody has: (field, value). A link that was revoked brings nobody new, but those it brought are there."""
    named: Sequence[tuple[str, Sequence[Any], Select[Any]]] = (
        ("branches", audience.branches, select(BRANCHES.c.id)),
        ("partners", audience.partners, select(LINKS.c.partner)),
        ("links", audience.links, select(LINKS.c.code)),
        ("reached_by", audience.reached_by, select(CAMPAIGNS.c.id)),
        ("not_reached_by", audience.not_reached_by, select(CAMPAIGNS.c.id)),
        ("pressed_in", audience.pressed_in, select(CAMPAIGNS.c.id)),
        ("missed_by", audience.missed_by, select(CAMPAIGNS.c.id)),
        ("lists", audience.lists, select(LISTS.c.id)),
    )
    found = []
    for field, values, there in named:
        known = set((await db.execute(there)).scalars()) if values else set()
        found += [(field, str(value)) for value in values if value not in known]
    return found


def fits(audience: Audience, branch: str, now: datetime) -> ColumnElement[bool]:
    return and_(*conditions(audience, branch, now))
