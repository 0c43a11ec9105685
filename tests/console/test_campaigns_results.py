"""Results at the desk: each person in one state with its reason, what no channel tells is said to be not knowable, and an export that opens nothing."""

from __future__ import annotations

import csv
import io
import re

from sqlalchemy import update

from console.policies import Role
from storage.campaigns import RECIPIENTS
from storage.deliveries import DELIVERIES
from tests.console.campaigning import PATH, TEXT, act, author, drafted, people, runs, started
from tests.console.conftest import Desk


async def test_everybody_stands_in_one_state_with_its_reason(both: Desk) -> None:
    await people(both, 40)
    await people(both, 2, opted_out_at=both.clock())
    campaign = await started(both, TEXT.replace("[text]", "hold_out = 0.5\n[text]"))
    await runs(both)
    ids = await handed(both)
    assert ids
    await both.database.writer.run(
        lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.id == ids[0]).values(state="failed", reason="blocked"))
    )
    await both.database.writer.run(lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids[1:])).values(state="sent")))
    browser = await both.signed_in(Role.AUDITOR)
    shown = await (await browser.get(f"{PATH}/{campaign.id}/results")).text()
    table = dict(
        re.findall(
            r'<th scope="row">(?:Telegram: )?<span[^>]*>([^<]+)</span>(?: <span class="hint">[^<]*</span>)?</th><td class="number">(\d+)',
            shown,
        )
    )
    assert table["gagal"] == "1"
    assert "berhenti menerima pesan kami" in shown
    assert "tidak dikirimi, untuk pembanding" in shown
    assert "42 orang, masing-masing" in shown
    assert "tidak dapat diketahui" in shown
    assert "Selisih dalam poin" in shown


async def handed(desk: Desk) -> list[int]:
    rows = await desk.database.writer.read(lambda db: db.execute(RECIPIENTS.select().where(RECIPIENTS.c.delivery.is_not(None))))
    return [row.delivery for row in rows]


async def test_before_it_is_started_there_are_no_results(desk: Desk) -> None:
    campaign = await drafted(desk)
    browser = await desk.enter(await author(desk))
    assert (await browser.get(f"{PATH}/{campaign.id}/results")).status == 404
    assert (await browser.post(f"{PATH}/{campaign.id}/export")).status == 404


async def test_the_export_has_everybody_once_and_no_name_or_number(both: Desk) -> None:
    known = await people(both, 5, channel="whatsapp", digits="85291234") + await people(both, 5)
    campaign = await started(both)
    await runs(both)
    browser = await both.enter(await author(both))
    answer = await browser.post(f"{PATH}/{campaign.id}/export")
    text = await answer.text()
    rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"))))
    assert sorted(int(row[0]) for row in rows[1:]) == sorted(known)
    assert "85291234" not in text
    assert "menulis di WhatsApp lebih dari sehari lalu" in text
    auditor = await both.signed_in(Role.AUDITOR)
    assert (await auditor.post(f"{PATH}/{campaign.id}/export")).status == 403


QUESTION = """
[question]
after_hours = 1
text = { id = "Sampai kapan?", en = "Until when?" }
[[question.answer]]
label = { id = "Akhir kontrak", en = "End of contract" }
right = true
[[question.answer]]
label = { id = "Selamanya", en = "For ever" }
"""


async def test_two_texts_and_a_question_have_results_of_their_own(both: Desk) -> None:
    await people(both, 30)
    other = '[other]\nid = "Apa kabar"\nen = "How are you"\n[text]'
    campaign = await started(both, TEXT.replace("[text]", other, 1) + QUESTION)
    await runs(both)
    browser = await both.signed_in(Role.AUDITOR)
    shown = await (await browser.get(f"{PATH}/{campaign.id}/results")).text()
    assert "Kedua teks" in shown
    assert "Teks kedua" in shown
    ids = await handed(both)
    await both.database.writer.run(
        lambda db: db.execute(update(DELIVERIES).where(DELIVERIES.c.id.in_(ids)).values(state="sent", done_at=both.clock()))
    )
    await runs(both)
    both.clock.move(hours=26)
    await runs(both)
    browser = await both.signed_in(Role.AUDITOR)
    shown = await (await browser.get(f"{PATH}/{campaign.id}/results")).text()
    assert "Apakah dipahami?" in shown
    assert "Akhir kontrak" in shown


async def test_those_it_did_not_reach_get_a_draft_of_their_own(desk: Desk) -> None:
    await people(desk, 2)
    campaign = await started(desk)
    await runs(desk)
    browser = await desk.enter(await author(desk))
    await act(desk, "cancel", campaign, await author(desk))
    assert "/again" in await (await browser.get(f"{PATH}/{campaign.id}/results")).text()
    answer = await browser.post(f"{PATH}/{campaign.id}/again")
    assert answer.status == 303
    shown = await (await browser.get(answer.headers["Location"])).text()
    assert "tidak terjangkau" in shown
    assert "Draf" in shown
