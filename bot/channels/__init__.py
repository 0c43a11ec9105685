"""What a channel is: two pure functions, payload -> Inbound and page -> API call, and one call that sends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from locales import Limits, Page
from storage.templates import Filled


class Failure(StrEnum):
    """What kind of failure a send was. The channel says what happened; delivery decides what to do about it."""

    NOT_SENT = "not_sent"  # surely not sent: refused before the request left, or the platform is down; try again soon
    WAIT = "wait"  # surely not sent: the platform asks to slow down (429); `retry_after` says for how long
    MOVED = "moved"  # the chat has another id now: `moved_to`
    UNREACHABLE = "unreachable"  # this person cannot be written to until they write again
    CONTENT = "content"  # the platform refuses this very page
    WINDOW = "window"  # surely not sent: only a template may go to this person now
    UNWANTED = "unwanted"  # surely not sent: this person told the platform that they want no more of these
    DAY = "day"  # surely not sent: the platform lets no more of these reach this person today
    REST = "rest"  # surely not sent: we sent too many people too much; campaigns must rest for a day
    FORBIDDEN = "forbidden"  # our own access is refused (token revoked): stop sending and tell staff
    DOUBT = "doubt"  # perhaps sent: the answer was lost


class SendError(Exception):
    """A send that did not end in a provider's id. `reason` is a short code for reports, without personal data."""

    def __init__(self, failure: Failure, reason: str, *, retry_after: float | None = None, moved_to: str = "") -> None:
        super().__init__(f"{failure}: {reason}")
        self.failure = failure
        self.reason = reason
        self.retry_after = retry_after
        self.moved_to = moved_to


@dataclass(frozen=True, slots=True)
class Parcel:
    """One claimed delivery, ready to be sent. `address` is the external id at the channel."""

    delivery: int
    address: str
    page: Page
    follows: str | None = None  # the provider's id of the message it answers
    template: Filled | None = None  # what goes instead of the page, which is then what the person sees


class Channel(Protocol):
    """A way to write to people. One call of `send` is one API call."""

    name: str
    limits: Limits

    async def send(self, parcel: Parcel) -> str:
        """The provider's id of what was sent; raises SendError."""
        ...

    async def close(self) -> None: ...
