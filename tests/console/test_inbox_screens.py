"""The inbox and a conversation in a real browser: looks, hostile words, news without a reload, sound, and two servers on one database."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect
from sqlalchemy import update

from bot.engine import Engine
from console.policies import Role
from storage import canned, duty
from storage.news import Listener
from storage.requests import REQUESTS
from storage.talks import ADDRESSES
from storage.templates import TEMPLATES
from tests.console.conftest import Desk, opened
from tests.console.talking import Talker, talking
from tests.console.test_screens import LOOKS, Screen, screen  # noqa: F401 (a fixture)
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
MONDAY = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
CRY = "tolong saya dipukul majikan"


@pytest_asyncio.fixture(loop_scope="session")
async def engine(screen: Screen) -> AsyncIterator[Engine]:  # noqa: F811
    screen.desk.clock.now = MONDAY
    async with talking(screen.desk) as engine:
        yield engine


async def filled(desk: Desk, engine: Engine) -> list[str]:
    """A desk in the middle of its day; the addresses of all that can be looked at."""
    tools, write = desk.database.tools, desk.database.writer.run
    body = '[{"type": "BODY", "text": "Halo {{1}}, petugas menunggu kabar Anda."}]'
    row = {"name": "kabar", "language": "id", "state": "APPROVED", "category": "utility", "parts": body, "changed_at": MONDAY}
    await write(lambda db: db.execute(TEMPLATES.insert(), [{"reason": "", "quality": "", **row}]))
    await write(lambda db: canned.add(db, tools, "sidoarjo", "Jam buka", "Kami buka pukul delapan.", "We open at eight."))
    late, gone, safe, danger = (Talker(desk, engine, f"62812345678{number}", channel) for number, channel in enumerate(CHANNELS))
    await late.says("halo")
    await gone.says("halo")
    desk.clock.move(hours=25)
    officer = await desk.signed_in(Role.ADMINISTRATOR)
    assert officer.officer
    here = officer.officer.id
    await write(lambda db: duty.add(db, tools, here, 1, time(20), time(6)))
    await write(lambda db: db.execute(update(ADDRESSES).where(ADDRESSES.c.id == gone.address).values(unreachable="left")))
    for said in ("halo", "cek status", "petugas", "Nomor saya +62 812-9007-0027, lihat https://example.org/a?b=c dan " + "panjang" * 30):
        await safe.says(said)
    await danger.says(CRY)
    await danger.says(kind="location", place=(22.3, 114.17))
    officer = await desk.signed_in(Role.ADMINISTRATOR)
    await officer.post(f"{await safe.path()}/reply", {"text": "Halo Bu, ada yang bisa dibantu?", "key": "k" * 20, "seen": "0"})
    await officer.post(f"{await safe.path()}/note", {"text": "Suami di Sidoarjo"})
    talks = [await one.path() for one in (late, gone, safe, danger)]
    lists = ["/desk/inbox", "/desk/inbox?wait=any&reason=human&channel=webchat", "/desk/inbox?q=nobody", "/desk/emergencies"]
    return [*talks, *lists, "/desk/answers", "/desk/duty", "/desk"]


CHANNELS = ("whatsapp", "telegram", "webchat", "telegram")


@pytest.mark.parametrize(("width", "scheme"), [*LOOKS, (1600, "light")])
async def test_nothing_stands_in_anybodys_way(screen: Screen, engine: Engine, width: int, scheme: str) -> None:  # noqa: F811
    """axe finds nothing, and nothing is wider than the screen."""
    found, page = {}, screen.page
    await page.set_viewport_size({"width": width, "height": 800})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paths = await filled(screen.desk, engine)
    await screen.enter()
    for path in paths:
        await screen.open(path)
        too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = await screen.wrongs() + (["wider than the screen"] if too_wide else [])
        if folder := os.environ.get("SAPA_PICTURES"):
            await page.screenshot(path=Path(folder) / f"inbox-{len(found):02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}
    assert [words for words in screen.complaints if not words.startswith("[DOM]")] == []


async def test_hostile_words_are_drawn_as_they_are(screen: Screen, engine: Engine) -> None:  # noqa: F811
    """W16, B5: said by a worker, an officer, in a note and in a ready answer; in the list, in the bubbles and in the box."""
    worker, page, dialogs = Talker(screen.desk, engine, "w", "webchat"), screen.page, list[str]()
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    officer, payloads = await screen.desk.signed_in(Role.ADMINISTRATOR), [payload for payload in PAYLOADS if payload.strip()][:100]
    for number, payload in enumerate(payloads):
        await worker.says(payload)
        if number % 10 == 0:
            await officer.post(f"{await worker.path()}/reply", {"text": payload, "key": f"form-number-{number:08}", "seen": "0"})
            await officer.post(f"{await worker.path()}/note", {"text": payload})
            await officer.post("/desk/answers", {"title": payload[:60], "words_id": payload, "words_en": ""})
    await screen.enter()
    path, drawn = await worker.path(), set[str]()
    for address in ("/desk/inbox", "/desk/answers"):
        await screen.open(address)
    await screen.open(path)
    while True:
        drawn |= {re.sub(r"\s+", "", words) for words in await page.locator("article.own .bubble").all_inner_texts()}
        assert await page.locator("main :is(img, iframe, object, video, [onerror], [onload], .talk script, style, base)").count() == 0
        if not await page.locator("a[href*='before=']").count():
            break
        await page.click("a[href*='before=']")
    lost = [payload for payload in payloads if len(payload) < 200 and "Pekerja:" + re.sub(r"\s+", "", payload) not in drawn]
    assert len(lost) < len(payloads) // 4, lost  # numbers are masked, and buttons' labels stand for what was pressed
    await screen.open(path)
    await page.click(".answers summary")
    for answer in await page.locator("[data-answer]").all():
        await page.evaluate("document.querySelector('.answers').open = true")
        await answer.click()
    assert dialogs == []
    assert [words for words in screen.complaints if not words.startswith("[DOM]")] == []


async def test_a_new_message_appears_without_a_reload_and_what_is_typed_stays(screen: Screen, engine: Engine) -> None:  # noqa: F811
    worker, page = Talker(screen.desk, engine, "w", "webchat"), screen.page
    await worker.says("halo")
    await screen.enter()
    await screen.open("/desk/inbox")
    await expect(page.locator("#list .words")).to_have_text("halo")
    await listening(screen.desk)
    await worker.says("apakah ada orang di sana?")
    await expect(page.locator("#list .words")).to_have_text("apakah ada orang di sana?")
    await page.click("a[data-row]")
    await page.fill("#f-text", "Saya sedang menulis")
    await listening(screen.desk)
    await worker.says("saya di rumah")
    await expect(page.locator("article.own .bubble").last).to_contain_text("saya di rumah")
    await expect(page.locator("#f-text")).to_have_value("Saya sedang menulis")
    await page.dblclick("#reply button.main")
    await expect(page.locator(".said")).to_contain_text("sedang dikirim")
    await expect(page.locator("article.ours .bubble").last).to_contain_text("administrator, BPJS Ketenagakerjaan Sidoarjo:")
    assert len([entry for entry in await worker.read() if "Saya sedang menulis" in entry.text]) == 1


async def listening(desk: Desk) -> None:
    """Until a page's line for news is open."""
    async with asyncio.timeout(15):
        while not desk.console.live._open:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0.02)


