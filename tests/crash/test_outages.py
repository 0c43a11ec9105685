"""The database goes away, is locked, has no room, or its word is lost: Telegram is told to wait, and then everything is in."""

import asyncio
import resource
import sqlite3
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from tests.crash.fleet import Nest, Server
from tests.crash.proxy import Proxy
from tests.crash.tables import sqlite_file
from tests.crash.traffic import Workers
from tests.crash.world import ROLES, World, world
from tests.databases import migrate
from tests.postgres import Cluster

UNLIMITED = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


def answers(here: World) -> Counter[int | None]:
    """The status codes we gave Telegram."""
    return Counter(entry["status"] for entry in here.telegram.ledger("attempt"))


async def told_to_wait(here: World) -> None:
    await here.telegram.wait_for(lambda: answers(here)[503] > 0, within=120)


async def talk(here: World, workers: Workers, times: int, pause: float = 0.2) -> None:
    for _time in range(times):
        await workers.do(15)
        await here.invite(f"c{len(here.audience)}", range(1000 + len(here.audience), 1015 + len(here.audience)))
        await asyncio.sleep(pause)


@pytest.mark.slow
@pytest.mark.postgres
async def test_postgresql_crashes_and_recovers(tmp_path: Path, private_cluster: Cluster, migrated_file: Path, nest: Nest) -> None:
    url = migrated_database(private_cluster)
    async with world(tmp_path, url, migrated_file, nest, roles=ROLES["postgresql"], seed=5) as here:
        workers = Workers(here.telegram, 5)
        for _crash in range(3):
            await talk(here, workers, 3)
            restarting = asyncio.to_thread(private_cluster.restart, "immediate")
            await asyncio.gather(restarting, workers_alone(workers, 10))
        await talk(here, workers, 2)
        found = await here.judge()
        assert found["put aside"] == 0, "a database that is away is nobody's fault"
        assert set(answers(here)) <= {200, 503, None}
        assert all(server.is_alive for server in here.servers)
        assert here.kills == 0


def migrated_database(cluster: Cluster) -> str:
    url = cluster.create("crashed")
    with ThreadPoolExecutor(1) as thread:
        thread.submit(migrate, url).result()  # in a thread, since it runs a loop of its own
    return url


async def workers_alone(workers: Workers, times: int) -> None:
    for _time in range(times):
        await workers.do(8)
        await asyncio.sleep(0.2)


@pytest.mark.slow
async def test_another_process_locks_the_file_for_a_while(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, seed=6, patience=60) as here:  # Telegram's own
        workers = Workers(here.telegram, 6)
        await talk(here, workers, 3)
        with closing(sqlite3.connect(sqlite_file(sqlite_url), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            await workers_alone(workers, 10)
            await told_to_wait(here)
            other.execute("ROLLBACK")
        found = await here.judge()
        assert found["put aside"] == 0
        assert set(answers(here)) <= {200, 503}


@pytest.mark.slow
async def test_the_disk_is_full_for_a_while(tmp_path: Path, sqlite_url: str, migrated_file: Path, nest: Nest) -> None:
    async with world(tmp_path, sqlite_url, migrated_file, nest, seed=8, patience=60) as here:
        workers = Workers(here.telegram, 8)
        await talk(here, workers, 3)
        no_room(here.servers[0], sqlite_file(sqlite_url))
        await workers_alone(workers, 15)
        await told_to_wait(here)
        resource.prlimit(here.servers[0].process, resource.RLIMIT_FSIZE, UNLIMITED)
        found = await here.judge()
        assert found["put aside"] == 0
        assert set(answers(here)) <= {200, 503}
    with closing(sqlite3.connect(sqlite_file(sqlite_url))) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def no_room(server: Server, file: str) -> None:
    """No file of this process may grow beyond what the largest has now; SQLite is told so as of a full disk."""
    largest = max(Path(name).stat().st_size for name in (file, f"{file}-wal"))
    resource.prlimit(server.process, resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))


@pytest.mark.slow
@pytest.mark.postgres
async def test_the_word_that_it_is_committed_is_lost(
    tmp_path: Path, cluster: Cluster, postgresql_url: str, migrated_file: Path, nest: Nest
) -> None:
    """The connection breaks after COMMIT was sent and before its answer: nobody knows, and nothing happens twice or never."""
    wire = Proxy(lambda: [cluster.port])
    async with wire.opened():
        through = {"SAPA_DATABASE_URL": postgresql_url.replace(f":{cluster.port}/", f":{wire.port}/")}
        async with world(tmp_path, postgresql_url, migrated_file, nest, roles=ROLES["postgresql"][::2], seed=9, settings=through) as here:
            workers = Workers(here.telegram, 9)
            await talk(here, workers, 2)
            commits = 0

            def every_seventh(sent: bytes) -> bool:
                nonlocal commits
                commits += b"COMMIT" in sent
                return b"COMMIT" in sent and commits % 7 == 0

            wire.watch = every_seventh
            while commits <= 50:
                await talk(here, workers, 1)
            wire.watch = lambda _sent: False
            here.crashes = len(here.servers)
            found = await here.judge()
            assert found["put aside"] == 0
