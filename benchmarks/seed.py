"""Fills a database of ours with people who were just asked the first question of the coverage check, and with messages that wait to be sent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from bot import house
from bot.pages.serve import sender_of
from locales import Button, Page
from sqlalchemy import insert, select, text
from storage import Database, Inbound
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow
from storage.deliveries import CAMPAIGN, DELIVERIES, REPLY, dump_page, reply_row
from storage.writer import Connection

from benchmarks.talks import KNOWN_FROM
from benchmarks.wire import token

T = TypeVar("T")
KEY = "bench-key-0123456789abcdef0123456789abcdef"
CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
PIECE = 5000


def external(channel: str, person: int) -> str:
    """What the channel calls the person."""
    return {"telegram": str(person), "whatsapp": f"ID.{person}", "webchat": sender_of(token(person))}[channel]


async def ready(url: str) -> Database:
    """A database with its tables and the demo branch."""
    if url.startswith("sqlite"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    database = house.open_database(url, KEY)
    await house.prepare(database, house.DEMO, house.now())
    return database


async def people(database: Database, channel: str, count: int) -> list[tuple[int, str]]:
    """One really says "cek status" to the engine; all others get the same memory. Their contact ids and addresses."""
    memory, like = await _first(database, channel)
    known: list[tuple[int, str]] = []
    for numbers in pieces(range(KNOWN_FROM, KNOWN_FROM + count), PIECE):
        rows = [_rows(database, channel, number, memory, like) for number in numbers]
        known += [(contact["id"], address["id"]) for contact, address, _conversation in rows]

        async def work(db: Connection, rows: list[Any] = rows) -> None:
            for place, table in enumerate((CONTACTS, ADDRESSES, CONVERSATIONS)):
                await db.execute(insert(table), [row[place] for row in rows])

        await database.writer.run(work)
    return known


_NUMBERS = {
    "sqlite": "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})",
    "postgresql": "WITH numbers AS (SELECT generate_series(1, {count}) AS n)",
}
_CROWD = (
    ("contacts", "id, created_at, branch, language", "one.id - n, one.created_at, branch, language"),
    ("addresses", "id, contact_id, channel, external, created_at", "'crowd' || n, contact_id - n, channel, external, created_at"),
    ("conversations", "contact_id, memory, seen_at, branch", "contact_id - n, memory, seen_at, branch"),
)


async def crowd(database: Database, channel: str, count: int) -> None:
    """So many people like the one who said "cek status", written by the database itself: enough to be planned for, not to be written to."""
    await _first(database, channel)
    numbers = _NUMBERS[database.dialect].format(count=count)
    for table, columns, values in _CROWD:
        statement = f"{numbers} INSERT INTO {table} ({columns}) SELECT {values} FROM numbers, {table} AS one"
        await database.writer.run(lambda db, statement=statement: db.execute(text(statement)))  # type: ignore[misc]


async def _first(database: Database, channel: str) -> tuple[Any, dict[str, Any]]:
    engine = house.new_engine(database, "sidoarjo", pulled=frozenset({channel}))
    engine.start()
    inbound = Inbound(channel, "999", "first", house.now(), text="cek status", language="id")
    await engine.receive([inbound])
    await engine.close()
    address = database.address(inbound)

    async def work(db: Connection) -> tuple[Any, dict[str, Any]]:
        contact = select(ADDRESSES.c.contact_id).where(ADDRESSES.c.id == address).scalar_subquery()
        row = (await db.execute(select(CONTACTS).where(CONTACTS.c.id == contact))).one()
        sealed = (await db.execute(select(CONVERSATIONS.c.memory).where(CONVERSATIONS.c.contact_id == row.id))).scalar_one()
        return database.tools.sealer.open_json(sealed, "conversations", "memory", row.id), dict(row._mapping)

    return await database.writer.read(work)


def _rows(database: Database, channel: str, person: int, memory: Any, like: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    tools, now, name = database.tools, house.now(), external(channel, person)
    contact, address = tools.new_id(), database.address_of(channel, name)
    phone = database.address_of(channel, str(person)) if channel == "whatsapp" else None
    return (
        {**like, "id": contact},
        {
            "id": address,
            "contact_id": contact,
            "channel": channel,
            "external": tools.sealer.seal(name, "addresses", "external", address),
            "created_at": now,
            "window_until": now + timedelta(hours=24) if channel == "whatsapp" else None,
            "phone_index": phone,
        },
        {"contact_id": contact, "memory": tools.sealer.seal_json(memory, "conversations", "memory", contact), "seen_at": now},
    )


PAGE = Page(
    "BPJS Ketenagakerjaan melindungi Anda di luar negeri: kecelakaan kerja dan kematian. Tanyakan status Anda di sini kapan saja.",
    (Button("Cek status", "coverage"), Button("Menu", "menu")),
)


def dumped() -> str:
    """A page as its row holds it."""
    return dump_page(PAGE)


async def queue(
    database: Database, channel: str, known: list[tuple[int, str]], count: int, lane: int = CAMPAIGN, state: str = "queued"
) -> list[int]:
    """`count` messages that wait (or were sent), to these people in turn; their ids."""
    now, ids = house.now(), []
    for numbers in pieces(range(count), PIECE):
        rows = [_delivery(database, channel, known[number % len(known)], number, lane, state, now) for number in numbers]
        ids += [row["id"] for row in rows]

        async def work(db: Connection, rows: list[dict[str, Any]] = rows) -> None:
            await db.execute(insert(DELIVERIES), rows)

        await database.writer.run(work)
    return ids


def _delivery(
    database: Database, channel: str, person: tuple[int, str], number: int, lane: int, state: str, now: datetime
) -> dict[str, Any]:
    contact, address = person
    new = database.tools.new_id()
    row = reply_row(new, f"b:{new}:{number}", contact, address, channel, PAGE, now, pulled=False, follows=None)
    return {**row, "lane": lane, "state": state, "provider_id": f"seed{new}" if state == "sent" else None}


def pieces(items: Iterable[T], size: int) -> Iterator[list[T]]:
    source = iter(items)
    while piece := list(islice(source, size)):
        yield piece


__all__ = ["KEY", "REPLY", "dumped", "external", "house", "people", "queue", "ready"]