async def test_one_fetch_brings_the_whole_talk_up_to_date(screen: Screen, engine: Engine) -> None:  # noqa: F811
    """Who waits, why, and who calls for help meanwhile; a list beside the talk keeps the row on which its reader is."""
    worker, other, page, fetched = (
        Talker(screen.desk, engine, "w", "webchat"),
        Talker(screen.desk, engine, "o", "webchat"),
        screen.page,
        list[str](),
    )
    await worker.says("petugas")
    await screen.enter()
    await page.set_viewport_size({"width": 1600, "height": 900})
    await screen.open(await worker.path())
    await page.focus("#queue a")
    page.on("request", lambda request: fetched.append(request.url))
    await listening(screen.desk)
    await other.says(CRY)
    await expect(page.locator(".emergency")).to_have_count(1)
    await expect(page.locator("#queue a")).to_have_count(2)
    await expect(page.locator("#queue a:focus")).to_have_count(1)
    assert len([url for url in fetched if not url.endswith("/live")]) == 1
    await worker.says(CRY)
    await expect(page.locator("#waits")).to_contain_text("Darurat")
    await page.locator("#waits button", has_text="Selesai").first.click()
    await expect(page.locator(".said")).to_contain_text("Tidak menunggu lagi")


async def test_a_ready_answer_goes_where_the_cursor_is(screen: Screen, engine: Engine) -> None:  # noqa: F811
    worker, page, tools = Talker(screen.desk, engine, "w", "webchat"), screen.page, screen.desk.database.tools
    await worker.says("halo")
    await screen.desk.database.writer.run(lambda db: canned.add(db, tools, "sidoarjo", "Jam buka", "Kami buka pukul delapan.", ""))
    await screen.enter()
    await screen.open(await worker.path())
    await page.fill("#f-text", "Halo Bu. ")
    await page.click(".answers summary")
    await page.click("[data-answer]")
    await expect(page.locator("#f-text")).to_have_value("Halo Bu. Kami buka pukul delapan.")
    await page.press("#f-text", "Control+Enter")
    await expect(page.locator("article.ours .bubble").last).to_contain_text("Halo Bu. Kami buka pukul delapan.")


