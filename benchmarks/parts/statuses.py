"""WhatsApp tells three times of each message how far it came: each is checked, kept and only then acknowledged."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import deque
from pathlib import Path

from benchmarks import fleet, seed, talks
from benchmarks.figures import Figure, ratio
from benchmarks.options import Options
from benchmarks.parts.turns import PLACE
from benchmarks.procs import Bot, Clock
from benchmarks.report import Part
from benchmarks.sample import Row, Sample
from benchmarks.stub import Stub
from benchmarks.talks import KNOWN_FROM
from benchmarks.wire import Poster

MESSAGES = 40_000
CONNECTIONS = 100
NAN = float("nan")


async def run(stub: Stub, options: Options) -> Part:
    part = Part("WhatsApp's statuses")
    part.lines += [
        "| bot | statuses/s | CPU µs/status | x floor | failed | stand-in's core | neighbours |",
        "|---|---|---|---|---|---|---|",
    ]
    rows = {name: Row(name, [], options.calm) for name in ("sapa", "floor")}
    for repeat in range(options.repeats):
        for name, row in rows.items():
            for _try in range(options.tries):
                sample = await once(stub, name, options.seconds)
                options.say(f"statuses, {name}, {repeat + 1} of {options.repeats}: {sample}")
                if sample.neighbours <= options.calm:
                    break
            row.samples.append(sample)
    for name, row in rows.items():
        cells = (
            name,
            f"{row.rate:,.0f}",
            f"{row.cpu:,.0f}",
            f"{row.cpu / rows['floor'].cpu:.2f}",
            str(sum(sample.failed for sample in row.valid)),
            f"{row.middle(lambda sample: sample.stub):.2f}",
            f"{max(sample.neighbours for sample in row.samples):.2f}",
        )
        part.lines.append(f"| {' | '.join(cells)} |")
    part.figures.append(Figure("WhatsApp's statuses: CPU beside the floor's", 1.5, ratio(rows["sapa"].cpu, rows["floor"].cpu)))
    return part


async def once(stub: Stub, name: str, seconds: float) -> Sample:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    try:
        if name == "sapa":
            url = f"sqlite:///{folder / 'sapa.db'}"
            database = await seed.ready(url)
            known = await seed.people(database, "whatsapp", 1000)
            ids = await seed.queue(database, "whatsapp", known, MESSAGES, state="sent")
            await database.close()
            bot = fleet.sapa(stub, folder, "whatsapp", url)
        else:
            ids = list(range(1, MESSAGES + 1))
            bot = fleet.script("floor_whatsapp", "--deliveries", str(MESSAGES))(stub, folder, 1000)
        try:
            await asyncio.to_thread(bot.wait)
            return await load(bot, ids, seconds)
        finally:
            bot.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def load(bot: Bot, ids: list[int], seconds: float) -> Sample:
    """As much as it takes, each message going from sent to delivered to read."""
    waiting: deque[bytes] = deque(
        talks.status(place, state, ids[place], KNOWN_FROM + place % 1000)
        for state in ("sent", "delivered", "read")
        for place in range(len(ids))
    )
    count = {200: 0, "failed": 0}

    def free(poster: Poster, status: int) -> None:
        count[200 if status == 200 else "failed"] += 1
        if waiting:
            poster.post(0, waiting.popleft())

    posters = []
    for _number in range(CONNECTIONS):
        _transport, poster = await asyncio.get_running_loop().create_connection(lambda: Poster(free), "127.0.0.1", bot.port)
        posters.append(poster)
        poster.post(0, waiting.popleft())
    await asyncio.sleep(1)
    clock, before = Clock([bot.pid]), count[200]
    while waiting and clock.read().seconds < seconds:
        await asyncio.sleep(0.02)
    used, done = clock.read(), count[200] - before
    waiting.clear()
    await asyncio.sleep(0.5)
    for poster in posters:
        if poster.transport:
            poster.transport.close()
    return Sample(done / used.seconds, 1e6 * used.bots / max(done, 1), NAN, NAN, NAN, count["failed"], used.stub, used.neighbours)
