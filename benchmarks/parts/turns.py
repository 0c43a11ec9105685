"""Whole turns: ours beside bare echoes and beside the floor, on each channel, repeats interleaved."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from benchmarks import seed
from benchmarks.fleet import Kind, available
from benchmarks.lines import Lines
from benchmarks.load import Load
from benchmarks.procs import Bot, Clock, memory
from benchmarks.sample import CALM, Row, Sample
from benchmarks.stub import Stub
from benchmarks.talks import Talks

WARM = 1.5  # seconds
KNOWN = {"telegram": 1000, "whatsapp": 1000, "webchat": 3000}  # one page may say 20 things in 10 seconds, so the web needs more people
AGAIN = 2  # tries of a disturbed sample
PLACE = Path("/var/tmp")  # on a real disk: a commit must cost what it costs


async def measure(stub: Stub, kinds: list[Kind], repeats: int, seconds: float) -> list[Row]:
    """Each bot `repeats` times, never twice in a row."""
    rows = [Row(kind.name, []) for kind in available(kinds)]
    for repeat in range(repeats):
        for row, kind in zip(rows, available(kinds), strict=True):
            for _try in range(AGAIN):
                sample = await once(stub, kind, seconds)
                print(f"  {kind.channel} {kind.name}, {repeat + 1} of {repeats}: {sample}", flush=True)
                if sample.neighbours <= CALM:
                    break
            row.samples.append(sample)
    return rows


async def once(stub: Stub, kind: Kind, seconds: float, window: int = 100) -> Sample:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    known = KNOWN[kind.channel]
    try:
        if kind.name == "sapa":
            await seeded(folder, kind.channel, known)
        bot = kind.start(stub, folder, known)
        try:
            await asyncio.to_thread(bot.wait)
            return await stages(stub, kind, bot, known, seconds, window)
        finally:
            bot.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def seeded(folder: Path, channel: str, known: int) -> None:
    database = await seed.ready(f"sqlite:///{folder / 'sapa.db'}")
    await seed.people(database, channel, known)
    await database.close()


async def stages(stub: Stub, kind: Kind, bot: Bot, known: int, seconds: float, window: int) -> Sample:
    """Warm it, let it do all it can, then half of that at an even chance."""
    load = (Lines if kind.channel == "webchat" else Load)(stub, bot.port, kind.form, Talks(known), window)
    await load.connect()
    await load.saturate(WARM)
    failed = await load.settle()
    clock = Clock([bot.pid])
    full = await load.saturate(seconds)
    used = clock.read()
    failed += full.failed + await load.settle()
    half = await load.at_rate(full.answered / used.seconds / 2, seconds)
    resident, _peak = memory(bot.pid)
    load.close()
    answered = max(full.answered, 1)
    return Sample(
        rate=full.answered / used.seconds,
        cpu=1e6 * used.bots / answered,
        p50=half.percentile(0.5),
        p99=half.percentile(0.99),
        rss=resident,
        failed=failed + half.failed,
        stub=used.stub,
        neighbours=used.neighbours,
    )
