"""After an outage a hundred thousand updates wait: all are taken in, once, memory stays small, and the report says how long it took."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.backlog import post
from tests.crash.fleet import Nest, Server
from tests.crash.report import note
from tests.crash.tables import rows
from tests.crash.traffic import WORDS
from tests.crash.world import SECRET, kind_of, world

UPDATES, CHATS, CONNECTIONS = 100_000, 20_000, 40
MEMORY = 250.0  # MiB
ROLES = {"sqlite": ("all",), "postgresql": ("web", "web", "worker")}
COUNTS = """
SELECT (SELECT count(*) FROM inbound WHERE state = 'done') AS kept, (SELECT count(DISTINCT follows) FROM deliveries) AS answered,
       (SELECT count(*) FROM conversations) AS chats
"""


@pytest.mark.soak
@pytest.mark.slow
@pytest.mark.timeout(900)
async def test_a_hundred_thousand_waiting_updates_are_taken_in(tmp_path: Path, database_url: str, migrated_file: Path, nest: Nest) -> None:
    kind = kind_of(database_url)
    async with world(
        tmp_path, database_url, migrated_file, nest, roles=ROLES[kind], webhook="", settings={"SAPA_TELEGRAM_RATE": "30"}
    ) as here:
        ports = [server.port for server in here.of("all", "web")]
        began = time.perf_counter()
        answers = await post(ports, "/telegram/webhook", SECRET, updates(), CONNECTIONS)
        took = time.perf_counter() - began
        cpu = sum(worked(server) for server in here.servers)
        p99, memory = answers.milliseconds(0.99), max(largest(server) for server in here.servers)
        [counts] = await rows(here.url, COUNTS)
        note(
            "a backlog of 100,000 updates of 20,000 chats over 40 connections",
            kind,
            {"seconds": took, "CPU seconds": cpu, "p50 ms": answers.milliseconds(0.5), "p99 ms": p99, "MiB at most": memory},
        )
        assert answers.statuses == {200: UPDATES}
        assert counts == {"kept": UPDATES, "answered": UPDATES, "chats": CHATS}
        assert memory <= MEMORY  # how long it takes is for the report: it hangs on the machine and on who else uses it


def updates() -> Iterator[bytes]:
    """Everybody says something, five times over."""
    for number in range(UPDATES):
        chat = 1 + number % CHATS
        people = {"id": chat, "type": "private", "first_name": f"Worker {chat}"}
        message = {"message_id": number, "date": 1_795_000_000, "chat": people, "from": {**people, "is_bot": False}}
        yield json.dumps({"update_id": 5_000_000 + number, "message": {**message, "text": WORDS[number * 7 % len(WORDS)]}}).encode()


def largest(server: Server) -> float:
    """MiB that it ever held."""
    status = Path(f"/proc/{server.process}/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1024


def worked(server: Server) -> float:
    """Seconds of CPU, in user and system mode."""
    user, system = Path(f"/proc/{server.process}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
