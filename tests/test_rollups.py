"""Tallies are right under whatever happens: late events, moves, merges, erasures, and counting at any moment and twice."""

from __future__ import annotations

import copy
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, insert, select, update
from sqlmodel import SQLModel

from bot.house import load, new_engine, open_database
from storage import (
    Database,
    effects,  # noqa: F401 (declares its tables)
    rollups,
)
from storage.branches import BRANCHES
from storage.contacts import ContactRow
from storage.conversations import ConversationRow, Inbound
from storage.events import EVENTS
from storage.journeys import JOURNEYS, TALLIES
from storage.merging import merge
from storage.privacy import erase_of
from storage.reports import orders  # noqa: F401 (declares its tables)
from storage.writer import Connection
from tests.talk import BRANCH, KEY

CONTACTS = SQLModel.metadata.tables[str(ContactRow.__tablename__)]
CONVERSATIONS = SQLModel.metadata.tables[str(ConversationRow.__tablename__)]
START = datetime(2025, 11, 1, tzinfo=UTC)
ZONES = {"sidoarjo": "Asia/Jakarta", "jayapura": "Asia/Jayapura"}
KINDS = ("touch", "topic", "check", "interest", "request", "moved", "opt_out")
SUBJECTS = {
    "touch": ("7GQ2K", "unknown"),
    "topic": ("death", "claim", "register", "other"),
    "check": ("covered", "only_jkm", "ends_soon", "ended", "not_covered", "not_found"),
    "interest": ("new", "changed", "withdrawn"),
    "moved": ("contacted", "registered"),
}
OURS = (
    "journeys",
    "tallies",
    "rollups",
    "recounts",
    "targets",
    "mission_findings",
    "mission_reports",
    "report_orders",
    "report_links",
    "campaign_effects",
)


@dataclass
class Person:
    """Somebody as the test knows them."""

    contact: int
    branch: str
    created: datetime | None
    country: str | None = None
    did: list[tuple[datetime, int, str, str, str]] = field(default_factory=list)  # at, number, kind, subject, partner


@dataclass
class World:
    """What really happened, beside the database that was told of it."""

    database: Database
    dice: random.Random
    people: list[Person] = field(default_factory=list)
    forgotten: list[Person] = field(default_factory=list)

    def moment(self) -> datetime:
        return START + timedelta(minutes=self.dice.randrange(500 * 24 * 60))

    async def arrive(self) -> None:
        branch = self.dice.choice(list(ZONES))
        one = Person(self.database.tools.new_id(), branch, self.moment(), self.dice.choice(("HK", "TW", None)))
        row = {"id": one.contact, "created_at": one.created, "branch": branch, "language": "id", "country": one.country}

        async def work(db: Connection) -> None:
            await db.execute(insert(CONTACTS), [row])
            await db.execute(insert(CONVERSATIONS), [{"contact_id": one.contact, "seen_at": one.created, "branch": branch}])

        await self.database.writer.run(work)
        self.people.append(one)

    async def act(self) -> None:
        one, kind, at = self.dice.choice(self.people), self.dice.choice(KINDS), self.moment()
        subject = self.dice.choice(SUBJECTS.get(kind, ("",)))
        partner = self.dice.choice(("parco-laut", "p4mi-sidoarjo")) if subject == "7GQ2K" else ""
        row = {"id": self.database.tools.new_id(), "at": at, "contact_id": one.contact, "branch": one.branch, "kind": kind}
        row |= {"subject": subject, "detail": json.dumps({"partner": partner or None})}
        await self.database.writer.run(lambda db: db.execute(insert(EVENTS), [row]))
        one.did.append((at, int(row["id"]), kind, subject, partner))  # type: ignore[call-overload]

    async def go(self) -> None:
        one = self.dice.choice(self.people)
        if one.created is not None:  # of who was erased nothing is known until they do something
            one.country = self.dice.choice(("HK", "TW", "MY"))
            moved = update(CONTACTS).where(CONTACTS.c.id == one.contact).values(country=one.country)
            await self.database.writer.run(lambda db: db.execute(moved))

    async def join(self) -> None:
        gone, kept = self.dice.sample(self.people, 2)
        if gone.branch == kept.branch and gone.created and kept.created:
            await self.database.writer.run(lambda db: merge(db, gone.contact, kept.contact))
            kept.did += gone.did
            kept.country = kept.country or gone.country
            self.people.remove(gone)

    async def forget(self) -> None:
        one = self.dice.choice(self.people)
        await self.database.writer.run(lambda db: erase_of(db, self.database.tools, one.contact, self.moment()))
        self.forgotten.append(copy.deepcopy(one))
        one.created, one.country, one.did = None, None, []

    async def count(self, *, thorough: bool = True) -> None:
        await rollups.catch_up(self.database.writer, thorough=thorough)

    async def count_what_is_new(self) -> None:
        await self.count(thorough=False)


def expected(world: World) -> Counter[tuple[str, ...]]:
    """Slow and obvious: for each period and person, look at everything they did."""
    found: Counter[tuple[str, ...]] = Counter()
    for one in [*world.people, *world.forgotten]:
        zone, did = ZoneInfo(ZONES[one.branch]), sorted(one.did)
        partner = next((by for _at, _id, kind, _subject, by in did if kind == "touch" and by), "")
        moments = [at for at, *_rest in did] + ([one.created] if one.created else [])
        for period in {name for at in moments for name in names(at, zone)}:
            mine = [(kind, subject) for at, _id, kind, subject, _by in did if period in names(at, zone)]
            new = one.created is not None and period in names(one.created, zone)
            for measure, many in measures(mine, new=new).items():
                found[period, one.branch, partner, one.country or "", measure] += many
    return found


