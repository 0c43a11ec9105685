"""The desk in a real browser: every page in light, dark and on a phone; signing in; keys; news; hostile names."""

from __future__ import annotations

import asyncio
import io
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from console import proofs
from console.policies import Role
from storage import officers
from storage.overview import Past
from storage.requests import REQUESTS
from tests.console.conftest import Desk, opened
from tests.console.people import PASSWORD, able
from tests.console.test_overview import fill
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
HEAVIEST = 100_000  # bytes of a page with all it loads, compressed

# Every page that an administrator can look at; add yours.
SCREENS = [
    "/desk",
    "/desk?lang=en",
    "/desk/inbox",
    "/desk/answers",
    "/desk/duty",
    "/desk/emergencies",
    "/desk/account",
    "/desk/account/password",
    "/desk/account/codes",
    "/desk/enrol",
    "/desk/campaigns",
    "/desk/campaigns/new",
    "/desk/campaigns/file",
    "/desk/officers",
    "/desk/officers?role=officer&role=auditor&q=of",
    "/desk/officers?q=nobody",
    "/desk/officers/new",
    "/desk/audit",
    "/desk/audit?noun=officer&since=2026-01-01",
    "/desk/audit/breach",
    "/desk/audit/breach?scope=database&since=2026-11-01T00:00&until=2026-11-22T10:00&learned=2026-11-22T11:00",
    "/desk/operation",
    "/desk/operation?channel=telegram",
    "/desk/nowhere",
]
OUTSIDE = ["/desk/sign-in", "/desk/link/gone", "/desk"]  # for who is not signed in
# Wide and narrow, light and dark are each seen of every page; the other two pairings are left to `make soak`, as they take minutes.
LOOKS = [(1280, "light"), (360, "dark"), *(pytest.param(*look, marks=pytest.mark.soak) for look in ((1280, "dark"), (360, "light")))]


@dataclass
class Screen:
    """A browser at the desk, and what it complained about."""

    desk: Desk
    context: BrowserContext
    page: Page
    address: str
    complaints: list[str] = field(default_factory=list)

    async def enter(self, role: str = Role.ADMINISTRATOR) -> None:
        token = (await self.desk.signed_in(role)).token
        await self.context.add_cookies([{"name": "sapa-desk", "value": token, "url": self.address}])

    async def open(self, path: str) -> None:
        await self.page.goto(self.address + path)

    async def wrongs(self) -> list[str]:
        """What axe finds wrong with the page as it is."""
        found = await Axe().run(self.page)
        return [f"{one['id']}: {one['help']} {[node['target'] for node in one['nodes']][:3]}" for one in found.response["violations"]]


@pytest_asyncio.fixture(loop_scope="session")
async def screen(browser: Browser, sqlite_url: str) -> AsyncIterator[Screen]:
    async with opened(sqlite_url) as desk:
        address = f"http://localhost:{urlsplit(desk.address).port}"  # passkeys are bound to names
        context = await browser.new_context(locale="id-ID", viewport={"width": 1280, "height": 800})
        screen = Screen(desk, context, await context.new_page(), address)
        screen.page.on("console", lambda message: screen.complaints.append(message.text))
        screen.page.on("pageerror", lambda error: screen.complaints.append(str(error)))
        yield screen
        await context.close()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way(screen: Screen, width: int, scheme: str) -> None:
    """axe finds nothing, and nothing is wider than the screen."""
    await screen.page.set_viewport_size({"width": width, "height": 800})
    await screen.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    found = {}
    for path in [*OUTSIDE, *SCREENS]:
        if path == SCREENS[0] and path not in found:
            await screen.enter()
        await screen.open(path)
        too_wide = await screen.page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[path] = await screen.wrongs() + (["wider than the screen"] if too_wide else [])
        if folder := os.environ.get("SAPA_PICTURES"):
            await screen.page.screenshot(path=Path(folder) / f"desk-{len(found):02}-{width}-{scheme}.png", full_page=True)
    assert {path: wrongs for path, wrongs in found.items() if wrongs} == {}


async def test_pages_are_light_and_keep_to_what_they_may_load(screen: Screen) -> None:
    await screen.enter()
    sizes: list[int] = []
    screen.page.on("response", lambda answer: sizes.append(int(answer.headers.get("content-length", 0))))
    for path in SCREENS:
        sizes.clear()
        await screen.open(path)
        assert 0 < sum(sizes) < HEAVIEST, (path, sizes)
    assert [words for words in screen.complaints if "404" not in words and not words.startswith("[DOM]")] == []


async def test_an_officer_signs_in_with_an_authenticator_app(screen: Screen) -> None:
    sri, page = await able(screen.desk), screen.page
    await screen.open("/desk/account")
    await page.fill("#f-login", sri.officer.login)
    await page.fill("#f-password", PASSWORD)
    await page.press("#f-password", "Enter")
    await page.fill("#f-code", sri.code)
    await page.press("#f-code", "Enter")
    await expect(page.locator("h1")).to_have_text("Akun saya")
    await page.get_by_role("button", name="Keluar").click()
    await expect(page.locator(".said")).to_contain_text("Anda sudah keluar")


