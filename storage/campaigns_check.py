"""The gate before a campaign: every fault that can be known before the first message, named all at once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select

from locales import LANGUAGES
from storage import accounts, attachments, audiences, campaigns_count, templates
from storage.audiences import CONTACTS, SENDABLE
from storage.campaigns import APPROVED, CAMPAIGNS, DRAFT, Campaign
from storage.campaigns_count import People
from storage.campaigns_file import CampaignFile, load, moment_of
from storage.campaigns_hours import room, waking
from storage.campaigns_pages import payloads
from storage.campaigns_speech import Around, Fault, speech
from storage.interests import INTERESTS
from storage.scope import within
from storage.templates import Template, Unfillable
from storage.writer import Connection

LATELY = timedelta(days=7)  # in which the same words are a slip
TWICE = 0.5  # how far from the expected number is suspicious
MANY, NEARLY_ALL = 1_000, 0.9
STAGES = ("preparing", "abroad", "home")
FOLLOWED = ("new", "contacted", "document", "registered", "not_now", "unreachable")


@dataclass(frozen=True, slots=True)
class Checked:
    """The faults, and the audience as it is now: {(channel, why not): people}."""

    faults: list[Fault]
    people: People

    @property
    def would_get_it(self) -> int:
        return sum(many for (_channel, reason), many in self.people.items() if not reason)


async def check(db: Connection, campaign: Campaign, around: Around, now: datetime, counted: People | None = None) -> Checked:
    """All faults at once. `counted`: its people, where somebody counted them a moment ago."""
    file = load(campaign.content)
    faults = [*speech(file, around), *_filter(file, around), *_schedule(file, around, now)]
    for field, value in await audiences.unknown(db, file.audience):
        faults.append(Fault("unknown", f"audience.{field}", {"value": value}))
    faults += await _templates(db, file)
    faults += await _attachment(db, campaign, file, around)
    faults += _repeat(file)
    faults += await _again(db, campaign, file, now)
    people = await campaigns_count.count(db, campaign, file, now) if counted is None else counted
    faults += await _people(db, campaign, file, people)
    faults += await _enough(db, file, around, people)
    return Checked(faults, people)


def _filter(file: CampaignFile, around: Around) -> Iterator[Fault]:
    """Codes nobody can have."""
    audience = file.audience
    known: tuple[tuple[str, Collection[str], Collection[str]], ...] = (
        ("countries", audience.countries, {*around.geography.countries, "ID"}),
        ("languages", audience.languages, LANGUAGES),
        ("channels", audience.channels, SENDABLE),
        ("stages", audience.stages, STAGES),
        ("interests", audience.interests, FOLLOWED),
        ("topics", audience.topics, around.topics),
    )
    for field, values, there in known:
        yield from (Fault("unknown", f"audience.{field}", {"value": value}) for value in values if value not in there)
    for channel in audience.channels:
        if channel in SENDABLE and channel not in around.rates:
            yield Fault("channel_not_set_up", "audience.channels", {"channel": channel})
    if not audience.channels:
        yield Fault("no_channel", "audience.channels")


def _schedule(file: CampaignFile, around: Around, now: datetime) -> Iterator[Fault]:
    schedule = file.schedule
    if schedule.at and schedule.at < now:
        yield Fault("past", "schedule.at")
    if schedule.opens >= schedule.closes:
        yield Fault("hours", "schedule.opens")
        return
    begins, expires = moment_of(schedule, now)
    for country in file.audience.countries or sorted(around.geography.countries):
        zones = around.geography.countries.get(country)
        if zones is None:
            continue
        time = room(waking(zones, schedule.opens, schedule.closes, begins, expires))
        if not time:
            yield Fault("no_waking_hour", "schedule.expires_hours", {"country": country})
        elif time < schedule.spread.total_seconds():
            yield Fault("spread", "schedule.spread_hours", {"country": country})
        if not file.audience.countries and (not time or time < schedule.spread.total_seconds()):
            return  # the first country stands for all, where everybody is meant


async def _attachment(db: Connection, campaign: Campaign, file: CampaignFile, around: Around) -> list[Fault]:
    if file.attachment is None:
        return []
    faults = [] if await attachments.by_id(db, campaign.branch, file.attachment) else [Fault("no_file", "attachment")]
    if not around.public_url.startswith("https://"):
        faults.append(Fault("no_address", "attachment"))
    return faults


def _repeat(file: CampaignFile) -> list[Fault]:
    """Standing ones say by themselves whom they are for."""
    if file.repeat is None:
        return []
    faults = []
    audience = file.audience
    if file.repeat.on == "cover_ends" and (audience.cover_ends_from or audience.cover_ends_until):
        faults.append(Fault("ends_twice", "audience.cover_ends_from"))
    if file.repeat.on == "week" and not file.repeat.once and file.schedule.life > timedelta(days=7):
        faults.append(Fault("overlaps", "schedule.expires_hours"))
    for stage in file.repeat.stages:
        if stage not in (*STAGES, *FOLLOWED):
            faults.append(Fault("unknown", "repeat.stages", {"value": stage}))
    return faults


async def _templates(db: Connection, file: CampaignFile) -> list[Fault]:
    if file.template is None or "whatsapp" not in file.audience.channels:
        return []
    there = {one.language: one for one in await templates.every(db) if one.name == file.template.name and one.state != templates.GONE}
    if not there:
        return [Fault("template_unknown", "template.name", {"name": file.template.name})]
    faults: list[Fault] = []
    for language in LANGUAGES:
        if language not in there:
            faults.append(Fault("template_language", "template.name", {"language": language}))
            continue
        faults += _template(file, there[language])
    return faults


def _template(file: CampaignFile, template: Template) -> Iterator[Fault]:
    assert file.template
    if template.state != templates.USABLE:
        yield Fault("template_state", "template.name", {"language": template.language, "state": template.state})
    values = {blank: said.get(template.language, "") for blank, said in file.template.values.items()}
    replies = payloads(file, 0)
    try:
        template.fill(values, replies)
    except Unfillable:
        blanks, quick = ", ".join(template.blanks), len(template.quick_replies)
        yield Fault(
            "template_blanks", "template.values", {"language": template.language, "blanks": blanks, "quick": quick, "needed": len(replies)}
        )


async def _again(db: Connection, campaign: Campaign, file: CampaignFile, now: datetime) -> list[Fault]:
    """The same words a few days ago are most likely the same campaign by mistake."""
    lately = CAMPAIGNS.c.started_at > now - LATELY, CAMPAIGNS.c.id != campaign.id, CAMPAIGNS.c.state.not_in((DRAFT, APPROVED, "cancelled"))
    others = select(CAMPAIGNS.c.id, CAMPAIGNS.c.name, CAMPAIGNS.c.content).where(within(CAMPAIGNS.c.branch, campaign.branch), *lately)
    rows = await db.execute(others)
    same = (row.name for row in rows if row.id not in file.audience.missed_by and load(row.content).text == file.text)
    return [Fault("again", "text", {"name": name}) for name in same]


async def _people(db: Connection, campaign: Campaign, file: CampaignFile, people: People) -> list[Fault]:
    if file.repeat and file.repeat.on not in ("week", "month"):
        return []  # whom it concerns changes from day to day, and may be nobody today
    number, expected = sum(people.values()), file.audience.expected
    if not number:
        return [Fault("nobody", "audience")]
    if not any(not reason for _channel, reason in people):
        return [Fault("nobody_left", "audience", {"number": number})]
    faults = []
    if expected and abs(number - expected) > TWICE * expected:
        faults.append(Fault("unexpected", "audience.expected", {"number": number, "expected": expected}))
    everybody = (
        await db.execute(select(func.count()).select_from(CONTACTS).where(within(CONTACTS.c.branch, campaign.branch)))
    ).scalar_one()
    if not expected and number > max(MANY, NEARLY_ALL * everybody):
        faults.append(Fault("everybody", "audience", {"number": number}))
    if (
        "ends_on" in file.used()
        and not (await db.execute(select(INTERESTS.c.id).where(INTERESTS.c.nik_index.is_not(None)).limit(1))).first()
    ):
        faults.append(Fault("unfillable", "text", {"name": "ends_on"}))
    return faults


async def _enough(db: Connection, file: CampaignFile, around: Around, people: People) -> list[Fault]:
    """Whether all of it can go before it expires."""
    faults = []
    days = file.schedule.life / timedelta(days=1)
    waking_seconds = days * (_seconds(file) if file.schedule.opens < file.schedule.closes else 0)
    for channel in SENDABLE:
        many = people.get((channel, ""), 0)
        rates = [rate for rate in (around.rates.get(channel, 0), file.per_minute / 60) if rate]
        if rates and waking_seconds and many / min(rates) > waking_seconds:
            faults.append(Fault("too_slow", "schedule.expires_hours", {"channel": channel, "many": many}))
    limit = (await accounts.account(db, "whatsapp")).people_a_day
    if file.template and limit is not None and people.get(("whatsapp", ""), 0) > limit * max(days, 1):
        faults.append(Fault("tier", "audience", {"many": people["whatsapp", ""], "limit": limit}))
    return faults


def _seconds(file: CampaignFile) -> float:
    opens, closes = file.schedule.opens, file.schedule.closes
    return timedelta(hours=closes.hour - opens.hour, minutes=closes.minute - opens.minute).total_seconds()


__all__ = ["Around", "Checked", "Fault", "check"]
