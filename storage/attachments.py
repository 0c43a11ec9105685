"""Pictures and PDF files that go with campaigns, kept once each and fetched by platforms under a name nobody can guess."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary
from sqlmodel import Field, SQLModel

from storage.changes import table_of
from storage.contacts import moment


class AttachmentRow(SQLModel, table=True):
    __tablename__ = "attachments"

    id: int = Field(sa_column=Column(BigInteger, primary_key=True, autoincrement=False))
    branch: str = Field(index=True)
    kind: str  # image/jpeg, image/png, application/pdf
    name: str  # of the file, as people see it
    token: str = Field(unique=True)  # in its address
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    author: str
    at: datetime = Field(sa_column=moment(nullable=False))


ATTACHMENTS = table_of(AttachmentRow)