async def test_an_officer_sets_up_a_passkey_and_signs_in_with_it_alone(screen: Screen) -> None:
    sri, page = await able(screen.desk), screen.page
    devtools = await screen.context.new_cdp_session(page)
    await devtools.send("WebAuthn.enable")
    key = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True, "isUserVerified": True}
    made = await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": {**key, "automaticPresenceSimulation": True}})
    token = (await screen.desk.enter(sri.officer)).token
    await screen.context.add_cookies([{"name": "sapa-desk", "value": token, "url": screen.address}])
    await screen.open("/desk/enrol")
    await page.fill("#f-passkey-password", "salah")
    await page.click("[data-passkey=add]")
    await expect(page.locator("[data-passkey-wrong]")).to_contain_text("bukan kata sandi Anda")
    await page.fill("#f-passkey-password", PASSWORD)
    await page.click("[data-passkey=add]")
    await expect(page.locator(".said")).to_contain_text("Kunci sandi sudah terpasang")
    for _time in range(2):
        await page.get_by_role("button", name="Keluar").click()
        await page.click("[data-passkey=sign-in]")
        await expect(page.locator("h1")).to_have_text("Ringkasan")
    await devtools.send("WebAuthn.setUserVerified", {"authenticatorId": made["authenticatorId"], "isUserVerified": False})
    await page.get_by_role("button", name="Keluar").click()
    await page.click("[data-passkey=sign-in]")  # whoever holds the device but is not its owner
    await expect(page.locator("h1")).to_have_text("Masuk ke meja petugas")


