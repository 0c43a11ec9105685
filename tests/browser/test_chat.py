"""The browser chat as a worker uses it, in a real browser."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from locales import Button, Page
from storage.conversations import Inbound
from tests.browser.conftest import Visitor
from tests.browser.standin import Conversations

NOW = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_new_worker_is_greeted_and_can_press_or_type(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    await expect(worker.own).to_have_count(0)  # the start was said for them, and is not shown as theirs
    await worker.page.get_by_role("button", name="Cek status").click()
    await expect(worker.own).to_have_text(re.compile("Cek status"))
    await expect(worker.ours.last).to_contain_text("Anda menulis: Cek status")
    await worker.say("bpjs sy msh aktif ga ya")
    await expect(worker.ours.last).to_contain_text("Anda menulis: bpjs sy msh aktif ga ya")
    assert [inbound.pressed for inbound in worker.talk.inbounds] == [None, "coverage", None]
    assert worker.complaints == []


async def test_old_buttons_are_quiet_and_still_work(visit: Visitor) -> None:
    worker = await visit()
    await worker.say("halo")
    await expect(worker.ours).to_have_count(2)
    await expect(worker.page.locator(".choices")).to_have_class(re.compile("old"))
    await worker.page.get_by_role("button", name="Manfaat").click()
    await expect(worker.ours.last).to_contain_text("Manfaat")


async def test_a_reload_keeps_the_conversation_and_greets_nobody_twice(visit: Visitor) -> None:
    worker = await visit()
    await worker.say("satu")
    await expect(worker.ours).to_have_count(2)
    before = await worker.page.locator("#log").inner_text()
    await worker.page.reload()
    await expect(worker.ours).to_have_count(2)
    assert await worker.page.locator("#log").inner_text() == before
    assert len(worker.talk.inbounds) == 2


async def test_the_code_of_a_link_comes_once_with_the_first_message(visit: Visitor) -> None:
    worker = await visit(path="/?ref=7GQ2K")
    await expect(worker.ours).to_have_count(1)
    await worker.page.reload()
    await worker.say("halo")
    await expect(worker.ours).to_have_count(2)
    assert [inbound.ref for inbound in worker.talk.inbounds] == ["7GQ2K", ""]


async def test_what_is_written_without_a_network_goes_out_once_when_it_is_back(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    await worker.context.set_offline(True)
    await worker.say("saya di hk")
    await worker.say("kontrak habis maret")
    await expect(worker.page.locator("#state")).to_contain_text("Tidak ada jaringan")
    await expect(worker.page.locator(".own.waiting")).to_have_count(2)
    await worker.context.set_offline(False)
    await expect(worker.ours).to_have_count(3, timeout=20_000)
    await expect(worker.page.locator(".own.waiting")).to_have_count(0)
    await expect(worker.page.locator("#state")).to_be_hidden()
    assert [inbound.text for inbound in worker.talk.inbounds[1:]] == ["saya di hk", "kontrak habis maret"]


async def test_a_message_waits_through_a_closed_page_and_a_database_that_is_away(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    worker.talk.away = True
    await worker.say("tolong")
    await expect(worker.page.locator("#state")).to_contain_text("sibuk", timeout=10_000)
    worker.talk.away = False
    await worker.page.reload()
    await expect(worker.ours.last).to_contain_text("Anda menulis: tolong")
    await expect(worker.own).to_have_count(1)
    assert [inbound.text for inbound in worker.talk.inbounds] == ["/start", "tolong"]


async def test_a_message_that_was_taken_but_not_acknowledged_is_said_once(visit: Visitor) -> None:
    """The page sends it again under the same name; the conversation knows the name."""
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    await worker.context.set_offline(True)
    await worker.say("sekali saja")
    waiting = await worker.page.evaluate("localStorage.getItem('sapa.waiting')")
    await worker.context.set_offline(False)
    await expect(worker.ours).to_have_count(2, timeout=20_000)
    await worker.page.evaluate("waiting => localStorage.setItem('sapa.waiting', waiting)", waiting)
    await worker.page.reload()
    await expect(worker.ours).to_have_count(2)
    await expect(worker.own).to_have_count(1)
    assert len(worker.talk.inbounds) == 2


async def test_a_very_long_message_is_kept_for_the_worker_to_shorten(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    await worker.say("a" * 15_100)
    await expect(worker.page.locator("#notice")).to_contain_text("terlalu panjang")
    assert len(await worker.box.input_value()) == 15_100
    assert len(worker.talk.inbounds) == 1


async def test_every_number_can_be_called_and_copied_and_nothing_else_can(visit: Visitor) -> None:
    said = "KJRI: +852 6773 0466, +852 5242 2240 (per November 2025). Polisi: 999. Biaya Rp999.000, 1999 orang, +62 (21) 2924 4800."

    def reply(inbound: Inbound) -> list[tuple[Page, tuple[str, ...]]]:
        return [(Page(said), ("999", "+852 6773 0466"))]

    worker = await visit(Conversations(reply), permissions=["clipboard-read", "clipboard-write"])
    numbers = worker.page.locator(".ours .phone a")
    await expect(numbers).to_have_text(["+852 6773 0466", "+852 5242 2240", "999", "+62 (21) 2924 4800"])
    assert await numbers.first.get_attribute("href") == "tel:+85267730466"
    await worker.page.get_by_role("button", name="Salin nomor +852 6773 0466").click()
    await expect(worker.page.locator("#notice")).to_have_text("Nomor sudah disalin")
    assert await worker.page.evaluate("navigator.clipboard.readText()") == "+852 6773 0466"
    assert said in (await worker.ours.text_content() or "")


async def test_the_page_follows_the_language_of_the_conversation(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.page.get_by_text("Gratis.")).to_be_visible()
    await worker.page.locator("summary").click()
    await worker.page.get_by_role("link", name="English").click()
    await expect(worker.page.get_by_text("Free.")).to_be_visible()
    await expect(worker.page.get_by_role("button", name="Quick exit")).to_be_visible()
    assert await worker.box.get_attribute("placeholder") == "Write a message"
    await worker.page.reload()
    await expect(worker.page.locator("html")).to_have_attribute("lang", "en")


async def test_times_are_the_workers_own(visit: Visitor) -> None:
    worker = await visit(timezone_id="Asia/Riyadh")
    shown = worker.page.locator(".ours time")
    at = await shown.get_attribute("datetime")
    there = await worker.page.evaluate("at => new Date(at).toLocaleTimeString('id', {timeStyle: 'short', timeZone: 'Asia/Riyadh'})", at)
    await expect(shown).to_have_text(there)
    await expect(worker.page.locator(".day")).to_have_text("Hari ini")


async def test_large_text_and_the_plain_view_are_remembered(visit: Visitor) -> None:
    worker = await visit()
    await worker.page.locator("summary").click()
    await worker.page.get_by_label("Huruf besar").check()
    await worker.page.evaluate("document.documentElement.style.letterSpacing = '.12em'")  # as with a wide font
    panel = await worker.page.locator(".panel").bounding_box()
    assert panel
    assert 0 <= panel["x"] <= panel["x"] + panel["width"] <= 360
    await worker.page.get_by_label("Tampilan polos").check()
    await worker.page.reload()
    await expect(worker.page.locator("html")).to_have_class("large plain")


@pytest.mark.parametrize("look", ["", "large", "plain", "large plain"])
async def test_nothing_is_wider_than_a_small_phone(visit: Visitor, look: str) -> None:
    def reply(inbound: Inbound) -> list[tuple[Page, tuple[str, ...]]]:
        wide = Page(
            "https://example.org/" + "x" * 300 + " " + "W" * 300,
            tuple(Button("Pilihan yang panjang sekali " * 2, str(n)) for n in range(10)),
        )
        return [(wide, ()), (Page("+62 812-9007-0027"), ())]

    worker = await visit(Conversations(reply))
    await worker.say("M" * 300)
    await expect(worker.ours).to_have_count(4)
    await worker.page.evaluate("look => document.documentElement.className = look", look)
    widths = await worker.page.evaluate(
        "[document.documentElement, document.querySelector('#log')].map(e => [e.scrollWidth, e.clientWidth])"
    )
    assert widths == [[360, 360], [360, 360]]


async def test_the_last_words_stay_in_sight_when_the_keyboard_comes_up(visit: Visitor) -> None:
    worker = await visit()
    for number in range(4):
        await worker.say(f"pesan {number}")
        await expect(worker.ours).to_have_count(number + 2)
    await expect(worker.ours.last).to_be_in_viewport()
    await worker.page.set_viewport_size({"width": 360, "height": 320})
    await expect(worker.ours.last).to_be_in_viewport()


async def test_who_reads_back_is_not_pulled_down_but_told(visit: Visitor) -> None:
    worker = await visit()
    for number in range(6):
        await worker.say(f"pesan {number}")
        await expect(worker.ours).to_have_count(number + 2)
    await worker.page.evaluate("document.querySelector('#log').scrollTop = 0")
    await worker.talk.receive([Inbound("webchat", worker.talk.inbounds[0].sender, "other:1", NOW, text="dari tempat lain")])
    worker.chat.wake(worker.talk.address(worker.talk.inbounds[0].sender))
    await worker.page.get_by_role("button", name="Pesan baru").click()
    await expect(worker.ours.last).to_be_in_viewport()
    await expect(worker.page.get_by_role("button", name="Pesan baru")).to_be_hidden()


async def test_it_can_be_used_with_the_keyboard_alone(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    keys = worker.page.keyboard
    await keys.press("Tab")
    await expect(worker.page.locator(".skip")).to_be_focused()
    await keys.press("Enter")
    await expect(worker.box).to_be_focused()
    await keys.type("baris satu")
    await keys.press("Shift+Enter")
    await keys.type("baris dua")
    await keys.press("Enter")
    await expect(worker.ours).to_have_count(2)
    assert worker.talk.inbounds[-1].text == "baris satu\nbaris dua"
    for _ in range(2):
        await keys.press("Shift+Tab")  # from the box back over the log's last choices
    await keys.press("Enter")
    await expect(worker.ours.last).to_contain_text("Manfaat")


async def test_a_screen_reader_is_told_who_speaks_and_what_is_what(visit: Visitor) -> None:
    worker = await visit()
    await worker.say("halo")
    await expect(worker.ours).to_have_count(2)
    log = worker.page.get_by_role("log", name="Obrolan")
    await expect(log).to_have_attribute("aria-live", "polite")
    await expect(log).to_have_attribute("aria-busy", "false")
    await expect(worker.own.locator(".speaker")).to_have_text("Anda: ")
    await expect(worker.page.get_by_role("group", name="Pilihan")).to_have_count(1)
    await expect(worker.page.get_by_label("Tulis pesan")).to_be_editable()
    await expect(worker.page.get_by_role("button", name="Kirim")).to_be_visible()
