"""Whole turns: ours beside bare echoes and beside the floor, on each channel, repeats interleaved."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from pathlib import Path

from benchmarks import seed
from benchmarks.figures import Figure, ratio
from benchmarks.fleet import TELEGRAM, WEB, WHATSAPP, Kind, available
from benchmarks.lines import Lines
from benchmarks.load import Load
from benchmarks.options import Options
from benchmarks.procs import Bot, Clock, memory
from benchmarks.report import Part
from benchmarks.sample import Row, Sample, table
from benchmarks.stub import Stub
from benchmarks.talks import Talks

WARM = 12.0  # seconds; by then all who are known went through the whole check, and what is made ready at first use stands
KNOWN = {"telegram": 1000, "whatsapp": 1000, "webchat": 3000}  # one page may say 20 things in 10 seconds, so the web needs more people
PLACE = Path("/var/tmp")  # on a real disk: a commit must cost what it costs


async def run(stub: Stub, options: Options) -> Part:
    part = Part("Whole turns")
    part.lines.append(
        "A turn: webhook in, dialogue, state and both messages durable (`synchronous=FULL`), reply queued, claimed, sent and recorded. "
        "A known worker answers a question of the coverage check; one message in ten is a first contact. Saturated: 100 unanswered messages "
        "over 40 connections. Half load: independent arrivals at half of the bot's own saturated rate, from when each was due to the arrival "
        "of our reply at the platform. The echo bots keep nothing; the floor does the same turn by hand."
    )
    measured: dict[str, dict[str, Row]] = {}
    for channel, kinds in (("Telegram", TELEGRAM), ("WhatsApp", WHATSAPP), ("Web chat", WEB)):
        if options.only and channel.split()[0].lower() not in options.only:
            continue
        rows = await measure(stub, kinds, options)
        part.lines += ["", f"**{channel}**", "", *table(rows)]
        measured[channel] = {row.name: row for row in rows}
    part.figures += figures(measured)
    return part


def figures(measured: dict[str, dict[str, Row]]) -> list[Figure]:
    found: list[Figure] = []
    for channel, wanted in (("Telegram", 2.4), ("WhatsApp", 1.6), ("Web chat", 1.6)):
        if rows := measured.get(channel):
            found.append(Figure(f"{channel}: CPU of a turn beside the floor's", wanted, ratio(rows["sapa"].cpu, rows["floor"].cpu)))
            found.append(Figure(f"{channel}: p99 at half load beside the floor's", 1.5, ratio(rows["sapa"].p99, rows["floor"].p99)))
    if rows := measured.get("Telegram"):
        for name, wanted in (("python-telegram-bot, echo", 2.5), ("aiogram, echo", 1.8), ("card's packages, whole turn", 12.0)):
            if name in rows:
                found.append(Figure(f"Telegram: updates/s beside {name}", wanted, ratio(rows["sapa"].rate, rows[name].rate), at_most=False))
    return found


async def measure(stub: Stub, kinds: list[Kind], options: Options) -> list[Row]:
    """Each bot `repeats` times, never twice in a row."""
    kinds = available(kinds)
    rows = [Row(kind.name, [], options.calm) for kind in kinds]
    for repeat in range(options.repeats):
        for row, kind in zip(rows, kinds, strict=True):
            for _try in range(options.tries):
                sample = await once(stub, kind, options.seconds)
                options.say(f"{kind.channel} {kind.name}, {repeat + 1} of {options.repeats}: {sample}")
                if sample.neighbours <= options.calm:
                    break
            row.samples.append(sample)
    return rows


async def once(stub: Stub, kind: Kind, seconds: float, window: int = 100, half: bool = True) -> Sample:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    known = KNOWN[kind.channel]
    try:
        if kind.name == "sapa":
            await seeded(folder, kind.channel, known)
        bot = kind.start(stub, folder, known)
        try:
            await asyncio.to_thread(bot.wait)
            return await stages(stub, kind, [bot], Talks(known), seconds, window, half)
        finally:
            bot.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def seeded(folder: Path, channel: str, known: int) -> None:
    database = await seed.ready(f"sqlite:///{folder / 'sapa.db'}")
    await seed.people(database, channel, known)
    await database.close()


async def stages(
    stub: Stub,
    kind: Kind,
    bots: list[Bot],
    talks: Talks,
    seconds: float,
    window: int = 100,
    half: bool = True,
    helpers: list[int] | None = None,
) -> Sample:
    """Warm it, let it do all it can, then half of that at an even chance. `helpers` work for it (a database), and are no neighbours."""
    load = (Lines if kind.channel == "webchat" else Load)(stub, [bot.port for bot in bots], kind.form, talks, window)
    await load.connect()
    await load.saturate(WARM)
    failed = await load.settle()
    clock = Clock([bot.pid for bot in bots], helpers or [])
    full = await load.saturate(seconds)
    used = clock.read()
    failed += full.failed + await load.settle()
    calm = await load.at_rate(max(full.answered / used.seconds / 2, 1), seconds) if half else None
    load.close()
    answered = max(full.answered, 1)
    return Sample(
        rate=full.answered / used.seconds,
        cpu=1e6 * used.bots / answered,
        p50=calm.percentile(0.5) if calm else float("nan"),
        p99=calm.percentile(0.99) if calm else float("nan"),
        rss=sum(memory(bot.pid)[0] for bot in bots),
        failed=failed + (calm.failed if calm else 0),
        stub=used.stub,
        neighbours=used.neighbours,
        helpers=1e6 * used.others / answered,
    )
