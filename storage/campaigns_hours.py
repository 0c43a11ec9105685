"""Waking hours: when a campaign may write to people, where they are; and a moment in them for everybody, spread over time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

Zones = tuple[str, ...]  # of one country: a moment must suit all of them
Span = tuple[int, int]  # from, until: seconds since 1970


@dataclass(frozen=True, slots=True)
class Geography:
    """Where people may be: {country: its time zones}, {telephone prefix: country}, {branch: its zone}."""

    countries: Mapping[str, Zones]
    prefixes: Mapping[str, str]
    branches: Mapping[str, str]

    def zones(self, country: str | None, number: str, branch: str) -> Zones:
        """By the destination, else the number, else the branch."""
        country = country if country in self.countries else self.country_of(number)
        return self.countries[country] if country else (self.branches[branch],)

    def country_of(self, number: str) -> str | None:
        """The longest prefix counts. Where the number is hidden, WhatsApp's own id of a person begins with its country (HK.1234)."""
        if number[2:3] == "." and number[:2] in self.countries:
            return number[:2]
        digits = number.removeprefix("+")
        if not digits.isdecimal():
            return None
        codes = (self.prefixes.get(digits[:length]) for length in (4, 3, 2, 1))
        return next((code for code in codes if code in self.countries), None)


def waking(zones: Zones, opens: time, closes: time, begin: datetime, end: datetime) -> list[Span]:
    """The spans in which it is between these hours in all zones, from `begin` to `end`; summer time is each day's own."""
    spans, day = [], begin.date() - timedelta(days=1)
    while day <= end.date() + timedelta(days=1):
        starts = max(_at(day, opens, zone) for zone in zones)
        stops = min(_at(day, closes, zone) if closes > opens else _at(day + timedelta(days=1), closes, zone) for zone in zones)
        starts, stops = max(starts, _ceil(begin)), min(stops, int(end.timestamp()))
        if starts < stops:
            spans.append((starts, stops))
        day += timedelta(days=1)
    return spans


def _at(day: date, hour: time, zone: str) -> int:
    return int(datetime.combine(day, hour, ZoneInfo(zone)).timestamp())


def _ceil(moment: datetime) -> int:
    return -int(-moment.timestamp() // 1)


@dataclass(frozen=True, slots=True)
class Piece:
    """Offsets from `begins` up to `ends` (seconds of waking time since the campaign began) fall at `opens` and after."""

    begins: int
    ends: int
    opens: int


def pieces(spans: Sequence[Span], spread: int) -> list[Piece]:
    """Waking time put end to end, as much of it as the campaign is spread over (at least its first second)."""
    found, used = [], 0
    for opens, closes in spans:
        length = min(closes - opens, max(spread, 1) - used)
        found.append(Piece(used, used + length, opens))
        used += length
        if used >= max(spread, 1):
            break
    return found


def room(spans: Sequence[Span]) -> int:
    """Seconds of waking time in all."""
    return sum(closes - opens for opens, closes in spans)


def next_waking(spans: Sequence[Span], moment: int) -> Span | None:
    """The span that `moment` is in, or the next one; None if there is none."""
    at = bisect_right(spans, moment, key=lambda span: span[1])
    return spans[at] if at < len(spans) else None
