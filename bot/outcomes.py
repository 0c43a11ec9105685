"""Decides what a failed send means for its delivery. The channel says what happened; this says what follows."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.channels import Failure, SendError
from storage.deliveries import CAMPAIGN
from storage.outbox import Claimed, Result

LONGEST_WAIT = timedelta(hours=1)
DAY = timedelta(hours=24)


def outcome(claimed: Claimed, error: SendError, now: datetime, jitter: float) -> Result:
    """The next state of a delivery. `jitter` from 0 to 1 spreads tries, so that many do not come back at one moment.

    What surely was not sent waits and goes again. What perhaps was sent is in doubt: a reply goes once more, flagged, since a
    repeated answer does little harm; anything else never goes again by itself.
    """
    match error.failure:
        case Failure.NOT_SENT | Failure.FORBIDDEN:
            return Result(claimed.id, "queued", error.reason, due_at=now + backoff(claimed.attempts, jitter))
        case Failure.WAIT:
            wait = timedelta(seconds=(error.retry_after or 1) * (1 + jitter / 10))
            return Result(claimed.id, "queued", error.reason, due_at=now + wait, spent=False)
        case Failure.MOVED:
            return Result(claimed.id, "queued", "moved", due_at=now, spent=False, moved_to=error.moved_to)
        case Failure.UNREACHABLE:
            return Result(claimed.id, "failed", error.reason, unreachable=error.reason)
        case Failure.CONTENT:
            return Result(claimed.id, "failed", error.reason)
        case Failure.WINDOW:
            return Result(claimed.id, "skipped", error.reason, shut=True)
        case Failure.UNWANTED:
            return Result(claimed.id, "failed", error.reason, unwanted=True)
        case Failure.DAY:
            return Result(claimed.id, "queued", error.reason, due_at=now + DAY * (1 + jitter / 2))
        case Failure.REST:
            return Result(claimed.id, "queued", error.reason, due_at=now + DAY, spent=False, pause_until=now + DAY)
        case Failure.DOUBT:
            if claimed.lane < CAMPAIGN and not claimed.resent:
                return Result(claimed.id, "queued", error.reason, due_at=now + backoff(claimed.attempts, jitter), resent=True)
            return Result(claimed.id, "in_doubt", error.reason)


def backoff(attempts: int, jitter: float) -> timedelta:
    """1 s, 2 s, 4 s .. up to an hour, each up to half longer."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 12)) * (1 + jitter / 2), LONGEST_WAIT)
