"""Every vague story against what really happened: what is said for certain is true, and with every day known nothing is left open."""

from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from facts.protection import protection
from facts.spans import Span, add_months
from facts.story import Scheme, Stage, Story
from facts.windows import BOTH

TODAY = date(2026, 11, 22)
YES, UNSURE = "covered", "not_known"


@dataclass(frozen=True)
class Life:
    """What really happened, to the day; the rules written once more, as plainly as they stand."""

    stage: Stage
    scheme: Scheme
    registered: date
    departed: date
    contract_ends: date
    returned: date
    home: date

    def covered(self, programme: str, when: date) -> bool:
        limit = add_months(self.registered, 5 if self.scheme == "placed" else 1)
        stay = add_months(self.contract_ends, 1)
        before = self.registered <= when <= min(limit, self.departed) and (self.scheme == "placed" or programme == "JKM")
        during = max(self.departed, self.registered) <= when <= min(stay, self.returned)
        last = self.returned + timedelta(30)
        after = self.returned <= stay and self.returned <= when <= (min(self.home, last) if programme == "JKK" else last)
        return before or during or after


@st.composite
def lives(draw: st.DrawFn) -> Life:
    registered = TODAY - timedelta(draw(st.integers(0, 900)))
    departed = registered + timedelta(draw(st.integers(-40, 250)))
    contract_ends = departed + timedelta(draw(st.integers(1, 800)))
    returned = max(departed, contract_ends + timedelta(draw(st.integers(-200, 70))))
    home = returned + timedelta(draw(st.integers(0, 45)))
    stage: Stage = "before" if departed > TODAY else "during" if returned > TODAY else "after"
    schemes: tuple[Scheme, ...] = ("placed", "perseorangan")
    return Life(stage, draw(st.sampled_from(schemes)), registered, departed, contract_ends, returned, home)


def blurred(draw: st.DrawFn, when: date) -> Span | None:
    return draw(st.sampled_from((None, Span.on(when), Span.month(when.year, when.month), Span(when, None), Span(None, when))))


@st.composite
def vague_stories(draw: st.DrawFn) -> tuple[Life, Story]:
    life = draw(lives())
    home = blurred(draw, life.home) if life.stage == "after" else None
    # A return that is not told is taken to happen when the time abroad ends, so it must be told here.
    returned = blurred(draw, life.returned) or Span(life.returned, None)
    scheme = draw(st.sampled_from((None, life.scheme)))
    # Without the day of registration, who is abroad is taken to have registered before leaving.
    registered = blurred(draw, life.registered) or Span(None, life.registered)
    story = Story(life.stage, TODAY, scheme, registered, blurred(draw, life.departed), blurred(draw, life.contract_ends), returned, home)
    return life, story


@settings(deadline=None)
@given(vague_stories(), st.integers(-900, 1400))
def test_what_is_said_for_certain_is_true_however_the_story_turns_out(both: tuple[Life, Story], offset: int) -> None:
    life, story = both
    when = TODAY + timedelta(offset)
    for programme, state in protection(story).on(when).items():
        if state != UNSURE:
            assert life.covered(programme, when) == (state == YES)


@settings(deadline=None)
@given(vague_stories())
def test_at_least_and_at_most_hold_however_the_story_turns_out(both: tuple[Life, Story]) -> None:
    life, story = both
    said = protection(story)
    for programme in BOTH:
        until = said.until(programme)
        if until.earliest:
            assert all(life.covered(programme, TODAY + timedelta(n)) for n in range((until.earliest - TODAY).days + 1))
        if until.latest:
            assert not any(life.covered(programme, until.latest + timedelta(n)) for n in range(1, 400))


@settings(deadline=None)
@given(lives(), st.integers(-900, 1400))
def test_with_every_day_known_nothing_is_left_open(life: Life, offset: int) -> None:
    registered, departed, ends, returned, home = map(
        Span.on, (life.registered, life.departed, life.contract_ends, life.returned, life.home)
    )
    story = Story(life.stage, TODAY, life.scheme, registered, departed, ends, returned, home)
    when = TODAY + timedelta(offset)
    said = protection(story).on(when)
    assert UNSURE not in said.values()
    assert {programme: state == YES for programme, state in said.items()} == {
        programme: life.covered(programme, when) for programme in BOTH
    }
