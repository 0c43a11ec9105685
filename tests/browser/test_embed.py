"""The chat within a partner's site: it talks there and remembers without a cookie, and no other site can show it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, async_playwright, expect

from bot.headers import protect
from bot.pages import Pages
from bot.pages.serve import WebChat
from tests.browser.standin import Conversations
from tests.chromium import FLAGS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@dataclass
class Sites:
    """Ours, a partner's that may show our chat, and a stranger's that may not: three origins."""

    talk: Conversations
    ours: str
    partner: str
    stranger: str


async def _page_around(request: web.Request) -> web.Response:
    frame = f'<iframe src="{request.app[FRAME]}" title="Sapa" width="400" height="700"></iframe>'
    return web.Response(text=f"<!doctype html><title>Around</title><h1>A site</h1>{frame}", content_type="text/html")


FRAME = web.AppKey("frame", str)


async def _around(frame: str) -> TestServer:
    app = web.Application()
    app[FRAME] = frame
    app.router.add_get("/", _page_around)
    server = TestServer(app)
    await server.start_server()
    return server


@pytest_asyncio.fixture(loop_scope="session")
async def sites() -> AsyncIterator[Sites]:
    talk, may = Conversations(), list[str]()

    async def origins(code: str) -> Sequence[str]:
        return may if code == "7GQ2K" else ()

    chat = WebChat(Pages("BPJS Ketenagakerjaan Sidoarjo"), talk.receive, talk, lambda: datetime.now(UTC), origins=origins)
    talk.wake = chat.wake
    app = web.Application()
    app.add_routes(chat.routes())
    protect(app, https=False)
    house = TestServer(app)
    await house.start_server()
    ours = f"http://localhost:{house.port}"
    partner, stranger = await _around(f"{ours}/embed?ref=7GQ2K&lang=id"), await _around(f"{ours}/embed?ref=7GQ2K&lang=id")
    may.append(f"http://127.0.0.1:{partner.port}")
    try:
        yield Sites(talk, ours, f"http://127.0.0.1:{partner.port}/", f"http://127.0.0.1:{stranger.port}/")
    finally:
        await chat.close()
        for server in (house, partner, stranger):
            await server.close()


@pytest_asyncio.fixture(loop_scope="session")
async def usual(chromium: Path, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A browser that lets a framed page keep what is its own within that site, as most do; private windows do not."""
    preferences = tmp_path / "Default" / "Preferences"
    preferences.parent.mkdir()
    preferences.write_text('{"profile": {"cookie_controls_mode": 0, "block_third_party_cookies": false}}', encoding="ascii")
    async with async_playwright() as playwright:
        context = await playwright.chromium.launch_persistent_context(tmp_path, executable_path=chromium, args=FLAGS, locale="id-ID")
        yield context
        await context.close()


async def test_the_chat_talks_in_a_partner_s_site_and_remembers_without_a_cookie(usual: BrowserContext, sites: Sites) -> None:
    page = await usual.new_page()
    await page.goto(sites.partner)
    frame = page.frame_locator("iframe")
    await expect(frame.locator("article.own, article.ours").first).to_contain_text("Halo, saya Sapa")
    await frame.locator("#text").fill("halo dari situs mitra")
    await frame.locator("button.send").click()
    await expect(frame.locator("article").last).to_contain_text("Anda menulis: halo dari situs mitra")
    assert [inbound.ref for inbound in sites.talk.inbounds] == ["7GQ2K", ""], "it came by the partner's link, once"
    assert await usual.cookies() == []
    await page.reload()
    await expect(frame.locator("article").last).to_contain_text("Anda menulis: halo dari situs mitra")
    assert len({inbound.sender for inbound in sites.talk.inbounds}) == 1


async def test_in_a_private_window_it_talks_too_and_the_quick_exit_empties_the_frame(browser: Browser, sites: Sites) -> None:
    context = await browser.new_context(locale="id-ID")
    page = await context.new_page()
    await page.goto(sites.partner)
    frame = page.frame_locator("iframe")
    await expect(frame.locator("article").first).to_contain_text("Halo, saya Sapa")
    await frame.locator(".quit button").click()
    await expect(frame.locator("article")).to_have_count(0)
    await expect(page.locator("h1")).to_have_text("A site")
    await page.reload()
    await expect(frame.locator("article").first).to_contain_text("Halo, saya Sapa")
    assert len({inbound.sender for inbound in sites.talk.inbounds}) == 2, "whoever comes next is somebody else"
    await context.close()


async def test_no_other_site_can_show_it(browser: Browser, sites: Sites) -> None:
    context = await browser.new_context(locale="id-ID")
    page = await context.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    await page.goto(sites.stranger)
    await expect(page.locator("h1")).to_have_text("A site")
    assert await page.frames[-1].locator("#text").count() == 0
    assert any("frame-ancestors" in words or "refused to connect" in words for words in refused), refused
    await context.close()
