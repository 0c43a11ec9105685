"""Times as an officer reads them: in their own zone, with the worker's beside."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from markupsafe import Markup

from facts import countries
from locales import Text, _, _n, render

MINUTE, HOUR, DAY = 60, 3600, 86400
BESIDE = _("{mine} · {theirs} in {country}")
MOMENT = _("{day}, {time}")


class Times:
    def __init__(self, zone: str, language: str, now: datetime) -> None:
        self._zone, self._language, self._now = ZoneInfo(zone), language, now

    @property
    def today(self) -> date:
        """The day it is where the officer is."""
        return self._now.astimezone(self._zone).date()

    def when(self, at: datetime, iso: str | None = None) -> Markup:
        """The time, with the day if it is not today; of a worker in `iso` also what their clock showed."""
        mine, shown = at.astimezone(self._zone), self._clock(at, self._zone)
        found = next((one for one in countries() if one.iso == iso), None)
        if found and len(found.zones) == 1:
            theirs = ZoneInfo(found.zones[0])
            if at.astimezone(theirs).utcoffset() != mine.utcoffset():
                shown = self._say(BESIDE, mine=shown, theirs=render(at.astimezone(theirs).time(), self._language), country=found.name)
        return _time(at, shown, render(mine, self._language))

    def day(self, at: datetime) -> Markup:
        return _time(at, render(at.astimezone(self._zone).date(), self._language), render(at.astimezone(self._zone), self._language))

    def ago(self, at: datetime) -> Markup:
        """How long since, in the largest unit that says it."""
        return _time(
            at, render(lasting((self._now - at).total_seconds()), self._language), render(at.astimezone(self._zone), self._language)
        )

    def _clock(self, at: datetime, zone: ZoneInfo) -> str:
        here = at.astimezone(zone)
        time = render(here.time(), self._language)
        if here.date() == self._now.astimezone(zone).date():
            return time
        return self._say(MOMENT, time=time, day=here.date())

    def _say(self, text: Text, **params: object) -> str:
        return render(Text(text.msgid, tuple(params.items())), self._language)


def lasting(seconds: float) -> Text:
    """A length of time as one says it."""
    if seconds < MINUTE:
        return _("less than a minute")
    if seconds < HOUR:
        return _n("{count} minute", "{count} minutes", int(seconds // MINUTE))
    if seconds < DAY:
        return _n("{count} hour", "{count} hours", int(seconds // HOUR))
    return _n("{count} day", "{count} days", int(seconds // DAY))


def _time(at: datetime, shown: str, whole: str) -> Markup:
    return Markup('<time datetime="{}" title="{}">{}</time>').format(at.isoformat(timespec="seconds"), whole, shown)
