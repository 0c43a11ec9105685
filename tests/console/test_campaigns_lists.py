"""Kept audiences: an uploaded list keeps only whom we know, however many it names, and a filter under a name begins a campaign."""

from __future__ import annotations

import io
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData
from sqlalchemy import select

from console.policies import Role
from storage import audiences_saved, audit
from storage.audience_lists import LISTED
from storage.audit import Wanted
from tests.console.campaigning import PATH, author, drafted, people
from tests.console.conftest import Browser, Desk
from tests.hostile import PAYLOADS

LISTS = f"{PATH}/lists"


async def send(browser: Browser, content: bytes, name: str = "Peserta acara") -> ClientResponse:
    form = FormData()
    form.add_field("csrf", browser.form_token())
    form.add_field("name", name)
    form.add_field("file", io.BytesIO(content), filename="list.csv")
    headers: Any = {"Origin": browser.address, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.http.post(f"{browser.address}{LISTS}", data=form, headers=headers, allow_redirects=False)
    await answer.read()
    return answer


async def listed(desk: Desk) -> list[int]:
    return list((await desk.database.writer.read(lambda db: db.execute(select(LISTED.c.contact_id)))).scalars())


@pytest.mark.slow
async def test_a_list_of_100_000_unknown_numbers_keeps_whom_we_know(desk: Desk) -> None:
    known = await people(desk, 3)  # their number on Telegram is that of their contact here
    lines = [*(f"{6_281_200_000_000 + number}" for number in range(100_000)), *map(str, known), "not a number", ""]
    browser = await desk.enter(await author(desk))
    assert (await send(browser, "\n".join(lines).encode())).status == 303
    assert sorted(await listed(desk)) == sorted(known)
    shown = await (await browser.get(LISTS)).text()
    assert "100.000" in shown
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    assert [row.action for row in rows] == ["audience.uploaded"]
    assert "6281200000001" not in str([row.detail for row in rows])


async def test_a_list_stands_among_the_filters_and_can_be_thrown_away(both: Desk) -> None:
    known = await people(both, 2)
    browser = await both.enter(await author(both))
    await send(browser, "\n".join(map(str, known)).encode())
    [kept] = await both.database.writer.read(lambda db: audiences_saved.lists(db, "sidoarjo"))
    form = {"name": "x", "text-id": "Halo", "text-en": "Hello", "audience-channels": "telegram", "audience-lists": str(kept.id)}
    assert "<b>2</b>" in await (await browser.post(f"{PATH}/look", form)).text()
    stranger = await both.signed_in(Role.ADMINISTRATOR, "surabaya")
    assert "Peserta acara" not in await (await stranger.get(LISTS)).text()
    assert (await stranger.post(f"{LISTS}/{kept.id}/drop")).status == 404
    assert (await browser.post(f"{LISTS}/{kept.id}/drop")).status == 303
    assert await listed(both) == []


async def test_what_is_no_list_is_said(desk: Desk) -> None:
    browser = await desk.enter(await author(desk))
    for content, name in ((b"", "x"), (b"\xff\xfe\x00", "x"), (b"123456", ""), (b"\n" * 10, "x")):
        assert (await send(browser, content, name)).status == 422
    assert (await send(browser, b"1" * (9 << 20))).status == 413
    hostile = "\n".join(payload.replace("\0", "") for payload in PAYLOADS).encode("utf-8", "ignore")
    assert (await send(browser, hostile, "<script>alert(1)</script>")).status == 303
    assert "<script>alert" not in await (await browser.get(LISTS)).text()


async def test_a_kept_filter_begins_another_campaign(both: Desk) -> None:
    campaign = await drafted(both)
    browser = await both.enter(await author(both))
    assert (await browser.post(f"{PATH}/{campaign.id}/audience", {"name": ""})).status == 422
    assert (await browser.post(f"{PATH}/{campaign.id}/audience", {"name": "Hong Kong dan Taiwan"})).status == 303
    [kept] = await both.database.writer.read(lambda db: audiences_saved.saved(db, "sidoarjo"))
    assert "Hong Kong dan Taiwan" in await (await browser.get(LISTS)).text()
    shown = await (await browser.get(f"{PATH}/new?audience={kept.id}")).text()
    assert 'value="TW" checked' in shown
    stranger = await both.signed_in(Role.ADMINISTRATOR, "surabaya")
    assert 'value="TW" checked' not in await (await stranger.get(f"{PATH}/new?audience={kept.id}")).text()
    assert (await browser.post(f"{LISTS}/saved/{kept.id}/drop")).status == 303
    assert (await browser.post(f"{LISTS}/saved/{kept.id}/drop")).status == 404
