"""A million people and ten million messages: an update must cost what it costs among a thousand."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from pathlib import Path

from sqlalchemy import text
from storage import Database
from storage.writer import Connection

from benchmarks import fleet, seed
from benchmarks.cluster import cluster
from benchmarks.figures import Figure, ratio
from benchmarks.fleet import Kind
from benchmarks.options import Options
from benchmarks.parts.turns import PLACE, stages
from benchmarks.report import Part
from benchmarks.sample import Row
from benchmarks.stub import Stub
from benchmarks.talks import Talks

SIZES = {"1,000 people": (1_000, 0), "1,000,000 people, 10,000,000 messages": (1_000_000, 10_000_000)}
WANTED = 1.15
PIECE = 250_000
NUMBERS = {
    "sqlite": "WITH RECURSIVE n(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM n WHERE n < :last)",
    "postgresql": "WITH n AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n)",
}
# Every message has two rows of its own: what was said and its receipt, or what was answered.
SAID = """{numbers} INSERT INTO said (id, contact_id, address, at, text, kind, client)
SELECT n.n, p.contact_id, p.address, :at, 'sudah pulang dari taiwan bulan lalu', 'text', 'old' || n.n
FROM n JOIN people p ON p.place = n.n % :people"""
RECEIPT = "{numbers} INSERT INTO inbound (id, at, number, state) SELECT 'telegram:old' || n.n, :at, n.n, 'done' FROM n"
TOLD = """{numbers} INSERT INTO deliveries (id, key, contact_id, address, channel, lane, state, page, facts, at, due_at, expires_at, attempts, resent,
 done_at, provider_id)
SELECT n.n, 'r:telegram:old' || n.n, p.contact_id, p.address, 'telegram', 0, 'sent', :page, '', :at, :at, :at, 1, {no}, :at, 'old' || n.n
FROM n JOIN people p ON p.place = n.n % :people"""


async def run(stub: Stub, options: Options) -> Part:
    part = Part("A million people")
    part.lines += ["| database | holds | updates/s | CPU µs/update | server CPU µs/update |", "|---|---|---|---|---|"]
    for kind in ("sqlite", "postgresql"):
        rows = await measured(stub, kind, options)
        for size, row in rows.items():
            server = f"{row.middle(lambda sample: sample.helpers):,.0f}" if kind == "postgresql" else ""
            part.lines.append(f"| {kind} | {size} | {row.rate:,.0f} | {row.cpu:,.0f} | {server} |")
        small, large = rows.values()
        part.figures.append(
            Figure(f"{kind}: CPU of an update among a million people beside a thousand", WANTED, ratio(large.cpu, small.cpu))
        )
    return part


async def measured(stub: Stub, kind: str, options: Options) -> dict[str, Row]:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    rows, urls, talks = {}, {}, {}
    try:
        for number, (size, (people, messages)) in enumerate(SIZES.items()):
            url = f"sqlite:///{folder / f'{number}.db'}" if kind == "sqlite" else cluster().create(f"large_{number}_{time.time_ns()}")
            await filled(url, people, messages, options)
            rows[size], urls[size], talks[size] = Row(size, [], options.calm), url, Talks(people)
        for repeat in range(options.repeats):
            for size, row in rows.items():
                for _try in range(options.tries):
                    sample = await once(stub, folder, urls[size], talks[size], options.seconds)
                    options.say(f"{kind}, {size}, {repeat + 1} of {options.repeats}: {sample}")
                    if sample.neighbours <= options.calm:
                        break
                row.samples.append(sample)
        return rows
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if kind == "postgresql":
            for url in urls.values():
                cluster().drop(url.rpartition("/")[2])


async def once(stub: Stub, folder: Path, url: str, talks: Talks, seconds: float):  # type: ignore[no-untyped-def]
    bot = fleet.sapa(stub, folder, "telegram", url)
    helpers = cluster().pids() if url.startswith("postgresql") else []
    try:
        await asyncio.to_thread(bot.wait)
        await asyncio.sleep(1)
        return await stages(stub, Kind("sapa", "telegram", lambda *_given: bot), [bot], talks, seconds, half=False, helpers=helpers)
    finally:
        bot.stop()


async def filled(url: str, people: int, messages: int, options: Options) -> None:
    database = await seed.ready(url)
    known = await seed.people(database, "telegram", people)
    options.say(f"{len(known):,} people are there")
    await database.writer.run(lambda db: _name(db, known))
    for first in range(1, messages // 2 + 1, PIECE):
        last = min(first + PIECE - 1, messages // 2)
        await database.writer.run(lambda db, first=first, last=last: _messages(db, database, people, first, last))
    options.say(f"{messages:,} messages are there")
    await database.writer.run(lambda db: db.execute(text("DROP TABLE people")))
    await database.close()
    if url.startswith("postgresql"):
        await settled(url)


async def _name(db: Connection, known: list[tuple[int, str]]) -> None:
    await db.execute(text("CREATE TABLE people (place BIGINT PRIMARY KEY, contact_id BIGINT, address VARCHAR)"))
    for at in range(0, len(known), 10_000):
        rows = [
            {"place": at + place, "contact_id": contact, "address": address}
            for place, (contact, address) in enumerate(known[at : at + 10_000])
        ]
        await db.execute(text("INSERT INTO people VALUES (:place, :contact_id, :address)"), rows)


async def _messages(db: Connection, database: Database, people: int, first: int, last: int) -> None:
    dialect, at = database.dialect, "2026-01-05 08:00:00.000000"
    no = "0" if dialect == "sqlite" else "false"
    moment = {"at": at} if dialect == "sqlite" else {"at": seed.house.now()}
    for statement in (SAID, RECEIPT, TOLD):
        ready = text(statement.format(numbers=NUMBERS[dialect], no=no))
        given = {"first": first, "last": last, **moment}
        if ":people" in statement:
            given["people"] = people
        if ":page" in statement:
            given["page"] = seed.dumped()
        await db.execute(ready, given)


async def settled(url: str) -> None:
    """What autovacuum would do within minutes, so that it does not begin while we measure."""
    import asyncpg

    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    try:
        await connection.execute("VACUUM ANALYZE")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