def names(at: datetime, zone: ZoneInfo) -> list[str]:
    here = at.astimezone(zone)
    quarter = {1: 1, 2: 1, 3: 1, 4: 2, 5: 2, 6: 2, 7: 3, 8: 3, 9: 3, 10: 4, 11: 4, 12: 4}[here.month]
    return [f"{here.year}-{here.month:02}", f"{here.year}-Q{quarter}", str(here.year)]


def measures(did: list[tuple[str, str]], *, new: bool) -> Counter[str]:
    kinds = {kind for kind, _subject in did}
    topics = {subject for kind, subject in did if kind == "topic"}
    checks = [subject for kind, subject in did if kind == "check"]
    found = Counter({"reach": 1})
    found["new"] = int(new)
    found["touched"] = int("touch" in kinds)
    found["talked"] = int(bool(kinds & {"topic", "check", "interest", "request"}))
    found["checked"] = int("check" in kinds)
    found["interest"] = int(bool({("interest", "new"), ("interest", "changed")} & set(did)))
    found["registered"] = int(("moved", "registered") in did)
    found["helped"] = int("request" in kinds)
    found["programme"], found["claims"], found["access"] = (int(topic in topics) for topic in ("death", "claim", "register"))
    if checks:
        meant = {"covered": "covered", "only_jkm": "covered", "ends_soon": "ending", "ended": "ended", "not_covered": "ended"}
        found[meant.get(checks[-1], "unknown")] = 1
    found.update(f"topic:{subject}" for kind, subject in did if kind == "topic")
    return found


async def tallied(database: Database) -> Counter[tuple[str, ...]]:
    here = TALLIES.c
    columns: list[Any] = [here.period, here.branch, here.partner, here.country, here.measure, here.many]
    rows = await database.writer.read(lambda db: db.execute(select(*columns)))
    return Counter({tuple(row)[:-1]: row.many for row in rows})


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    await load(opened, BRANCH, START)
    far = {"id": "jayapura", "name": "Jayapura", "zone": "Asia/Jayapura", "opens": "08:00", "closes": "16:00"}
    await opened.writer.run(lambda db: db.execute(insert(BRANCHES), [far]))
    yield opened
    await opened.close()


@pytest.mark.parametrize("seed", range(4))
async def test_tallies_are_what_really_happened(database: Database, seed: int) -> None:
    world = World(database, random.Random(seed))
    for _first in range(8):
        await world.arrive()
    acts = world.act, world.arrive, world.go, world.join, world.forget, world.count, world.count_what_is_new
    for _step in range(220):
        await world.dice.choices(acts, (60, 12, 8, 4, 3, 3, 3))[0]()
    await world.count()
    right = expected(world)
    assert +right == +(await tallied(database))
    assert min((await tallied(database)).values()) >= 0


async def test_what_is_new_is_seen_without_looking_at_everybody(database: Database) -> None:
    world = World(database, random.Random(5))
    for _one in range(6):
        await world.arrive()
    for _step in range(20):
        await world.act()
    await world.count()
    for step in (world.act, world.arrive, world.join, world.forget, world.act):
        await step()
        await world.count_what_is_new()
        assert +expected(world) == +(await tallied(database)), step.__name__


async def test_who_says_where_they_are_is_counted_there_without_looking_at_everybody(database: Database) -> None:
    engine = new_engine(database, "sidoarjo", lambda: START)
    engine.start()
    said = ["halo", "cek status", "tidak ada", "di taiwan"]
    for number, words in enumerate(said):
        await engine.receive([Inbound("telegram", "7", f"7-{number}", START, text=words)])
        await rollups.catch_up(database.writer, thorough=False)
    await engine.close()
    there = await database.writer.read(lambda db: db.execute(select(JOURNEYS.c.country)))
    assert [row.country for row in there] == ["TW"]


async def test_counting_again_changes_nothing(database: Database) -> None:
    world = World(database, random.Random(9))
    for _step in range(5):
        await world.arrive()
        await world.act()
    await world.count()
    before = await tallied(database)
    await world.count()
    assert before == await tallied(database)


async def test_the_branch_s_own_clock_decides_the_year(database: Database) -> None:
    """16:30 UTC on New Year's Eve is the old year in Sidoarjo and the new one in Jayapura."""
    world = World(database, random.Random(1))
    eve = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    for branch in ZONES:
        row = {"id": database.tools.new_id(), "created_at": eve, "branch": branch, "language": "id"}
        await database.writer.run(lambda db, row=row: db.execute(insert(CONTACTS), [row]))  # type: ignore[misc]
    await world.count()
    found = {(period, branch) for period, branch, _partner, _country, measure in await tallied(database) if measure == "new"}
    assert found == {
        ("2025-12", "sidoarjo"), ("2025-Q4", "sidoarjo"), ("2025", "sidoarjo"),
        ("2026-01", "jayapura"), ("2026-Q1", "jayapura"), ("2026", "jayapura"),
    }  # fmt: skip


async def test_whoever_is_erased_stays_a_count_and_nothing_more(database: Database) -> None:
    world = World(database, random.Random(2))
    await world.arrive()
    await world.act()
    await world.count()
    before = await tallied(database)
    await world.forget()
    await world.count()
    assert before == await tallied(database)
    assert (await database.writer.read(lambda db: db.execute(select(JOURNEYS)))).all() == []


def test_the_migration_makes_the_tables_of_the_evaluation(migrated_file: object) -> None:
    engine = create_engine(f"sqlite:///{migrated_file}")
    with engine.connect() as db:
        differences = compare_metadata(MigrationContext.configure(db), SQLModel.metadata)
    engine.dispose()
    assert [found for found in differences if any(f"'{name}'" in repr(found) for name in OURS)] == []
