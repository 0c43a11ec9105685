"""How long it takes until somebody is served, and what it holds in memory while nobody speaks."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median

from benchmarks import fleet, seed
from benchmarks.figures import Figure
from benchmarks.options import Options
from benchmarks.parts.turns import PLACE
from benchmarks.procs import Bot, Clock, memory, proportional
from benchmarks.report import Part
from benchmarks.stub import Stub

READY, RESIDENT, FIRST_LINE = 2.0, 180.0, 1.5
REST = 5.0  # seconds


async def run(stub: Stub, options: Options) -> Part:
    part = Part("Starting, and at rest")
    found: dict[str, list[float]] = {
        "start to ready, s": [],
        "at rest, RSS MiB": [],
        "at rest, PSS MiB": [],
        "`sapa chat`, first line, s": [],
    }
    for repeat in range(options.repeats):
        for _try in range(options.tries):
            clock = Clock([os.getpid()])
            values = await once(stub)
            neighbours = clock.read().neighbours - values[-1]
            options.say(f"starting, {repeat + 1} of {options.repeats}: {values}, neighbours {neighbours:.2f}")
            if neighbours <= options.calm:
                for name, value in zip(found, values, strict=False):
                    found[name].append(value)
                break
    part.lines += ["On a database that is there already, with the model loaded by one question before the memory is read.", ""]
    part.lines += ["| | median | range |", "|---|---|---|"]
    for name, values_of in found.items():
        shown = f"{median(values_of):.2f} | {min(values_of):.2f}-{max(values_of):.2f}" if values_of else "disturbed |"
        part.lines.append(f"| {name} | {shown} |")
    ready, resident, _pss, line = (median(values_of) if values_of else None for values_of in found.values())
    part.figures += [
        Figure("start to ready", READY, ready, unit="s"),
        Figure("at rest, resident", RESIDENT, resident, unit="MiB"),
        Figure("`sapa chat`: first line", FIRST_LINE, line, unit="s"),
    ]
    return part


async def once(stub: Stub) -> tuple[float, ...]:
    """Start to ready, RSS, PSS, first line of a chat; and the cores that these took themselves."""
    folder = Path(tempfile.mkdtemp(prefix="sapa-bench-", dir=PLACE))
    try:
        url = f"sqlite:///{folder / 'sapa.db'}"
        await (await seed.ready(url)).close()
        began = time.perf_counter()
        bot = fleet.sapa(stub, folder, "telegram", url)
        try:
            ready = await asyncio.to_thread(until_ready, bot, began)
            await speak(stub, bot)
            await asyncio.sleep(REST)
            resident, shared = memory(bot.pid)[0], proportional(bot.pid)
            used = Clock([bot.pid])
        finally:
            used = sum_of(bot)
            bot.stop()
        line, chat = await asyncio.to_thread(first_line, folder, url)
        return ready, resident, shared, line, (used + chat) / (time.perf_counter() - began)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sum_of(bot: Bot) -> float:
    from benchmarks.procs import total

    return total([bot.pid])


def until_ready(bot: Bot, began: float) -> float:
    """Until /ready says yes, from when the process was started."""
    while time.perf_counter() - began < 60:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{bot.port}/ready", timeout=5) as answer:
                if answer.status == 200:
                    return time.perf_counter() - began
        except (urllib.error.URLError, OSError):
            time.sleep(0.005)
    raise RuntimeError(bot.log.read_text()[-2000:])


async def speak(stub: Stub, bot: Bot) -> None:
    """One question, so that the model is loaded."""
    from benchmarks.load import Load
    from benchmarks.talks import Talks, telegram

    load = Load(stub, [bot.port], telegram, Talks(1), window=1)
    await load.connect()
    await load.saturate(0.2)
    await load.settle()
    load.close()


def first_line(folder: Path, url: str) -> tuple[float, float]:
    """From the start of `sapa chat` to its first line for a line that is piped in; and its CPU."""
    environment = {**os.environ, "PYTHONPATH": str(fleet.ROOT), "SAPA_SECRET_KEY": seed.KEY, "SAPA_DATABASE_URL": url}
    before = os.times()
    began = time.perf_counter()
    command = [str(fleet.PROJECT), "-m", "bot", "chat"]
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as chat:
        assert chat.stdin is not None
        assert chat.stdout is not None
        chat.stdin.write(b"masa perlindungan\n")
        chat.stdin.flush()
        said = chat.stdout.readline()
        took = time.perf_counter() - began
        chat.stdin.close()
        chat.stdout.read()
    if not said.strip():
        raise RuntimeError("`sapa chat` said nothing")
    after = os.times()
    return took, after.children_user + after.children_system - before.children_user - before.children_system
