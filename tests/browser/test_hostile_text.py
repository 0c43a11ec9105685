"""What anybody writes is shown as text: from workers, from officers, on buttons, in a real browser that reports every refusal."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import expect

from locales import Button, Page
from storage.conversations import Inbound
from tests.browser.conftest import Visitor
from tests.browser.standin import Conversations
from tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_hostile_text_is_shown_literally_in_bubbles_and_on_buttons(visit: Visitor) -> None:
    def reply(inbound: Inbound) -> list[tuple[Page, tuple[str, ...]]]:
        return [(Page(text, (Button(text, "menu"), Button("link", url=text))), (text,)) for text in PAYLOADS]

    worker = await visit(Conversations(reply))
    dialogs: list[str] = []
    worker.page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    await expect(worker.ours).to_have_count(len(PAYLOADS))
    said = await worker.page.evaluate(
        """() => [...document.querySelectorAll("article.ours")].map((page) =>
            [...page.querySelectorAll(".bubble bdi")].map((line) => line.textContent).join("\\n"))"""
    )
    assert said == ["\n".join(line.removeprefix("• ") for line in re.split(r"\r\n|[\r\n]", text) if line) for text in PAYLOADS]
    labels = await worker.page.evaluate("[...document.querySelectorAll('button.choice')].map((button) => button.textContent)")
    assert labels == list(PAYLOADS)
    links = await worker.page.evaluate("[...document.querySelectorAll('article a')].map((link) => link.protocol)")
    assert set(links) <= {"https:", "http:", "tel:"}
    assert (
        await worker.page.evaluate(
            "document.querySelectorAll('article script, article img, article iframe, article svg:not(.icon)').length"
        )
        == 0
    )
    assert dialogs == []
    assert worker.complaints == []


async def test_what_a_worker_writes_comes_back_exactly_as_it_was_written(visit: Visitor) -> None:
    worker = await visit()
    await expect(worker.ours).to_have_count(1)
    sample = PAYLOADS[::11]  # fewer than a flood
    for text in sample:
        before = len(worker.talk.inbounds)
        await worker.say(text)
        await expect(worker.ours).to_have_count(before + 1)
        typed = text.replace("\r\n", "\n").replace("\r", "\n").strip("\ufeff \n\t")
        assert worker.talk.inbounds[-1].text == typed
    await expect(worker.own).to_have_count(len(sample))
    assert worker.complaints == []
    assert await worker.page.title() == "Sapa · BPJS Ketenagakerjaan Sidoarjo"
