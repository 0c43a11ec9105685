"""Before anybody gets it: a campaign to oneself, in one's own chats only; and the files that go with it, kept to their branch."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData

from console.policies import Role
from storage import attachments, officer_chats
from storage.campaigns import RECIPIENTS
from storage.deliveries import DELIVERIES
from tests.console.campaigning import PATH, TEXT, author, drafted, people
from tests.console.conftest import Browser, Desk
from tests.console.talking import Talker, talking
from tests.console.test_campaigns_asks import linked, queued

FILES = f"{PATH}/attachments"
PICTURE = b"\x89PNG\r\n\x1a\n" + b"x" * 100


async def test_an_author_links_a_chat_and_sees_it_there_before_anybody_else(both: Desk) -> None:
    await people(both, 5)
    campaign = await drafted(both, TEXT.replace("[text]", '[other]\nid = "Teks kedua"\nen = "Second"\n[text]', 1))
    browser = await both.enter(await author(both))
    path = f"{PATH}/{campaign.id}/trial"
    assert "belum menghubungkan obrolan" in await (await browser.post(path, {"language": "id"})).text()
    shown = await (await browser.post(f"{path}/code")).text()
    code = shown.partition("/tugas ")[2].partition("<")[0].strip()
    async with talking(both) as engine:
        await Talker(both, engine, "777").says(f"/tugas {code}")
    await both.database.writer.run(lambda db: db.execute(DELIVERIES.delete()))
    answer = await browser.post(path, {"language": "en"})
    assert "sedang dikirim kepada Anda" in await answer.text()
    assert (await browser.post(path, {"language": "id", "arm": "b"})).status == 200
    texts = [row.page for row in await queued(both)]
    assert len(texts) == 2
    assert "Hello friend" in texts[0]
    assert "Teks kedua" in texts[1]
    assert (await both.database.writer.read(lambda db: db.execute(RECIPIENTS.select()))).all() == []


async def test_a_chat_is_unlinked_by_its_officer_alone(desk: Desk) -> None:
    campaign = await drafted(desk)
    ani, eka = await author(desk), await author(desk, "eka")
    await linked(desk, ani)
    path = f"{PATH}/{campaign.id}/trial"
    [chat] = await desk.database.writer.read(lambda db: officer_chats.of(db, [ani.id]))
    assert (await (await desk.enter(eka)).post(f"{path}/unlink", {"address": chat.address})).status == 404
    browser = await desk.enter(ani)
    assert (await browser.post(f"{path}/unlink", {"address": chat.address})).status == 303
    await browser.post(path, {"language": "id"})
    assert await queued(desk) == []


async def test_who_may_not_write_tries_nothing_out(desk: Desk) -> None:
    campaign = await drafted(desk)
    await linked(desk, await author(desk, "budi", "approver"))
    for role in (Role.APPROVER, Role.AUDITOR, Role.OFFICER):
        browser = await desk.signed_in(role)
        assert (await browser.post(f"{PATH}/{campaign.id}/trial", {"language": "id"})).status == 403
    stranger = await desk.signed_in(Role.AUTHOR, "surabaya")
    assert (await stranger.post(f"{PATH}/{campaign.id}/trial", {"language": "id"})).status == 404
    assert await queued(desk) == []


async def send(browser: Browser, content: bytes, name: str = "poster.png") -> ClientResponse:
    form = FormData()
    form.add_field("csrf", browser.form_token())
    form.add_field("file", io.BytesIO(content), filename=name)
    headers: Any = {"Origin": browser.address, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.http.post(f"{browser.address}{FILES}", data=form, headers=headers, allow_redirects=False)
    await answer.read()
    return answer


async def test_a_picture_is_kept_shown_and_chosen_within_its_branch(both: Desk) -> None:
    browser = await both.enter(await author(both))
    assert (await send(browser, PICTURE)).status == 303
    [kept] = await both.database.writer.read(lambda db: attachments.every(db, "sidoarjo"))
    shown = await browser.get(f"{FILES}/{kept.id}")
    assert (shown.status, shown.content_type, await shown.read()) == (200, "image/png", PICTURE)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    form = {"name": "Poster", "text-id": "Halo", "text-en": "Hello", "audience-channels": "telegram", "attachment": str(kept.id)}
    made = await browser.post(f"{PATH}/new", form)
    assert made.status == 303
    assert "poster.png" in await (await browser.get(made.headers["Location"])).text()
    stranger = await both.signed_in(Role.AUTHOR, "surabaya")
    assert (await stranger.get(f"{FILES}/{kept.id}")).status == 404
    assert "poster" not in await (await stranger.get(FILES)).text()


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"GIF89a", b"<!doctype html><script>alert(1)</script>", b"MZ"], ids=repr
)
async def test_what_no_chat_takes_is_not_kept(desk: Desk, content: bytes) -> None:
    browser = await desk.enter(await author(desk))
    assert (await send(browser, content, "<script>.png")).status == 422
    assert await desk.database.writer.read(lambda db: attachments.every(db, "*")) == []


async def test_a_file_that_pretends_is_never_a_page_of_ours(desk: Desk) -> None:
    browser = await desk.enter(await author(desk))
    await send(browser, PICTURE + b"<script>alert(1)</script>", '"><script>alert(1)</script>.html')
    [kept] = await desk.database.writer.read(lambda db: attachments.every(db, "*"))
    shown = await browser.get(f"{FILES}/{kept.id}")
    assert shown.content_type == "image/png"
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert "<script>alert" not in await (await browser.get(FILES)).text()
