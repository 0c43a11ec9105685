"""When a person reads what was passed on: the truth, in the worker's own time and in the office's."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import facts
from dialogue import Turn
from locales import Text, _

HOME = "ID"


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


def day_of(turn: Turn[Any], moment: datetime) -> date:
    """The day it was where the worker is."""
    return moment.astimezone(ZoneInfo(facts.country(turn.contact.country or HOME).zones[0])).date()


def _in(moment: datetime, iso: str | None) -> datetime | None:
    return moment.astimezone(ZoneInfo(facts.country(iso).zones[0])) if iso else None


def _zone(moment: datetime) -> str:
    return moment.tzname() or ""


__all__ = ["day_of", "when_read"]
