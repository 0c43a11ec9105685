"""What goes out: one row is one page to one address, and one API call."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, ColumnElement, Index, literal_column, text, update
from sqlmodel import Field, SQLModel

from locales import Button, Page
from storage.changes import Changes, table_of
from storage.contacts import moment

PULLED = frozenset({"webchat", "terminal"})  # channels whose reader fetches what was written; nothing is sent to them
REPLY, NOTICE, CAMPAIGN = 0, 1, 2  # lanes: the lower always goes first
# Written out, since an index over some states serves only a statement that names them; of a parameter the database cannot know.
QUEUED: ColumnElement[str] = literal_column("'queued'")
IN_FLIGHT: ColumnElement[str] = literal_column("'in_flight'")
IN_DOUBT: ColumnElement[str] = literal_column("'in_doubt'")
REPLY_LIVES = timedelta(hours=24)  # an answer that could not be sent for a day helps nobody any more


class DeliveryRow(SQLModel, table=True):
    """queued -> in_flight -> sent -> delivered -> read, or failed, skipped, cancelled, expired, in_doubt (each with a reason)."""

    __tablename__ = "deliveries"
    __table_args__ = (
        Index(
            "deliveries_waiting", "channel", "lane", "id", postgresql_where=text("state = 'queued'"), sqlite_where=text("state = 'queued'")
        ),
        Index(
            "deliveries_open",
            "address",
            "id",
            postgresql_where=text("state IN ('queued', 'in_flight')"),
            sqlite_where=text("state IN ('queued', 'in_flight')"),
        ),
        Index("deliveries_by_contact", "contact_id", "id"),
        Index(
            "deliveries_by_time", "at", postgresql_using="brin", postgresql_with={"autosummarize": "on"}
        ),  # rows come in the order of time, so a coarse index does
        Index("deliveries_in_doubt", "contact_id", postgresql_where=text("state = 'in_doubt'"), sqlite_where=text("state = 'in_doubt'")),
        Index(
            "deliveries_by_provider",
            "provider_id",
            postgresql_where=text("provider_id IS NOT NULL"),
            sqlite_where=text("provider_id IS NOT NULL"),
        ),
    )

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    key: str = Field(unique=True)  # why it exists: the same cause can never make a second one
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    address: str
    channel: str
    lane: int
    state: str
    reason: str | None = None
    page: str  # JSON: text, buttons
    facts: str = ""  # ids of the facts it spoke
    at: datetime = Field(sa_column=moment(nullable=False))
    due_at: datetime = Field(sa_column=moment(nullable=False))
    expires_at: datetime = Field(sa_column=moment(nullable=False))
    attempts: int = 0
    epoch: int | None = Field(default=None, sa_column=Column(BigInteger))  # of the sender that claimed it
    claimed_at: datetime | None = Field(default=None, sa_column=moment())
    done_at: datetime | None = Field(default=None, sa_column=moment())
    provider_id: str | None = None
    resent: bool = False  # sent once more after doubt: the worker may have it twice
    follows: str | None = None  # the provider's id of the message it answers
    template: str | None = None  # JSON of a storage.templates.Filled, if it goes as one; `page` is then what the person sees
    category: str | None = None  # by which the platform bills it, once a receipt said so


DELIVERIES = table_of(DeliveryRow)


@dataclass(frozen=True, slots=True)
class Illustrated(Page):
    """A page with a picture or a document, which the platform fetches from `link`."""

    link: str = ""
    kind: str = ""  # image/jpeg, image/png, application/pdf
    name: str = ""  # of the file


_compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def dump_page(page: Page) -> str:
    buttons = [{"label": button.label, "payload": button.payload, "url": button.url} for button in page.buttons]
    file = {"file": [page.link, page.kind, page.name]} if isinstance(page, Illustrated) else {}
    return _compact({"text": page.text, "buttons": buttons, **file})


def load_page(row: str, facts: str = "") -> Page:
    value = json.loads(row)
    buttons = tuple(Button(button["label"], button["payload"], button["url"]) for button in value["buttons"])
    said = value["text"], buttons, tuple(facts.split())
    return Illustrated(*said, *value["file"]) if "file" in value else Page(*said)


def reply_row(
    new_id: int, key: str, contact_id: int, address: str, channel: str, page: Page, now: datetime, *, pulled: bool, follows: str | None
) -> dict[str, Any]:
    """A reply to be queued. On a channel whose reader pulls its pages (web, terminal) it is sent once it is written."""
    return {
        "id": new_id,
        "key": key,
        "contact_id": contact_id,
        "address": address,
        "channel": channel,
        "lane": REPLY,
        "state": "sent" if pulled else "queued",
        "page": dump_page(page),
        "facts": " ".join(page.facts),
        "at": now,
        "due_at": now,
        "expires_at": now + REPLY_LIVES,
        "attempts": 0,
        "resent": False,
        "done_at": now if pulled else None,
        "follows": follows,
    }


class Deliveries:
    """What a turn may know of deliveries to its contact."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def pressed(self, delivery: str) -> None:
        """A button of this very delivery was pressed, so it has arrived: evidence that settles doubt and counts as read."""
        if not delivery.isdecimal():
            return
        changes = self._changes
        changes.change(
            update(DELIVERIES)
            .where(
                DELIVERIES.c.id == int(delivery),
                DELIVERIES.c.contact_id == changes.contact.id,
                DELIVERIES.c.state.in_(("in_flight", "in_doubt", "sent", "delivered")),
            )
            .values(state="read", done_at=changes.now)
        )
