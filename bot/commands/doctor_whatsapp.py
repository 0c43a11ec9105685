"""What `sapa doctor whatsapp` looks at: settings, token, number, webhook, templates."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_notices import daily_limit
from bot.channels.whatsapp_parts import each, part, words
from bot.channels.whatsapp_request import NotSent, Refused, Unclear
from bot.channels.whatsapp_templates import LIMIT, account_of, listing
from bot.channels.whatsapp_webhook import PATH
from bot.commands.doctor_report import Finding, Report, public_address, unset
from bot.settings import Settings
from storage.calls import TEMPLATE, is_call
from storage.templates import USABLE

NEEDED = {
    "whatsapp_token": "Meta Business Settings > System users: make one, give it the app and the account, and generate a token that never expires.",
    "whatsapp_phone_id": "App Dashboard > WhatsApp > API Setup shows the Phone number ID under the number.",
    "whatsapp_app_secret": "App Dashboard > App settings > Basic: show the App secret. Without it nothing that arrives can be believed.",
    "whatsapp_verify_token": "Choose any long word, set it here, and type the same in App Dashboard > WhatsApp > Configuration.",
    "public_url": "Set the address, with https://, at which the world reaches this server: Meta calls it with every message.",
}
SCOPES = ("whatsapp_business_messaging", "whatsapp_business_management")
FIELDS = (
    "display_phone_number,verified_name,code_verification_status,name_status,quality_rating,status,platform_type,"
    f"health_status,webhook_configuration,{LIMIT}"
)
CALL = (
    f"WhatsApp Manager > Message templates: a utility template named {TEMPLATE}, in Indonesian and English, without blanks, such as "
    "'Emergency: somebody calls for help. Please read it at the desk.' Until then let officers on duty link a chat on Telegram."
)
# What a field of the number should say, what it means if it says something else, and what to do.
NUMBER = {
    "status": ("CONNECTED", "The number is not connected", "WhatsApp Manager > Phone numbers: register it with its two-step PIN."),
    "code_verification_status": (
        "VERIFIED",
        "The number is not verified",
        "WhatsApp Manager > Phone numbers: ask for the code and enter it.",
    ),
    "name_status": (
        "APPROVED",
        "The display name is not approved",
        "WhatsApp Manager > Phone numbers > Profile: see why, and choose another.",
    ),
    "platform_type": ("CLOUD_API", "The number is not on the Cloud API", "Register it for the Cloud API in WhatsApp Manager."),
}


async def examine(settings: Settings) -> Report:
    findings = [*unset(settings, NEEDED), *public_address(settings)]
    if settings.whatsapp_token is None or not settings.whatsapp_phone_id:
        return Report(findings, "")
    whatsapp = WhatsApp(settings.whatsapp_token.get_secret_value(), settings.whatsapp_phone_id, settings.whatsapp_api_url)
    await whatsapp.start()
    try:
        number = await whatsapp.graph.get(whatsapp.phone_id, fields=FIELDS)
        findings += [*_number(number), *_webhook(number, settings)]
        findings += await _app_secret(whatsapp, settings)
        findings += await _token_and_account(whatsapp)
    except (NotSent, Refused, Unclear) as error:
        return Report([*findings, _refused(error)], "")
    finally:
        await whatsapp.close()
    return Report(findings, _well(number))


def _refused(error: Exception) -> Finding:
    match error:
        case NotSent():
            return Finding("Meta cannot be reached from here.", "Look at SAPA_WHATSAPP_API_URL and at this machine's way to the internet.")
        case Refused(code=100, subcode=33):
            return Finding("Meta knows no such number, or the token may not use it.", "Compare SAPA_WHATSAPP_PHONE_ID with API Setup.")
        case Refused(code=190) | Refused(status=401):
            return Finding("Meta does not accept the token.", NEEDED["whatsapp_token"])
        case Refused(code=code):
            return Finding(f"Meta refuses us (code {code}).", "Give the system user the app and the account, then make a new token.")
        case _:
            return Finding("Meta answered nothing that we understand.", "Try again; then look at SAPA_WHATSAPP_API_URL.")


def _number(number: dict[str, Any]) -> Iterator[Finding]:
    for name, (right, wrong, mend) in NUMBER.items():
        said = words(number, name)
        if said and said != right:
            yield Finding(f"{wrong}: it is {said}.", mend)
    if (quality := words(number, "quality_rating")) in ("YELLOW", "RED"):
        yield Finding(
            f"People block or report this number: its quality is {quality}.", "Write to fewer people, and only to those who asked."
        )
    health = part(number, "health_status")
    if words(health, "can_send_message") in ("LIMITED", "BLOCKED"):
        yield from _health(health)


def _health(health: dict[str, Any]) -> Iterator[Finding]:
    errors = [error for entity in each(health, "entities") for error in each(entity, "errors")]
    for error in errors:
        yield Finding(f"Meta says: {words(error, 'error_description')}", words(error, "possible_solution") or "See WhatsApp Manager.")
    if not errors:
        yield Finding(f"Meta limits what we may send: {words(health, 'can_send_message')}.", "See WhatsApp Manager > Overview.")


def _webhook(number: dict[str, Any], settings: Settings) -> Iterator[Finding]:
    if not settings.public_url:
        return
    wanted = settings.public_url.rstrip("/") + PATH
    there = words(part(number, "webhook_configuration"), "application")
    if there != wanted:
        yield Finding(
            f"Meta sends what people write to {there or 'nowhere'}, not to us.",
            f"While `sapa serve` runs: App Dashboard > WhatsApp > Configuration, Callback URL {wanted}, with the verify token; "
            "then subscribe to messages, user_preferences, message_template_status_update and business_capability_update.",
        )


async def _app_secret(whatsapp: WhatsApp, settings: Settings) -> list[Finding]:
    """Meta checks a proof made with the app secret, so that a wrong one shows before the first message is refused."""
    if settings.whatsapp_app_secret is None or settings.whatsapp_token is None:
        return []
    secret, token = settings.whatsapp_app_secret.get_secret_value(), settings.whatsapp_token.get_secret_value()
    proof = hmac.digest(secret.encode(), token.encode(), "sha256").hex()
    try:
        await whatsapp.graph.get(whatsapp.phone_id, fields="id", appsecret_proof=proof)
    except Refused:
        return [Finding("SAPA_WHATSAPP_APP_SECRET is not the secret of the app that made the token.", NEEDED["whatsapp_app_secret"])]
    return []


async def _token_and_account(whatsapp: WhatsApp) -> list[Finding]:
    found = []
    about = part(await whatsapp.graph.token(), "data")
    ends = about.get("expires_at")
    if isinstance(ends, int) and ends > 0:
        found.append(Finding(f"The token ends on {datetime.fromtimestamp(ends, UTC):%d %B %Y}.", NEEDED["whatsapp_token"]))
    missing = [scope for scope in SCOPES if scope not in each(about, "scopes")]
    if missing:
        found.append(Finding(f"The token lacks the permission {' and '.join(missing)}.", NEEDED["whatsapp_token"]))
    account = await account_of(whatsapp)
    return found + (await _account(whatsapp, account) if account else [])


async def _account(whatsapp: WhatsApp, account: str) -> list[Finding]:
    found = []
    if not each(await whatsapp.graph.get(f"{account}/subscribed_apps"), "data"):
        mend = f"Once: curl -X POST -H 'Authorization: Bearer TOKEN' {{API_URL}}/{account}/subscribed_apps"
        found.append(Finding("No app listens to the account, so that no message comes.", mend))
    templates = await listing(whatsapp, account)
    if not any(template.state == USABLE for template in templates):
        mend = "WhatsApp Manager > Message templates: write them in Indonesian and English, and wait for approval."
        found.append(Finding("No template is approved: nobody can be written to who did not write in the last 24 hours.", mend))
    elif not any(is_call(template) for template in templates):
        found.append(Finding(f"No template {TEMPLATE} is approved: officers who wrote to us over a day ago cannot be called here.", CALL))
    return found


def _well(number: dict[str, Any]) -> str:
    limit = daily_limit(number.get(LIMIT))
    people = "any number of people" if limit == -1 else f"{limit:,} people" if limit else "few people"
    shown = f"{words(number, 'verified_name')}, {words(number, 'display_phone_number')}"
    return f"WhatsApp is set up: {shown}. In a day it may write to {people} first."
