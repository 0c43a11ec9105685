"""Servers that a test starts, kills, freezes and stops: the nest that forks them, and one life after another of each."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import ROOT

PATIENCE = 90.0


class Nest:
    """The process that forks servers; it lives as long as the test and takes its children with it."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._dead: dict[int, asyncio.Future[int]] = {}
        self._listening = asyncio.create_task(self._listen())

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Nest]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.crash.nest"),
            cwd=ROOT,
            env=environment,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        nest = cls(process)
        try:
            yield nest
        finally:
            nest._listening.cancel()
            assert process.stdin
            process.stdin.close()  # its end is the sign to take the children along
            await process.wait()

    async def hatch(self, order: Mapping[str, object]) -> tuple[int, asyncio.Future[int]]:
        """A new server's process and what will be its exit code."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        child = await asyncio.wait_for(self._born.get(), PATIENCE)
        return child, self._end_of(child)

    def _end_of(self, child: int) -> asyncio.Future[int]:
        return self._dead.setdefault(child, asyncio.get_running_loop().create_future())

    async def _listen(self) -> None:
        assert self._process.stdout
        while line := await self._process.stdout.readline():
            news = json.loads(line)
            if "born" in news:
                self._born.put_nowait(news["born"])
            elif "dead" in news:
                self._end_of(news["dead"]).set_result(news["code"])


@dataclass
class Server:
    """One server through all its lives. Its port stays the same once it was given."""

    nest: Nest
    name: str
    folder: Path
    settings: dict[str, str]
    role: str = "all"
    altered: bool = False
    port: int = 0
    failpoint: str = ""
    lives: int = 0
    process: int = 0
    ended: asyncio.Future[int] | None = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.folder / f"{self.name}.log"

    @property
    def is_alive(self) -> bool:
        return self.ended is not None and not self.ended.done()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, failpoint: str = "", arguments: str = "", **settings: str) -> None:
        """Returns once it serves, or died where it was told to."""
        assert not self.is_alive
        self.lives += 1
        self.failpoint = failpoint
        output = self.folder / f"{self.name}.{self.lives}.out"
        own = {
            "SAPA_PORT": str(self.port),
            "SAPA_FAILPOINT": failpoint,
            **{f"SAPA_{name.upper()}": text for name, text in settings.items()},
        }
        order = {
            "folder": str(self.folder),
            "environment": {"PATH": os.environ["PATH"], **self.settings, **own},
            "arguments": ["serve", "--role", self.role, *arguments.split()],
            "output": str(output),
            "log": str(self.log),
            "altered": self.altered,
        }
        self.process, self.ended = await self.nest.hatch(order)
        deadline = time.monotonic() + PATIENCE
        while self.is_alive:
            if match := re.search(r"http://\S+?:(\d+)/", output.read_text() if output.exists() else ""):
                self.port = int(match[1])
                return
            assert time.monotonic() < deadline, f"{self.name} did not start: {self.log.read_text()[-2000:]}"
            await asyncio.sleep(0.01)
        if not failpoint:
            raise AssertionError(f"{self.name} did not start: {self.log.read_text()[-2000:]}")

    async def end(self, number: signal.Signals, within: float = PATIENCE) -> int:
        """Send a signal and wait for the end; its exit code, negative for a signal."""
        self.signal(number)
        return await self.wait(within)

    async def kill(self) -> None:
        if self.is_alive:
            await self.end(signal.SIGKILL)

    async def stop(self) -> float:
        """SIGTERM; the seconds until it had ended, politely."""
        started = time.monotonic()
        code = await self.end(signal.SIGTERM)
        assert code == 0, f"{self.name} ended with {code}: {self.log.read_text()[-2000:]}"
        return time.monotonic() - started

    def term(self) -> None:
        self.signal(signal.SIGTERM)

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def signal(self, number: signal.Signals) -> None:
        if self.is_alive:
            os.kill(self.process, number)

    async def wait(self, within: float = PATIENCE) -> int:
        assert self.ended is not None
        return await asyncio.wait_for(asyncio.shield(self.ended), within)
