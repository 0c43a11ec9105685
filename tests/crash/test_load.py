"""Hours of talk leave nothing behind in the process, a backlog of the largest updates fits, and one chat's flood keeps nobody else waiting."""

from __future__ import annotations

import asyncio
import json
import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest

from tests.crash.backlog import post
from tests.crash.fleet import Nest, Server
from tests.crash.report import note
from tests.crash.tables import rows, sqlite_file
from tests.crash.test_backlog import largest, worked
from tests.crash.traffic import Workers
from tests.crash.world import SECRET, World, kind_of, world

SECONDS = float(os.environ.get("SAPA_TEST_SECONDS", "240"))  # of the long run
ROUND, A_SECOND = 25, 2  # updates in a round; rounds
WARM = 40_000  # updates until answers, labels and prepared statements are remembered that will be; docs/reliability.md has the curve
PIECE = 80  # rounds after which the next wait until all is answered
DRIFT = 1.05
POOLS = 9 + (os.cpu_count() or 1)  # threads: its own, SQLite's four, asyncio's for files (cores + 4); each begins when first asked
KEPT = 80  # connections that stay open for a while: Telegram's to us and ours to it, 40 each; a leak with each update would be more
LARGEST_LOG = 16 << 20  # bytes of SQLite's log beside the file: it begins anew at 4 MiB, unless something holds it open
BIG = 511 << 10  # bytes of an update; Telegram sends 512 KiB at most
MANY = 256 if "SAPA_SOAK" in os.environ else 64  # 128 MiB is all that Telegram keeps
FLOOD, OTHERS = 120, 30


@dataclass(frozen=True)
class Sample:
    """What a process holds."""

    memory: float  # MiB
    files: int
    threads: int
    tasks: int


@pytest.mark.slow
async def test_talk_leaves_no_file_thread_or_task_behind(
    tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest, free_port: int
) -> None:
    """L9"""
    async with world(tmp_path, database_url, migrated_file, nest, seed=9, settings=figures_on(free_port)) as here:
        await drift(here, free_port, warm=3, rounds=5, pause=0.05)


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(SECONDS * 3 + 900)
async def test_hours_of_talk_leave_memory_and_files_as_they_were(
    tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest, free_port: int
) -> None:
    """L9"""
    async with world(tmp_path, database_url, migrated_file, nest, seed=99, settings=figures_on(free_port)) as here:
        rounds = int(SECONDS * A_SECOND)
        before, after = await drift(here, free_port, warm=WARM // ROUND, rounds=rounds, pause=1 / A_SECOND)
        found = {
            "MiB before": before.memory,
            "MiB after": after.memory,
            "descriptors before": before.files,
            "descriptors after": after.files,
        }
        note(f"talk for {SECONDS:.0f} s at {ROUND * A_SECOND} updates a second", kind_of(database_url), found)
        assert after.memory <= before.memory * DRIFT


def figures_on(port: int) -> dict[str, str]:
    return {"SAPA_METRICS_PORT": str(port)}


async def drift(here: World, port: int, *, warm: int, rounds: int, pause: float) -> tuple[Sample, Sample]:
    """What the server holds once it is warm, and what it still holds at the end, when all is quiet."""
    [server] = here.servers
    workers = Workers(here.telegram, 9)
    for begun in range(0, warm, PIECE):  # no faster than it takes them
        await talk(workers, min(PIECE, warm - begun), min(pause, 0.05))
        await here.calm()
    before = await sample(server, port)
    await talk(workers, rounds, pause)
    await here.judge()
    after = await sample(server, port)
    assert after.files <= before.files + KEPT
    assert after.tasks <= before.tasks + KEPT
    assert after.threads <= max(before.threads, POOLS)  # one for each update would be over a hundred
    assert size_of_log(here.url) <= LARGEST_LOG
    said = server.log.read_text()
    assert not re.search(r"asyncio|never awaited|Traceback", said), said[-2000:]
    return before, after


async def talk(workers: Workers, rounds: int, pause: float) -> None:
    for _round in range(rounds):
        await workers.do(ROUND)
        await asyncio.sleep(pause)


async def sample(server: Server, port: int) -> Sample:
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
        tasks = re.search(r"^sapa_tasks (\S+)", await answer.text(), re.MULTILINE)
    assert tasks
    return held_by(server.process, int(float(tasks[1])))


def held_by(process: int, tasks: int) -> Sample:
    folder = Path(f"/proc/{process}")
    status = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines())
    files = sum(1 for _open in (folder / "fd").iterdir())
    return Sample(int(status["VmRSS"].split()[0]) / 1024, files, int(status["Threads"]), tasks)


def size_of_log(url: str) -> int:
    log = Path(f"{sqlite_file(url)}-wal")
    return log.stat().st_size if log.exists() else 0


@pytest.mark.slow
async def test_a_backlog_of_the_largest_updates_fits(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    """L2"""
    async with world(tmp_path, database_url, migrated_file, nest, webhook="") as here:
        began = time.perf_counter()
        answers = await post([here.servers[0].port], "/telegram/webhook", SECRET, large_updates(), 40)
        took, memory = time.perf_counter() - began, largest(here.servers[0])
        cpu = worked(here.servers[0])
        note("a backlog of 128 MiB", kind_of(database_url), {"seconds": took, "CPU seconds": cpu, "MiB at most": memory})
        assert answers.statuses == {200: MANY}
        assert cpu <= 30
        assert memory <= 600
        ends = await rows(here.url, "SELECT state, reason, count(*) AS many FROM inbound GROUP BY state, reason ORDER BY state")
        assert [(end["state"], end["reason"], end["many"]) for end in ends] == [
            ("done", None, MANY // 2),
            ("quarantined", "TooLong", MANY // 2),
        ]


def large_updates() -> Iterator[bytes]:
    """Half of them one long text, as Telegram would never let anybody write; half with thousands of marks in a short one."""
    for number in range(MANY):
        chat = {"id": 1 + number, "type": "private", "first_name": "Siti"}
        said = {"message_id": number, "date": 1_795_000_000, "chat": chat, "from": {**chat, "is_bot": False}, "text": "halo"}
        rest = BIG - len(json.dumps({"update_id": 5_000_000 + number, "message": {**said, "entities": []}}))
        mark = {"type": "bold", "offset": 0, "length": 1}
        more = {"text": "a" * rest} if number % 2 else {"entities": [mark] * (rest // (len(json.dumps(mark)) + 2))}
        yield json.dumps({"update_id": 5_000_000 + number, "message": {**said, **more}}).encode()


@pytest.mark.slow
async def test_one_chat_s_flood_keeps_nobody_else_waiting(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    """B14"""
    settings = {"SAPA_TELEGRAM_CHAT_RATE": "1"}
    async with world(tmp_path, database_url, migrated_file, nest, settings=settings) as here:
        await here.telegram.push(*({"kind": "text", "chat": 1, "text": f"halo {number}"} for number in range(FLOOD)))
        await here.telegram.push(*({"kind": "text", "chat": chat, "text": "menu"} for chat in range(2, 2 + OTHERS)))
        await here.telegram.wait_for(lambda: len({send["chat"] for send in here.telegram.sends()}) == 1 + OTHERS, within=60)
        assert len(here.telegram.sends(1)) < FLOOD / 2, "the flood is answered at the pace of one chat"
        async with asyncio.timeout(60):
            while (await here.telegram.state())["pending"]:  # noqa: ASYNC110 (another process takes them in)
                await asyncio.sleep(0.1)
        assert len(await rows(here.url, "SELECT id FROM inbound WHERE state = 'done'")) == FLOOD + OTHERS
