"""Message templates: what the platform lets us send to people who did not write lately, in which state each is, and one with its blanks filled."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Field, SQLModel

from storage.changes import insert_into, table_of
from storage.contacts import moment
from storage.writer import Connection

USABLE = "APPROVED"
GONE = "DELETED"
BLANK = re.compile(r"\{\{\s*(\w+)\s*\}\}")
LONGEST_BODY = 1024


class TemplateRow(SQLModel, table=True):
    __tablename__ = "templates"

    name: str = Field(primary_key=True)
    language: str = Field(primary_key=True)
    state: str  # the platform's own word: APPROVED, PENDING, REJECTED, PAUSED, DISABLED, ...
    category: str  # marketing, utility, authentication: what it is billed as; the platform may change it
    reason: str = ""  # why it was rejected
    quality: str = ""
    parts: str = "[]"  # JSON, as the platform words them
    changed_at: datetime = Field(sa_column=moment(nullable=False))


TEMPLATES = table_of(TemplateRow)


class Unfillable(ValueError):
    """The words given do not fit the blanks of the template."""


@dataclass(frozen=True, slots=True)
class Filled:
    """A template with its blanks filled: what one delivery sends. `named` tells whether its blanks have names or numbers."""

    name: str
    language: str
    values: tuple[tuple[str, str], ...] = ()
    named: bool = False
    payloads: tuple[str, ...] = ()  # of its quick replies, in their order


@dataclass(frozen=True, slots=True)
class Template:
    """One language of a template, as the platform has it."""

    name: str
    language: str
    state: str
    category: str
    reason: str = ""
    quality: str = ""
    parts: tuple[Mapping[str, Any], ...] = ()

    @property
    def body(self) -> str:
        return next((str(part.get("text", "")) for part in self.parts if part.get("type") == "BODY"), "")

    @property
    def blanks(self) -> tuple[str, ...]:
        """Names or numbers of what must be filled in its text, in order, each once."""
        return tuple(dict.fromkeys(BLANK.findall(self.body)))

    @property
    def quick_replies(self) -> tuple[str, ...]:
        buttons = [button for part in self.parts if part.get("type") == "BUTTONS" for button in part.get("buttons", ())]
        return tuple(str(button.get("text", "")) for button in buttons if button.get("type") == "QUICK_REPLY")

    def fill(self, words: Mapping[str, str], payloads: Sequence[str] = ()) -> Filled:
        """Raises Unfillable unless every blank and every quick reply gets its own."""
        if set(words) != set(self.blanks):
            raise Unfillable(f"{self.name} has the blanks {', '.join(self.blanks) or 'none'}")
        if len(payloads) != len(self.quick_replies):
            raise Unfillable(f"{self.name} has {len(self.quick_replies)} quick replies")
        values = tuple((blank, _flat(words[blank])) for blank in self.blanks)
        if not all(value for _blank, value in values):
            raise Unfillable(f"a blank of {self.name} would stay empty")
        if len(self.shown(dict(values))) > LONGEST_BODY:
            raise Unfillable(f"{self.name} would be longer than {LONGEST_BODY} characters")
        return Filled(self.name, self.language, values, any(not blank.isdecimal() for blank in self.blanks), tuple(payloads))

    def shown(self, words: Mapping[str, str]) -> str:
        """Its text as the person will read it."""
        return BLANK.sub(lambda blank: words.get(blank[1], blank[0]), self.body)


def _flat(words: str) -> str:
    """On one line: the platform refuses line breaks, tabs and more than four spaces in what fills a blank (error 132007)."""
    return " ".join(words.split())


def dump(filled: Filled) -> str:
    return json.dumps(asdict(filled), ensure_ascii=False, separators=(",", ":"))


def load(kept: str) -> Filled:
    value = json.loads(kept)
    return Filled(
        value["name"],
        value["language"],
        tuple((blank, words) for blank, words in value["values"]),
        value["named"],
        tuple(value["payloads"]),
    )


async def every(db: Connection) -> list[Template]:
    """All templates we ever heard of, by name and language."""
    rows = await db.execute(select(TEMPLATES).order_by(TEMPLATES.c.name, TEMPLATES.c.language))
    return [_template(row) for row in rows]


async def find(db: Connection, name: str, language: str) -> Template | None:
    row = (await db.execute(select(TEMPLATES).where(TEMPLATES.c.name == name, TEMPLATES.c.language == language))).first()
    return _template(row) if row else None


def _template(row: Any) -> Template:
    return Template(row.name, row.language, row.state, row.category, row.reason, row.quality, tuple(json.loads(row.parts)))


async def synchronise(db: Connection, dialect: str, listed: Sequence[Template], now: datetime) -> None:
    """What the platform lists is what there is; what it lists no longer is gone."""
    statement = insert_into(TEMPLATES, dialect)
    changed = {name: statement.excluded[name] for name in ("state", "category", "reason", "quality", "parts", "changed_at")}
    rows = [
        {name: getattr(one, name) for name in ("name", "language", "state", "category", "reason", "quality")}
        | {"parts": json.dumps([dict(part) for part in one.parts], ensure_ascii=False), "changed_at": now}
        for one in sorted(listed, key=lambda one: (one.name, one.language))
    ]
    if rows:
        await db.execute(statement.on_conflict_do_update(index_elements=["name", "language"], set_=changed), rows)
    there = {(one.name, one.language) for one in listed}
    for one in await every(db):
        if (one.name, one.language) not in there and one.state != GONE:
            await change(db, one.name, one.language, now, state=GONE)


async def keep(db: Connection, dialect: str, made: Template, now: datetime) -> None:
    """One that we asked for: how it stands until the platform tells more."""
    row = {name: getattr(made, name) for name in ("name", "language", "state", "category", "reason", "quality")}
    statement = insert_into(TEMPLATES, dialect)
    changed = {name: statement.excluded[name] for name in ("state", "category", "reason", "quality", "parts", "changed_at")}
    row |= {"parts": json.dumps([dict(part) for part in made.parts], ensure_ascii=False), "changed_at": now}
    await db.execute(statement.on_conflict_do_update(index_elements=["name", "language"], set_=changed), [row])


async def change(db: Connection, name: str, language: str, now: datetime, **facts: str) -> bool:
    """The platform told of a new `state`, `reason`, `category` or `quality`; whether we know that template."""
    mine = update(TEMPLATES).where(TEMPLATES.c.name == name, TEMPLATES.c.language == language)
    return (await db.execute(mine.values(changed_at=now, **facts))).rowcount > 0
