"""Which sites may frame the chat: those of the link's partner, as long as the link holds; and pictures of links that hold."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from bot.channels.webchat import News
from bot.headers import protect
from bot.house import load, open_database
from bot.pages import Pages
from bot.pages.qr_code import PATH, QrCodes
from bot.pages.serve import WebChat
from storage import Database, doors, links, partners
from storage.links import Doors
from tests.talk import BRANCH, KEY

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
SITES = "https://parco.example https://www.parco.example"


class Nobody:
    """A conversation that nobody has."""

    def address(self, sender: str) -> str:
        return sender

    async def news(self, _sender: str, _address: str, _last: int) -> News:
        return News([], None)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = open_database(database_url, KEY)
    await load(opened, BRANCH, NOW)
    await opened.writer.run(lambda db: partners.change(db, "parco-laut", 0, name="PT Parco Laut", kind="p3mi", hosts=SITES))
    await opened.writer.run(lambda db: doors.keep(db, opened.dialect, Doors("https://sapa.example")))
    yield opened
    await opened.close()


@pytest.fixture
async def house(database: Database) -> AsyncIterator[tuple[ClientSession, str]]:
    async def origins(code: str) -> tuple[str, ...]:
        return await database.writer.read(lambda db: partners.origins_of(db, code, NOW))

    async def receive(_inbounds: list[Any]) -> None: ...

    chat = WebChat(Pages("Sidoarjo"), receive, Nobody(), lambda: NOW, origins=origins)
    app = web.Application()
    app.add_routes([*chat.routes(), web.get(PATH, QrCodes(database, lambda: NOW).send)])
    protect(app, https=False)
    server = TestServer(app)
    await server.start_server()
    async with ClientSession() as http:
        yield http, f"http://{server.host}:{server.port}"
    await server.close()


async def policy(house: tuple[ClientSession, str], ref: str) -> tuple[str, str | None]:
    async with house[0].get(f"{house[1]}/embed", params={"ref": ref}) as answer:
        assert answer.status == 200, "a worker who opens it is served"
        assert "Set-Cookie" not in answer.headers
        rule = next(part for part in answer.headers["Content-Security-Policy"].split("; ") if part.startswith("frame-ancestors"))
        return rule, answer.headers.get("X-Frame-Options")


async def test_only_the_partner_s_own_sites_may_frame_it(house: tuple[ClientSession, str]) -> None:
    assert await policy(house, "7GQ2K") == (f"frame-ancestors {SITES}", None)
    assert await policy(house, "7gq2k") == (f"frame-ancestors {SITES}", None)
    for other in ("", "4MSD5", "7GQ2X", "x" * 80, "7GQ2K; script-src *", "7GQ2K\r\nX: y", "７ＧＱ２Ｋ!"):
        assert await policy(house, other) == ("frame-ancestors 'none'", "DENY"), other


async def test_a_link_that_ended_frames_nothing_and_is_no_picture(house: tuple[ClientSession, str], database: Database) -> None:
    async with house[0].get(f"{house[1]}/qr/7GQ2K.png") as answer:
        assert (answer.status, answer.content_type) == (200, "image/png")
    await database.writer.run(lambda db: links.revoke(db, "sidoarjo", "7GQ2K", NOW - timedelta(days=1)))
    assert await policy(house, "7GQ2K") == ("frame-ancestors 'none'", "DENY")
    for code in ("7GQ2K", "7GQ2X", "x" * 70):
        async with house[0].get(f"{house[1]}/qr/{code}.png") as answer:
            assert answer.status == 404


async def test_a_socket_is_opened_by_a_token_of_the_page_and_only_from_our_own_page(house: tuple[ClientSession, str]) -> None:
    http, address = house
    async with http.ws_connect(f"{address}/embed/chat", protocols=["sapa", "A" * 22], origin=address) as line:
        assert line.protocol == "sapa"
        await line.send_json({"since": ""})
        assert (await line.receive_json())["type"] == "ready"
    async with http.ws_connect(f"{address}/embed/chat", protocols=["sapa", "short"], origin=address) as line:
        assert (await line.receive()).data == 4401
    async with http.get(f"{address}/embed/chat", headers={"Origin": "https://evil.example", "Upgrade": "websocket"}) as answer:
        assert answer.status == 403
