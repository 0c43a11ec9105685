"""Campaigns at the desk: found, read, approved by a second officer, started once, paused, resumed, cancelled; each act in the audit."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from console.policies import Role
from storage import audit, templates
from storage.audit import Wanted
from storage.campaigns import by_id
from storage.templates import Template
from tests.console.campaigning import PATH, TEXT, act, author, drafted, people, runs, started
from tests.console.conftest import Browser, Desk


async def state(desk: Desk, campaign: int) -> str:
    found = await desk.database.writer.read(lambda db: by_id(db, "*", campaign))
    assert found
    return found.state


async def deeds(desk: Desk, subject: str) -> list[str]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(subject=subject)))
    return [row.action for row in reversed(rows)]


async def page(browser: Browser, path: str) -> str:
    answer = await browser.get(path)
    assert answer.status == 200, await answer.text()
    return await answer.text()


async def test_the_list_shows_each_campaign_with_its_state(desk: Desk) -> None:
    await people(desk)
    await drafted(desk)
    campaign = await started(desk, TEXT.replace("Cek masa", "Cek lagi masa"))
    await runs(desk)
    browser = await desk.signed_in(Role.AUDITOR)
    shown = await page(browser, PATH)
    assert "Cek masa perlindungan" in shown
    assert "Draf" in shown
    assert f"{PATH}/{campaign.id}" in shown
    assert "3 dari 3" in shown
    assert "Cek masa perlindungan" not in await page(browser, f"{PATH}?state=done")


async def test_what_is_to_come_stands_first_by_its_day(desk: Desk) -> None:
    for day in ("2026-12-24", "2026-11-30"):
        await drafted(desk, TEXT.replace("Cek masa", day).replace("[schedule]", f"[schedule]\nat = {day}T09:00:00+07:00"))
    await drafted(desk)
    shown = await page(await desk.signed_in(Role.AUDITOR), PATH)
    coming = shown.partition('id="coming-head"')[2].partition("</section>")[0]
    assert re.findall(r"<bdi>(\S+) perlindungan", coming) == ["2026-11-30", "2026-12-24"]
    assert "coming-head" not in await page(await desk.signed_in(Role.AUDITOR), f"{PATH}?state=draft")


async def test_what_whatsapp_will_bill_stands_at_the_gate(desk: Desk) -> None:
    parts: Any = (
        {"type": "BODY", "text": "Halo"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": str(n)} for n in range(2)]},
    )
    listed = [Template("ajakan", language, "APPROVED", "marketing", parts=parts) for language in ("id", "en")]
    await desk.database.writer.run(lambda db: templates.synchronise(db, desk.database.dialect, listed, desk.clock()))
    await people(desk, 4, channel="whatsapp", digits="852")
    campaign = await drafted(desk, TEXT + '[template]\nname = "ajakan"\n')
    shown = await page(await desk.signed_in(Role.AUDITOR), f"{PATH}/{campaign.id}/check")
    assert re.search(r"Hong Kong, Pemasaran.*?<td class=\"number\">4<", shown, re.DOTALL)


async def test_the_overview_shows_what_is_under_way_to_who_may_see_it(desk: Desk) -> None:
    await people(desk)
    campaign = await started(desk)
    await runs(desk)
    assert f"{PATH}/{campaign.id}" in await page(await desk.signed_in(Role.ADMINISTRATOR), "/desk")
    assert f"{PATH}/{campaign.id}" not in await page(await desk.signed_in(Role.OFFICER), "/desk")
    assert f"{PATH}/{campaign.id}" not in await page(await desk.signed_in(Role.ADMINISTRATOR, "surabaya"), "/desk")


async def test_another_branch_does_not_find_it(both: Desk) -> None:
    campaign = await drafted(both)
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        stranger = await both.signed_in(role, "surabaya")
        assert "Cek masa" not in await page(stranger, PATH)
        for path in ("", "/check", "/now", "/results"):
            assert (await stranger.get(f"{PATH}/{campaign.id}{path}")).status in (403, 404)
    national = await both.signed_in(Role.ADMINISTRATOR, "*")
    assert "Cek masa" in await page(national, PATH)


async def test_a_second_officer_approves_what_they_saw_and_it_starts_once(both: Desk) -> None:
    await people(both)
    campaign = await drafted(both)
    boss = await both.enter(await author(both, "budi", "approver"))
    ani = await both.enter(await author(both))
    shown = await page(boss, f"{PATH}/{campaign.id}/approve")
    assert "Tidak ada kesalahan" in shown
    path = f"{PATH}/{campaign.id}"
    assert (await ani.post(f"{path}/approve", {"version": "0"})).status == 403, "an author approves nothing"
    assert (await boss.post(f"{path}/approve", {"version": "0"})).status == 303
    pressed = await asyncio.gather(*(one.post(f"{path}/start", {"version": "1"}) for one in (ani, boss, ani)))
    assert sorted(answer.status for answer in pressed) == [303, 409, 409]
    assert await state(both, campaign.id) == "planning"
    assert await deeds(both, campaign.subject) == ["campaign.drafted", "campaign.approved", "campaign.started"]


async def test_who_wrote_it_cannot_approve_it_whatever_their_role(desk: Desk) -> None:
    await people(desk)
    ani = await author(desk, "ani", "administrator")
    campaign = await drafted(desk, by=ani)
    browser = await desk.enter(ani)
    assert "/approve" not in await page(browser, f"{PATH}/{campaign.id}?look")
    answer = await browser.post(f"{PATH}/{campaign.id}/approve", {"version": "0"})
    assert answer.status == 409
    assert "rekan" in await answer.text()
    assert await state(desk, campaign.id) == "draft"


async def test_with_a_fault_nothing_is_approved(desk: Desk) -> None:
    await people(desk)
    campaign = await drafted(desk, TEXT.replace('dialogue = "coverage"', 'dialogue = "nowhere"'))
    boss = await desk.enter(await author(desk, "budi", "approver"))
    shown = await page(boss, f"{PATH}/{campaign.id}/approve")
    assert "nowhere" in shown
    assert f'action="{PATH}/{campaign.id}/approve"' not in shown
    assert (await boss.post(f"{PATH}/{campaign.id}/approve", {"version": "0"})).status == 422
    assert await state(desk, campaign.id) == "draft"


async def test_a_dead_link_closes_the_gate_at_the_desk_too(desk: Desk) -> None:
    """This one leads to our own machine, which is never asked."""
    await people(desk)
    campaign = await drafted(desk, TEXT.replace('dialogue = "coverage"', 'link = "https://127.0.0.1:1/panduan"'))
    boss = await desk.signed_in(Role.APPROVER)
    assert "https://127.0.0.1:1/panduan" in await page(boss, f"{PATH}/{campaign.id}/check")
    assert (await boss.post(f"{PATH}/{campaign.id}/approve", {"version": "0"})).status == 422
    assert await state(desk, campaign.id) == "draft"
    approved = await act(desk, "approve", campaign, await author(desk, "budi", "approver"))
    starter = await desk.signed_in(Role.AUTHOR)
    assert (await starter.post(f"{PATH}/{campaign.id}/start", {"version": str(approved.version)})).status == 422
    assert await state(desk, campaign.id) == "approved"


async def test_an_old_form_changes_nothing(both: Desk) -> None:
    await people(both)
    campaign = await started(both)
    browser = await both.enter(await author(both))
    for version in ("0", "1", "", "x"):
        assert (await browser.post(f"{PATH}/{campaign.id}/pause", {"version": version})).status == 409
    assert await state(both, campaign.id) == "planning"


async def test_pausing_takes_back_what_waits_and_going_on_sends_it(both: Desk) -> None:
    await people(both, 5)
    campaign = await started(both)
    await runs(both)
    browser = await both.enter(await author(both))
    path = f"{PATH}/{campaign.id}"
    assert "5 dari 5" in await page(browser, f"{path}/now")
    for doing, words in (("pause", "Dijeda"), ("resume", "dikirim"), ("cancel", "Dibatalkan")):
        version = re.search(r'name="version" value="(\d+)"', await page(browser, path))
        assert version
        assert (await browser.post(f"{path}/{doing}", {"version": version[1]})).status == 303
        assert words.lower() in (await page(browser, f"{path}/now")).lower()
    assert await deeds(both, campaign.subject) == [
        f"campaign.{deed}" for deed in ("drafted", "approved", "started", "paused", "resumed", "cancelled")
    ]


@pytest.mark.parametrize("doing", ["start", "pause", "resume", "cancel"])
async def test_who_only_looks_does_nothing(desk: Desk, doing: str) -> None:
    campaign = await drafted(desk)
    auditor = await desk.signed_in(Role.AUDITOR)
    assert (await auditor.post(f"{PATH}/{campaign.id}/{doing}", {"version": "0"})).status == 403
    assert "<button class=" not in await page(auditor, f"{PATH}/{campaign.id}/now")


async def test_an_act_is_heard_by_every_open_page(desk: Desk) -> None:
    await people(desk)
    campaign = await drafted(desk)
    desk.told.clear()
    await act(desk, "approve", campaign, await author(desk, "budi", "approver"))
    browser = await desk.enter(await author(desk))
    await browser.post(f"{PATH}/{campaign.id}/start", {"version": "1"})
    assert desk.told
