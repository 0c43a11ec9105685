"""What a fact is: typed rows of the facts/*.toml files, each with its source, how sure it is, and since when it holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from locales import Citation, Month, Phone, Quantity, Rupiah, Written

STATUSES = ("read", "reported", "older_rule", "disputed", "not_found")
SPOKEN_PLAINLY = ("read", "reported")
STAGES = ("before", "during", "after")
PROGRAMMES = ("JKK", "JKM", "JHT")


@dataclass(frozen=True, kw_only=True)
class Row:
    """What every fact has in common. `checked_on` is the day a person last compared it with its sources."""

    id: str
    kind: str
    file: str
    status: str
    confidence: str
    sources: tuple[str, ...]
    checked_on: date
    valid_from: date | None = None
    valid_until: date | None = None

    @property
    def is_sure(self) -> bool:
        """Only these are spoken plainly; the others say what is not sure and point to a person."""
        return self.status in SPOKEN_PLAINLY

    def holds_on(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True)
class Article:
    """One article a row rests on; `stages` is empty when it is the same at every stage."""

    regulation: str
    article: str
    stages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Rule(Row):
    """A row that rests on a regulation. Without an article the text was not read, and `said_by` is named instead.

    `citation` says what grants it, `amount_source` who says the amount: a benefit may be granted by an article whose amounts were not read.
    """

    cites: tuple[Article, ...]
    said_by: str
    citation: Citation
    amount_source: Citation
    as_of: date

    def citation_at(self, stage: str) -> Citation:
        """The article for one stage of work only, for example 27(1)f before and after, 34(1)j during."""
        here = tuple(cite.article for cite in self.cites if not cite.stages or stage in cite.stages)
        return Citation(self.citation.regulation, ", ".join(here), self.id) if here else self.citation


@dataclass(frozen=True, kw_only=True)
class Regulation(Row):
    """A law or ministerial rule. `articles` are those that were read or shown; nothing else may be cited from it."""

    short: str
    title: Written
    articles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Benefit(Rule):
    """What a member or the heirs get. `amount` is fixed, `max_amount` a ceiling; with neither, it is in kind or not found."""

    programmes: tuple[str, ...]
    stages: tuple[str, ...]
    name: Written
    unit: str
    amount: Rupiah | None = None
    max_amount: Rupiah | None = None
    transport_max: Rupiah | None = None
    parts: Mapping[str, Rupiah] = field(default_factory=dict)
    per_year: Mapping[str, Rupiah] = field(default_factory=dict)
    years: Mapping[str, Quantity] = field(default_factory=dict)
    limits: Mapping[str, Quantity] = field(default_factory=dict)
    not_for: tuple[Written, ...] = ()
    papers: str = ""
    deadline: str = ""
    new_in_2023: bool = False

    @property
    def programme(self) -> str:
        return self.programmes[0]


@dataclass(frozen=True, kw_only=True)
class Rate(Rule):
    """One contribution: a sum, what it is for (`what`) and when it is paid (`due`), both stable keys."""

    programmes: tuple[str, ...]
    scheme: str
    what: str
    due: str
    months: Quantity
    amount: Rupiah
    choices: tuple[Rupiah, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Limit(Rule):
    """How long one kind of protection lasts at most: calendar months, or days."""

    stage: str
    scheme: str
    programmes: tuple[str, ...]
    months: Quantity | None = None
    days: Quantity | None = None


@dataclass(frozen=True, kw_only=True)
class Papers(Rule):
    """What to bring for one thing, as names of papers; also the order of heirs."""

    items: tuple[Written, ...]
    programme: str = ""


@dataclass(frozen=True, kw_only=True)
class Deadline(Rule):
    """Until when a claim can be made."""

    programme: str
    years: Quantity | None = None
    days_before_expiry: Quantity | None = None


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

    @property
    def iso(self) -> str:
        return self.id


@dataclass(frozen=True, kw_only=True)
class Identifier(Row):
    """The form of a number people carry; `pattern` is None where the form was not found."""

    name: Written
    pattern: re.Pattern[str] | None = None
    digits: Quantity | None = None


HOTLINE_MONTHS = 24


def age_in_months(as_of: Month | date, today: date) -> int:
    """Whole months since `as_of`. A month without a day counts from its last day, so that nothing is called old too early."""
    months = (today.year - as_of.year) * 12 + today.month - as_of.month
    started = as_of.day if isinstance(as_of, date) else 31
    ended = 31 if (today + timedelta(days=1)).day == 1 else today.day
    return months - (ended < started)
