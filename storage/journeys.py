"""What a person did in each month, as the evaluation counts it: made anew from their events whenever something of theirs changed."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, Column, Index, TextClause, text
from sqlmodel import Field, SQLModel

from storage.changes import table_of

# Stages of a month, one bit each.
NEW, TOUCHED, TALKED, CHECKED, INTERESTED, REGISTERED, HELPED, PROGRAMME, ACCESS, CLAIMS = (1 << bit for bit in range(10))
STAGES: Mapping[str, int] = {
    "new": NEW,
    "touched": TOUCHED,
    "talked": TALKED,
    "checked": CHECKED,
    "interest": INTERESTED,
    "registered": REGISTERED,
    "helped": HELPED,
    "programme": PROGRAMME,
    "access": ACCESS,
    "claims": CLAIMS,
}
RESULTS: Mapping[str, str] = {
    "covered": "covered",
    "only_jkm": "covered",
    "ends_soon": "ending",
    "ended": "ended",
    "not_covered": "ended",
}
UNKNOWN = "unknown"  # of every other result: not started, not known, not found
OUTCOMES = ("covered", "ending", "ended", UNKNOWN)
# What PP 59/2021 art. 4(4)c asks to explain, by the topics that explain it.
EXPLAINS: Mapping[str, int] = {
    **dict.fromkeys(("benefits_overview", "work_accident", "disability", "death", "scholarship", "old_age", "mandatory"), PROGRAMME),
    **dict.fromkeys(("register", "extension", "contribution", "payment", "eligibility", "coverage_check"), ACCESS),
    **dict.fromkeys(("claim", "claim_documents"), CLAIMS),
}
SILENT = ("touch", "click", "opt_out", "opt_in", "joined", "erased", "moved", "mission")  # events that are not a word to us


_WHOSE = ("contact_id", "month", "branch", "partner", "country")


def reached(bit: int) -> TextClause:
    """Months in which somebody reached a stage. The bit is a part of the words, since a database knows its index by them."""
    return text(f"stages & {bit:d} <> 0")


class JourneyRow(SQLModel, table=True):
    """One person in one month."""

    __tablename__ = "journeys"
    __table_args__ = (
        # Who is behind a figure is read in the order of people, and from these alone.
        Index("journeys_by_person", *_WHOSE),
        Index("journeys_by_result", "result", *_WHOSE),
        *(Index(f"journeys_{name}", *_WHOSE, sqlite_where=reached(bit), postgresql_where=reached(bit)) for name, bit in STAGES.items()),
    )

    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    month: str = Field(primary_key=True)  # "2026-11", where the branch is
    branch: str
    partner: str = ""  # by whose link they first came; "" for nobody's
    country: str = ""  # where they are or go; "" if not known
    stages: int = 0
    result: str = ""  # of their last check in the month
    topics: str = "{}"  # JSON: how often each was asked


class TallyRow(SQLModel, table=True):
    """How many, in one period and group: the sum of all journeys, kept up to date with them."""

    __tablename__ = "tallies"

    period: str = Field(primary_key=True)  # "2026-11", "2026-Q4", "2026"
    branch: str = Field(primary_key=True)
    partner: str = Field(primary_key=True)
    country: str = Field(primary_key=True)
    measure: str = Field(primary_key=True)  # a stage, an outcome, "reach", or "topic:death"
    many: int = Field(sa_column=Column(BigInteger, nullable=False))


class RollupRow(SQLModel, table=True):
    """How far events were counted. Its lock lets one transaction count at a time."""

    __tablename__ = "rollups"

    id: int = Field(primary_key=True)
    counted: int = Field(sa_column=Column(BigInteger, nullable=False))  # the newest event that was looked at


class RecountRow(SQLModel, table=True):
    """Somebody to be counted anew, though nothing new happened: two who became one."""

    __tablename__ = "recounts"

    id: int | None = Field(default=None, primary_key=True)
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))


JOURNEYS, TALLIES, ROLLUPS, RECOUNTS = table_of(JourneyRow), table_of(TallyRow), table_of(RollupRow), table_of(RecountRow)


Key = tuple[str, str, str, str, str]  # one cell of the tallies: period, branch, partner, country, measure


@dataclass
class Month:
    stages: int = 0
    result: str = ""
    topics: Counter[str] = field(default_factory=Counter)

    def add(self, other: Month) -> None:
        """Another month, later than this one."""
        self.stages |= other.stages
        self.result = other.result or self.result
        self.topics.update(other.topics)


@dataclass
class Journey:
    """A person's way, month by month in order."""

    branch: str
    partner: str
    country: str
    months: dict[str, Month]

    def count(self, into: Counter[Key], sign: int) -> None:
        """Add to the tallies what this person is in every period, or take it away: each person once, each question as often as asked."""
        periods: dict[str, Month] = {}
        for month, did in sorted(self.months.items()):
            for period in (month, quarter_of(month), month[:4]):
                periods.setdefault(period, Month()).add(did)
        for period, did in periods.items():
            for measure, many in _measures(did):
                into[period, self.branch, self.partner, self.country, measure] += sign * many

    def rows(self, contact: int) -> list[dict[str, Any]]:
        common = {"contact_id": contact, "branch": self.branch, "partner": self.partner, "country": self.country}
        return [
            {**common, "month": month, "stages": did.stages, "result": did.result, "topics": json.dumps(did.topics, sort_keys=True)}
            for month, did in sorted(self.months.items())
        ]


