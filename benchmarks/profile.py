"""`make profile`: where the CPU time of a whole turn, or of a sent message, goes, by function, in the loop and in the writer's thread."""

from __future__ import annotations

import argparse
import asyncio
import os
import pstats
import signal
import tempfile
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import fleet, seed
from benchmarks.lines import Lines
from benchmarks.load import Load
from benchmarks.parts.turns import KNOWN, PLACE, WARM, seeded
from benchmarks.procs import Bot, Clock
from benchmarks.stub import Stub
from benchmarks.talks import Talks, telegram, web, whatsapp

FORMS = {"telegram": telegram, "whatsapp": whatsapp, "webchat": web}
WATCHED = "benchmarks.bots.watched"


async def profile_turns(channel: str, seconds: float, top: int) -> list[str]:
    stub = Stub()
    async with await stub.serve():
        with tempfile.TemporaryDirectory(prefix="sapa-bench-", dir=PLACE) as name:
            folder, known = Path(name), KNOWN[channel]
            await seeded(folder, channel, known)
            bot = fleet.sapa(
                stub, folder, channel, f"sqlite:///{folder / 'sapa.db'}", module=WATCHED, BENCH_PROFILE=str(folder / "profile")
            )
            await asyncio.to_thread(bot.wait)
            load = (Lines if channel == "webchat" else Load)(stub, [bot.port], FORMS[channel], Talks(known))
            await load.connect()
            await load.saturate(WARM)
            await load.settle()
            clock = await begin(bot)
            done = (await load.saturate(seconds)).answered
            lines = await end(bot, clock, folder, done, top)
            bot.stop()
            return [f"# {channel}: a whole turn, {done} of them", *lines]


async def profile_sending(channel: str, seconds: float, top: int) -> list[str]:
    stub = Stub()
    async with await stub.serve():
        with tempfile.TemporaryDirectory(prefix="sapa-bench-", dir=PLACE) as name:
            folder = Path(name)
            url = f"sqlite:///{folder / 'sapa.db'}"
            database = await seed.ready(url)
            known = await seed.people(database, channel, 20_000)
            await seed.queue(database, channel, known, int(6000 * (seconds + 4)))
            await database.close()
            bot = fleet.sapa(stub, folder, channel, url, "worker", module=WATCHED, BENCH_PROFILE=str(folder / "profile"))
            await asyncio.to_thread(bot.wait)
            await asyncio.sleep(1)
            stub.arrivals = []
            clock = await begin(bot)
            await asyncio.sleep(seconds)
            done = len(stub.arrivals)
            lines = await end(bot, clock, folder, done, top)
            bot.stop()
            return [f"# {channel}: a message claimed, sent and recorded, {done} of them", *lines]


async def begin(bot: Bot) -> Clock:
    os.kill(bot.pid, signal.SIGUSR1)
    await asyncio.sleep(0.05)
    return Clock([bot.pid])


async def end(bot: Bot, clock: Clock, folder: Path, done: int, top: int) -> list[str]:
    used = clock.read()
    os.kill(bot.pid, signal.SIGUSR2)
    while not (folder / "profile.done").exists():
        await asyncio.sleep(0.05)
    lines = [f"{1e6 * used.bots / done:,.0f} µs of CPU each while watched (watching itself costs most of it)"]
    for thread, file in (("the loop", "profile.loop"), ("the writer's thread", "profile.done")):
        lines += ["", f"## {thread}", *table(pstats.Stats(str(folder / file)), done, top)]
    return lines


def table(stats: Any, done: int, top: int) -> list[str]:
    """Microseconds a turn: with all it calls, by itself, and how often it is called."""
    rows = [(cumulative, own, calls, short(place)) for place, (_primitive, calls, own, cumulative, _callers) in stats.stats.items()]
    total = sum(own for _cumulative, own, _calls, _name in rows)
    lines = [f"{1e6 * total / done:.0f} µs", "", "  with calls |    itself |  times | function"]
    for key in (0, 1):
        for row in sorted(rows, key=lambda row: -row[key])[:top]:
            lines.append(f"{1e6 * row[0] / done:12.1f} | {1e6 * row[1] / done:9.1f} | {row[2] / done:6.2f} | {row[3]}")
        lines.append("")
    return lines


def short(place: tuple[str, int, str]) -> str:
    file, line, name = place
    file = file.replace(f"{fleet.ROOT}/", "").split("site-packages/")[-1].split("lib/python3.11/")[-1]
    return f"{name} ({file}:{line})" if line else name


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--channel", choices=sorted(FORMS), default="telegram")
    parser.add_argument("--what", choices=("turns", "sending"), default="turns")
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--top", type=int, default=60)
    given = parser.parse_args()
    work = {"turns": profile_turns, "sending": profile_sending}[given.what]
    print("\n".join(uvloop.run(work(given.channel, given.seconds, given.top))))


if __name__ == "__main__":
    main()
