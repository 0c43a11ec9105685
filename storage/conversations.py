"""What arrives, and where a contact is in a dialogue: a trail of places, each with the state as it was on arrival."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, text
from sqlmodel import Field, SQLModel

from storage.contacts import Contact, moment

HELD = timedelta(hours=24)  # after the officer's last words


def is_held(held_at: datetime | None, now: datetime) -> bool:
    """Whether an officer talks, instead of the bot. Forgotten talks go back to the bot by themselves."""
    return held_at is not None and now - held_at < HELD


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message or button press that arrived. `id` is the provider's own: the same id twice is the same message."""

    channel: str
    sender: str
    id: str
    at: datetime
    text: str = ""
    pressed: str | None = None  # the payload of a button, if one was pressed
    label: str = ""  # what stood on that button
    kind: str = "text"  # text, press, photo, voice, video, document, sticker, location, contact, reaction, group, other
    language: str = ""  # what the channel says the person reads
    ref: str = ""  # the code of a deep link
    place: tuple[float, float] | None = None  # latitude, longitude
    phone: str = ""  # the sender's own number, when they shared their contact card
    edited: bool = False
    number: int | None = None  # where the platform numbers what it sends: a number that never comes is a message it dropped


@dataclass(slots=True)
class Place:
    """A step of a dialogue, with the state on arrival. `aside`: it was opened on top of a question that stays open."""

    dialogue: str
    step: str
    state: dict[str, Any]
    aside: bool = False


@dataclass(slots=True)
class Conversation:
    """All that a turn knows of its contact. `offered` are the buttons last shown, so that typing what stands on one works too."""

    contact: Contact
    address: str  # id of the address the message came by
    channel: str
    trail: list[Place] = field(default_factory=list)
    offered: list[tuple[str, str]] = field(default_factory=list)  # label, payload
    topic: str | None = None  # the last topic, for questions like "and for 3 years?"
    slips: int = 0  # how often in a row we did not understand
    held_at: datetime | None = None  # when an officer last wrote; None while the bot answers

    def held(self, now: datetime) -> bool:
        """Whether an officer talks here now."""
        return is_held(self.held_at, now)

    def memory(self) -> dict[str, Any]:
        """What is kept (sealed) between two turns."""
        places = [[place.dialogue, place.step, place.state, place.aside] for place in self.trail]
        kept = {"trail": places, "offered": self.offered, "topic": self.topic}
        return kept | {"slips": self.slips} if self.slips else kept

    def remember(self, memory: dict[str, Any]) -> None:
        self.trail = [Place(*place) for place in memory.get("trail", [])]
        self.offered = [(label, payload) for label, payload in memory.get("offered", [])]
        self.topic = memory.get("topic")
        self.slips = memory.get("slips", 0)


class ConversationRow(SQLModel, table=True):
    __tablename__ = "conversations"
    # All that the inbox filters by stands in one index, so that any filter is answered from it alone.
    __table_args__ = (Index("conversations_recent", "seen_at", "contact_id", "branch", "language", "channel", "officer_id"),)

    contact_id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    memory: bytes | None = Field(default=None, sa_column=Column(LargeBinary))  # sealed
    seen_at: datetime = Field(sa_column=moment(nullable=False))
    branch: str | None = None
    language: str | None = None
    channel: str | None = None  # by which they wrote last
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # whose task it is
    held_at: datetime | None = Field(default=None, sa_column=moment())  # when that officer last wrote; None while the bot answers


class InboundRow(SQLModel, table=True):
    """The receipt of a message: that it was seen, and how it ended. Its raw form is kept (sealed) only if it was quarantined."""

    __tablename__ = "inbound"
    __table_args__ = (
        Index("inbound_aside", "at", postgresql_where=text("state = 'quarantined'"), sqlite_where=text("state = 'quarantined'")),
    )

    id: str = Field(primary_key=True)  # channel and the provider's id
    at: datetime = Field(sa_column=moment(nullable=False, index=True))
    number: int | None = Field(default=None, sa_column=Column(BigInteger, index=True))
    state: str = "done"  # or quarantined, or ignored where nobody said anything to us
    reason: str | None = None
    raw: bytes | None = Field(default=None, sa_column=Column(LargeBinary))


class SaidRow(SQLModel, table=True):
    """What a worker wrote, with the digits of numbers masked."""

    __tablename__ = "said"
    __table_args__ = (Index("said_by_contact", "contact_id", "id"),)

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    contact_id: int = Field(sa_column=Column(BigInteger, nullable=False))
    address: str
    at: datetime = Field(sa_column=moment(nullable=False))
    text: str
    kind: str
    client: str  # the provider's id of the message
