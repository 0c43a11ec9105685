"""The composer: what is typed becomes the campaign, what cannot be is said at once, and an edit makes the approval void."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from console import campaign_form
from console.policies import Role
from storage import campaigns
from storage.campaigns_file import CampaignFile, load, read
from tests.console.campaigning import PATH, TEXT, act, author, drafted, people, started
from tests.console.conftest import Desk
from tests.hostile import PAYLOADS

ZONE = ZoneInfo("Asia/Jakarta")
EXAMPLE = (Path(__file__).parents[2] / "examples" / "campaign.toml").read_text(encoding="utf-8")
RICH = (
    EXAMPLE.replace(
        "[text]", 'hold_out = 0.05\nper_minute = 600\nstop_at = 0.25\nother_share = 0.3\n[other]\nid = "Lain"\nen = "Other"\n[text]', 1
    )
    + """
at = 2027-01-11T09:00:00+07:00
[cap]
in_7_days = 2
in_30_days = 3
[repeat]
on = "cover_ends"
days = [60, 30, 7]
until = 2027-12-31
[question]
after_hours = 48
text = { id = "Paham?", en = "Understood?" }
[[question.answer]]
label = { id = "Ya", en = "Yes" }
[[question.answer]]
label = { id = "Tidak", en = "No" }
right = true
[template]
name = "ajakan"
values."1" = { id = "{first_name}", en = "{first_name}" }
"""
)
FORM: dict[str, Any] = {
    "name": "Ajakan",
    "text-id": "Halo",
    "text-en": "Hello",
    "audience-countries": "HK",
    "audience-channels": "telegram",
    "opens": "09:00",
    "closes": "21:00",
}


@pytest.mark.parametrize("text", [EXAMPLE, TEXT, RICH], ids=["example", "plain", "rich"])
def test_a_campaign_comes_back_from_its_form_as_it_was(text: str) -> None:
    file = read(text)
    assert campaign_form.read(campaign_form.typed(file, ZONE), ZONE) == (file, [])


def test_what_the_form_does_not_show_stays_as_it_was() -> None:
    plain = read(TEXT)
    file = plain.model_copy(update={"audience": plain.audience.model_copy(update={"moved_to": ("home",)})})
    again, _wrong = campaign_form.read(campaign_form.typed(file, ZONE), ZONE, file)
    assert again == file


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "a" * 81},
        {"text-id": "a" * 4097},
        {"hold_out": "60"},
        {"hold_out": "many"},
        {"per_minute": "-1"},
        {"per_minute": "NaN"},
        {"spread_hours": "1e99"},
        {"expires_hours": "0"},
        {"stop_at": "0"},
        {"in_7_days": "9"},
        {"expected": "0.2e400"},
        {"seen_within_days": "99999999"},
        {"at": "2027-13-45T99:00"},
        {"opens": "25:00"},
        {"cover_ends_from": "soon"},
        {"button1-label-id": "Cek"},
        {"button1-opens": "link"},
        {"repeat": "cover_ends"},
        {"repeat": "cover_ends", "repeat-days": "soon"},
        {"repeat": "stage"},
        {"question-id": "Paham?"},
        {"audience-reached_by": "x"},
        {"audience-lists": "-"},
    ],
    ids=str,
)
async def test_what_cannot_be_is_said_and_nothing_is_kept(desk: Desk, wrong: dict[str, str]) -> None:
    browser = await desk.enter(await author(desk))
    answer = await browser.post(f"{PATH}/new", FORM | wrong)
    assert answer.status == 422
    assert 'class="wrong"' in await answer.text()
    assert (await browser.post(f"{PATH}/look", FORM | wrong)).status == 200, "and it is shown as far as it goes"
    assert await desk.database.writer.read(lambda db: campaigns.find(db, "*")) == []


async def test_whatever_is_typed_into_every_field_breaks_nothing(desk: Desk) -> None:
    await people(desk, 2)
    browser = await desk.enter(await author(desk))
    names = [*campaign_form.typed(read(RICH), ZONE), "template", "blank-1-id", "repeat-stages", "campaign", "version"]
    for payload in PAYLOADS[::12]:
        words = payload.encode("utf-8", "ignore").decode()
        for path in ("look", "new"):
            answer = await browser.post(f"{PATH}/{path}", dict.fromkeys(names, words))
            assert answer.status in (200, 303, 422), (path, words)


async def test_an_edit_makes_the_approval_void(both: Desk) -> None:
    await people(both)
    campaign = await drafted(both)
    await act(both, "approve", campaign, await author(both, "budi", "approver"))
    browser = await both.enter(await author(both))
    assert "harus disetujui lagi" in await (await browser.get(f"{PATH}/{campaign.id}/edit")).text()
    answer = await browser.post(f"{PATH}/{campaign.id}/edit", FORM | {"version": "1"})
    assert answer.status == 303
    found = await both.database.writer.read(lambda db: campaigns.by_id(db, "*", campaign.id))
    assert found
    assert (found.state, found.approver, load(found.content).text["id"]) == ("draft", None, "Halo")
    assert (await browser.post(f"{PATH}/{campaign.id}/start", {"version": "2"})).status == 409


async def test_what_is_under_way_is_not_edited(desk: Desk) -> None:
    await people(desk)
    campaign = await started(desk)
    browser = await desk.enter(await author(desk))
    assert (await browser.get(f"{PATH}/{campaign.id}/edit")).status == 409
    assert (await browser.post(f"{PATH}/{campaign.id}/edit", FORM | {"version": "2"})).status == 409


async def test_an_officer_of_one_branch_counts_only_its_people(both: Desk) -> None:
    await people(both, 3)
    await people(both, 4, branch="surabaya")
    browser = await both.signed_in(Role.ADMINISTRATOR, "sidoarjo")
    assert "<b>3</b>" in await (await browser.post(f"{PATH}/look", FORM)).text()


async def test_a_campaign_that_repeats_says_when_and_can_be_paused(desk: Desk) -> None:
    await people(desk)
    standing = TEXT.replace("[audience]", '[repeat]\non = "week"\nonce = true\n[audience]')
    campaign = await started(desk, standing)
    browser = await desk.enter(await author(desk))
    shown = await (await browser.get(f"{PATH}/{campaign.id}")).text()
    assert "Berulang" in shown
    assert "setiap minggu" in shown
    assert (await browser.post(f"{PATH}/{campaign.id}/pause", {"version": "2"})).status == 303


async def test_the_second_text_has_its_own_screen(desk: Desk) -> None:
    browser = await desk.enter(await author(desk))
    looked = await (await browser.post(f"{PATH}/look", FORM | {"other-id": "Apa kabar", "other-en": "How are you"})).text()
    assert "Apa kabar" in looked
    assert "Teks kedua" in looked


def test_a_campaign_without_words_is_shown_all_the_same() -> None:
    file, wrong = campaign_form.read({}, ZONE)
    assert isinstance(file, CampaignFile)
    assert wrong
