"""Servers that a test starts, kills, freezes and stops: the nest that forks them, and one life after another of each."""

from __future__ import annotations

import asyncio
import atexit
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.serving import ROOT

PATIENCE = 90.0


_resting: list[subprocess.Popen[bytes]] = []


class Nest:
    """The process that forks servers. It takes its children with it at a test's end, and rests until the next test."""

    def __init__(self, process: subprocess.Popen[bytes], news: asyncio.StreamReader) -> None:
        self._process = process
        self._news = news
        self._born: asyncio.Queue[int] = asyncio.Queue()
        self._dead: dict[int, asyncio.Future[int]] = {}

    @classmethod
    @asynccontextmanager
    async def start(cls) -> AsyncIterator[Nest]:
        process = _resting.pop() if _resting else _new_process()
        assert process.stdout
        news = asyncio.StreamReader()
        pipe = os.fdopen(os.dup(process.stdout.fileno()), "rb", buffering=0)
        transport, _protocol = await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(news), pipe)
        nest = cls(process, news)
        listening = asyncio.create_task(nest._listen())
        try:
            yield nest
        finally:
            nest._order({})
            await asyncio.wait_for(listening, PATIENCE)
            transport.close()
        _resting.append(process)

    async def hatch(self, order: Mapping[str, object]) -> tuple[int, asyncio.Future[int]]:
        """A new server's process and what will be its exit code."""
        self._order(order)
        child = await asyncio.wait_for(self._born.get(), PATIENCE)
        assert child, "the nest is gone"
        return child, self._end_of(child)

    def _order(self, order: Mapping[str, object]) -> None:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        self._process.stdin.flush()

    def _end_of(self, child: int) -> asyncio.Future[int]:
        return self._dead.setdefault(child, asyncio.get_running_loop().create_future())

    async def _listen(self) -> None:
        while line := await self._news.readline():
            news = json.loads(line)
            if "born" in news:
                self._born.put_nowait(news["born"])
            elif "dead" in news:
                self._end_of(news["dead"]).set_result(news["code"])
            else:
                return
        self._born.put_nowait(0)


def _new_process() -> subprocess.Popen[bytes]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.crash.nest"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


@atexit.register
def _end_all() -> None:
    while _resting:
        process = _resting.pop()
        process.kill()
        process.communicate()


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

    async def ended_within(self, seconds: float) -> bool:
        assert self.ended is not None
        return bool((await asyncio.wait([self.ended], timeout=seconds))[0])

    async def wait(self, within: float = PATIENCE) -> int:
        assert self.ended is not None
        return await asyncio.wait_for(asyncio.shield(self.ended), within)