async def test_an_emergency_is_seen_and_heard_until_somebody_has_read_it(screen: Screen, engine: Engine) -> None:  # noqa: F811
    worker, page = Talker(screen.desk, engine, "w", "webchat"), screen.page
    rang = page.locator("html")
    await screen.enter()
    await screen.open("/desk")
    await expect(page.locator("[data-sound]")).to_have_attribute("aria-pressed", "true")
    await page.click("h1")  # browsers play nothing before somebody touched the page
    await listening(screen.desk)
    await worker.says(CRY)
    await expect(page.locator(".emergency")).to_contain_text("Ada yang meminta tolong")
    await expect(page).to_have_title(re.compile(r"^\(1\) Ringkasan"))
    await expect(rang).to_have_attribute("data-rang", re.compile(r"[1-9]"))
    await page.click("text=Sudah saya baca")
    await expect(page).to_have_url(re.compile(r"/desk/inbox/\d+$"))
    await expect(page.locator("article.ours .bubble").last).to_contain_text("sudah membaca permintaan tolong Anda")
    await screen.open("/desk")
    await expect(page.locator(".emergency")).to_have_count(0)
    await expect(page).to_have_title(re.compile(r"^Ringkasan"))


async def test_sound_that_was_turned_off_stays_off(screen: Screen, engine: Engine) -> None:  # noqa: F811
    worker, page = Talker(screen.desk, engine, "w", "webchat"), screen.page
    await screen.enter()
    await screen.open("/desk/inbox")
    await page.click("[data-sound]")
    await expect(page.locator("[data-sound]")).to_have_attribute("aria-pressed", "false")
    await worker.says(CRY)
    await screen.open("/desk/inbox")
    await expect(page.locator("[data-sound]")).to_have_attribute("aria-pressed", "false")
    await page.click("h1")
    await expect(page.locator(".emergency")).to_be_visible()
    assert await page.locator("html").get_attribute("data-rang") is None
    await page.click("[data-sound]")
    await expect(page.locator("html")).to_have_attribute("data-rang", re.compile(r"[1-9]"))


@pytest.mark.postgres
async def test_what_one_server_hears_stands_on_the_page_of_another(browser: Browser, postgresql_url: str) -> None:
    async with opened(postgresql_url) as one, opened(postgresql_url) as other, talking(one) as engine, listener(postgresql_url, other):
        worker, token = Talker(one, engine, "w", "webchat"), (await other.signed_in(Role.OFFICER)).token
        await worker.says("halo")
        context = await browser.new_context(locale="id-ID")
        await context.add_cookies([{"name": "sapa-desk", "value": token, "url": other.address}])
        page = await context.new_page()
        await page.goto(f"{other.address}{await worker.path()}")
        await expect(page.locator("article.own")).to_have_count(1)
        await listening(other)
        await worker.says("apakah ada orang di sana?")
        await expect(page.locator("article.own .bubble").last).to_contain_text("apakah ada orang di sana?")
        await context.close()


@asynccontextmanager
async def listener(url: str, desk: Desk) -> AsyncIterator[None]:
    """What a server hears of the others'."""
    listening = asyncio.create_task(Listener(url, desk.console.live.heard).listen())
    yield
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_the_overview_leads_to_the_rows_it_counts(screen: Screen, engine: Engine) -> None:  # noqa: F811
    for number in range(3):
        await Talker(screen.desk, engine, f"w{number}", "webchat").says("petugas")
    await screen.enter()
    await screen.open("/desk")
    await screen.page.click("a.figure.waits")
    await expect(screen.page.locator("a[data-row]")).to_have_count(3)
    await expect(screen.page.locator(".chip").first).to_contain_text("Ingin bicara dengan orang")
    await screen.desk.database.writer.run(lambda db: db.execute(update(REQUESTS).values(state="closed")))
