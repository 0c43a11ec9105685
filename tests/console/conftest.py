"""The desk on a real server, with officers of every role and browsers that are signed in as they."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar, web
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from pydantic import SecretStr
from yarl import URL

from bot import house
from bot.campaigns_desk import outreach
from bot.house import DEMO
from bot.pages import Pages
from bot.settings import Settings
from bot.web import build
from console import Console, proofs
from console.policies import Role
from storage import Database, officers, sessions
from storage.officers import NewOfficer, Officer
from tests.talk import KEY

BORROWED = {name: file.plain for name, file in Pages("Sidoarjo").files.items()}  # what the chat page and the desk share
SETTINGS = Settings(telegram_token=SecretStr("1:test"), whatsapp_token=SecretStr("test"))  # both channels are set up
NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)  # noon in Sidoarjo


@dataclass
class Clock:
    """The house's clock, which a test may move."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def move(self, **length: float) -> None:
        self.now += timedelta(**length)


@dataclass
class Browser:
    """An officer's browser: it keeps cookies, and names the page it sends from."""

    address: str
    http: ClientSession
    console: Console
    officer: Officer | None = None
    token: str = ""
    headers: dict[str, str] = field(default_factory=dict)

    async def get(self, path: str, **headers: str) -> ClientResponse:
        return await _whole(await self.open(path, **headers))

    async def open(self, path: str, **headers: str) -> ClientResponse:
        """An answer that goes on; whoever reads it closes it."""
        return await self.http.get(self.address + path, headers={**self.headers, **headers}, allow_redirects=False)

    async def post(self, path: str, form: dict[str, Any] | None = None, **headers: str) -> ClientResponse:
        """As a form of ours sends it, with its token and origin."""
        sent = {"csrf": self.form_token(), **(form or {})}
        named = {"Origin": self.address, "Sec-Fetch-Site": "same-origin", **self.headers, **headers}
        return await _whole(await self.http.post(self.address + path, data=sent, headers=named, allow_redirects=False))

    def keep(self, name: str, value: str) -> None:
        self.http.cookie_jar.update_cookies({name: value}, URL(self.address))

    def cookie(self, name: str = "sapa-desk") -> str:
        return next((cookie.value for cookie in self.http.cookie_jar if cookie.key == name), "")

    def form_token(self) -> str:
        salt = "salt"
        return f"{salt}.{self.console.desk.sealer.index('form', f'{self.cookie()}:{salt}')}"


async def _whole(answer: ClientResponse) -> ClientResponse:
    """An answer that nobody reads would keep its connection until it is collected, in a test that comes later."""
    await answer.read()
    return answer


@dataclass
class Desk:
    """The whole house without its chat: what a test of the desk starts from."""

    database: Database
    console: Console
    clock: Clock
    app: web.Application
    address: str
    told: list[set[str]]
    browsers: list[ClientSession] = field(default_factory=list)
    staff: dict[tuple[str, str], Officer] = field(default_factory=dict)

    def stranger(self) -> Browser:
        http = ClientSession(cookie_jar=CookieJar(unsafe=True))
        self.browsers.append(http)
        return Browser(self.address, http, self.console)

    async def officer(self, role: str = Role.OFFICER, branch: str = "sidoarjo", **more: Any) -> Officer:
        new = NewOfficer(branch, role, more.pop("login", f"{role}@{branch}"), more.pop("name", f"{role} of {branch}"), **more)
        return await self.database.writer.run(lambda db: officers.add(db, self.database.tools, new, self.clock()))

    async def signed_in(self, role: str = Role.OFFICER, branch: str = "sidoarjo", stage: str = sessions.FULL) -> Browser:
        """A browser of an officer of this role, made when first asked for."""
        officer = self.staff.get((role, branch)) or await self.officer(role, branch)
        self.staff[role, branch] = officer
        return await self.enter(officer, stage)

    async def enter(self, officer: Officer, stage: str = sessions.FULL) -> Browser:
        browser, token = self.stranger(), secrets.token_urlsafe(32)
        await self.database.writer.run(lambda db: sessions.start(db, officer.id, stage, token, self.clock()))
        browser.keep("sapa-desk", token)
        browser.officer, browser.token = officer, token
        return browser


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Hashing a password takes a tenth of a second on purpose; here a thousandth."""
    monkeypatch.setattr(proofs, "_hasher", PasswordHasher(1, 8, 1))
    proofs._nobody.cache_clear()
    yield
    proofs._nobody.cache_clear()


@asynccontextmanager
async def opened(url: str, **more: Any) -> AsyncIterator[Desk]:
    """A desk on the database at a URL, with the demo branch loaded."""
    clock, told = Clock(), list[set[str]]()
    database = house.open_database(url, KEY)
    await house.load(database, DEMO, NOW)
    console = Console(database, clock, told.append, branch="sidoarjo", outreach=outreach(SETTINGS, database), borrowed=BORROWED, **more)
    app = build(console.routes(), _ready, https=False, gates=[console.gate()])
    server = TestServer(app)
    await server.start_server()
    desk = Desk(database, console, clock, app, f"http://{server.host}:{server.port}", told)
    try:
        yield desk
    finally:
        for browser in desk.browsers:
            await browser.close()
        await console.close()
        await server.close()
        await database.close()


async def _ready() -> dict[str, bool]:
    return {}


@pytest.fixture
async def desk(sqlite_url: str) -> AsyncIterator[Desk]:
    async with opened(sqlite_url) as desk:
        yield desk


@pytest.fixture
async def both(database_url: str) -> AsyncIterator[Desk]:
    """The desk on a database of each kind."""
    async with opened(database_url) as desk:
        yield desk
