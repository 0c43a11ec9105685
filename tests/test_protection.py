"""Who is protected when: rule by rule in tables, then checked against every way a vague story can turn out."""

from __future__ import annotations

from datetime import date
from typing import Any, cast

import pytest

from facts.protection import Protection, protection
from facts.spans import Span, add_months
from facts.story import Contradiction, Stage, Story

TODAY = date(2026, 11, 22)


def day(text: str) -> Span:
    return Span.month(int(text[:4]), int(text[5:7])) if len(text) == 7 else Span.on(date.fromisoformat(text))


def told(stage: str, *, today: date = TODAY, **what: Any) -> Protection:
    """A story in short: dates as texts, a month without its day as `2027-03`."""
    read: dict[str, Any] = {key: day(value) if isinstance(value, str) and key != "scheme" else value for key, value in what.items()}
    return protection(Story(cast(Stage, stage), today, **read))


def on(story: Protection, when: str) -> tuple[str, str]:
    state = story.on(date.fromisoformat(when))
    return state["JKK"], state["JKM"]


YES, NO, UNSURE = "covered", "not_covered", "not_known"


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        ("2026-08-31", 1, "2026-09-30"),
        ("2027-01-30", 1, "2027-02-28"),
        ("2028-01-30", 1, "2028-02-29"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2026-09-30", 5, "2027-02-28"),
        ("2027-09-30", 5, "2028-02-29"),
        ("2026-12-15", 1, "2027-01-15"),
        ("2026-07-31", 5, "2026-12-31"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_a_calendar_month_ends_on_the_same_day_or_on_the_last_day_of_a_shorter_month(start: str, months: int, end: str) -> None:
    assert add_months(date.fromisoformat(start), months) == date.fromisoformat(end)


@pytest.mark.parametrize(
    ("scheme", "registered", "when", "state"),
    [
        ("placed", "2026-09-01", "2026-08-31", (NO, NO)),
        ("placed", "2026-09-01", "2026-09-01", (YES, YES)),
        ("placed", "2026-09-01", "2027-02-01", (YES, YES)),
        ("placed", "2026-09-30", "2027-02-28", (YES, YES)),
        ("perseorangan", "2026-11-01", "2026-12-01", (NO, YES)),
        ("perseorangan", "2026-10-31", "2026-11-30", (NO, YES)),
    ],
)
def test_before_leaving_an_agency_route_has_five_months_of_both_and_a_lone_one_a_month_of_jkm(
    scheme: str, registered: str, when: str, state: tuple[str, str]
) -> None:
    assert on(told("before", scheme=scheme, registered_on=registered, departed_on="2027-06-01"), when) == state


@pytest.mark.parametrize(
    ("scheme", "registered", "after_the_limit"),
    [("placed", "2026-06-22", "2026-11-23"), ("placed", "2026-09-30", "2027-03-01"), ("perseorangan", "2026-10-31", "2026-12-01")],
)
def test_who_has_not_left_within_the_limit_is_not_protected_any_more(scheme: str, registered: str, after_the_limit: str) -> None:
    assert on(told("before", scheme=scheme, registered_on=registered, departed_on="2027-06-01"), after_the_limit) == (NO, NO)


def test_a_failed_departure_ends_the_protection_before_work() -> None:
    story = told("before", scheme="placed", registered_on="2026-09-01", ended_early_on="2026-11-10", departed_on="2027-06-01")
    assert (on(story, "2026-11-10"), on(story, "2026-11-11")) == ((YES, YES), (NO, NO))


def test_with_the_route_unknown_only_what_both_routes_give_is_certain() -> None:
    story = told("before", registered_on="2026-11-01", departed_on="2027-08-01")
    assert on(story, "2026-11-22") == (UNSURE, YES)
    assert on(story, "2026-12-15") == (UNSURE, UNSURE)
    assert on(story, "2027-04-02") == (NO, NO)


ABROAD: dict[str, Any] = {"departed_on": "2026-01-10", "contract_ends_on": "2028-01-31"}


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2025-11-30", (NO, NO)),
        ("2026-01-09", (YES, YES)),
        ("2026-01-10", (YES, YES)),
        ("2026-11-22", (YES, YES)),
        ("2028-01-31", (YES, YES)),
        ("2028-02-29", (YES, YES)),
        ("2028-03-01", (UNSURE, UNSURE)),
        ("2028-03-30", (UNSURE, UNSURE)),
        ("2028-03-31", (NO, NO)),
    ],
)
def test_both_hold_until_a_month_after_the_contract(when: str, state: tuple[str, str]) -> None:
    assert on(told("during", registered_on="2025-12-01", scheme="placed", **ABROAD), when) == state


