"""Whom to reach and where: missions, contacts, emergency numbers, countries, and the numbers people carry."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from facts.model import Row
from locales import Month, Phone, Quantity, Written

HOTLINE_MONTHS = 24


@dataclass(frozen=True, kw_only=True)
class Dated(Row):
    """Something that changes without notice, mostly a telephone number: `as_of` is the date of its newest source."""

    as_of: Month | date | None

    def may_have_changed(self, today: date) -> bool:
        return self.as_of is not None and age_in_months(self.as_of, today) >= HOTLINE_MONTHS


@dataclass(frozen=True, kw_only=True)
class Mission(Dated):
    """An embassy, consulate or trade office. `membership_required` is yes, no, partly or unknown; `required_for` says when."""

    name: Written
    city: Written
    iso: str
    zone: str
    hotlines: tuple[Phone, ...]
    panic: tuple[Phone, ...] = ()
    office: tuple[Phone, ...] = ()
    email: str = ""
    line: str = ""
    also: tuple[str, ...] = ()
    membership_required: str = "unknown"
    required_for: str = ""
    required_as_of: Month | date | None = None


@dataclass(frozen=True, kw_only=True)
class Contact(Dated):
    """A way to reach an office: `phone` for telephone and WhatsApp, `address` for mail, web and apps."""

    owner: Written
    channel: str
    phone: Phone | None = None
    more: tuple[Phone, ...] = ()
    address: str = ""
    all_day: bool = False
    iso: str = ""


@dataclass(frozen=True, kw_only=True)
class EmergencyNumber(Dated):
    """A local emergency number; always said after Kemlu and the mission."""

    iso: str
    phone: Phone
    services: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Country(Row):
    """A place where migrant workers live, with the names and cities they type for it."""

    name: Written
    zones: tuple[str, ...]
    dial: str
    aliases: tuple[str, ...]
    placements: int = 0
    placed_in: int = 0  # the year of the placements

    @property
    def iso(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Identifier(Row):
    """The form of a number people carry; `pattern` is None where the form was not found."""

    name: Written
    pattern: re.Pattern[str] | None = None
    digits: Quantity | None = None


def age_in_months(as_of: Month | date, today: date) -> int:
    """Whole months since `as_of`. A month without a day counts from its last day, so that nothing is called old too early."""
    months = (today.year - as_of.year) * 12 + today.month - as_of.month
    started = as_of.day if isinstance(as_of, date) else 31
    ended = 31 if (today + timedelta(days=1)).day == 1 else today.day
    return months - (ended < started)
