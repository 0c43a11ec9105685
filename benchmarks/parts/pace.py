"""1,000 messages a second, held: by one process, by four that share one database, and over a restart; as the platform sees them arrive."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections import deque
from dataclasses import dataclass
from pathlib import Path

from benchmarks import fleet, seed
from benchmarks.cluster import cluster
from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.parts.turns import PLACE
from benchmarks.procs import Bot, Clock
from benchmarks.report import Part
from benchmarks.stub import Stub

RATE = 1000
SECONDS = 10.0
MOST_IN_A_SECOND, LONGEST_SHARE, OFF = 1010, 30.0, 0.1
SETTINGS = {"SAPA_WHATSAPP_RATE": str(RATE), "SAPA_TELEGRAM_RATE": str(RATE)}


@dataclass(frozen=True)
class Held:
    """How a pace was kept. `share` in percent of a core, of all sending processes together."""

    sent: int
    most: int
    mean: float
    share: float
    neighbours: float
    twice: int


async def run(stub: Stub, options: Options) -> Part:
    part = Part("A pace of 1,000 messages a second")
    part.lines += [
        "From the very first message on; `most` is the highest number in any second, wherever it begins. The mean leaves out the first second.",
        "",
        "| processes | database | most in any second | mean/s | % of a core | sent | twice | neighbours |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, url_of, processes, restart in (
        ("1", "sqlite", 1, False),
        ("1, restarted", "sqlite", 1, True),
        ("1", "postgresql", 1, False),
        ("4", "postgresql", 4, False),
        ("4, restarted", "postgresql", 4, True),
    ):
        held = await calm(stub, url_of, processes, restart, options)
        cells = (
            name,
            url_of,
            f"{held.most:,}",
            f"{held.mean:,.1f}",
            f"{held.share:.0f}",
            f"{held.sent:,}",
            str(held.twice),
            f"{held.neighbours:.2f}",
        )
        part.lines.append(f"| {' | '.join(cells)} |")
        what, disturbed = f"{name} on {url_of}, 1,000/s", held.neighbours > options.calm
        part.figures.append(Figure(f"{what}: most in any second", MOST_IN_A_SECOND, None if disturbed else held.most, unit="/s"))
        if not restart:
            off = 100 * abs(held.mean / RATE - 1)
            part.figures.append(Figure(f"{what}: the mean is off by", OFF, None if disturbed else off, unit="%"))
            part.figures.append(Figure(f"{what}: share of a core", LONGEST_SHARE, None if disturbed else held.share, unit="%"))
    return part


async def calm(stub: Stub, kind: str, processes: int, restart: bool, options: Options) -> Held:
    for _try in range(options.tries):
        held = await once(stub, kind, processes, restart)
        options.say(f"pace, {processes} on {kind}{', restarted' if restart else ''}: {held}")
        if held.neighbours <= options.calm:
            break
    return held


async def once(stub: Stub, kind: str, processes: int, restart: bool, channel: str = "whatsapp") -> Held:
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    url = f"sqlite:///{folder / 'sapa.db'}" if kind == "sqlite" else cluster().create(f"pace_{time.time_ns()}")
    try:
        database = await seed.ready(url)
        known = await seed.people(database, channel, 5000)
        await seed.queue(database, channel, known, int(RATE * (SECONDS + 4)))
        await database.close()
        stub.arrivals, bodies = [], []
        stub.on_message = lambda _number, body: bodies.append(hash(body))
        bots = [fleet.sapa(stub, folder, channel, url, "worker", **SETTINGS) for _process in range(processes)]
        try:
            for bot in bots:
                await asyncio.to_thread(bot.wait)
            return await watched(stub, folder, channel, url, bots, restart, bodies)
        finally:
            for bot in bots:
                bot.stop()
    finally:
        stub.arrivals = stub.on_message = None
        shutil.rmtree(folder, ignore_errors=True)


async def watched(stub: Stub, folder: Path, channel: str, url: str, bots: list[Bot], restart: bool, bodies: list[int]) -> Held:
    assert stub.arrivals is not None
    helpers = [] if url.startswith("sqlite") else cluster().pids()
    clock = Clock([bot.pid for bot in bots], helpers)
    before = 0.0
    if restart:
        await asyncio.sleep(SECONDS / 2)
        before = clock.read().neighbours
        await asyncio.to_thread(bots[0].stop)  # the platform's side goes on meanwhile
        bots[0] = fleet.sapa(stub, folder, channel, url, "worker", **SETTINGS)
        clock = Clock([bot.pid for bot in bots], helpers)
        await asyncio.sleep(SECONDS / 2)
    else:
        await asyncio.sleep(SECONDS)
    used = clock.read()
    neighbours = max(before, used.neighbours)
    arrivals = sorted(stub.arrivals)
    later = [at for at in arrivals if at > arrivals[0] + 1]
    mean = (len(later) - 1) / (later[-1] - later[0])
    return Held(len(arrivals), most_in_a_second(arrivals), mean, 100 * used.bots / used.seconds, neighbours, len(bodies) - len(set(bodies)))


def most_in_a_second(times: list[float]) -> int:
    window: deque[float] = deque()
    most = 0
    for at in times:
        window.append(at)
        while window[0] <= at - 1:
            window.popleft()
        most = max(most, len(window))
    return most
