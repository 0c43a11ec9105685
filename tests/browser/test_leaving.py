"""The quick exit: for a worker whose employer walks in."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.conftest import Visit, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def nothing_is_left(worker: Visit) -> None:
    await expect(worker.page).to_have_url(worker.address + "/cuaca")
    await expect(worker.page).to_have_title("Cuaca")
    await expect(worker.page.locator("body")).to_have_text("Cuaca Belum ada data.", use_inner_text=True)
    assert await worker.page.evaluate("Object.keys(localStorage)") == []
    assert await worker.context.cookies() == []


async def test_one_press_empties_the_page_and_ends_the_cookie(visit: Visitor) -> None:
    worker = await visit()
    await worker.say("majikan menahan paspor saya")
    await expect(worker.ours).to_have_count(2)
    await worker.page.get_by_role("button", name="Keluar cepat").click()
    await nothing_is_left(worker)
    await worker.page.go_back()
    await expect(worker.page.locator("article")).to_have_count(0)
    await worker.open()
    await expect(worker.ours).to_have_count(1)
    await expect(worker.page.locator("body")).not_to_contain_text("paspor")


async def test_escape_twice_does_the_same(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    await worker.page.keyboard.press("Escape")
    await expect(worker.ours).to_have_count(1)
    await worker.page.keyboard.press("Escape")
    await nothing_is_left(worker)


async def test_without_a_network_the_page_is_empty_at_once_and_the_cookie_ends_at_the_next_visit(visit: Visitor) -> None:
    worker = await visit()
    await worker.say("tolong")
    await expect(worker.ours).to_have_count(2)
    await worker.context.set_offline(True)
    await worker.say("belum terkirim")
    await worker.page.get_by_role("button", name="Keluar cepat").click()
    await expect(worker.page).to_have_title("Cuaca")
    await expect(worker.page).to_have_url(worker.address + "/cuaca")
    await expect(worker.page.locator("body")).to_have_text("")
    await worker.context.set_offline(False)
    await worker.open()
    await expect(worker.ours).to_have_count(1)
    await expect(worker.own).to_have_count(0)
    assert [inbound.text for inbound in worker.talk.inbounds] == ["/start", "tolong", "/start"]


async def test_other_tabs_leave_too(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    other = await worker.context.new_page()
    await other.goto(worker.address)
    await expect(other.locator("article.ours")).to_have_count(1)
    await worker.page.get_by_role("button", name="Keluar cepat").click()
    await expect(other).to_have_url(worker.address + "/cuaca")
    await expect(worker.page).to_have_url(worker.address + "/cuaca")
    assert await worker.context.cookies() == []
