"""The real house behind the page: settings, database, engine, handlers, as `sapa serve` puts them together."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from bot import house
from bot.app import App
from bot.house import DEMO
from bot.settings import Settings
from tests.browser.conftest import PHONE
from tests.talk import KEY

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
README_PICTURE = Path(__file__).parents[2] / "docs" / "chat.png"


@dataclass
class Served:
    """The house on a port of this machine, and a worker's phone that looks at it."""

    url: str
    page: Page
    app: App | None = None
    port: int = 0

    async def start(self) -> None:
        database = house.open_database(self.url, KEY)
        await house.prepare(database, DEMO, house.now())
        self.app = App(Settings(_env_file=None, database_url=self.url, port=self.port), database)
        address, *_more = await self.app.start()
        self.port = int(address.rstrip("/").rpartition(":")[2])

    async def stop(self) -> None:
        if self.app:
            await self.app.stop()
        self.app = None

    @property
    def ours(self) -> Locator:
        return self.page.locator("article.ours")

    async def open(self, path: str = "/") -> None:
        await self.page.goto(f"http://127.0.0.1:{self.port}{path}")
        await expect(self.ours).to_have_count(1)

    async def talk(self, *lines: str) -> None:
        """Say each line, or press a `[label]` under the last words, and wait for the answer."""
        for line in lines:
            before = await self.ours.count()
            if line.startswith("["):
                await self.page.locator(".choices:not(.old)").get_by_text(line[1:-1], exact=True).click()
            else:
                await self.page.fill("#text", line)
                await self.page.press("#text", "Enter")
            await expect(self.ours.nth(before)).to_be_attached()


@pytest_asyncio.fixture(loop_scope="session")
async def served(browser: Browser, tmp_path: Path) -> AsyncIterator[Served]:
    context = await browser.new_context(**PHONE, device_scale_factor=1.5)
    served = Served(f"sqlite:///{tmp_path / 'sapa.db'}", await context.new_page())
    await served.start()
    yield served
    await context.close()
    await served.stop()


async def test_a_worker_learns_how_long_they_are_covered_and_may_reload_in_the_middle(served: Served, update: bool) -> None:
    await served.open()
    await served.talk("bpjs sy msh aktif ga ya", "[Tidak ada]", "[Di luar negeri]")
    await served.page.reload()
    await expect(served.ours).to_have_count(4)
    await served.talk("maret tahun depan", "gatau", "[Tidak berubah]")
    await expect(served.ours.last).to_contain_text("terlindungi setidaknya sampai 1 Maret")
    await expect(served.page.locator("#state")).to_be_hidden()
    if update:
        await served.page.set_viewport_size({"width": 360, "height": 800})
        await served.page.screenshot(path=README_PICTURE)


async def test_a_worker_leaves_their_name_and_may_reload_in_the_middle(served: Served) -> None:
    await served.open("/?ref=7GQ2K")
    await served.talk("daftar minat", "boleh", "Siti Aminah", "1", "hk")
    await served.page.reload()
    await expect(served.ours).to_have_count(6)
    await served.talk("ya", "2 tahun", "1", "lewati")
    for told in ("Siti Aminah", "Hong Kong", "PT Parco Laut"):
        await expect(served.ours.last).to_contain_text(told)
    await served.talk("ya")
    await expect(served.ours.last).to_have_text(re.compile(r"Siti Aminah.* [0-9A-Z]{7}\."))


async def test_a_conversation_goes_on_over_a_restart_of_the_server(served: Served) -> None:
    await served.open("/?ref=7GQ2K")
    await expect(served.ours).to_contain_text("PT Parco Laut")
    await served.talk("menu")
    await served.stop()
    await served.page.fill("#text", "biaya")
    await served.page.press("#text", "Enter")
    waiting = served.page.locator(".own.waiting")
    await expect(waiting).to_have_count(1)
    await served.start()
    await expect(served.ours).to_have_count(3, timeout=30_000)
    await expect(waiting).to_have_count(0)
    await served.page.reload()
    await expect(served.ours).to_have_count(3)
    await expect(served.page.locator("article.own")).to_have_count(2)


async def test_what_is_sealed_is_masked_when_the_page_shows_it_again(served: Served) -> None:
    await served.open()
    await served.talk("NIK saya 3515001708450000")
    await served.page.reload()
    await expect(served.page.locator("article.own")).to_have_count(1)
    await expect(served.page.locator("body")).not_to_contain_text("3515001708450000")
