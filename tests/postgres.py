"""A private PostgreSQL: made in a temporary folder, reached only from this machine, killed and restarted at will, and thrown away."""

import asyncio
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import asyncpg

from tests import needs

OWNER = "sapa"
MEMORY = Path("/dev/shm")
Mode = Literal["smart", "fast", "immediate"]


@dataclass(frozen=True)
class Cluster:
    """One PostgreSQL server and its databases, all in one folder."""

    folder: Path
    port: int

    def url(self, database: str) -> str:
        return f"postgresql+asyncpg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-c listen_addresses=127.0.0.1 -c port={self.port} -c unix_socket_directories='{self.folder}'"
        _call("pg_ctl", "start", "--wait", f"--pgdata={self.folder / 'data'}", f"--log={self.folder / 'log'}", f"--options={options}")

    def stop(self, mode: Mode = "immediate") -> None:
        """`immediate` is what a crash does: nothing is flushed, and the next start recovers from the log."""
        _call("pg_ctl", "stop", "--wait", f"--pgdata={self.folder / 'data'}", f"--mode={mode}")

    def restart(self, mode: Mode = "immediate") -> None:
        self.stop(mode)
        self.start()

    def create(self, database: str, template: str = "template1") -> str:
        """A new database, a copy of the template, and its URL."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.execute(f'DROP DATABASE "{database}" WITH (FORCE)')

    def execute(self, statement: str) -> None:
        # In a thread, so that a test may call it while its own loop runs.
        with ThreadPoolExecutor(1) as thread:
            thread.submit(asyncio.run, self._execute(statement)).result()

    async def _execute(self, statement: str) -> None:
        connection = await asyncpg.connect(host="127.0.0.1", port=self.port, user=OWNER, database="postgres", ssl=False)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def make_cluster(folder: Path) -> Cluster:
    """A new server in an empty folder, running. Its data is synced at each commit as in earnest, only its making is not."""
    if user := _unprivileged():
        os.chown(folder, user.pw_uid, user.pw_gid)
    _call(
        "initdb", f"--pgdata={folder / 'data'}", f"--username={OWNER}", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"
    )
    cluster = Cluster(folder, _free_port())
    cluster.start()
    return cluster


def running_cluster(folder: Path) -> Cluster | None:
    """The server that runs in a folder, if one does; the fourth line of its lock file is its port."""
    lock = folder / "data" / "postmaster.pid"
    return Cluster(folder, int(lock.read_text().splitlines()[3])) if lock.exists() else None


@contextmanager
def private_cluster() -> Iterator[Cluster]:
    """A server of a test's own, for those that crash it."""
    folder = new_folder()
    try:
        yield make_cluster(folder)
    finally:
        throw_away(folder)


def new_folder() -> Path:
    """In memory where there is room: copying a database makes 300 files, which took 280 ms on a virtual disk and takes 40 ms there.

    Its name is short, since the path of a socket has at most 107 bytes, and an unprivileged user may go there.
    """
    roomy = MEMORY.exists() and shutil.disk_usage(MEMORY).free > 2**30
    return Path(tempfile.mkdtemp(prefix="sapa-", dir=MEMORY if roomy else "/tmp"))


def throw_away(folder: Path) -> None:
    if cluster := running_cluster(folder):
        cluster.stop()
    shutil.rmtree(folder)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom the server runs as when we are root, since PostgreSQL refuses to be."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return pwd.getpwnam("postgres" if "postgres" in names else "nobody")


def _call(program: str, *arguments: str) -> None:
    command = [str(needs.need("postgresql") / program), *arguments]
    if user := _unprivileged():
        done = subprocess.run(command, cwd="/", capture_output=True, text=True, user=user.pw_uid, group=user.pw_gid, extra_groups=[])
    else:
        done = subprocess.run(command, cwd="/", capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
