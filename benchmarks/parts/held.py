"""A campaign of 300,000 at 1,000 a second from its first message to its last, while people talk: what it costs, and how long they wait."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text
from storage import rollups

from benchmarks import fleet, seed
from benchmarks.figures import Figure
from benchmarks.load import Count, Load
from benchmarks.options import Options
from benchmarks.parts.campaigns import started
from benchmarks.parts.turns import PLACE, WARM
from benchmarks.procs import Clock, Usage
from benchmarks.report import Part
from benchmarks.stub import Stub
from benchmarks.talks import KNOWN_FROM, Talks, telegram

PEOPLE, RATE = 300_000, 1000
TALKERS, TALK = 1_000, 5.0  # people who want no campaigns and talk with us meanwhile; their messages a second
LONGEST_SHARE, LONGEST_REPLY, OFF = 50.0, 300.0, 1.0
# By day wherever the people of the seed are, at any hour at which this is run.
FILE = 'name = "Ajakan"\n[text]\nid = "Halo"\nen = "Hello"\n[schedule]\nspread_hours = 0\nopens = 00:00:00\ncloses = 23:59:00\n'


async def run(stub: Stub, options: Options) -> Part:
    part = Part("A campaign of 300,000 at 1,000 a second")
    count, usage, times, twice = await measured(stub, options)
    rate = (len(times) - 1) / (times[-1] - times[0])
    seconds = Counter(int(at - times[0]) for at in times)
    slowest = min(seconds[number] for number in range(1, int(times[-1] - times[0])))
    reply, share = count.percentile(0.95), 100 * usage.bots / usage.seconds
    part.lines += [
        f"On SQLite, one process for all, by Telegram; {TALK:.0f} other people a second talk with it meanwhile. The slowest is of whole seconds between the first and the last.",
        "",
        "| messages | twice | mean/s | slowest second | % of a core, talk included | replies | p50 / p95 ms | failed | neighbours |",
        "|---|---|---|---|---|---|---|---|---|",
        f"| {len(times):,} | {twice} | {rate:,.1f} | {slowest} | {share:.0f} | {count.answered:,} | {count.percentile(0.5):.0f} / {reply:.0f} "
        f"| {count.failed} | {usage.neighbours:.2f} |",
    ]
    disturbed = usage.neighbours > options.calm
    part.figures += [
        Figure("300,000 at 1,000/s: the mean is off by", OFF, 100 * abs(rate / RATE - 1), unit="%"),
        Figure("300,000 at 1,000/s: share of a core", LONGEST_SHARE, None if disturbed else share, unit="%"),
        Figure("300,000 at 1,000/s: replies, p95", LONGEST_REPLY, None if disturbed else reply, unit="ms"),
    ]
    return part


async def measured(stub: Stub, options: Options) -> tuple[Count, Usage, list[float], int]:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    url = f"sqlite:///{folder / 'sapa.db'}"
    try:
        database = await seed.ready(url)
        known = await seed.people(database, "telegram", PEOPLE + TALKERS)
        talkers = ", ".join(str(contact) for contact, _address in known[:TALKERS])
        silent = f"UPDATE contacts SET opted_out_at = created_at WHERE id IN ({talkers})"
        await database.writer.run(lambda db: db.execute(text(silent)))
        await rollups.catch_up(database.writer)  # they were counted when they came
        options.say(f"{PEOPLE:,} people are there")
        bot = fleet.sapa(stub, folder, "telegram", url, SAPA_TELEGRAM_RATE=str(RATE))
        load = Load(stub, [bot.port], telegram, Talks(TALKERS))
        try:
            await asyncio.to_thread(bot.wait)
            await load.connect()
            await load.saturate(WARM)
            await load.settle()
            return await campaign(stub, load, Clock([bot.pid]), database)
        finally:
            load.close()
            bot.stop()
            await database.close()
    finally:
        stub.arrivals = stub.on_message = None
        shutil.rmtree(folder, ignore_errors=True)


async def campaign(stub: Stub, load: Load, clock: Clock, database: seed.Database) -> tuple[Count, Usage, list[float], int]:
    """Until the last recipient has it. Nothing but times and people is kept of what arrives."""
    people: Counter[int] = Counter()
    times: list[float] = []
    answered = stub.arrived

    def arrived(person: int) -> None:
        if KNOWN_FROM + TALKERS <= person < KNOWN_FROM + TALKERS + PEOPLE:
            people[person] += 1
            times.append(time.perf_counter())
        else:
            answered(person)

    stub.arrived = arrived
    await started(database, FILE, datetime.now(UTC))
    talking = asyncio.create_task(load.at_rate(TALK, PEOPLE / RATE))
    end = time.perf_counter() + 2 * PEOPLE / RATE
    while len(people) < PEOPLE and time.perf_counter() < end:
        await asyncio.sleep(0.05)
    usage = clock.read()
    return await talking, usage, times, len(times) - len(people)
