"""What a rule is: typed rows on laws, benefits, contributions and claims, each with its source, how sure it is, and since when it holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from locales import Citation, Quantity, Rupiah, Written

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
