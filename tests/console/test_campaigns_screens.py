"""Campaigns in a real browser: nothing stands in anybody's way, hostile words stay words, and the composer counts while one clicks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NoReturn

import pytest
from playwright.async_api import expect

from bot.campaigns_probe import PublicOnly
from storage import attachments, templates
from storage.audience_upload import upload
from storage.audiences import Audience
from storage.audiences_saved import Keeper
from storage.campaigns import Campaign
from storage.campaigns_acts import Act
from storage.campaigns_file import CampaignFile
from storage.officers import Officer
from storage.templates import Template
from tests.console.campaigning import PATH, TEXT, author, drafted, people, runs, started
from tests.console.conftest import Desk
from tests.console.test_screens import LOOKS, Screen, screen  # noqa: F401 (a fixture)
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG = TEXT.replace("Cek masa", "NamaYangPanjangSekaliSupayaTidakMuatDiLayarKecil Cek").replace("Cek status", "C" * 64)


RICH = TEXT.replace("Cek masa", "Pengingat masa").replace(
    "[audience]",
    """
[other]
id = "Teks lain"
en = "Another text"
[repeat]
on = "cover_ends"
days = [60, 30, 7]
[question]
text = { id = "Paham?", en = "Understood?" }
[[question.answer]]
label = { id = "Ya", en = "Yes" }
right = true
[[question.answer]]
label = { id = "Tidak", en = "No" }
[audience]
""",
)


async def kept_things(desk: Desk) -> None:
    """A list, a filter under a name, and templates in several states."""
    who, database = await author(desk), desk.database
    await upload(database, who, "sidoarjo", "Peserta acara di Taipei", "6281200000001\nbukan nomor", desk.clock())
    audience = Audience(countries=("HK", "TW"), languages=("id",))
    await database.writer.run(
        lambda db: Keeper(db, database.tools, who, "sidoarjo", desk.clock()).save(database.dialect, "Hong Kong", audience)
    )
    picture = b"\x89PNG\r\n\x1a\n" + b"x" * 40_000
    name = "poster-yang-namanya-panjang-sekali-supaya-tidak-muat.png"
    await database.writer.run(lambda db: attachments.keep(db, database.tools, who, "sidoarjo", name, picture, desk.clock()))
    body = {"type": "BODY", "text": "Halo {{first_name}}, cek pelindungan Anda di sini ya."}
    states = (("ajakan_cek_pelindungan_pekerja", "APPROVED", ""), ("janji_manis", "REJECTED", "PROMOTIONAL"), ("kabar", "PENDING", ""))
    listed = [Template(name, "id", state, "marketing", reason, "GREEN", parts=(body,)) for name, state, reason in states]
    await database.writer.run(lambda db: templates.synchronise(db, database.dialect, listed, desk.clock()))


async def filled(desk: Desk) -> dict[str, str]:
    """Campaigns in several states; the address of each of their pages."""
    await people(desk, 40)
    await people(desk, 7, channel="whatsapp", digits="852")
    await people(desk, 3, opted_out_at=desk.clock())
    running = await started(desk, TEXT.replace("Cek masa", "Kampanye lain").replace("[text]", "hold_out = 0.2\n[text]"))
    await runs(desk)
    standing = await started(desk, RICH)
    await kept_things(desk)
    draft, faulty = await drafted(desk), await drafted(desk, LONG)
    return {
        "list": PATH,
        "new": f"{PATH}/new",
        "edit": f"{PATH}/{draft.id}/edit",
        "draft": f"{PATH}/{draft.id}?look",
        "faulty": f"{PATH}/{faulty.id}?look",
        "approve": f"{PATH}/{draft.id}/approve",
        "running": f"{PATH}/{running.id}",
        "results": f"{PATH}/{running.id}/results",
        "file": f"{PATH}/file",
        "repeats": f"{PATH}/{standing.id}",
        "lists": f"{PATH}/lists",
        "templates": f"{PATH}/templates",
        "template": f"{PATH}/templates/new",
        "attachments": f"{PATH}/attachments",
        "trial": f"{PATH}/{draft.id}/trial",
    }


# Words of a chart that a bar stands on.
COVERED = """() => [...document.querySelectorAll(".chart")].flatMap(chart => {
    const bars = [...chart.querySelectorAll("rect")].map(bar => bar.getBoundingClientRect())
    return [...chart.querySelectorAll("text, span")].filter(words => {
        const range = document.createRange(); range.selectNodeContents(words); const box = range.getBoundingClientRect()
        return bars.some(bar => bar.left < box.right && box.left < bar.right && bar.top < box.bottom && box.top < bar.bottom)
    }).map(words => "covered: " + words.textContent)
})"""


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
async def test_nothing_stands_in_anybodys_way(screen: Screen, width: int, scheme: str) -> None:  # noqa: F811
    """axe finds nothing, nothing is wider than the screen, and no bar stands on words."""
    page = screen.page
    await page.set_viewport_size({"width": width, "height": 800})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    paths = await filled(screen.desk)
    await screen.enter()
    found = {}
    for name, path in paths.items():
        await screen.open(path)
        if name in ("new", "edit"):
            await expect(page.locator("#look .count")).to_be_visible()
        too_wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
        found[name] = await screen.wrongs() + (["wider than the screen"] if too_wide else []) + await page.evaluate(COVERED)
        if folder := os.environ.get("SAPA_PICTURES"):
            await page.screenshot(path=Path(folder) / f"campaign-{name}-{width}-{scheme}.png", full_page=True)
    assert {name: wrongs for name, wrongs in found.items() if wrongs} == {}
    assert [words for words in screen.complaints if not words.startswith("[DOM]")] == []


async def kept(desk: Desk, who: Officer, file: CampaignFile) -> Campaign:
    return await desk.database.writer.run(lambda db: Act(db, desk.database.tools, who, desk.clock()).draft("sidoarjo", file))


async def no_name_is_known(_self: PublicOnly, host: str, _port: int = 0, _family: int = 0) -> NoReturn:
    """No test may leave this machine, and a campaign's links are tried."""
    raise OSError(host)


