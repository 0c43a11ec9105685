"""`sapa doctor` names what is not set up at a platform, says how to mend it, and shows no secret."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from bot.__main__ import app
from bot.commands.doctor import examine
from bot.commands.doctor_report import Report
from bot.settings import Settings
from tests.emulators import TelegramEmulator, WhatsAppEmulator

PUBLIC = "https://sapa.example.org"


@pytest.fixture
async def whatsapp(tmp_path: Path) -> AsyncIterator[WhatsAppEmulator]:
    async with WhatsAppEmulator.start(tmp_path, tier="TIER_2K", webhook=f"{PUBLIC}/whatsapp/webhook") as emulator:
        for name in ("ajakan", "duty_call"):
            await emulator.template(name, silent=True)
        yield emulator


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[TelegramEmulator]:
    async with TelegramEmulator.start(tmp_path) as emulator:
        yield emulator


async def ask_whatsapp(emulator: WhatsAppEmulator, **changed: Any) -> Report:
    settings: dict[str, Any] = {
        "whatsapp_token": SecretStr(emulator.token),
        "whatsapp_phone_id": emulator.phone_id,
        "whatsapp_app_secret": SecretStr(emulator.app_secret),
        "whatsapp_verify_token": SecretStr(emulator.verify_token),
        "whatsapp_api_url": emulator.api_url,
        "public_url": PUBLIC,
    }
    return await examine("whatsapp", Settings(_env_file=None, **{**settings, **changed}))


async def ask_telegram(emulator: TelegramEmulator, **changed: Any) -> Report:
    settings: dict[str, Any] = {"telegram_token": SecretStr(emulator.token), "telegram_api_url": emulator.url}
    return await examine("telegram", Settings(_env_file=None, **{**settings, **changed}))


async def test_what_is_set_up_is_said_to_be(whatsapp: WhatsAppEmulator) -> None:
    report = await ask_whatsapp(whatsapp)
    assert report.findings == []
    assert report.well == "WhatsApp is set up: Sapa, +1 555-078-3881. In a day it may write to 2,000 people first."


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"whatsapp_token": None}, ["SAPA_WHATSAPP_TOKEN is not set."]),
        ({"whatsapp_phone_id": ""}, ["SAPA_WHATSAPP_PHONE_ID is not set."]),
        ({"whatsapp_verify_token": None}, ["SAPA_WHATSAPP_VERIFY_TOKEN is not set."]),
        ({"whatsapp_app_secret": None}, ["SAPA_WHATSAPP_APP_SECRET is not set."]),
        ({"whatsapp_app_secret": SecretStr("other")}, ["SAPA_WHATSAPP_APP_SECRET is not the secret of the app that made the token."]),
        ({"whatsapp_token": SecretStr("other")}, ["Meta does not accept the token."]),
        ({"whatsapp_phone_id": "1"}, ["Meta knows no such number, or the token may not use it."]),
        ({"whatsapp_api_url": "http://127.0.0.1:1"}, ["Meta cannot be reached from here."]),
        ({"public_url": ""}, ["SAPA_PUBLIC_URL is not set."]),
        (
            {"public_url": "http://sapa.example.org"},
            ["SAPA_PUBLIC_URL does not begin with https://.", f"Meta sends what people write to {PUBLIC}/whatsapp/webhook, not to us."],
        ),
    ],
    ids=str,
)
async def test_each_wrong_setting_of_whatsapp_is_named(whatsapp: WhatsAppEmulator, changed: dict[str, Any], found: list[str]) -> None:
    report = await ask_whatsapp(whatsapp, **changed)
    assert [finding.what for finding in report.findings] == found
    assert all(finding.mend for finding in report.findings)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"status": "PENDING"}, "The number is not connected: it is PENDING."),
        ({"code_verification_status": "EXPIRED"}, "The number is not verified: it is EXPIRED."),
        ({"name_status": "DECLINED"}, "The display name is not approved: it is DECLINED."),
        ({"platform_type": "ON_PREMISE"}, "The number is not on the Cloud API: it is ON_PREMISE."),
        ({"quality_rating": "RED"}, "People block or report this number: its quality is RED."),
        ({"health_status": {"can_send_message": "BLOCKED"}}, "Meta limits what we may send: BLOCKED."),
        (
            {
                "health_status": {
                    "can_send_message": "LIMITED",
                    "entities": [{"errors": [{"error_description": "no payment method", "possible_solution": "add one"}]}],
                }
            },
            "Meta says: no payment method",
        ),
        (
            {"webhook_configuration": {"application": "https://other.example.org"}},
            "Meta sends what people write to https://other.example.org, not to us.",
        ),
        ({"webhook_configuration": {}}, "Meta sends what people write to nowhere, not to us."),
        ({"apps": []}, "No app listens to the account, so that no message comes."),
        ({"expires_at": 1798761600}, "The token ends on 01 January 2027."),
        ({"scopes": ["whatsapp_business_management"]}, "The token lacks the permission whatsapp_business_messaging."),
    ],
    ids=str,
)
async def test_each_trouble_at_meta_is_named(whatsapp: WhatsAppEmulator, facts: dict[str, Any], found: str) -> None:
    await whatsapp.number(**facts)
    assert [finding.what for finding in (await ask_whatsapp(whatsapp)).findings] == [found]


async def test_without_an_approved_template_nobody_can_be_written_to_first(whatsapp: WhatsAppEmulator) -> None:
    for name in ("ajakan", "duty_call"):
        await whatsapp.template(name, status="PENDING", silent=True)
    assert [finding.what[:23] for finding in (await ask_whatsapp(whatsapp)).findings] == ["No template is approved"]


async def test_without_the_call_for_officers_on_duty_it_says_so(whatsapp: WhatsAppEmulator) -> None:
    await whatsapp.template("duty_call", status="REJECTED", silent=True)
    [finding] = (await ask_whatsapp(whatsapp)).findings
    assert finding.what.startswith("No template duty_call is approved")
    assert "Telegram" in finding.mend


async def test_telegram_s_troubles_are_named_too(telegram: TelegramEmulator) -> None:
    groups = "Anybody can add the bot to a group, where it must not speak of people."
    assert [finding.what for finding in (await ask_telegram(telegram)).findings] == [groups]
    settings = {"public_url": PUBLIC, "telegram_webhook_secret": SecretStr("a" * 16)}
    assert [finding.what for finding in (await ask_telegram(telegram, **settings)).findings] == [
        groups,
        "Telegram sends its updates to nowhere: it waits to be fetched, not to us.",
    ]
    await telegram.call("setWebhook", url=f"{PUBLIC}/telegram/webhook")
    assert [finding.what for finding in (await ask_telegram(telegram, **settings)).findings] == [groups]
    assert [finding.what for finding in (await ask_telegram(telegram)).findings][1:] == [
        f"Another server uses this bot: its updates go to {PUBLIC}/telegram/webhook."
    ]
    for changed, found in (
        ({"telegram_token": None}, "SAPA_TELEGRAM_TOKEN is not set."),
        ({"telegram_token": SecretStr("1234567:wrong")}, "Telegram does not accept the token."),
        ({"telegram_api_url": "http://127.0.0.1:1"}, "Telegram cannot be reached from here."),
        ({"telegram_webhook_secret": SecretStr("kurang")}, "Telegram cannot send that secret back."),
        ({"public_url": PUBLIC}, "Anybody who knows our address could pretend to be Telegram."),
    ):
        assert found in [finding.what for finding in (await ask_telegram(telegram, **changed)).findings]


def test_the_command_says_what_to_do_and_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("TOKEN", "PHONE_ID", "APP_SECRET", "VERIFY_TOKEN"):
        monkeypatch.delenv(f"SAPA_WHATSAPP_{name}", raising=False)
    result = CliRunner().invoke(app, ["doctor", "whatsapp"])
    assert result.exit_code == 1
    assert "SAPA_WHATSAPP_TOKEN is not set." in result.output
    assert result.output.rstrip().endswith("to mend.")
