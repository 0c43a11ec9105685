"""Campaigns as files: what is taken along is the same campaign when it is sent in again, and a broken file says all its slips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, FormData

from console.campaign_toml import dump
from storage import campaigns
from storage.campaigns_file import CampaignFile, read
from tests.console.campaigning import PATH, TEXT, author, drafted
from tests.console.conftest import Browser, Desk
from tests.hostile import PAYLOADS

EXAMPLE = (Path(__file__).parents[2] / "examples" / "campaign.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("text", [EXAMPLE, TEXT])
def test_a_file_reads_back_as_the_same_campaign(text: str) -> None:
    file = read(text)
    assert read(dump(file)) == file


def test_whatever_is_written_reads_back() -> None:
    for payload in PAYLOADS:
        words = payload.replace("\0", "").encode("utf-8", "ignore").decode()
        file = CampaignFile.model_validate(
            {
                "name": words[:80] or "-",
                "text": {"id": words, words: "x"},
                "fields": {words: {"en": words}},
                "audience": {"links": [words], "cover_ends_from": "2027-01-02", "expected": 3},
                "schedule": {"at": "2027-01-11T09:00:00+07:00", "opens": "08:30", "spread_hours": 0.5},
                "button": [{"label": {"id": words}, "link": words or "x"}],
            }
        )
        assert read(dump(file)) == file, repr(payload)


async def send(browser: Browser, content: bytes) -> ClientResponse:
    form = FormData()
    form.add_field("csrf", browser.form_token())
    form.add_field("file", content, filename="campaign.toml")
    headers: Any = {"Origin": browser.address, "Sec-Fetch-Site": "same-origin"}
    answer = await browser.http.post(f"{browser.address}{PATH}/file", data=form, headers=headers, allow_redirects=False)
    await answer.read()
    return answer


async def test_a_file_that_is_sent_in_becomes_a_draft_and_can_be_taken_along_again(desk: Desk) -> None:
    browser = await desk.enter(await author(desk))
    answer = await send(browser, EXAMPLE.encode())
    assert answer.status == 303
    taken = await browser.get(f"{answer.headers['Location']}/file")
    assert read(await taken.text()) == read(EXAMPLE)
    assert "attachment" in taken.headers["Content-Disposition"]


async def test_a_broken_file_says_all_its_slips_with_their_lines_and_keeps_nothing(desk: Desk) -> None:
    browser = await desk.enter(await author(desk))
    broken = TEXT.replace("spread_hours = 0", "spread_hours = -1").replace(
        'countries = ["HK", "TW"]', 'countries = "<script>alert(1)</script>"'
    )
    answer = await send(browser, broken.encode())
    shown = await answer.text()
    assert answer.status == 422
    assert "line 14" in shown
    assert "line 12" in shown
    assert "<script>alert" not in shown
    assert (await send(browser, b"\xff\xfe\x00")).status == 422
    assert (await send(browser, b"a = [" + b"[" * 100_000)).status == 422
    assert (await send(browser, b"# " + b"x" * 300_000)).status == 413
    assert await desk.database.writer.read(lambda db: campaigns.find(db, "*")) == []


async def test_another_branch_takes_no_file_along(desk: Desk) -> None:
    campaign = await drafted(desk)
    stranger = await desk.signed_in("auditor", "surabaya")
    assert (await stranger.get(f"{PATH}/{campaign.id}/file")).status == 404
