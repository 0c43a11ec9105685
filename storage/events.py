"""What happened to a contact: a touch, a check with its result, a topic asked, a change of interest. Evaluation is made of these."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, insert
from sqlmodel import Field, SQLModel

from storage.changes import Changes, Tools, table_of
from storage.contacts import moment
from storage.writer import Connection


class EventRow(SQLModel, table=True):
    __tablename__ = "events"
    # The second holds all that is counted.
    __table_args__ = (Index("events_by_contact", "contact_id", "id"), Index("events_by_kind", "kind", "at", "branch", "subject"))

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    at: datetime = Field(sa_column=moment(nullable=False))
    contact_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None once the person was erased
    branch: str
    kind: str  # touch, check, topic, begun, interest, stage, moved, mission, consent, click, refused, opt_out, opt_in, request, erased
    subject: str = ""
    detail: str = "{}"


EVENTS = table_of(EventRow)


class Events:
    """Events of the turn's contact."""

    def __init__(self, changes: Changes) -> None:
        self._changes = changes

    def add(self, kind: str, subject: str = "", **detail: str | int | bool | None) -> None:
        """`detail` holds codes and counts, never words of a person or a number that identifies one."""
        changes = self._changes
        changes.add(
            EVENTS,
            id=changes.tools.new_id(),
            at=changes.now,
            contact_id=changes.contact.id,
            branch=changes.contact.branch,
            kind=kind,
            subject=subject,
            detail=json.dumps(detail, separators=(",", ":")),
        )


async def note(db: Connection, tools: Tools, contact: int, branch: str, kind: str, subject: str, at: datetime) -> None:
    """What happened outside a turn, such as an interest that an officer moved on."""
    row = {"id": tools.new_id(), "at": at, "contact_id": contact, "branch": branch, "kind": kind, "subject": subject, "detail": "{}"}
    await db.execute(insert(EVENTS), [row])
