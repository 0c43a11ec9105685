"""What follows from each kind of failure, for replies and for campaigns."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels import Failure, SendError
from bot.outcomes import backoff, outcome
from locales import Page
from storage.deliveries import CAMPAIGN, REPLY
from storage.outbox import Claimed

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)


def claimed(lane: int = REPLY, *, attempts: int = 1, resent: bool = False) -> Claimed:
    return Claimed(1, "a", "62812", Page("Halo"), lane, attempts, resent, None)


@pytest.mark.parametrize(
    ("failure", "state", "spent"),
    [
        (Failure.NOT_SENT, "queued", True),
        (Failure.FORBIDDEN, "queued", True),
        (Failure.WAIT, "queued", False),
        (Failure.MOVED, "queued", False),
        (Failure.DAY, "queued", True),
        (Failure.REST, "queued", False),
        (Failure.UNREACHABLE, "failed", True),
        (Failure.CONTENT, "failed", True),
        (Failure.UNWANTED, "failed", True),
        (Failure.WINDOW, "skipped", True),
    ],
)
def test_what_surely_was_not_sent_goes_again_or_ends(failure: Failure, state: str, spent: bool) -> None:
    result = outcome(claimed(CAMPAIGN), SendError(failure, "why"), NOW, 0.5)
    assert (result.state, result.spent) == (state, spent)
    assert result.reason == ("moved" if failure is Failure.MOVED else "why")
    assert not result.resent


def test_what_is_too_much_for_one_person_today_goes_tomorrow() -> None:
    result = outcome(claimed(CAMPAIGN), SendError(Failure.DAY, "enough_for_today"), NOW, 1.0)
    assert result.due_at == NOW + timedelta(hours=36)


def test_what_is_too_much_for_all_makes_campaigns_rest_a_day() -> None:
    result = outcome(claimed(CAMPAIGN), SendError(Failure.REST, "flagged_as_spam"), NOW, 0.5)
    assert result.pause_until == result.due_at == NOW + timedelta(days=1)


def test_what_a_platform_says_of_a_person_is_remembered() -> None:
    assert outcome(claimed(), SendError(Failure.UNREACHABLE, "blocked"), NOW, 0).unreachable == "blocked"
    assert outcome(claimed(), SendError(Failure.UNWANTED, "unwanted"), NOW, 0).unwanted
    assert outcome(claimed(), SendError(Failure.WINDOW, "window"), NOW, 0).shut


@pytest.mark.parametrize(
    ("lane", "resent", "state", "again"),
    [(REPLY, False, "queued", True), (REPLY, True, "in_doubt", False), (CAMPAIGN, False, "in_doubt", False)],
)
def test_doubt_lets_a_reply_go_once_more_and_nothing_else(lane: int, resent: bool, state: str, again: bool) -> None:
    result = outcome(claimed(lane, resent=resent), SendError(Failure.DOUBT, "timeout"), NOW, 0)
    assert (result.state, result.resent) == (state, again)


def test_waiting_grows_and_has_an_end() -> None:
    waits = [backoff(attempts, 0) for attempts in range(1, 20)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=1)
    assert backoff(50, 1) == timedelta(hours=1)
