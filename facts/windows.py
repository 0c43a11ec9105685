"""The windows of protection before, during and after work (Permenaker 4/2023 Pasal 14-17), each with the rule it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from facts.look import limit
from facts.model import Limit
from facts.spans import NOT_KNOWN, Span, later, sooner
from facts.story import DAY, Days, Stage, Story
from locales import Citation

Programme = Literal["JKK", "JKM"]
BOTH: tuple[Programme, ...] = ("JKK", "JKM")


@dataclass(frozen=True)
class Window:
    """One stretch of protection by one programme, from its first to its last day.

    `firm` is its end by contract or rule alone, `longest` the end if no journey ends it sooner: a worker who stays abroad is protected
    firmly to the end of the contract, and at the longest a month more to get home.
    """

    stage: Stage
    programme: Programme
    starts: Span
    ends: Span
    firm: Span
    longest: Span
    rule: Limit

    @property
    def limit_id(self) -> str:
        return self.rule.id

    @property
    def citation(self) -> Citation:
        return self.rule.citation

    def surely(self, day: date) -> bool:
        return self.surely_begun(day) and self.ends.earliest is not None and day <= self.ends.earliest

    def surely_begun(self, day: date) -> bool:
        return self.starts.latest is not None and self.starts.latest <= day

    def possibly(self, day: date) -> bool:
        starts, ends = self.starts.earliest, self.ends.latest
        return (starts is None or starts <= day) and (ends is None or day <= ends)


def windows(story: Story, known: Days) -> tuple[Window, ...]:
    """Every window the story allows, programme by programme in the order of time."""
    return tuple(window for programme in BOTH for stage in (_before, _during, _after) for window in stage(programme, story, known))


def _before(programme: Programme, story: Story, known: Days) -> Iterator[Window]:
    """From registration to embarkation. Without a scheme both limits are possible, and JKK only by the one of an agency."""
    rules = [rule for rule in (limit("before_placed"), limit("before_perseorangan")) if story.scheme in (None, rule.scheme)]
    granting = [rule for rule in rules if programme in rule.programmes]
    if not granting:
        return
    starts = known.registered
    ends = [starts.plus(months=rule.months.value) for rule in granting if rule.months]
    longest = Span(sooner(ends[0], ends[-1]).earliest, later(ends[0], ends[-1]).latest)
    if story.stage == "before" and story.ended_early_on:
        longest = sooner(longest, story.ended_early_on)
    if len(granting) < len(rules):
        starts, longest = Span(starts.earliest, None), Span(None, longest.latest)
    yield Window("before", programme, starts, sooner(longest, known.departed), longest, longest, granting[0])


def _during(programme: Programme, story: Story, known: Days) -> Iterator[Window]:
    """From embarkation, or registration abroad, to the end of the contract and at most a month more; JKK not on home leave."""
    rule = limit("during_leave" if story.on_leave and programme == "JKM" else "during")
    starts = later(known.departed, known.registered) if story.registered_on else known.departed
    longest = _longest_stay(known)
    ends = sooner(longest, known.returned) if story.returned_on else longest
    if not (story.on_leave and story.stage == "during" and programme == "JKK"):
        yield Window("during", programme, starts, ends, known.contract_ends, longest, rule)
        return
    before_leave = Span(None, story.today - DAY)
    yield Window("during", programme, starts, sooner(ends, before_leave), before_leave, before_leave, rule)
    yield Window("during", programme, Span(story.today + DAY, None), ends, known.contract_ends, longest, rule)


def _after(programme: Programme, story: Story, known: Days) -> Iterator[Window]:
    """From debarkation within the time abroad that was covered. JKK lasts until the worker is home, JKM its full days."""
    rule = limit("after_jkk" if programme == "JKK" else "after_jkm")
    stay = _longest_stay(known)
    landed = known.returned.within(Span(None, stay.latest))
    if not landed.is_possible or not rule.days:
        return
    in_time = known.returned.latest is not None and stay.earliest is not None and known.returned.latest <= stay.earliest
    starts = landed if in_time else Span(landed.earliest, None)
    ends = landed.plus(days=rule.days.value)
    if programme == "JKK":
        ends = sooner(known.home, ends) if story.home_on else Span(landed.earliest, ends.latest)
    yield Window("after", programme, starts, ends, ends, ends, rule)


def _longest_stay(known: Days) -> Span:
    months = limit("during").months
    return known.contract_ends.plus(months=months.value) if months else NOT_KNOWN