def quarter_of(month: str) -> str:
    return f"{month[:4]}-Q{(int(month[5:7]) + 2) // 3}"


def month_of(at: datetime, zone: tzinfo) -> str:
    here = at.astimezone(zone)
    return f"{here.year}-{here.month:02}"


def _measures(did: Month) -> Iterable[tuple[str, int]]:
    yield from _stages(did.stages)
    if did.result:
        yield did.result, 1
    for topic, many in did.topics.items():
        yield f"topic:{topic}", many


@lru_cache(1024)
def _stages(bits: int) -> list[tuple[str, int]]:
    return [("reach", 1), *((name, 1) for name, bit in STAGES.items() if bits & bit)]


def journey(person: Any, events: Iterable[Any], zone: tzinfo) -> Journey:
    """Of a contact and their events, oldest first. Who was erased begins anew with what came after."""
    made = Journey(person.branch, "", person.country or "", {})
    if person.erased_at is None:
        made.months[month_of(person.created_at, zone)] = Month(stages=NEW)
    for event in events:
        month = made.months.setdefault(month_of(event.at, zone), Month())
        _happened(month, event)
        if event.kind == "touch" and not made.partner and event.subject not in ("misspelt", "unknown", "revoked", "expired"):
            made.partner = json.loads(event.detail).get("partner") or ""
    return made


def _happened(month: Month, event: Any) -> None:
    stages, result, topic = _means(event.kind, event.subject)
    month.stages |= stages
    if result:
        month.result = result
    if topic:
        month.topics[topic] += 1


@lru_cache(1024)
def _means(kind: str, subject: str) -> tuple[int, str, str]:
    """The stages, result and topic of an event."""
    stages = 0 if kind in SILENT else TALKED
    if kind == "touch":
        return stages | TOUCHED, "", ""
    if kind == "topic":
        return stages | EXPLAINS.get(subject, 0), "", subject
    if kind == "check":
        return stages | CHECKED, RESULTS.get(subject, UNKNOWN), ""
    if kind == "interest" and subject != "withdrawn":
        return stages | INTERESTED, "", ""
    if kind == "moved" and subject == "registered":
        return stages | REGISTERED, "", ""
    return stages | (HELPED if kind == "request" else 0), "", ""


def from_rows(rows: Iterable[Any]) -> Journey | None:
    """As it was kept; None where nothing was."""
    made: Journey | None = None
    for row in rows:
        made = made or Journey(row.branch, row.partner, row.country, {})
        made.months[row.month] = Month(row.stages, row.result, Counter(json.loads(row.topics)))
    return made
