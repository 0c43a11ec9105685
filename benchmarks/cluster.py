"""A private PostgreSQL on a real disk, with its own settings for memory only; it ends with the run."""

from __future__ import annotations

import atexit
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests import postgres
from tests.postgres import Cluster

from benchmarks.procs import children


@dataclass(frozen=True)
class Running:
    """The server, and the processes that work for it."""

    server: Cluster

    def create(self, name: str) -> str:
        return self.server.create(name)

    def drop(self, name: str) -> None:
        self.server.drop(name)

    def pids(self) -> list[int]:
        lock = self.server.folder / "data" / "postmaster.pid"
        return children(int(lock.read_text().splitlines()[0]))


@cache
def cluster() -> Running:
    folder = Path(tempfile.mkdtemp(prefix="sapa-pg-", dir="/var/tmp"))
    server = postgres.make_cluster(folder)
    atexit.register(postgres.throw_away, folder)
    for setting in ("shared_buffers = '512MB'", "max_wal_size = '4GB'"):
        server.execute(f"ALTER SYSTEM SET {setting}")
    server.restart("fast")
    return Running(server)
