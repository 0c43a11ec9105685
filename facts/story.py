"""What a worker tells about registration, journeys and contract, and the days that follow from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from facts.spans import NOT_KNOWN, Span, sooner

Stage = Literal["before", "during", "after"]
Scheme = Literal["placed", "perseorangan"]
DAY = timedelta(1)


@dataclass(frozen=True)
class Story:
    """What a worker tells on the day `today`. None is "not known"; a month without a day is a Span of that month.

    `registered_on` is the day of registration and payment, `returned_on` of the final return and not of a leave, `home_on` of reaching
    the home area. `ended_early_on` is the day the contract broke off or, before leaving, the departure failed.
    """

    stage: Stage
    today: date
    scheme: Scheme | None = None
    registered_on: Span | None = None
    departed_on: Span | None = None
    contract_ends_on: Span | None = None
    returned_on: Span | None = None
    home_on: Span | None = None
    on_leave: bool = False
    ended_early_on: Span | None = None
    extended_until: Span | None = None
    extension_paid: bool | None = None


class Contradiction(ValueError):
    """Two things a worker told cannot both be true; `field` is the one to ask again."""

    def __init__(self, field: str) -> None:
        super().__init__(f"{field} does not fit the rest of the story")
        self.field = field


@dataclass(frozen=True)
class Days:
    """The days of a story that set the windows, each as narrow as the story makes it."""

    registered: Span
    departed: Span
    contract_ends: Span
    returned: Span
    home: Span


def days(story: Story) -> Days:
    """Narrows every day by the stage: who is abroad today has left by today and comes back tomorrow at the earliest."""
    past, future = Span(None, story.today), Span(story.today + DAY, None)
    left, back = {"before": (future, future), "during": (past, future), "after": (past, past)}[story.stage]
    registered = _agreed("registered_on", story.registered_on, past)
    departed = _agreed("departed_on", story.departed_on, left)
    abroad = Span(departed.earliest, None)
    returned = _agreed("returned_on", story.returned_on, back, abroad)
    home = _agreed("home_on", story.home_on, Span(returned.earliest, None))
    _agreed("contract_ends_on", story.contract_ends_on, abroad)
    _agreed("extended_until", story.extended_until, abroad)
    if story.stage != "before":
        _agreed("ended_early_on", story.ended_early_on, abroad)
    return Days(registered, departed.within(Span(None, returned.latest)), _contract_end(story), returned, home)


def _agreed(field: str, told: Span | None, *known: Span) -> Span:
    day = told or NOT_KNOWN
    for other in known:
        day = day.within(other)
    if not day.is_possible:
        raise Contradiction(field)
    return day


def _contract_end(story: Story) -> Span:
    """The end that counts: a paid extension moves it, an unpaid one does not, and a contract that broke off ended then."""
    end = story.contract_ends_on or NOT_KNOWN
    if story.extended_until and story.extension_paid:
        end = story.extended_until
    elif story.extended_until and story.extension_paid is None:
        end = Span(end.earliest, story.extended_until.latest)
    if story.ended_early_on and story.stage != "before":
        end = story.ended_early_on if end == NOT_KNOWN else sooner(end, story.ended_early_on)
    return end
