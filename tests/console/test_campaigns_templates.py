"""WhatsApp templates at the desk: listed with their state and reason, made in both languages, and mapped to fields by a campaign."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.campaigns_desk import maker
from bot.channels.whatsapp import WhatsApp
from console.policies import Role
from storage import accounts, audit, campaigns, templates
from storage.audit import Wanted
from storage.campaigns_file import load
from storage.templates import Template
from tests.console.campaigning import PATH, author, people
from tests.console.conftest import NOW, Desk
from tests.emulators import WhatsAppEmulator

TEMPLATES = f"{PATH}/templates"
FORM = {
    "name": "ajakan_cek",
    "category": "marketing",
    "text-id": "Halo {first_name}, pelindungan Anda sampai {ends_on} ya. Cek di sini.",
    "text-en": "Hello {first_name}, you are covered until {ends_on} now. Check here.",
    "button1-id": "Cek status",
    "button1-en": "Check status",
}


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path) as running:
        yield running


@pytest.fixture
async def connected(desk: Desk, emulator: WhatsAppEmulator) -> AsyncIterator[Desk]:
    """A desk that can ask WhatsApp."""
    whatsapp = WhatsApp(emulator.token, emulator.phone_id, emulator.api_url)
    await whatsapp.start()
    await desk.database.writer.run(lambda db: accounts.told(db, "whatsapp", NOW, account=emulator.account))
    asks = replace(desk.console.desk.outreach, make=maker(whatsapp, desk.database))
    object.__setattr__(desk.console.desk, "outreach", asks)
    yield desk
    await whatsapp.close()


async def kept(desk: Desk) -> dict[str, Template]:
    return {one.language: one for one in await desk.database.writer.read(templates.every)}


async def test_a_template_is_made_in_both_languages_and_waits_for_review(connected: Desk) -> None:
    browser = await connected.enter(await author(connected))
    answer = await browser.post(f"{TEMPLATES}/new", FORM)
    assert answer.status == 303, await answer.text()
    made = await kept(connected)
    assert {one.state for one in made.values()} == {"PENDING"}
    assert made["id"].blanks == ("first_name", "ends_on")
    assert made["en"].quick_replies == ("Check status", "Stop messages")
    shown = await (await browser.get(TEMPLATES)).text()
    assert "ajakan_cek" in shown
    assert "menunggu pemeriksaan WhatsApp" in shown
    rows = await connected.database.writer.read(lambda db: audit.find(db, "*", Wanted(subject="template:ajakan_cek")))
    assert [row.action for row in rows] == ["template.made"] * 2


async def test_what_whatsapp_refuses_is_told_and_not_kept(connected: Desk) -> None:
    browser = await connected.enter(await author(connected))
    assert (await browser.post(f"{TEMPLATES}/new", FORM)).status == 303
    again = await browser.post(f"{TEMPLATES}/new", FORM)
    assert again.status == 502
    assert "2388024" in await again.text()
    assert len(await kept(connected)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Ajakan Cek"},
        {"category": "spam"},
        {"text-en": ""},
        {"text-id": "Halo {nik} di sini"},
        {"text-id": "{first_name} halo"},
        {"text-id": "Halo {first_name}"},
        {"text-id": "Halo { di sini"},
        {"text-id": "a" * 1020 + " {first_name} b"},
        {"button1-en": ""},
        {"button1-id": "Tulisan yang terlalu panjang"},
    ],
    ids=str,
)
async def test_what_cannot_be_is_said_before_whatsapp_is_asked(connected: Desk, emulator: WhatsAppEmulator, wrong: dict[str, str]) -> None:
    browser = await connected.enter(await author(connected))
    answer = await browser.post(f"{TEMPLATES}/new", FORM | wrong)
    assert answer.status == 422
    assert await kept(connected) == {}


async def test_why_a_template_was_rejected_stands_in_the_list(desk: Desk) -> None:
    rejected = Template("janji", "id", "REJECTED", "utility", "PROMOTIONAL", parts=({"type": "BODY", "text": "<b>Halo</b>"},))
    await desk.database.writer.run(lambda db: templates.synchronise(db, desk.database.dialect, [rejected], NOW))
    browser = await desk.signed_in(Role.AUDITOR)
    shown = await (await browser.get(TEMPLATES)).text()
    assert "ditolak" in shown
    assert "kategorinya harus" in shown
    assert "<b>Halo" not in shown
    assert (await browser.post(f"{TEMPLATES}/new", FORM)).status == 403
    administrator = await desk.signed_in(Role.ADMINISTRATOR)
    assert (await administrator.post(f"{TEMPLATES}/new", FORM)).status == 404, "WhatsApp is not set up"


async def test_a_campaign_fills_the_blanks_with_its_fields(desk: Desk) -> None:
    parts: Any = (
        {"type": "BODY", "text": "Halo {{first_name}} di {{2}} ya"},
        {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "x"}]},
    )
    listed = [Template("ajakan", language, "APPROVED", "marketing", parts=parts) for language in ("id", "en")]
    await desk.database.writer.run(lambda db: templates.synchronise(db, desk.database.dialect, listed, NOW))
    await people(desk, 2, channel="whatsapp", digits="852")
    browser = await desk.enter(await author(desk))
    form = {"name": "A", "text-id": "Halo", "text-en": "Hello", "audience-channels": "whatsapp", "template": "ajakan"}
    looked = await (await browser.post(f"{PATH}/look", form)).text()
    assert 'id="blanks"' in looked
    assert 'value="{first_name}"' in looked
    filled = {
        "blank-first_name-id": "{first_name}",
        "blank-first_name-en": "{first_name}",
        "blank-2-id": "Hong Kong",
        "blank-2-en": "Hong Kong",
    }
    names = {"field-first_name-id": "Bapak/Ibu", "field-first_name-en": "friend"}
    looked = await (await browser.post(f"{PATH}/look", {**form, **filled, **names, "blanks-of": "ajakan"})).text()
    assert 'id="blanks"' not in looked, "what one is typing in is not taken away"
    assert "Halo Siti di Hong Kong ya" in looked
    assert "Tidak ada kesalahan" in looked
    assert (await browser.post(f"{PATH}/new", {**form, **filled, **names})).status == 303
    [campaign] = await desk.database.writer.read(lambda db: campaigns.find(db, "*"))
    template = load(campaign.content).template
    assert template
    assert template.values == {"first_name": {"id": "{first_name}", "en": "{first_name}"}, "2": {"id": "Hong Kong", "en": "Hong Kong"}}