async def test_the_first_visit_from_link_to_desk(screen: Screen) -> None:
    boss, page = await screen.desk.signed_in(Role.ADMINISTRATOR), screen.page
    form = {"name": "Sri Wahyuni", "login": "sri", "role": "officer", "branch": "sidoarjo", "partner": ""}
    shown = await (await boss.post("/desk/officers/new", form)).text()
    link = re.search(r"/desk/link/[A-Za-z0-9_-]+", shown)
    assert link
    await screen.open(link[0])
    await page.fill("#f-password", PASSWORD)
    await page.press("#f-password", "Enter")
    assert await screen.wrongs() == []
    secret = (await page.inner_text("figcaption code")).replace(" ", "")
    await page.fill("#f-code", proofs.code_at(secret, int(screen.desk.clock().timestamp()) // proofs.STEP))
    await page.press("#f-code", "Enter")
    await page.click("main form button.main")
    await expect(page.locator(".codes code")).to_have_count(proofs.RECOVERY_CODES)
    await page.click("a.main")
    await expect(page.locator("h1")).to_have_text("Ringkasan")


async def test_hostile_names_are_shown_as_they_are(screen: Screen) -> None:
    """W16: as an officer's name, as what was searched, and in a form that is shown again."""
    await screen.enter()
    dialogs: list[str] = []
    screen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    names = [payload for payload in PAYLOADS if payload.strip()][:150]
    for number, name in enumerate(names):
        await screen.desk.officer(name=name, login=f"h{number:03}")
    await screen.open("/desk/officers")
    for _page in range(3):
        assert await screen.page.locator("#list script, #list img, #list iframe, #list [onerror], #list [onload]").count() == 0
        await screen.page.click("[rel=next]") if await screen.page.locator("[rel=next]").count() else None
    shown = await screen.page.locator("#list a[data-row] bdi").all_inner_texts()
    assert shown
    for name in names[::15]:
        await screen.page.fill("input[type=search]", name[:100])
        await screen.page.press("input[type=search]", "Enter")
        await screen.open("/desk/officers/new")
        await screen.page.fill("#f-name", name)
        await screen.page.evaluate("document.querySelector('#f-login').value = ''; document.querySelector('#main form').noValidate = true")
        await screen.page.click("#main button.main")
        assert await screen.page.input_value("#f-name") == name.strip().replace("\n", "").replace("\r", "")[:100] or len(name) > 100
        await screen.open("/desk/officers")
    assert dialogs == []
    assert await screen.page.title() == "Petugas · Sapa"
    assert [words for words in screen.complaints if "422" not in words and "status of" not in words] == []


async def test_search_and_filters_change_the_list_and_the_address(screen: Screen) -> None:
    await screen.enter()
    await screen.desk.officer(Role.AUDITOR, name="Zulkarnain", login="zul")
    await screen.desk.officer(Role.OFFICER, name="Zubaidah", login="zub")
    page = screen.page
    await screen.open("/desk/officers")
    await page.fill("input[type=search]", "zu")
    rows = page.locator("a[data-row]")
    await expect(rows).to_have_count(2)
    await page.select_option("select[name=role]", "auditor")
    await expect(rows).to_have_text(["Zulkarnain"])
    await expect(page).to_have_url(re.compile(r"/desk/officers\?q=zu&role=auditor$"))
    await page.click(".chip >> text=Auditor")
    await expect(rows).to_have_count(2)


async def test_a_list_opens_as_its_reader_left_it(screen: Screen) -> None:
    await screen.enter()
    page = screen.page
    await screen.open("/desk/officers?role=auditor&q=zu")
    await screen.open("/desk/officers")
    await expect(page).to_have_url(re.compile(r"\?role=auditor$"))  # what was searched is forgotten
    await page.click("text=Tampilkan semua")
    await page.wait_for_url(re.compile(r"\?all$"), wait_until="load")  # it is remembered when the page is there
    await screen.open("/desk/officers")
    await expect(page.locator(".chip")).to_have_count(0)


async def test_keys_lead_through_a_list(screen: Screen) -> None:
    await screen.enter()
    for name in ("Ani", "Budi"):
        await screen.desk.officer(name=name, login=f"0{name}")
    page = screen.page
    await screen.open("/desk/officers")
    focused = page.locator("a[data-row]:focus")
    for key, name in (("j", "Ani"), ("j", "Budi"), ("k", "Ani")):
        await page.keyboard.press(key)
        await expect(focused).to_have_text(name)
    await page.keyboard.press("/")
    await expect(page.locator("input[type=search]")).to_be_focused()
    await page.keyboard.type("j")
    await expect(page.locator("input[type=search]")).to_have_value("j")
    await page.fill("input[type=search]", "")
    await page.keyboard.press("Escape")
    await page.keyboard.press("j")
    await page.keyboard.press("Enter")
    await expect(page.locator("h1")).to_have_text("Ani")


async def test_an_open_page_hears_what_happens(screen: Screen) -> None:
    await screen.enter()
    page = screen.page
    await screen.open("/desk")
    await expect(page.locator("#now .figure").first).to_contain_text("Tidak ada yang menunggu")
    await _emergency(screen.desk)
    for _again in range(2):  # the page may not listen yet when it is told first
        screen.desk.console.live.heard({"somewhere"})
        await page.wait_for_timeout(700)
    await expect(page.locator("#now .figure").first).to_contain_text("Darurat")


async def _emergency(desk: Desk) -> None:
    row = {"id": 1, "at": desk.clock(), "contact_id": 1, "branch": "sidoarjo", "reason": "emergency", "urgent": True, "state": "open"}
    await desk.database.writer.run(lambda db: db.execute(REQUESTS.insert(), [row]))


async def test_every_officer_reads_their_own_language(screen: Screen) -> None:
    await screen.enter()
    boss = screen.desk.staff[Role.ADMINISTRATOR, "sidoarjo"]
    await screen.desk.database.writer.run(lambda db: officers.change(db, boss.id, language="en"))
    await screen.open("/desk")
    await expect(screen.page.locator("h1")).to_have_text("Overview")
    await expect(screen.page.locator("html")).to_have_attribute("lang", "en")


async def test_an_overview_that_is_still_being_counted_fills_itself(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a long count, and nobody has to load the page again."""
    past, may_go_on = screen.desk.console.desk.past, asyncio.Event()
    past.fresh, past.longest = 600.0, 3600.0
    quick = past.get

    async def after(count: Callable[[], Awaitable[Past]]) -> Past:
        await may_go_on.wait()
        return await count()

    monkeypatch.setattr(past, "get", lambda key, count, patience: quick(key, lambda: after(count), patience))
    await screen.enter()
    await screen.open("/desk")
    await expect(screen.page.get_by_role("status")).to_contain_text("Sedang dihitung")
    may_go_on.set()
    await expect(screen.page.locator("a.figure[href='/desk/people'] b")).not_to_have_text("…")
    await expect(screen.page.get_by_text("Sedang dihitung")).to_have_count(0)


async def test_charts_are_read_in_print_and_by_a_screen_reader(screen: Screen) -> None:
    """On paper with their words and figures; by ear as a table that the keyboard opens, under a name."""
    await fill(screen.desk, "sidoarjo", 1_000)
    await screen.enter()
    await screen.open("/desk")
    chart = screen.page.get_by_role("img", name="Cek pelindungan")
    await expect(chart).to_be_visible()
    box = screen.page.locator("section.box", has=chart)
    await box.locator("summary").press("Enter")
    table = box.get_by_role("table", name="Cek pelindungan")
    await expect(table.get_by_role("row", name="Terlindungi 2")).to_be_visible()
    await box.locator("summary").press("Enter")
    words = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(await screen.page.pdf())).pages)
    assert re.search(r"Terlindungi\s+2\b", words), words
    assert "Kotak masuk" not in words, "the places at the left are no part of a page on paper"
