"""What missions ask for: changes need a source and two officers; a worker's word counts once, follows a merge and outlives an erasure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select

from bot.house import load, new_engine, open_database
from storage import Database, Inbound, demo, missions
from storage.contacts import Contact
from storage.deliveries import DELIVERIES
from storage.indicators import reported
from storage.merging import merge
from storage.missions import HOLDS, PROPOSED, REFUSED, REPLACED, REPORTS, Found, OwnProposal
from storage.privacy import erase_of, export_of
from storage.stale import Stale
from storage.writer import Connection
from tests.talk import BRANCH, EVERY, KEY

NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
ANI, BUDI = 1, 2
YES = Found("KJRI-JED", "yes", "https://kjri.example/pengumuman", date(2026, 11, 20), "extension", since=date(2026, 11, 1))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    await load(opened, BRANCH, NOW)
    yield opened
    await opened.close()


async def proposed(database: Database, found: Found = YES) -> int:
    return await database.writer.run(lambda db: missions.propose(db, database.tools, ANI, found, NOW))


async def judged(database: Database, finding: int, officer: int, *, holds: bool) -> Any:
    return await database.writer.run(lambda db: missions.judge(db, finding, officer, NOW, holds=holds))


async def in_state(database: Database, state: str) -> list[int]:
    return [one.id for one in await database.writer.read(lambda db: missions.findings(db, state))]


async def test_a_change_holds_once_a_second_officer_approved_it(database: Database) -> None:
    first = await proposed(database)
    assert (await in_state(database, PROPOSED), await in_state(database, HOLDS)) == ([first], [])
    with pytest.raises(OwnProposal):
        await judged(database, first, ANI, holds=True)
    await judged(database, first, BUDI, holds=True)
    [kept] = await database.writer.read(lambda db: missions.findings(db, HOLDS))
    assert (kept.mission, kept.required, kept.source, kept.since) == (YES.mission, "yes", YES.source, YES.since)
    with pytest.raises(Stale):
        await judged(database, first, BUDI, holds=True)


async def test_a_newer_change_replaces_and_a_refused_one_changes_nothing(database: Database) -> None:
    first, second, third = await proposed(database), await proposed(database), await proposed(database)
    await judged(database, first, BUDI, holds=True)
    await judged(database, second, BUDI, holds=False)
    assert (await in_state(database, HOLDS), await in_state(database, REFUSED)) == ([first], [second])
    await judged(database, third, BUDI, holds=True)
    assert (await in_state(database, HOLDS), await in_state(database, REPLACED)) == ([third], [first])


async def worker(database: Database, name: str, *words: tuple[str, bool]) -> Contact:
    async def work(db: Connection) -> Contact:
        contact = await demo.arrive(db, database.tools, "sidoarjo", name, NOW)
        for mission, asked in words:
            async with demo.turn(db, database.tools, contact, NOW) as store:
                await store.missions.say(mission, asked=asked)
        return contact

    return await database.writer.run(work)


async def votes(database: Database) -> dict[str, tuple[int, int]]:
    found = await database.writer.read(lambda db: reported(db, "sidoarjo"))
    return {mission: (share.many, share.of) for mission, share in found.items()}


async def test_one_word_counts_for_each_person_and_mission_and_the_newest(database: Database) -> None:
    await worker(database, "sri", ("KDEI-TPE", True), ("KDEI-TPE", False), ("KJRI-HKG", True))
    await worker(database, "budi", ("KDEI-TPE", True))
    assert await votes(database) == {"KDEI-TPE": (1, 2), "KJRI-HKG": (1, 1)}


async def test_two_chats_of_one_person_have_one_word(database: Database) -> None:
    gone = await worker(database, "sri", ("KDEI-TPE", True), ("KJRI-HKG", True))
    kept = await worker(database, "sri again", ("KDEI-TPE", False))
    await database.writer.run(lambda db: merge(db, gone.id, kept.id))
    assert await votes(database) == {"KDEI-TPE": (0, 1), "KJRI-HKG": (1, 1)}


async def test_a_word_is_in_the_person_s_copy_and_belongs_to_nobody_once_they_are_erased(database: Database) -> None:
    sri = await worker(database, "sri", ("KDEI-TPE", True))
    copy = await database.writer.run(lambda db: export_of(db, database.tools, sri.id, NOW))
    assert [(one["mission"], one["asked"]) for one in copy["missions"]] == [("KDEI-TPE", True)]
    await database.writer.run(lambda db: erase_of(db, database.tools, sri.id, NOW))
    assert await votes(database) == {"KDEI-TPE": (1, 1)}
    assert (await database.writer.read(lambda db: db.execute(select(REPORTS.c.contact_id)))).scalar() is None


@pytest.mark.parametrize(
    "question", ["wajib ga kalau di jeddah", "cara perpanjang kepesertaan di jeddah", "cara daftar dari luar negeri di jeddah"]
)
async def test_what_was_approved_is_what_workers_hear(database: Database, question: str) -> None:
    finding = await proposed(database, replace(YES, advice="Bawa kartu dan paspor."))

    async def answer() -> str:
        engine = new_engine(database, "sidoarjo", lambda: NOW, pulled=EVERY)
        engine.start()
        await engine.receive([Inbound("telegram", "sri", f"m{database.tools.new_id()}", NOW, text=question)])
        await engine.close()
        newest = select(DELIVERIES.c.page).order_by(DELIVERIES.c.id.desc()).limit(1)
        return str((await database.writer.read(lambda db: db.execute(newest))).scalar())

    assert "Bawa kartu" not in await answer()
    await judged(database, finding, BUDI, holds=True)
    told = await answer()
    assert "KJRI Jeddah memintanya; dicek petugas 20 November 2026" in told
    assert "Bawa kartu dan paspor." in told
