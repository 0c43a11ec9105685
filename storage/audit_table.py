"""The audit's rows, and what of a row the chain holds fast."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment


class AuditRow(SQLModel, table=True):
    __tablename__ = "audit"
    __table_args__ = (Index("audit_by_officer", "officer_id", "number"), Index("audit_by_subject", "subject", "number"))

    number: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))  # without a gap: a missing row is seen
    at: datetime = Field(sa_column=moment(nullable=False))
    branch: str = Field(index=True)
    officer_id: int | None = Field(default=None, sa_column=Column(BigInteger))  # None: the command line, or somebody not signed in
    action: str  # noun.verb: officer.disabled, interest.moved, roster.imported
    subject: str  # noun:id
    detail: str  # JSON of codes, counts, and before and after; personal fields as keyed hashes
    chain: str  # keyed hash of this row and the chain before it


class AuditHeadRow(SQLModel, table=True):
    """The newest row, so that rows cut off at the end are missed too. Locking it puts writers in a line."""

    __tablename__ = "audit_head"

    id: int = Field(primary_key=True)
    number: int = Field(sa_column=Column(BigInteger, nullable=False))
    chain: str


AUDIT, AUDIT_HEAD = table_of(AuditRow), table_of(AuditHeadRow)


def fields(row: Mapping[str, Any]) -> list[Any]:
    return [row["number"], row["at"].isoformat(), row["branch"], row["officer_id"], row["action"], row["subject"], row["detail"]]
