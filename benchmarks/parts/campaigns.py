"""A campaign to a million people, or ten: how long it is planned, when its first message goes, and how long others wait meanwhile."""

from __future__ import annotations

import asyncio
import os
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
from benchmarks.procs import memory
from benchmarks.report import Part
from benchmarks.stub import Stub

# People -> seconds wanted on each database.
WANTED = {1_000_000: {"sqlite": 4.0, "postgresql": 8.0}, 10_000_000: {"sqlite": 40.0, "postgresql": 100.0}}
FIRST, BLOCKED, MEMORY = 2.0, 200.0, 20.0
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)  # by day wherever the people of the seed are
FILE = 'name = "Ajakan"\nhold_out = 0.05\n[text]\nid = "Halo"\nen = "Hello"\n[schedule]\nspread_hours = 0\n'


async def run(stub: Stub, options: Options) -> Part:
    return await measured("A campaign to a million people", 1_000_000, options)


async def run_large(stub: Stub, options: Options) -> Part:
    return await measured("A campaign to ten million people", 10_000_000, options)


async def measured(title: str, people: int, options: Options) -> Part:
    part = Part(title)
    part.lines += [
        "| database | planned in s | first message after s | longest wait of another write, ms | more memory, MB |",
        "|---|---|---|---|---|",
    ]
    for kind, wanted in WANTED[people].items():
        took, first, blocked, more = await once(kind, people, options)
        part.lines.append(f"| {kind} | {took:.2f} | {first:.2f} | {blocked:.0f} | {more:.0f} |")
        part.figures += [
            Figure(f"{kind}: {people:,} recipients planned", wanted, took, unit="s"),
            Figure(f"{kind}: the first of {people:,} messages after the start", FIRST, first, unit="s"),
            Figure(f"{kind}: longest wait of another write while {people:,} are planned", BLOCKED, blocked, unit="ms"),
            Figure(f"{kind}: more memory for {people:,}", MEMORY, more, unit="MB"),
        ]
    return part


async def once(kind: str, people: int, options: Options) -> tuple[float, float, float, float]:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    url = f"sqlite:///{folder / 'campaign.db'}" if kind == "sqlite" else cluster().create(f"campaign_{time.time_ns()}")
    try:
        database = await seed.ready(url)
        await seed.crowd(database, "telegram", people)
        options.say(f"{people:,} people are there")
        if kind == "postgresql":
            await settled(url)
        found = await planned(database)
        options.say(f"{kind}, {people:,}: {found}")
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
    held: list[float] = []
    before, began, first = memory(os.getpid())[0], time.perf_counter(), 0.0
    probing = asyncio.create_task(probe(database, waits, held))
    while (await now(database, campaign)).planned_at is None:
        await runner.tick()
        if not first and (await database.writer.read(lambda db: db.execute(select(DELIVERIES.c.id).limit(1)))).first():
            first = time.perf_counter() - began
    took = time.perf_counter() - began
    probing.cancel()
    return took, first, max(waits) * 1000, max(held) - before


async def now(database: Database, campaign: Campaign) -> Campaign:
    found = await database.writer.read(lambda db: by_id(db, "*", campaign.id))
    assert found
    return found


async def probe(database: Database, waits: list[float], held: list[float]) -> None:
    """Somebody else writes all the time; and what this process holds, in MB."""
    while True:
        began = time.perf_counter()
        await database.writer.run(lambda db: db.execute(text("UPDATE branches SET opens = opens")))
        waits.append(time.perf_counter() - began)
        held.append(memory(os.getpid())[0])
        await asyncio.sleep(0.02)


async def started(database: Database, file: str = FILE, at: datetime = NOON) -> Campaign:
    author, approver = (
        Officer(number, "*", "administrator", None, login, login, "id", "Asia/Jakarta", at, None, None)
        for number, login in enumerate(("author", "approver"))
    )

    async def work(db: seed.Connection) -> Campaign:
        written = await Act(db, database.tools, author, at).draft("*", read(file))
        approved = await Act(db, database.tools, approver, at).approve(written)
        return await Act(db, database.tools, author, at).start(approved)

    return await database.writer.run(work)
