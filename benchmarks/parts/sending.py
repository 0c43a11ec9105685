"""Sending with claim and record, as fast as it goes: every message has a row, is claimed before its call, and recorded after it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from benchmarks import fleet, seed
from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.parts.turns import PLACE
from benchmarks.procs import Clock
from benchmarks.report import Part
from benchmarks.sample import Row, Sample
from benchmarks.stub import Stub

PEOPLE = 20_000
WANTED = {"whatsapp": 5000, "telegram": 3500}
MOST = 12_000  # messages a second that are queued for each second of the run; nobody may run out


async def run(stub: Stub, options: Options) -> Part:
    part = Part("Sending with claim and record, without limit")
    part.lines += ["| channel | messages/s | CPU µs/message | stand-in's core | neighbours |", "|---|---|---|---|---|"]
    rows = {channel: Row(channel, [], options.calm) for channel in WANTED}
    for repeat in range(options.repeats):
        for channel, row in rows.items():
            for _try in range(options.tries):
                sample = await once(stub, channel, options.seconds)
                options.say(f"sending, {channel}, {repeat + 1} of {options.repeats}: {sample}")
                if sample.neighbours <= options.calm:
                    break
            row.samples.append(sample)
    for channel, row in rows.items():
        stand_in, others = row.middle(lambda sample: sample.stub), max(sample.neighbours for sample in row.samples)
        part.lines.append(f"| {channel} | {row.rate:,.0f} | {row.cpu:,.0f} | {stand_in:.2f} | {others:.2f} |")
        part.figures.append(Figure(f"{channel}: messages claimed, sent and recorded", WANTED[channel], row.rate, at_most=False, unit="/s"))
    return part


async def once(stub: Stub, channel: str, seconds: float) -> Sample:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    try:
        url = f"sqlite:///{folder / 'sapa.db'}"
        database = await seed.ready(url)
        known = await seed.people(database, channel, PEOPLE)
        await seed.queue(database, channel, known, int(MOST * (seconds + 2)))
        await database.close()
        stub.arrivals = []
        bot = fleet.sapa(stub, folder, channel, url, "worker")
        try:
            await asyncio.to_thread(bot.wait)
            await asyncio.sleep(1)  # the first claims, and what is compiled once
            clock, before = Clock([bot.pid]), len(stub.arrivals)
            await asyncio.sleep(seconds)
            used, sent = clock.read(), len(stub.arrivals) - before
        finally:
            bot.stop()
            stub.arrivals = None
        nan = float("nan")
        return Sample(sent / used.seconds, 1e6 * used.bots / max(sent, 1), nan, nan, nan, 0, used.stub, used.neighbours)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
