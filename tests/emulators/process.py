"""Starts an emulator as a process of its own and says where it listens.

Starting one takes half a second, so that a process which has served its test waits for the next: it is told over its standard input
what to be, and begins afresh. It ends with the process that started it.
"""

from __future__ import annotations

import asyncio
import atexit
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

PROJECT = Path(__file__).parents[2]
ANSWER_WITHIN = 30.0

_resting: list[Process] = []


class Process:
    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.emulators", "--orders"]
        self._process = subprocess.Popen(command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    async def order(self, arguments: Sequence[str]) -> str:
        """Its answer to new arguments: the address it listens on, or nothing once it rests."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(arguments).encode() + b"\n")
        self._process.stdin.flush()
        line = await asyncio.wait_for(asyncio.to_thread(self._process.stdout.readline), ANSWER_WITHIN)
        if not line:
            raise RuntimeError(f"the emulator ended with {self._process.wait()}")
        return line.decode().strip()

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()


@asynccontextmanager
async def emulator(*arguments: str) -> AsyncIterator[str]:
    """The address of an emulator that was started with these arguments."""
    process = _resting.pop() if _resting else Process()
    try:
        yield await process.order(arguments)
        await process.order(())
    except BaseException:
        process.end()
        raise
    _resting.append(process)


@atexit.register
def _end_all() -> None:
    while _resting:
        _resting.pop().end()