def test_the_end_is_at_least_the_contract_and_at_most_a_month_and_thirty_days_more() -> None:
    story = told("during", **ABROAD)
    assert story.until_at_least == date(2028, 1, 31)
    assert story.until_at_most == date(2028, 3, 30)
    assert story.contract_ends == day("2028-01-31")


def test_a_month_without_a_day_counts_its_first_day_for_at_least_and_its_last_for_at_most() -> None:
    story = told("during", departed_on="2025-03", contract_ends_on="2027-03")
    assert story.until_at_least == date(2027, 3, 1)
    assert story.until_at_most == date(2027, 5, 30)
    assert on(story, "2027-03-31") == (YES, YES), "the first of March and a month more still reach it"
    assert on(story, "2027-04-02") == (UNSURE, UNSURE)


def test_a_worker_in_the_month_after_the_contract_is_protected_but_nothing_more_is_promised() -> None:
    story = told("during", departed_on="2024-11-10", contract_ends_on="2026-11-10")
    assert story.now() == {"JKK": YES, "JKM": YES}
    assert story.until_at_least is None
    assert story.until_at_most == date(2027, 1, 9)


def test_who_stays_longer_than_that_month_is_not_protected_any_more() -> None:
    story = told("during", departed_on="2023-11-10", contract_ends_on="2026-10-21")
    assert story.now() == {"JKK": NO, "JKM": NO}
    assert story.window("after", "JKM") is None
    assert story.until_at_most == date(2026, 11, 21)


def test_on_home_leave_only_jkm_holds_and_an_accident_there_is_not_covered() -> None:
    story = told("during", on_leave=True, **ABROAD)
    assert story.now() == {"JKK": NO, "JKM": YES}
    assert story.until_at_least == date(2028, 1, 31)
    assert on(story, "2027-06-01") == (UNSURE, YES), "nobody knows yet when the leave ends"
    assert on(story, "2026-06-01") == (UNSURE, YES), "nor since when it lasts"
    leave = story.window("during", "JKM")
    assert leave is not None
    assert (leave.limit_id, leave.citation.article) == ("during_leave", "16(2)")


@pytest.mark.parametrize(
    ("what", "end"),
    [
        ({"ended_early_on": "2026-11-01"}, "2026-12-01"),
        ({"ended_early_on": "2028-05-01"}, "2028-02-29"),
        ({"extended_until": "2030-01-31", "extension_paid": True}, "2030-02-28"),
        ({"extended_until": "2030-01-31", "extension_paid": False}, "2028-02-29"),
        ({"extended_until": "2030-01-31", "extension_paid": True, "ended_early_on": "2029-05-05"}, "2029-06-05"),
    ],
)
def test_the_contract_ends_when_it_broke_off_or_when_its_paid_extension_ends(what: dict[str, Any], end: str) -> None:
    story = told("during", **ABROAD, **what)
    window = story.window("during", "JKK")
    assert window is not None
    assert window.ends == day(end)


def test_an_extension_of_which_the_payment_is_not_known_promises_only_the_first_contract() -> None:
    story = told("during", **ABROAD, extended_until="2030-01-31")
    assert story.until_at_least == date(2028, 1, 31)
    assert on(story, "2029-01-01") == (UNSURE, UNSURE)
    assert on(story, "2030-04-15") == (NO, NO)


def test_who_registers_abroad_is_protected_from_that_day_not_from_departure() -> None:
    story = told("during", registered_on="2026-05-05", scheme="placed", **ABROAD)
    assert (on(story, "2026-05-04"), on(story, "2026-05-05")) == ((NO, NO), (YES, YES))


HOME: dict[str, Any] = {"departed_on": "2024-11-01", "contract_ends_on": "2026-10-31", "returned_on": "2026-11-05"}


@pytest.mark.parametrize(
    ("when", "state"),
    [
        ("2026-11-05", (YES, YES)),
        ("2026-11-06", (UNSURE, YES)),
        ("2026-12-05", (UNSURE, YES)),
        ("2026-12-06", (NO, NO)),
    ],
)
def test_after_the_return_jkm_has_thirty_days_and_jkk_only_the_way_home(when: str, state: tuple[str, str]) -> None:
    assert on(told("after", **HOME), when) == state


