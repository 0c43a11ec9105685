"""Pictures and PDF files that go with campaigns, kept once each and fetched by platforms under a name nobody can guess."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, Column, LargeBinary, func, insert, select
from sqlmodel import Field, SQLModel

from storage import audit
from storage.changes import Tools, table_of
from storage.contacts import moment
from storage.officers import Officer
from storage.scope import within
from storage.writer import Connection

# How each kind begins, and its most bytes: by address Telegram takes 5 MB of a picture and 20 MB of a file (core.telegram.org/bots/api
# #sending-files), WhatsApp 5 MB of a picture and 100 MB of a document.
KINDS = {
    "image/jpeg": (b"\xff\xd8\xff", 5 << 20),
    "image/png": (b"\x89PNG\r\n\x1a\n", 5 << 20),
    "application/pdf": (b"%PDF-", 20 << 20),
}
TOKEN = 26  # characters of 5 bits
UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


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


class Unfit(ValueError):
    """A file that no platform takes: `kind` or `size`."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Attachment:
    """What is known of a file without its content."""

    id: int
    branch: str
    kind: str
    name: str
    token: str
    author: str
    at: datetime
    size: int = 0

    @property
    def path(self) -> str:
        """Where platforms fetch it: on our own host."""
        return f"/f/{self.token}/{self.name}"


def kind_of(content: bytes) -> str:
    """By how it begins, whatever it is called. Raises Unfit."""
    kind = next((kind for kind, (begins, _most) in KINDS.items() if content.startswith(begins)), None)
    if kind is None:
        raise Unfit("kind")
    if len(content) > KINDS[kind][1]:
        raise Unfit("size")
    return kind


async def keep(db: Connection, tools: Tools, officer: Officer, branch: str, name: str, content: bytes, now: datetime) -> Attachment:
    """Raises Unfit."""
    kind, id_ = kind_of(content), tools.new_id()
    stem, _dot, _ending = UNSAFE.sub("-", name).strip("-.").rpartition(".")
    ending = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}[kind]
    shown = f"{(stem or UNSAFE.sub('-', name).strip('-.') or 'sapa')[:60]}.{ending}"
    token = tools.sealer.index("attachment", str(id_)).lower()[:TOKEN]
    kept = Attachment(id_, branch, kind, shown, token, officer.login, now, len(content))
    columns = ("id", "branch", "kind", "name", "token", "author", "at")
    await db.execute(insert(ATTACHMENTS), [{column: getattr(kept, column) for column in columns} | {"content": content}])
    detail = {"kind": kind, "bytes": len(content)}
    await audit.record(db, tools, audit.Entry(officer.id, branch, "attachment.kept", f"attachment:{id_}", detail), now)
    return kept


async def by_id(db: Connection, branch: str, id_: int) -> Attachment | None:
    """None too for another branch's."""
    mine = ATTACHMENTS.c.id == id_, within(ATTACHMENTS.c.branch, branch)
    row = (await db.execute(select(*_COLUMNS).where(*mine))).first()
    return Attachment(*tuple(row)) if row else None


async def every(db: Connection, branch: str, most: int = 100) -> list[Attachment]:
    """Newest first."""
    rows = await db.execute(select(*_COLUMNS).where(within(ATTACHMENTS.c.branch, branch)).order_by(ATTACHMENTS.c.id.desc()).limit(most))
    return [Attachment(*tuple(row)) for row in rows]


async def content_of(db: Connection, token: str) -> tuple[str, bytes] | None:
    """Kind and content, for whoever knows the address."""
    row = (await db.execute(select(ATTACHMENTS.c.kind, ATTACHMENTS.c.content).where(ATTACHMENTS.c.token == token))).first()
    return (row.kind, bytes(row.content)) if row else None


_COLUMNS = [
    *(ATTACHMENTS.c[name] for name in ("id", "branch", "kind", "name", "token", "author", "at")),
    func.length(ATTACHMENTS.c.content),
]
