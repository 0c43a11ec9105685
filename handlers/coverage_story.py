"""What a worker tells about journey and contract, as it is remembered between two questions, and as a story for the rules."""

from datetime import date

from dialogue import State
from facts import Scheme, Span, Stage, Story
from locales import Month

NOT_KNOWN = "?"
A_MONTH = len("2027-03")


class Period(State):
    """Days as they were told: `2027-03-12`, `2027-03` for a month, `?` for not known, nothing for not asked."""

    stage: Stage = "during"  # where they are; on leave they are back
    reason: str = ""  # why they are back: finished, early, leave
    scheme: Scheme | None = None
    change: str = ""  # what became of the contract: no, extended, early
    registered_on: str = ""
    departed_on: str = ""
    contract_ends_on: str = ""
    ended_early_on: str = ""
    extended_until: str = ""
    extension_paid: bool | None = None
    returned_on: str = ""
    asking: str = ""  # the day of which only the month is known


def written(told: date | Month | None) -> str:
    if isinstance(told, Month):
        return f"{told.year:04}-{told.month:02}"
    return told.isoformat() if told else NOT_KNOWN


def month_of(told: str) -> Month:
    """The month of a day that was told, with or without its day."""
    return Month(int(told[:4]), int(told[5:7]))


def span(told: str) -> Span | None:
    if told in ("", NOT_KNOWN):
        return None
    if len(told) == A_MONTH:
        month = month_of(told)
        return Span.month(month.year, month.month)
    return Span.on(date.fromisoformat(told))


def story(state: Period, today: date) -> Story:
    on_leave = state.stage == "after" and state.reason == "leave"
    return Story(
        stage="during" if on_leave else state.stage,
        today=today,
        scheme=state.scheme,
        registered_on=span(state.registered_on),
        departed_on=span(state.departed_on),
        contract_ends_on=span(state.contract_ends_on),
        returned_on=span(state.returned_on),
        on_leave=on_leave,
        ended_early_on=span(state.ended_early_on),
        extended_until=span(state.extended_until),
        extension_paid=state.extension_paid,
    )


__all__ = ["Period", "month_of", "span", "story", "written"]