def test_jkk_ends_on_reaching_home_and_never_later_than_thirty_days() -> None:
    assert on(told("after", **HOME, home_on="2026-11-07"), "2026-11-07") == (YES, YES)
    assert on(told("after", **HOME, home_on="2026-11-07"), "2026-11-08") == (NO, YES)
    assert on(told("after", **HOME, home_on="2026-12-20"), "2026-12-06") == (NO, NO)


def test_coming_home_before_the_contract_ends_closes_the_time_abroad() -> None:
    story = told("after", departed_on="2025-01-01", contract_ends_on="2027-01-01", returned_on="2026-11-01", home_on="2026-11-02")
    assert story.now() == {"JKK": NO, "JKM": YES}
    assert story.until("JKM") == day("2026-12-01")


def test_coming_home_too_late_brings_no_protection_after_work() -> None:
    story = told("after", departed_on="2023-01-01", contract_ends_on="2026-09-01", returned_on="2026-11-20")
    assert story.now() == {"JKK": NO, "JKM": NO}


def test_between_contract_and_return_no_day_is_lost_when_only_the_month_is_known() -> None:
    story = told("after", departed_on="2024-11", contract_ends_on="2026-10-31", returned_on="2026-11")
    assert story.now()["JKM"] == YES, "either still on the way home or within thirty days of it"
    assert story.until_at_most == date(2026, 12, 22), "she is home today, so she landed today at the latest"


def test_between_registration_and_departure_no_day_is_lost_when_only_the_month_is_known() -> None:
    story = told("before", scheme="placed", registered_on="2026-10-01", departed_on="2026-12", contract_ends_on="2028-12-01")
    assert on(story, "2026-12-15") == (YES, YES)
    assert story.until_at_least == date(2028, 12, 1)


@pytest.mark.parametrize("stage", ["before", "during", "after"])
def test_nothing_told_is_nothing_known(stage: str) -> None:
    story = told(stage)
    assert set(story.now().values()) == {UNSURE}
    assert story.until_at_least is None
    assert story.contract_ends == Span()


def test_home_with_the_contract_unknown_still_has_a_last_day() -> None:
    story = told("after", returned_on="2026-09-01")
    assert story.now() == {"JKK": NO, "JKM": NO}
    assert told("after", returned_on="2026-11-10").now() == {"JKK": UNSURE, "JKM": UNSURE}


@pytest.mark.parametrize(
    ("stage", "what", "field"),
    [
        ("before", {"departed_on": "2026-01-01"}, "departed_on"),
        ("before", {"registered_on": "2027-01-01"}, "registered_on"),
        ("before", {"contract_ends_on": "2026-01-01"}, "contract_ends_on"),
        ("during", {"departed_on": "2027-01-01"}, "departed_on"),
        ("during", {"returned_on": "2026-01-01"}, "returned_on"),
        ("during", {"departed_on": "2026-05-01", "contract_ends_on": "2026-04-30"}, "contract_ends_on"),
        ("during", {"departed_on": "2026-05-01", "ended_early_on": "2026-04"}, "ended_early_on"),
        ("during", {"departed_on": "2026-05-01", "extended_until": "2025-04"}, "extended_until"),
        ("after", {"departed_on": "2026-05-01", "returned_on": "2026-04-01"}, "returned_on"),
        ("after", {"returned_on": "2026-04-10", "home_on": "2026-04-01"}, "home_on"),
    ],
)
def test_a_story_that_cannot_be_true_names_the_date_to_ask_again(stage: str, what: dict[str, Any], field: str) -> None:
    with pytest.raises(Contradiction) as caught:
        told(stage, **what)
    assert caught.value.field == field


def test_every_window_says_where_it_stands_and_an_unread_paragraph_names_its_source() -> None:
    story = told("during", scheme="placed", registered_on="2025-12-01", **ABROAD)
    stands = {window.limit_id: (window.citation.regulation, window.citation.article) for window in story.windows}
    assert stands == {
        "before_placed": ("BPJS Ketenagakerjaan", ""),
        "during": ("Permenaker 4/2023", "16(1)-(2)"),
        "after_jkk": ("BPJS Ketenagakerjaan", ""),
        "after_jkm": ("BPJS Ketenagakerjaan", ""),
    }
    assert (story.citation.regulation, story.citation.article) == ("Permenaker 4/2023", "14-17")
