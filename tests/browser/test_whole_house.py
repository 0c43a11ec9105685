"""The real house behind the page: settings, database, engine, handlers, as `sapa serve` puts them together."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from bot import house
from bot.app import DEMO, App
from bot.settings import Settings
from tests.browser.conftest import PHONE
from tests.talk import KEY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def serve(url: str, port: int = 0) -> tuple[App, int]:
    database = house.open_database(url, KEY)
    await house.prepare(database, DEMO, house.now())
    app = App(Settings(_env_file=None, database_url=url, port=port), database)
    addresses = await app.start()
    return app, int(addresses[0].rstrip("/").rpartition(":")[2])


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'sapa.db'}"


async def test_a_conversation_goes_on_over_a_restart_of_the_server(browser: Browser, url: str) -> None:
    app, port = await serve(url)
    context = await browser.new_context(**PHONE)
    page = await context.new_page()
    try:
        await page.goto(f"http://127.0.0.1:{port}/?ref=7GQ2K")
        ours = page.locator("article.ours")
        await expect(ours.first).to_contain_text("PT Parco Laut")
        await page.fill("#text", "menu")
        await page.press("#text", "Enter")
        await expect(ours).to_have_count(2)
        await app.stop()
        await page.fill("#text", "halo")
        await page.press("#text", "Enter")
        await expect(page.locator(".own.waiting")).to_have_count(1)
        app, _ = await serve(url, port)
        await expect(ours).to_have_count(3, timeout=20_000)
        await expect(page.locator(".own.waiting")).to_have_count(0)
        await page.reload()
        await expect(ours).to_have_count(3)
        await expect(page.locator("article.own")).to_have_count(2)
    finally:
        await context.close()
        await app.stop()
