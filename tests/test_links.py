"""Deep links: by which an arrival counts for whom, and what becomes of a code that leads nowhere."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, select
from sqlmodel import SQLModel

from bot.house import load, new_engine, open_database
from storage import Database, Inbound, doors, links
from storage.codes import check
from storage.contacts import ContactRow
from storage.links import Doors, candidates
from storage.merging import merge
from storage.partners import LINKS, PARTNERS
from storage.privacy import erase_of, export_of
from storage.touches import TOUCHES
from storage.writer import Connection
from tests.talk import BRANCH, EVERY, KEY

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
CONTACTS = SQLModel.metadata.tables[str(ContactRow.__tablename__)]
OURS = ("partners", "links", "touches", "occasions", "comprehension", "doors", "partner_keys", "shares")


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    await load(opened, BRANCH, NOW)
    yield opened
    await opened.close()


async def arrive(database: Database, sender: str, ref: str, at: datetime = NOW, text: str = "/start") -> None:
    engine = new_engine(database, "sidoarjo", lambda: at, pulled=EVERY)
    engine.start()
    await engine.receive([Inbound("telegram", sender, f"{sender}-{at.isoformat()}-{ref}", at, text=text, ref=ref)])
    await engine.close()


async def touches(database: Database) -> list[tuple[str, str, str | None, bool]]:
    columns = TOUCHES.c.outcome, TOUCHES.c.code, TOUCHES.c.partner, TOUCHES.c.is_first
    rows = await database.writer.read(lambda db: db.execute(select(*columns).order_by(TOUCHES.c.id)))
    return [(row.outcome, row.code, row.partner, bool(row.is_first)) for row in rows]


async def links_of(database: Database) -> list[tuple[str | None, str | None]]:
    rows = await database.writer.read(lambda db: db.execute(select(CONTACTS.c.first_link, CONTACTS.c.last_link).order_by(CONTACTS.c.id)))
    return [(row.first_link, row.last_link) for row in rows]


def test_the_migration_makes_the_tables_that_the_models_describe(migrated_file: object) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), SQLModel.metadata)
    engine.dispose()
    assert [found for found in differences if any(f"'{name}'" in repr(found) for name in OURS)] == []


async def test_the_first_and_the_last_link_are_kept(database: Database) -> None:
    codes = [str(code) for code in await database.writer.read(codes_of)]
    for hours, code in enumerate((codes[0], codes[1], codes[0])):
        await arrive(database, "sri", code, NOW + timedelta(hours=hours))
    assert await links_of(database) == [(codes[0], codes[0])]
    assert [(outcome, code, first) for outcome, code, _partner, first in await touches(database)] == [
        ("came", codes[0], True),
        ("came", codes[1], False),
        ("came", codes[0], False),
    ]


async def test_a_code_that_leads_nowhere_is_counted_and_the_worker_served(database: Database) -> None:
    code, gone, late = [str(code) for code in await database.writer.read(codes_of)][:3]
    await database.writer.run(lambda db: links.revoke(db, "sidoarjo", gone, NOW))
    await database.writer.run(lambda db: db.execute(LINKS.update().where(LINKS.c.code == late).values(expires_at=NOW)))
    forged = next(one for one in candidates(7) if one not in (code, gone, late))
    for sender, ref in enumerate((gone, late, forged, code[:-1] + ("3" if code[-1] != "3" else "4"), "A" * 64, "kode-saya")):
        await arrive(database, str(sender), ref)
    assert [outcome for outcome, *_rest in await touches(database)] == ["revoked", "expired", "unknown", "misspelt", "misspelt", "misspelt"]
    assert [kept for _outcome, kept, *_rest in await touches(database)] == [gone, late, "", "", "", ""], "nothing typed is kept"
    assert await links_of(database) == [(None, None)] * 6
    answered = await database.writer.read(lambda db: db.execute(select(CONTACTS.c.noticed)))
    assert all(row.noticed for row in answered), "everybody was greeted"


async def test_look_alike_letters_and_lower_case_lead_to_the_same_partner(database: Database) -> None:
    good = "10AB" + check("10AB")
    partner = str((await database.writer.read(partners_of))[0])
    await database.writer.run(lambda db: db.execute(LINKS.insert(), [{"code": good, "partner": partner, "label": ""}]))
    for sender, typed in enumerate((good, good.lower(), good.replace("1", "l").replace("0", "o"), good.replace("1", "I"))):
        await arrive(database, str(sender), typed)
    assert {(outcome, kept) for outcome, kept, *_rest in await touches(database)} == {("came", good)}


async def test_an_erased_person_leaves_a_count_and_a_joined_one_their_arrivals(database: Database) -> None:
    code = str((await database.writer.read(codes_of))[0])
    for sender in ("sri", "budi", "ani"):
        await arrive(database, sender, code)
    sri, budi, ani = [row.id for row in await database.writer.read(lambda db: db.execute(select(CONTACTS.c.id).order_by(CONTACTS.c.id)))]
    kept = await database.writer.run(lambda db: export_of(db, database.tools, sri, NOW))
    assert [came["code"] for came in kept["came_by"]] == [code]
    await database.writer.run(lambda db: erase_of(db, database.tools, sri, NOW))
    await database.writer.run(lambda db: merge(db, budi, ani))
    rows = await database.writer.read(lambda db: db.execute(select(TOUCHES.c.contact_id).order_by(TOUCHES.c.id)))
    assert list(rows.scalars()) == [None, ani, ani]


async def test_codes_are_short_unlike_any_other_and_look_like_no_word(database: Database) -> None:
    partner = str((await database.writer.read(partners_of))[0])
    made = [await database.writer.run(lambda db, chance=chance: links.add(db, partner, chance, NOW)) for chance in range(300)]  # type: ignore[misc]
    assert len(set(made)) == 300
    assert {len(code) for code in made} <= {5, 6}
    assert all(any(letter in "23456789" for letter in code) and any(letter.isalpha() for letter in code) for code in made)


async def test_another_branch_s_link_is_neither_seen_nor_revoked(database: Database) -> None:
    code = str((await database.writer.read(codes_of))[0])
    assert await database.writer.read(lambda db: links.one(db, "surabaya", code)) is None
    assert not await database.writer.run(lambda db: links.revoke(db, "surabaya", code, NOW))
    assert await database.writer.run(lambda db: links.revoke(db, "sidoarjo", code, NOW))
    assert not await database.writer.run(lambda db: links.revoke(db, "sidoarjo", code, NOW)), "once is enough"


def test_one_code_opens_every_door_that_is_open() -> None:
    doors = Doors("https://sapa.example/", "sapa_bot", "6281234567890")
    assert doors.links("7GQ2K") == {
        "whatsapp": "https://wa.me/6281234567890?text=Halo%20Sapa%20%5B7GQ2K%5D",
        "telegram": "https://t.me/sapa_bot?start=7GQ2K",
        "webchat": "https://sapa.example/?ref=7GQ2K",
    }
    assert Doors("https://sapa.example").links("7GQ2K") == {"webchat": "https://sapa.example/?ref=7GQ2K"}


async def codes_of(db: object) -> list[object]:
    return list((await db.execute(select(LINKS.c.code).order_by(LINKS.c.code))).scalars())  # type: ignore[attr-defined]


async def partners_of(db: object) -> list[object]:
    return list((await db.execute(select(PARTNERS.c.id).order_by(PARTNERS.c.id))).scalars())  # type: ignore[attr-defined]


async def test_two_processes_that_start_at_once_say_their_doors_without_a_quarrel(postgresql_url: str) -> None:
    database = open_database(postgresql_url, KEY)
    try:
        said = Doors("https://sapa.example", "sapa_test_bot", "6281234567890")
        both = asyncio.Barrier(2)

        async def start(db: Connection) -> None:
            await both.wait()
            await doors.keep(db, database.dialect, said)

        await asyncio.gather(database.writer.run(start), database.writer.run(start))
        assert await database.writer.read(doors.read) == said
    finally:
        await database.close()
