"""A whole world under test: an emulated Telegram, a database, and the servers between them; and its judgement at the end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.house import load, open_database
from locales import Button, Page
from storage import Database, Inbound, Unavailable, news
from storage.deliveries import CAMPAIGN, DELIVERIES, reply_row
from storage.turns import Group
from storage.writer import Connection
from tests.crash.checker import Evidence, breaches, figures
from tests.crash.fleet import Nest, Server
from tests.crash.model import differences
from tests.crash.proxy import Proxy
from tests.crash.tables import keep_history, read_tables, waiting
from tests.emulators.client import TelegramEmulator
from tests.talk import BRANCH, KEY

SECRET = "a-secret-of-the-tests_1234"
RATE = 100
WINDOW = 40  # twice what is under way at that rate if a call takes 0.2 s: docs/reliability.md
SENDERS = ("all", "worker")
ROLES = {"sqlite": ("all",), "postgresql": ("web", "web", "worker", "worker")}


def kind_of(url: str) -> str:
    return "sqlite" if url.startswith("sqlite") else "postgresql"


@dataclass
class World:
    telegram: TelegramEmulator
    database: Database
    url: str
    folder: Path
    migrated: Path
    door: Proxy
    servers: list[Server] = field(default_factory=list)
    audience: dict[str, int] = field(default_factory=dict)
    window: int = WINDOW
    crashes: int = 0
    kills: int = 0

    def of(self, *roles: str) -> list[Server]:
        return [server for server in self.servers if server.role in roles]

    async def start_all(self, *, but: Server | None = None) -> None:
        """Everybody who is not up."""
        await asyncio.gather(*(server.start() for server in self.servers if not server.is_alive and server is not but))

    async def kill(self, server: Server) -> None:
        """As `kill -9` does, and counted."""
        if server.is_alive:
            await server.kill()
            self.count(server)

    def count(self, server: Server) -> None:
        self.kills += 1
        self.crashes += server.role in SENDERS

    async def dies(self, server: Server, within: float = 90) -> None:
        """Wait until a server has died of its failpoint."""
        where = f"{server.name} was to die at {server.failpoint!r}"
        try:
            code = await server.wait(within)
        except TimeoutError:
            raise AssertionError(f"{where}, and lives: {server.log.read_text()[-2000:]}") from None
        assert code == -9, f"{where}, and ended with {code}: {server.log.read_text()[-2000:]}"
        self.count(server)

    async def invite(self, campaign: str, chats: Sequence[int], **more: Any) -> None:
        """Plan a campaign's deliveries, as a campaign would: one row for each recipient, in one transaction."""
        while True:
            with contextlib.suppress(Unavailable):
                return await self.database.writer.run(lambda db: self._plan(db, campaign, chats, more))
            await asyncio.sleep(0.2)

    async def _plan(self, db: Connection, campaign: str, chats: Sequence[int], more: dict[str, Any]) -> None:
        now, database = datetime.now(UTC), self.database
        people = {database.address_of("telegram", str(chat)): chat for chat in chats}
        strangers = {address: Inbound("telegram", str(chat), "", now) for address, chat in people.items()}
        loaded = await Group(db, database.dialect, database.tools, now, "sidoarjo").load(strangers)
        rows = []
        for address, chat in people.items():
            new = database.tools.new_id()
            key = f"c:{campaign}:{chat}"
            page = Page(f"Undangan {campaign} untuk {chat}", (Button("Menu", f"menu#{new}"),))
            contact = loaded[address].conversation.contact.id
            rows.append(
                reply_row(new, key, contact, address, "telegram", page, now, pulled=False, follows=None) | {"lane": CAMPAIGN} | more
            )
            self.audience[key] = chat
        await db.execute(insert(DELIVERIES), rows)
        await news.tell(db, database.dialect, [news.QUEUED])

    async def calm(self, within: float = 240) -> None:
        """No more faults, everybody up, and wait until nothing waits on either side."""
        await self.telegram.set_faults()
        for server in self.servers:
            server.thaw()
        await self.start_all()
        async with asyncio.timeout(within):
            while (await self.telegram.state())["pending"] or await waiting(self.url):  # noqa: ASYNC110 (another process ends it)
                await asyncio.sleep(0.1)

    async def evidence(self, **more: Any) -> Evidence:
        tables = await read_tables(self.url)
        return Evidence(self.telegram.ledger(), tables, self.audience, self.window, self.crashes, **more)

    async def judge(self, *, shuffled: bool = False, **more: Any) -> dict[str, Any]:
        """Fails with every breach of a promise; the run's figures where there is none. `shuffled`: the test itself mixed the order."""
        await self.calm()
        evidence = await self.evidence(**more)
        found = breaches(evidence) + await differences(evidence, self.folder, self.migrated, shuffled=shuffled)
        assert not found, f"{len(found)} breaches:\n" + "\n".join(found[:20]) + f"\n{self.folder}"
        return {"kills": self.kills, **figures(evidence)}


@asynccontextmanager
async def world(
    folder: Path,
    url: str,
    migrated: Path,
    nest: Nest,
    *,
    roles: Sequence[str] = ("all",),
    faults: Sequence[Mapping[str, object]] = (),
    altered: bool = False,
    seed: int = 0,
    settings: dict[str, str] | None = None,
    **options: object,
) -> AsyncIterator[World]:
    """Servers with these roles (one `all` on SQLite, several web and worker on PostgreSQL), started; Telegram calls them by webhook."""
    database = await _prepare(url)
    servers: list[Server] = []
    door = Proxy(lambda: [server.port for server in servers if server.role != "worker" and server.port])
    async with door.opened():
        hook = {"webhook": f"{door.url}/telegram/webhook", "webhook_secret": SECRET}
        given = {"speed": 5, "patience": 20, **hook, **options}
        started = TelegramEmulator.start(folder, faults=faults, seed=seed, **{name: value for name, value in given.items() if value})
        try:
            async with started as telegram:
                own = {
                    "SAPA_DATABASE_URL": url,
                    "SAPA_SECRET_KEY": KEY,
                    "SAPA_TELEGRAM_TOKEN": telegram.token,
                    "SAPA_TELEGRAM_API_URL": telegram.url,
                    "SAPA_TELEGRAM_RATE": str(RATE),
                    "SAPA_TELEGRAM_CHAT_RATE": "0",
                    "SAPA_TELEGRAM_WEBHOOK_SECRET": SECRET,
                    "SAPA_PUBLIC_URL": door.url,
                    "SAPA_NOTES_FOLDER": str(folder),
                    **(settings or {}),
                }
                servers += [Server(nest, f"{role}{number}", folder, own, role, altered) for number, role in enumerate(roles, 1)]
                await asyncio.gather(*(server.start() for server in servers))
                yield World(telegram, database, url, folder, migrated, door, servers)
        finally:
            await asyncio.gather(*(server.kill() for server in servers))
            await database.close()


async def _prepare(url: str) -> Database:
    """The demo's branch, and a history of states for the checker."""
    await keep_history(url)
    database = open_database(url, KEY)
    await load(database, BRANCH, datetime.now(UTC))
    return database
