"""Asking for approval: each approver's own chat is told once for each version, the author never, and the button opens the page."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import insert, select

from console.policies import Role
from storage import audit
from storage.audit import Wanted
from storage.deliveries import DELIVERIES
from storage.officer_chats import CHATS
from storage.officers import Officer
from tests.console.campaigning import PATH, act, author, drafted, people
from tests.console.conftest import Desk
from tests.hostile import PAYLOADS


async def linked(desk: Desk, who: Officer, **more: Any) -> None:
    """A chat of this officer's own."""
    [contact] = await people(desk, 1, **more)
    address = desk.database.address_of(more.get("channel", "telegram"), f"{more.get('digits', '')}{contact}")
    row = {"address": address, "officer_id": who.id, "linked_at": desk.clock()}
    await desk.database.writer.run(lambda db: db.execute(insert(CHATS), [row]))


async def queued(desk: Desk) -> list[Any]:
    return list((await desk.database.writer.read(lambda db: db.execute(select(DELIVERIES)))).all())


async def test_each_approver_is_told_once_and_nobody_else(both: Desk) -> None:
    campaign = await drafted(both)
    ani, budi, cici = await author(both), await author(both, "budi", "approver"), await author(both, "cici", "administrator")
    for who in (ani, budi, cici, await author(both, "dodi", "officer"), await author(both, "eka", "approver", "surabaya")):
        await linked(both, who)
    browser = await both.enter(ani)
    for _twice in range(2):
        assert (await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "0"})).status == 303
    told = await queued(both)
    assert len(told) == 2
    assert all("Cek masa perlindungan" in row.page for row in told)
    rows = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted(subject=campaign.subject)))
    assert [row.action for row in rows] == ["campaign.asked"] * 2 + ["campaign.drafted"]


async def test_where_the_house_has_an_address_a_button_opens_the_page(desk: Desk) -> None:
    campaign = await drafted(desk)
    await linked(desk, await author(desk, "budi", "approver"))
    browser = await desk.enter(await author(desk))
    object.__setattr__(desk.console.desk, "public_url", desk.address)
    assert (await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "0"})).status == 303
    assert f"{desk.address}{PATH}/{campaign.id}/approve" in (await queued(desk))[0].page
    form, token = {"version": "0", "csrf": browser.form_token()}, browser.cookie()
    object.__setattr__(desk.console.desk, "public_url", "https://desk.example")
    await desk.database.writer.run(lambda db: db.execute(DELIVERIES.delete()))
    headers = {"Origin": "https://desk.example", "Cookie": f"__Host-sapa-desk={token}"}
    answer = await browser.http.post(f"{desk.address}{PATH}/{campaign.id}/ask", data=form, headers=headers, allow_redirects=False)
    assert answer.status == 303, await answer.text()
    [row] = await queued(desk)
    [button] = json.loads(row.page)["buttons"]
    assert button["url"] == f"https://desk.example{PATH}/{campaign.id}/approve"


async def test_a_chat_that_takes_no_free_words_now_is_not_counted_as_told(desk: Desk) -> None:
    campaign = await drafted(desk)
    await linked(desk, await author(desk, "budi", "approver"), channel="whatsapp", digits="852")
    browser = await desk.enter(await author(desk))
    answer = await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "0"})
    assert "kabari sendiri" in await (await browser.get(answer.headers["Location"])).text()
    assert await queued(desk) == []


async def test_a_hostile_name_is_only_words_in_the_chat(desk: Desk) -> None:
    await linked(desk, await author(desk, "budi", "approver"))
    browser = await desk.enter(await author(desk))
    for payload in [one for one in PAYLOADS if one.strip("\0 ")][::40]:
        form = {"name": payload[:80], "text-id": "x", "text-en": "x", "audience-channels": "telegram"}
        made = await browser.post(f"{PATH}/new", form)
        assert made.status == 303
        assert (await browser.post(f"{made.headers['Location']}/ask", {"version": "0"})).status == 303
    assert len(await queued(desk)) > 1


async def test_only_a_draft_as_it_is_now_is_asked_for(desk: Desk) -> None:
    await people(desk)
    campaign = await drafted(desk)
    browser = await desk.enter(await author(desk))
    assert (await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "9"})).status == 409
    answer = await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "0"})
    assert answer.status == 303, "nobody has a chat: it says so"
    await act(desk, "approve", campaign, await author(desk, "budi", "approver"))
    assert (await browser.post(f"{PATH}/{campaign.id}/ask", {"version": "1"})).status == 409
    auditor = await desk.signed_in(Role.AUDITOR)
    assert (await auditor.post(f"{PATH}/{campaign.id}/ask", {"version": "1"})).status == 403
