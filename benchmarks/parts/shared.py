"""On PostgreSQL: turns in groups beside a session a message, and two processes beside one."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import fleet, seed
from benchmarks.cluster import cluster
from benchmarks.figures import Figure, ratio
from benchmarks.fleet import Kind
from benchmarks.options import Options
from benchmarks.parts.turns import KNOWN, PLACE, stages
from benchmarks.procs import Clock, children
from benchmarks.report import Part
from benchmarks.sample import Row, Sample
from benchmarks.stub import Stub
from benchmarks.talks import Talks

NAN = float("nan")


async def run(stub: Stub, options: Options) -> Part:
    part = Part("PostgreSQL")
    ways = {way: Row(way, [], options.calm) for way in ("grouped", "session")}
    fleets = {number: Row(f"{number} processes", [], options.calm) for number in (1, 2)}
    for repeat in range(options.repeats):
        for way, row in ways.items():
            await tried(row, options, f"PostgreSQL, {way}, {repeat + 1}", lambda way=way: turns(way, options.seconds))
        for number, row in fleets.items():
            await tried(
                row, options, f"PostgreSQL, {number} serving, {repeat + 1}", lambda number=number: served(stub, number, options.seconds)
            )
    part.lines += ["| without network, 64 people at a time | turns/s | client CPU µs/turn | server CPU µs/turn |", "|---|---|---|---|"]
    names = {"grouped": "ours: the whole turn, in groups", "session": "SQLModel's AsyncSession a message, plainly"}
    part.lines += [line(names[way], row) for way, row in ways.items()]
    part.lines += ["", "| whole bots, Telegram | updates/s | CPU µs/update, all processes | server CPU µs/update |", "|---|---|---|---|"]
    part.lines += [line(row.name, row) for row in fleets.values()]
    part.figures += [
        Figure(
            "PostgreSQL: grouped turns/s beside SQLModel's AsyncSession",
            10,
            ratio(ways["grouped"].rate, ways["session"].rate),
            at_most=False,
        ),
        Figure("PostgreSQL: CPU of an update with two processes beside one", 1.15, ratio(fleets[2].cpu, fleets[1].cpu)),
    ]
    return part


async def tried(row: Row, options: Options, name: str, measure) -> None:  # type: ignore[no-untyped-def]
    for _try in range(options.tries):
        sample = await measure()
        options.say(f"{name}: {sample}")
        if sample.neighbours <= options.calm:
            break
    row.samples.append(sample)


def line(name: str, row: Row) -> str:
    return f"| {name} | {row.rate:,.0f} | {row.cpu:,.0f} | {row.middle(lambda sample: sample.helpers):,.0f} |"


async def turns(way: str, seconds: float) -> Sample:
    url = cluster().create(f"turns_{time.time_ns()}")
    if way == "grouped":
        database = await seed.ready(url)
        await seed.people(database, "telegram", 1000)
        await database.close()
    command = [sys.executable, "-m", "benchmarks.bots.storage_turns", "--way", way, "--url", url, "--seconds", str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, cwd=fleet.ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout
    await process.stdout.readline()  # warm: whatever works for it on the server is there now, and stays until it is told to end
    clock = Clock(children(process.pid), cluster().pids())
    said = json.loads(await process.stdout.readline())
    used = clock.read()
    await process.communicate(b"")
    return Sample(said["rate"], said["cpu"], NAN, NAN, NAN, 0, used.stub, used.neighbours, 1e6 * used.others / used.seconds / said["rate"])


async def served(stub: Stub, number: int, seconds: float) -> Sample:
    url = cluster().create(f"served_{time.time_ns()}")
    database = await seed.ready(url)
    await seed.people(database, "telegram", KNOWN["telegram"])
    await database.close()
    with tempfile.TemporaryDirectory(prefix="sapa-bench-", dir=PLACE) as name:
        bots = [fleet.sapa(stub, Path(name), "telegram", url) for _process in range(number)]
        try:
            for bot in bots:
                await asyncio.to_thread(bot.wait)
            kind = Kind("sapa", "telegram", lambda *_given: bots[0])
            await asyncio.sleep(1)
            return await stages(stub, kind, bots, Talks(KNOWN["telegram"]), seconds, half=False, helpers=cluster().pids())
        finally:
            for bot in bots:
                bot.stop()
