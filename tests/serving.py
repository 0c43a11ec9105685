"""Runs the real server as a process of its own, so that a test can talk to it over HTTP, stop it politely, or kill it."""

import asyncio
import os
import re
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from tests.talk import KEY

ROOT = Path(__file__).parent.parent
TOKEN = "123456789:AAtests-of-sapa-pmi-are-not-a-real-token"


class Server:
    """One life of `sapa serve`. `restart` begins another on the same database and port."""

    def __init__(self, folder: Path, settings: Mapping[str, str]) -> None:
        self.folder = folder
        self.settings = {"SAPA_SECRET_KEY": KEY, "SAPA_PORT": "0", "SAPA_LOG_LEVEL": "INFO", **settings}
        self.log = folder / "server.log"
        self.process: asyncio.subprocess.Process | None = None
        self.url = ""

    async def start(self, seconds: float = 20) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SAPA_")}
        with self.log.open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "serve", "--demo"),
                cwd=self.folder,
                env={**environment, **self.settings, "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self.process.stdout is not None
        line = (await asyncio.wait_for(self.process.stdout.readline(), seconds)).decode()
        match = re.search(r"http://\S+?:(\d+)/", line)
        if not match:
            await asyncio.wait_for(self.process.communicate(), seconds)
            await asyncio.sleep(0.01)  # its pipe is closed a turn of the loop later; else it is found unclosed in some later test
        assert match, f"the server did not start: {line}{self.log.read_text()[-2000:]}"
        self.url = match[0]
        self.settings["SAPA_PORT"] = match[1]

    async def kill(self) -> None:
        await self._end(signal.SIGKILL)

    async def stop(self) -> float:
        """SIGTERM; the seconds it took to end."""
        started = time.monotonic()
        await self._end(signal.SIGTERM)
        return time.monotonic() - started

    async def _end(self, number: signal.Signals) -> None:
        process, self.process = self.process, None
        if process is None or process.returncode is not None:
            return
        process.send_signal(number)
        try:
            await asyncio.wait_for(process.communicate(), 20)
        except TimeoutError:
            process.kill()
            await process.communicate()
            raise

    async def get(self, path: str) -> tuple[int, str]:
        async with aiohttp.ClientSession() as session, session.get(self.url + path.lstrip("/")) as response:
            return response.status, await response.text()


@asynccontextmanager
async def serving(folder: Path, database_url: str, **settings: str) -> AsyncIterator[Server]:
    """A server on this database; settings are SAPA_* names in lower case, without the prefix."""
    named = {f"SAPA_{name.upper()}": value for name, value in settings.items()}
    server = Server(folder, {"SAPA_DATABASE_URL": database_url, **named})
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
