"""The audit of an older key, signed with a newer one: it is proven untouched also when the older key is gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Column, select
from sqlmodel import Field, SQLModel

from storage.audit_table import AUDIT, fields
from storage.changes import Tools, insert_into, table_of
from storage.sealing import Sealer
from storage.writer import Connection


class AuditSignatureRow(SQLModel, table=True):
    __tablename__ = "audit_signatures"

    key: str = Field(primary_key=True)  # name of the key that signed
    number: int = Field(sa_column=Column(BigInteger, nullable=False))  # the last row it speaks of
    digest: str  # keyed hash over all rows up to that one, with their chain


SIGNATURES = table_of(AuditSignatureRow)


@dataclass(frozen=True, slots=True)
class Signature:
    key: str
    number: int
    digest: str


@dataclass(frozen=True, slots=True)
class Signing:
    """How far the rows were walked."""

    number: int = 0
    digest: str = ""


def sign(sealer: Sealer, key: str, before: str, row: Mapping[str, Any]) -> str:
    return sealer.index_by(key, "audit signature", json.dumps([before, *fields(row), row["chain"]], ensure_ascii=False))


async def best(db: Connection, tools: Tools) -> Signature | None:
    """Of the keys that are given, the newest one's."""
    rows = {row.key: Signature(row.key, row.number, row.digest) for row in await db.execute(select(SIGNATURES))}
    return next((rows[name] for name in (tools.sealer.name, *tools.sealer.older) if name in rows), None)


async def walk(db: Connection, tools: Tools, so_far: Signing, most: int = 2000) -> tuple[Signing, bool]:
    """On through at most so many rows; whether that was the end."""
    rows = (await db.execute(select(AUDIT).where(AUDIT.c.number > so_far.number).order_by(AUDIT.c.number).limit(most))).all()
    number, digest = so_far.number, so_far.digest
    for row in rows:
        number, digest = row.number, sign(tools.sealer, tools.sealer.name, digest, dict(row._mapping))
    return Signing(number, digest), len(rows) < most


async def keep(db: Connection, dialect: str, tools: Tools, done: Signing) -> None:
    values = {"number": done.number, "digest": done.digest}
    statement = insert_into(SIGNATURES, dialect).values(key=tools.sealer.name, **values)
    await db.execute(statement.on_conflict_do_update(index_elements=["key"], set_=values))
