"""A process that is held up, or has no file descriptors left, says that it is not ready, loses nothing, and recovers by itself."""

from __future__ import annotations

import asyncio
import json
import resource
import signal
import socket
from pathlib import Path

import aiohttp

from bot import watchdog
from tests.crash.tables import rows
from tests.emulators.client import TelegramEmulator
from tests.serving import Server, serving

SOON = 30.0


async def readiness(session: aiohttp.ClientSession, server: Server) -> dict[str, bool]:
    async with session.get(f"{server.url}ready") as answer:
        parts: dict[str, bool] = json.loads(await answer.text())
        assert answer.status == (200 if all(parts.values()) else 503)
        return parts


async def until(session: aiohttp.ClientSession, server: Server, **wanted: bool) -> None:
    async with asyncio.timeout(SOON):
        while not wanted.items() <= (await readiness(session, server)).items():  # noqa: ASYNC110 (another process gets there)
            await asyncio.sleep(0.05)


def open_files(process: int) -> int:
    return sum(1 for _open in Path(f"/proc/{process}/fd").iterdir())


async def kept(url: str, count: int) -> None:
    async with asyncio.timeout(SOON):
        while len(await rows(url, "SELECT id FROM inbound WHERE state = 'done'")) < count:  # noqa: ASYNC110 (another process writes them)
            await asyncio.sleep(0.05)


async def test_a_process_that_was_held_up_says_so_and_recovers(tmp_path: Path, sqlite_url: str) -> None:
    """F40"""
    async with serving(tmp_path, sqlite_url) as server, aiohttp.ClientSession() as session:
        await until(session, server, loop=True, files=True)
        assert server.process
        server.process.send_signal(signal.SIGSTOP)
        await asyncio.sleep(watchdog.LONG + 1)  # nothing can be waited for: it does nothing
        server.process.send_signal(signal.SIGCONT)
        await until(session, server, loop=False)
        await until(session, server, loop=True)
        assert '"held_up"' in server.log.read_text()


async def test_without_file_descriptors_nothing_is_lost_and_it_recovers(tmp_path: Path, sqlite_url: str) -> None:
    """F40"""
    async with TelegramEmulator.start(tmp_path) as telegram:
        more = {"telegram_token": telegram.token, "telegram_api_url": telegram.url, "telegram_rate": "0", "telegram_chat_rate": "0"}
        async with serving(tmp_path, sqlite_url, **more) as server, aiohttp.ClientSession() as session:
            await telegram.text(1, "halo")
            await telegram.wait_for_sends(1, within=SOON)
            await until(session, server, files=True)
            assert server.process
            before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (open_files(server.process.pid) + 8, before[1]))
            sockets = [socket.create_connection(("127.0.0.1", int(server.settings["SAPA_PORT"]))) for _number in range(20)]
            await until(session, server, files=False)  # by the connection that is there
            for chat in range(2, 12):
                await telegram.text(chat, "halo")
            await kept(sqlite_url, 11)
            for one in sockets:
                one.close()
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
            await telegram.wait_for_sends(11, within=SOON)
            await until(session, server, files=True)
            assert {len(telegram.sends(chat)) for chat in range(1, 12)} == {1}
