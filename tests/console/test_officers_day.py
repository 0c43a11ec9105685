"""A day at the desk, in a real browser: signing in, an emergency, an interest, a list of members with faults, an export; and each person's page."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from bot.engine import Engine
from storage import audit, rights
from storage.audit import Wanted
from tests.console.conftest import Desk
from tests.console.people import PASSWORD, able
from tests.console.talking import Talker, talking
from tests.console.test_inbox_screens import CRY, MONDAY
from tests.console.test_members_import import LIST
from tests.console.test_people import person
from tests.console.test_screens import LOOKS, Screen, screen  # noqa: F401 (a fixture)
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LEAVES_A_NAME = (
    "minat",
    "ya",
    "Siti Aminah",
    "hk",
    "PT Parco Laut",
    "2 th",
    "telepon",
    "6123 4567",
    "malam",
    "3515005503900000",
    "Ya, kirim",
)


@pytest_asyncio.fixture(loop_scope="session")
async def engine(screen: Screen) -> AsyncIterator[Engine]:  # noqa: F811
    screen.desk.clock.now = MONDAY
    async with talking(screen.desk) as engine:
        yield engine


async def test_an_officers_day(screen: Screen, engine: Engine, tmp_path: Path) -> None:  # noqa: F811
    siti, budi = Talker(screen.desk, engine, "101"), Talker(screen.desk, engine, "102")
    for line in LEAVES_A_NAME:
        await siti.says(line)
    await budi.says(CRY)
    await sign_in(screen)
    await answer_the_emergency(screen.page, budi)
    await move_the_interest(screen.page, siti)
    await bring_a_list_in_and_take_it_back(screen.page, tmp_path)
    kept = await export(screen.page)
    assert "Siti Aminah" in kept
    assert "3515005503900000" not in kept
    assert await deeds(screen.desk) >= {
        *("session.begun", "request.read", "interest.moved"),
        *("roster.imported", "roster.undone", "list.exported"),
    }
    assert [words for words in screen.complaints if not words.startswith("[DOM]") and "401" not in words] == []  # 401 is the way in


async def sign_in(screen: Screen) -> None:  # noqa: F811
    sri, page = await able(screen.desk), screen.page
    await screen.open("/desk")
    await page.fill("#f-login", sri.officer.login)
    await page.fill("#f-password", PASSWORD)
    await page.press("#f-password", "Enter")
    await page.fill("#f-code", sri.code)
    await page.press("#f-code", "Enter")
    await expect(page.locator("h1")).to_have_text("Ringkasan")


async def answer_the_emergency(page: Page, worker: Talker) -> None:
    await expect(page.locator(".emergency")).to_have_count(1)
    await page.get_by_role("button", name="Sudah saya baca").click()
    await expect(page.locator(".emergency")).to_have_count(0)
    assert any("sudah membaca" in entry.text for entry in await worker.read())
    await page.goto(page.url.partition("/desk")[0] + await worker.path())
    await page.fill("#f-text", "Apakah Anda aman sekarang?")
    await page.click("#reply button.main")
    await expect(page.locator("article.ours .bubble").last).to_contain_text("Apakah Anda aman sekarang?")


async def move_the_interest(page: Page, worker: Talker) -> None:
    await page.get_by_role("navigation", name="Tempat").get_by_role("link", name="Minat").click()
    await page.get_by_role("link", name="Siti Aminah").click()
    before = len(await worker.read())
    await page.check("input[name=state][value=contacted]")
    await page.click("form[action$='/move'] button.main")
    await expect(page.get_by_role("status")).to_be_visible()
    assert len(await worker.read()) == before + 1, "the worker is told"


async def bring_a_list_in_and_take_it_back(page: Page, folder: Path) -> None:
    file = folder / "Peserta November.csv"
    file.write_bytes(LIST)
    await page.get_by_role("navigation", name="Tempat").get_by_role("link", name="Peserta").click()
    await page.get_by_role("link", name="Impor daftar").first.click()
    await page.set_input_files("#f-file", file)
    await page.click("form button.main:not(nav *)")
    await page.get_by_role("button", name="Periksa").click()
    await expect(page.get_by_text("Jadikan kolom itu teks")).to_be_visible()
    await page.get_by_role("button", name="Impor 1 peserta").click()
    await expect(page.locator(".tag.good")).to_have_text("Sudah diimpor")
    await page.get_by_role("button", name="Batalkan impor").click()
    await expect(page.locator(".said")).to_contain_text("dibatalkan")


async def export(page: Page) -> str:
    await page.get_by_role("navigation", name="Tempat").get_by_role("link", name="Minat").click()
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Ekspor").click()
    file = await (await download.value).path()
    return await asyncio.to_thread(file.read_text, "utf-8-sig")


async def deeds(desk: Desk) -> set[str]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    return {row.action for row in rows}


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way_at_a_person_s_page(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
    """axe finds nothing, and nothing is wider than the screen."""
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await person(screen.desk)
    await person(
        screen.desk, 102, name="Nama Yang Panjang Sekali Supaya Tidak Muat Di Layar Kecil Mana Pun Juga", consent_at=None, country=None
    )
    tools = screen.desk.database.tools
    await screen.desk.database.writer.run(lambda db: rights.ask(db, tools, 101, "sidoarjo", "correction", screen.desk.clock()))
    await screen.enter()
    found = {}
    for number, path in enumerate(
        ("/desk/people", "/desk/people?q=nobody", "/desk/people/101", "/desk/people/102", "/desk/people/101/erase")
    ):
        await screen.open(path)
        too_wide = await screen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = await screen.wrongs() + (["wider than the screen"] if too_wide else [])
        if folder := os.environ.get("SAPA_PICTURES"):
            await screen.page.screenshot(path=Path(folder) / f"people-{number}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}


async def test_hostile_names_stay_words_at_a_person_s_page(screen: Screen) -> None:  # noqa: F811
    """W16"""
    dialogs: list[str] = []
    screen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    names = [payload.replace("\0", "") for payload in PAYLOADS if payload.strip("\0 ")][:40]
    for number, name in enumerate(names):
        await person(screen.desk, 2000 + number, name=name)
    await screen.enter()
    for path in ("/desk/people", *(f"/desk/people/{2000 + number}" for number in range(0, 40, 8))):
        await screen.open(path)
        assert await screen.page.locator("main :is(script, img, iframe, object, [onerror], [onload])").count() == 0
    assert dialogs == []
    assert [words for words in screen.complaints if not words.startswith("[DOM]")] == []
