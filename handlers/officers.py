"""When a person reads what was passed on: the truth, in the worker's own time and in the office's."""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import facts
from dialogue import Turn
from locales import Text, _, _n

HOME = "ID"
HUMAN = "human"  # the request of who wants to talk with a person
MINUTE = timedelta(minutes=1)


async def when_read(turn: Turn[Any], iso: str | None = None) -> Text:
    """A sentence to put after "I pass this on"; `iso` is the country the worker is in, if it is not the one we know."""
    office = await turn.store.branches.mine()
    opens = office.opens_next(turn.now).astimezone(ZoneInfo(office.zone))
    if office.is_open(turn.now):
        return _("Officers are at work now, until {closes} ({zone}).", closes=office.closes, zone=_zone(opens))
    there = _in(opens, iso or turn.contact.country)
    if there is None or there.utcoffset() == opens.utcoffset():
        return _("Officers read it on {opens} ({zone}) at the earliest.", opens=opens, zone=_zone(opens))
    return _("Officers read it on {there} your time ({opens} {zone}) at the earliest.", there=there, opens=opens.time(), zone=_zone(opens))


async def usual_wait(turn: Turn[Any]) -> tuple[Text, ...]:
    """How long it takes until an officer answers, where enough of them did to say."""
    took = await turn.store.requests.usual()
    return (_("Lately an answer took about {length}.", length=_length(took)),) if took is not None else ()


async def passed_on(turn: Turn[Any]) -> Text | None:
    """An officer talks here, so the bot keeps quiet and the officer sees that somebody waits. Out of hours it says so, once."""
    office, is_new = await turn.store.branches.mine(), await turn.store.requests.open(HUMAN)
    if office.is_open(turn.now) or not is_new:
        return None
    return _("Your message is with {office}. {when}", office=office.name, when=await when_read(turn))


def _length(took: timedelta) -> Text:
    minutes = max(1, round(took / MINUTE))
    if minutes < 60:
        return _n("{count} minute", "{count} minutes", minutes)
    if minutes < 48 * 60:
        return _n("{count} hour", "{count} hours", round(minutes / 60))
    return _n("{count} day", "{count} days", round(minutes / (24 * 60)))


def day_of(turn: Turn[Any], moment: datetime) -> date:
    """The day it was where the worker is."""
    return moment.astimezone(ZoneInfo(facts.country(turn.contact.country or HOME).zones[0])).date()


def _in(moment: datetime, iso: str | None) -> datetime | None:
    return moment.astimezone(ZoneInfo(facts.country(iso).zones[0])) if iso else None


def _zone(moment: datetime) -> str:
    return moment.tzname() or ""


__all__ = ["HUMAN", "day_of", "passed_on", "usual_wait", "when_read"]
