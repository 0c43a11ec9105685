"""When a campaign that repeats happens again, and to whom: each edition is a campaign of its own, made once."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select

from storage import audiences, audit
from storage.audiences import CONTACTS, Audience, Earlier
from storage.branches import zones_of
from storage.campaigns import CAMPAIGNS, DONE, PLANNING, STANDING, Campaign, by_id, change
from storage.campaigns_file import CampaignFile, RepeatPart, load
from storage.changes import Tools
from storage.writer import Connection

CATCH_UP = 7  # days: whom we missed while we were away, or who had a message too lately, is reached within them
AGAIN = {"cover_ends": timedelta(days=45), "stage": timedelta(days=180)}  # then the same reminder may be due anew; else never
PIECE = 20_000  # contacts looked at in one transaction
HOME = "Asia/Jakarta"  # by whose days a campaign of all branches counts


@dataclass(frozen=True, slots=True)
class Edition:
    """`code` names it among those of its campaign; `file` is what its own campaign says, to whom; it begins at `at`."""

    code: str
    file: CampaignFile
    at: datetime


def due(campaign: Campaign, zone: str, now: datetime) -> list[Edition]:
    """What should have happened by now and may still go."""
    file = load(campaign.content)
    assert file.repeat
    if now < (campaign.begins_at or now):
        return []
    if file.repeat.on in ("week", "month"):
        return _regular(campaign, file, file.repeat, zone, now)
    return _reminders(campaign, file, file.repeat, now.astimezone(ZoneInfo(zone)).date(), now)


def over(campaign: Campaign, zone: str, now: datetime) -> bool:
    repeat = load(campaign.content).repeat
    return bool(repeat and repeat.until and now.astimezone(ZoneInfo(zone)).date() > repeat.until)


def _regular(campaign: Campaign, file: CampaignFile, repeat: RepeatPart, zone: str, now: datetime) -> list[Edition]:
    """The newest moment only: who was away for a month sends one message, not four. Too late for it, the next comes."""
    assert campaign.begins_at
    first = campaign.begins_at.astimezone(ZoneInfo(zone))
    number = (now.astimezone(ZoneInfo(zone)).date() - first.date()).days // (7 if repeat.on == "week" else 28) + 1
    moments = (_moment(first, repeat.on, place) for place in range(number, -1, -1))
    newest = next((moment for moment in moments if moment <= now), None)
    if newest is None or now >= newest + file.schedule.life:
        return []
    yet = Earlier(campaign=campaign.id) if repeat.once else None
    return [Edition(f"on:{newest.date()}", _of(file, not_yet=yet), newest.astimezone(UTC))]


def _moment(first: datetime, on: str, place: int) -> datetime:
    """The same hour on the wall, on the same day of the week or month; a month without that day has its last."""
    if on == "week":
        return datetime.combine(first.date() + timedelta(weeks=place), first.time(), first.tzinfo)
    years, month = divmod(first.month - 1 + place, 12)
    year, month = first.year + years, month + 1
    day = min(first.day, calendar.monthrange(year, month)[1])
    return datetime.combine(date(year, month, day), first.time(), first.tzinfo)


def _reminders(campaign: Campaign, file: CampaignFile, repeat: RepeatPart, today: date, now: datetime) -> list[Edition]:
    found = []
    for place, days in enumerate(sorted(repeat.days) or [1]):
        step = f"{repeat.on}:{days}:"
        since = now - AGAIN[repeat.on] if repeat.on in AGAIN else None
        yet = Earlier(campaign=campaign.id, step=step, since=since)
        nearer = sorted(repeat.days)[place - 1] if place else 0
        found.append(Edition(f"{step}{today}", _of(file, not_yet=yet, **_whose(repeat, days, nearer, today, now)), now))
    return found


def _whose(repeat: RepeatPart, days: int, nearer: int, today: date, now: datetime) -> dict[str, Any]:
    """Those for whom the day has come, or came lately. `nearer` days before the end the next reminder takes over."""
    if repeat.on == "cover_ends":
        last = today + timedelta(days=days)
        return {"cover_ends_from": max(last - timedelta(days=CATCH_UP - 1), today + timedelta(days=nearer + 1)), "cover_ends_until": last}
    until = now - timedelta(days=days)
    since = until - timedelta(days=CATCH_UP)
    if repeat.on == "unfinished":
        return {"begun_from": since, "begun_until": until}
    return {"moved_to": repeat.stages, "moved_from": since, "moved_until": until}


def _of(file: CampaignFile, **narrower: Any) -> CampaignFile:
    """What the edition's own campaign says: the same, to fewer, without a schedule of its own."""
    # Expected numbers are of the whole; an edition has as many as it has.
    audience = Audience.model_validate(file.audience.model_dump() | {"expected": None} | narrower)
    return file.model_copy(update={"audience": audience, "schedule": file.schedule.model_copy(update={"at": None})})


async def zone_of(db: Connection, campaign: Campaign) -> str:
    return (await zones_of(db)).get(campaign.branch, HOME)


async def concerns(db: Connection, campaign: Campaign, edition: Edition, now: datetime, after: int) -> tuple[bool, int | None]:
    """Whether there is anybody among the next contacts, and up to which it was looked (None: there are no more).

    In pieces, for a look at a million people takes longer than others may wait.
    """
    nearest = select(CONTACTS.c.id).where(CONTACTS.c.id > after).order_by(CONTACTS.c.id).limit(PIECE).subquery()
    until: int | None = (await db.execute(select(func.max(nearest.c.id)))).scalar()
    if until is None:
        return False, None
    fits = audiences.fits(edition.file.audience, campaign.branch, now)
    some = select(CONTACTS.c.id).where(CONTACTS.c.id > after, CONTACTS.c.id <= until, fits).limit(1)
    return (await db.execute(some)).first() is not None, until


async def happened(db: Connection, campaign: Campaign, code: str) -> bool:
    mine = CAMPAIGNS.c.parent == campaign.id, CAMPAIGNS.c.edition == code
    return (await db.execute(select(CAMPAIGNS.c.id).where(*mine))).first() is not None


async def happen(db: Connection, tools: Tools, campaign: Campaign, edition: Edition, now: datetime) -> int | None:
    """The edition's own campaign, started; None if there is one already, or the standing one was stopped. Any process may try."""
    standing = await by_id(db, "*", campaign.id, lock=True)
    if standing is None or standing.state != STANDING or await happened(db, campaign, edition.code):
        return None
    begins = max(edition.at, now)
    row = {
        "id": tools.new_id(),
        "branch": standing.branch,
        "name": standing.name,
        "state": PLANNING,
        "version": 0,
        "content": edition.file.model_dump_json(),
        "cursor": 0,
        "parent": standing.id,
        "edition": edition.code,
    }
    signed = {name: getattr(standing, name) for name in ("author", "approver", "approved_at")}
    times = {"changed_at": now, "started_at": now, "begins_at": begins, "expires_at": edition.at + edition.file.schedule.life}
    await db.execute(insert(CAMPAIGNS), [row | signed | times])
    detail = {"standing": str(standing.id), "edition": edition.code}
    await audit.record(db, tools, audit.Entry(None, standing.branch, "campaign.started", f"campaign:{row['id']}", detail), now)
    return int(str(row["id"]))


async def end(db: Connection, tools: Tools, campaign: Campaign, now: datetime) -> None:
    """Its last day has passed. Raises Stale."""
    await change(db, campaign, state=DONE, ended_at=now)
    await audit.record(db, tools, audit.Entry(None, campaign.branch, "campaign.ended", campaign.subject, {}), now)