async def test_hostile_words_of_an_author_stay_words(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    """W16: as name, text, field, label and link; in the list, on the campaign's page, in the screens and in the composer."""
    monkeypatch.setattr(PublicOnly, "resolve", no_name_is_known)
    dialogs: list[str] = []
    screen.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    desk, who = screen.desk, await author(screen.desk)
    payloads = [payload.replace("\0", "") for payload in PAYLOADS if payload.strip("\0 ")][::10]
    made = []
    for payload in payloads:
        words = {"id": payload, "en": payload}
        label = {"id": payload[:60], "en": payload[:60]}
        buttons = [{"label": label, "link": payload.split()[0]}, {"label": label, "dialogue": payload[:60]}]
        file = CampaignFile.model_validate(
            {"name": payload[:80], "text": words, "fields": {"first_name": words}, "button": buttons, "audience": {"countries": [payload]}}
        )
        made.append(await kept(desk, who, file))
    await screen.enter()
    await screen.open(PATH)
    for campaign in made:
        for path in (f"{PATH}/{campaign.id}?look", f"{PATH}/{campaign.id}/edit"):
            await screen.open(path)
            if path.endswith("edit"):
                await expect(screen.page.locator("#look h2").first).to_be_visible()
            assert await screen.page.locator("main :is(script, img, iframe, object, video, [onerror], [onload], style, base)").count() == 0
            hrefs = await screen.page.eval_on_selector_all("main a[href]", "links => links.map(link => link.protocol)")
            assert set(hrefs) <= {"http:", "https:", "tel:"}
    assert dialogs == []
    assert [words for words in screen.complaints if not words.startswith("[DOM]")] == []


async def test_the_composer_counts_and_shows_while_one_writes_and_clicks(screen: Screen) -> None:  # noqa: F811
    await people(screen.desk, 3)
    await people(screen.desk, 2, country="TW", opted_out_at=screen.desk.clock())
    await screen.enter()
    page = screen.page
    await screen.open(f"{PATH}/new")
    count = page.locator("#look .count b")
    await expect(count).to_have_text("3")
    await page.click("summary:text-is('Negara')")
    await page.check("input[name=audience-countries][value=TW]")
    await expect(count).to_have_text("0")
    await expect(page.locator("#look .counted")).to_contain_text("berhenti menerima pesan kami")
    await page.check("input[name=audience-countries][value=HK]")
    await expect(count).to_have_text("3")
    await page.fill("#f-text-id", "Halo dari kantor")
    await page.fill("#f-text-en", "Hello from the office")
    await expect(page.locator(".screen:visible .bubble")).to_contain_text("Halo dari kantor")
    await page.check("input[name=show-language][value=en]")
    await expect(page.locator(".screen:visible .bubble")).to_contain_text("Hello from the office")
    await page.check("input[name=show-channel][value=whatsapp]")
    await expect(page.locator(".screen:visible figcaption")).to_contain_text("WhatsApp")


async def test_two_who_change_the_same_campaign_lose_nothing(screen: Screen) -> None:  # noqa: F811
    """The second is told, and what they typed is still in the form."""
    campaign = await drafted(screen.desk)
    await screen.enter()
    page = screen.page
    await screen.open(f"{PATH}/{campaign.id}/edit")
    await page.fill("#f-text-en", "Mine")
    boss = await screen.desk.signed_in("administrator")
    form = {"version": "0", "name": "Theirs", "text-id": "x", "text-en": "Theirs", "audience-channels": "telegram"}
    assert (await boss.post(f"{PATH}/{campaign.id}/edit", form)).status == 303
    await page.get_by_role("button", name="Simpan draf").first.click()
    await expect(page.locator(".wrong[role=alert]")).to_contain_text("Sementara itu")
    await expect(page.locator("#f-text-en")).to_have_value("Mine")
    await expect(page).to_have_title(re.compile("Theirs"))
