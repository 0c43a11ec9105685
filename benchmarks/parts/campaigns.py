"""A campaign to a million people: how long it is planned, when its first message goes, and how long others wait meanwhile."""

from __future__ import annotations

import asyncio
import resource
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from bot.campaigns import Runner
from sqlalchemy import select, text
from storage import Database
from storage.campaigns import Campaign, by_id
from storage.campaigns_acts import Act
from storage.campaigns_file import read
from storage.deliveries import DELIVERIES
from storage.officers import Officer

from benchmarks import seed
from benchmarks.cluster import cluster
from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.parts.large import settled
from benchmarks.parts.turns import PLACE
from benchmarks.report import Part
from benchmarks.stub import Stub

PEOPLE = 1_000_000
WANTED = {"sqlite": 4.0, "postgresql": 8.0}
FIRST, BLOCKED, MEMORY = 2.0, 200.0, 20.0
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # by day wherever the people of the seed are
FILE = 'name = "Ajakan"\nhold_out = 0.05\n[text]\nid = "Halo"\nen = "Hello"\n[schedule]\nspread_hours = 0\n'


async def run(stub: Stub, options: Options) -> Part:
    part = Part("A campaign to a million people")
    part.lines += [
        "| database | planned in s | first message after s | longest wait of another write, ms | more memory, MB |",
        "|---|---|---|---|---|",
    ]
    for kind in WANTED:
        planned, first, blocked, memory = await measured(kind, options)
        part.lines.append(f"| {kind} | {planned:.2f} | {first:.2f} | {blocked:.0f} | {memory:.0f} |")
        part.figures += [
            Figure(f"{kind}: a million recipients planned", WANTED[kind], planned, unit="s"),
            Figure(f"{kind}: the first message after the start", FIRST, first, unit="s"),
            Figure(f"{kind}: longest wait of another write meanwhile", BLOCKED, blocked, unit="ms"),
            Figure(f"{kind}: more memory", MEMORY, memory, unit="MB"),
        ]
    return part


async def measured(kind: str, options: Options) -> tuple[float, float, float, float]:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    url = f"sqlite:///{folder / 'campaign.db'}" if kind == "sqlite" else cluster().create(f"campaign_{time.time_ns()}")
    try:
        database = await seed.ready(url)
        await seed.people(database, "telegram", PEOPLE)
        options.say(f"{PEOPLE:,} people are there")
        if kind == "postgresql":
            await settled(url)
        found = await planned(database)
        await database.close()
        return found
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if kind == "postgresql":
            cluster().drop(url.rpartition("/")[2])


async def planned(database: Database) -> tuple[float, float, float, float]:
    runner = Runner(database, lambda: NOON, {"telegram": 30}, lambda _heard: None)
    campaign = await started(database)
    waits: list[float] = []
    probing = asyncio.create_task(probe(database, waits))
    before, began, first = memory(), time.perf_counter(), 0.0
    while (await now(database, campaign)).planned_at is None:
        await runner.tick()
        if not first and (await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.id).limit(1)))).first():
            first = time.perf_counter() - began
    took = time.perf_counter() - began
    probing.cancel()
    return took, first, max(waits) * 1000, memory() - before


async def now(database: Database, campaign: Campaign) -> Campaign:
    found = await database.writer.read(lambda db: by_id(db, "*", campaign.id))
    assert found
    return found


async def probe(database: Database, waits: list[float]) -> None:
    """Somebody else writes all the time."""
    while True:
        began = time.perf_counter()
        await database.writer.run(lambda db: db.execute(text("UPDATE branches SET opens = opens")))
        waits.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)


async def started(database: Database) -> Campaign:
    author, approver = (
        Officer(number, "*", "administrator", None, login, login, "id", "Asia/Jakarta", NOON, None, None)
        for number, login in enumerate(("author", "approver"))
    )

    async def work(db: seed.Connection) -> Campaign:
        written = await Act(db, database.tools, author, NOON).draft("*", read(FILE))
        approved = await Act(db, database.tools, approver, NOON).approve(written)
        return await Act(db, database.tools, author, NOON).start(approved)

    return await database.writer.run(work)


def memory() -> float:
    """The most this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
