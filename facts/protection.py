"""When a worker is protected, by what and until when, from what the worker tells.

Everything here supposes that the contributions were paid; whoever speaks the result says so. Days are bounded, never guessed:
"covered at least until" rests on the earliest day that is possible, "at most until" on the latest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from facts.look import cite
from facts.spans import Span
from facts.story import DAY, Stage, Story, days
from facts.windows import BOTH, Programme, Window, windows
from locales import Citation

State = Literal["covered", "not_covered", "not_known"]


@dataclass(frozen=True)
class Protection:
    """All windows of one worker and what they say about any day. `contract_ends` is the end that counts."""

    windows: tuple[Window, ...]
    contract_ends: Span
    today: date
    citation: Citation

    def on(self, day: date) -> Mapping[Programme, State]:
        return {programme: self._state(programme, day) for programme in BOTH}

    def now(self) -> Mapping[Programme, State]:
        return self.on(self.today)

    def window(self, stage: Stage, programme: Programme) -> Window | None:
        return next((window for window in self._of(programme) if window.stage == stage), None)

    def until(self, programme: Programme) -> Span:
        """The last day of protection by one programme: surely until `earliest` (None: not surely today), never beyond `latest`."""
        return Span(self._at_least(programme), _last(window.ends.latest for window in self._of(programme)))

    @property
    def until_at_least(self) -> date | None:
        """Until when everything that surely protects today goes on; None if nothing surely does."""
        known = [day for programme in BOTH if (day := self._at_least(programme))]
        return min(known, default=None)

    @property
    def until_at_most(self) -> date | None:
        """The day after which nothing protects any more; None if that is not known."""
        return _last(window.ends.latest for window in self.windows)

    def _of(self, programme: Programme) -> tuple[Window, ...]:
        return tuple(window for window in self.windows if window.programme == programme)

    def _state(self, programme: Programme, day: date) -> State:
        mine = self._of(programme)
        if any(window.surely(day) for window in mine) or any(_one_or_other(first, then, day) for first, then in _neighbours(mine)):
            return "covered"
        return "not_known" if any(window.possibly(day) for window in mine) else "not_covered"

    def _at_least(self, programme: Programme) -> date | None:
        """Goes on from window to window as long as the next has surely begun when the last one ends."""
        mine, reached = self._of(programme), self.today - DAY
        while True:
            ends = [_soonest(window.firm, window.ends) for window in mine if window.surely_begun(reached + DAY)]
            ends += [_soonest(first.firm, then.firm, then.ends) for first, then in _neighbours(mine) if first.surely_begun(reached + DAY)]
            furthest = max((end for end in ends if end), default=reached)
            if furthest <= reached:
                return reached if reached >= self.today else None
            reached = furthest


def protection(story: Story) -> Protection:
    """What follows from a story. Raises Contradiction, with the field to ask again, where it cannot be true."""
    known = days(story)
    return Protection(windows(story, known), known.contract_ends, story.today, cite("permenaker-4-2023", "14-17"))


def _neighbours(mine: tuple[Window, ...]) -> Iterator[tuple[Window, Window]]:
    """Windows between which one journey ends the first and begins the second."""
    return ((first, then) for first, then in pairwise(mine) if first.stage != then.stage)


def _one_or_other(first: Window, then: Window, day: date) -> bool:
    """Whether a day is protected whenever the journey between two windows was made: before it by the first, after it by the second."""
    still_first = first.longest.earliest is not None and day <= first.longest.earliest
    return first.surely_begun(day) and still_first and then.ends.earliest is not None and day <= then.ends.earliest


def _soonest(*ends: Span) -> date | None:
    days = [end.earliest for end in ends]
    known = [day for day in days if day is not None]
    return min(known) if len(known) == len(days) else None


def _last(ends: Iterator[date | None]) -> date | None:
    days = list(ends)
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None
