"""What `sapa doctor telegram` looks at: the token, the webhook or its absence, and what the bot may read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from telegram import Bot, WebhookInfo
from telegram.error import TelegramError

from bot.channels.telegram import Telegram
from bot.channels.telegram_request import NotSent, Refused
from bot.commands.doctor_report import Finding, Report, public_address, unset
from bot.settings import Settings

PATH = "/telegram/webhook"
NEEDED = {"telegram_token": "Ask @BotFather on Telegram for a bot (/newbot) and set the token it gives."}
SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")
MANY_WAIT = 100  # updates; more means that they are not fetched as fast as they come


async def examine(settings: Settings) -> Report:
    findings = [*unset(settings, NEEDED), *public_address(settings), *_secret(settings)]
    if settings.telegram_token is None:
        return Report(findings, "")
    telegram = Telegram(settings.telegram_token.get_secret_value(), settings.telegram_api_url)
    await telegram.start()
    try:
        name, found = await _bot(telegram.bot)
        findings += [*found, *_webhook(await telegram.bot.get_webhook_info(), settings)]
    except TelegramError as error:
        return Report([*findings, _refused(error)], "")
    finally:
        await telegram.close()
    return Report(findings, f"Telegram is set up: https://t.me/{name}")


def _secret(settings: Settings) -> Iterator[Finding]:
    mend = "Set SAPA_TELEGRAM_WEBHOOK_SECRET to 16 or more of A-Z a-z 0-9 _ -"
    secret = settings.telegram_webhook_secret
    if settings.public_url and secret is None:
        yield Finding("Anybody who knows our address could pretend to be Telegram.", mend)
    elif secret is not None and not SECRET.fullmatch(secret.get_secret_value()):
        yield Finding("Telegram cannot send that secret back.", mend)


async def _bot(bot: Bot) -> tuple[str, list[Finding]]:
    me = await bot.get_me()
    found = []
    if me.can_read_all_group_messages:
        found.append(Finding("The bot reads everything said in groups it is in.", "@BotFather > /setprivacy > Enable."))
    if me.can_join_groups:
        found.append(
            Finding("Anybody can add the bot to a group, where it must not speak of people.", "@BotFather > /setjoingroups > Disable.")
        )
    return me.username or "", found


def _webhook(info: WebhookInfo, settings: Settings) -> Iterator[Finding]:
    wanted = settings.public_url.rstrip("/") + PATH if settings.public_url else ""
    if info.url != wanted and wanted:
        where = info.url or "nowhere: it waits to be fetched"
        yield Finding(f"Telegram sends its updates to {where}, not to us.", "Start `sapa serve`: it tells Telegram the address.")
    elif info.url != wanted:
        mend = "Stop the other server, or set SAPA_PUBLIC_URL; `sapa serve` then takes the bot over."
        yield Finding(f"Another server uses this bot: its updates go to {info.url}.", mend)
    if info.last_error_message and info.pending_update_count:
        yield Finding(f"Telegram could not deliver: {info.last_error_message}", "Look at the proxy, its certificate and the server's log.")
    if info.pending_update_count > MANY_WAIT:
        yield Finding(f"{info.pending_update_count} updates wait.", "Look whether `sapa serve` runs, and at its log.")


def _refused(error: TelegramError) -> Finding:
    match error:
        case NotSent():
            return Finding(
                "Telegram cannot be reached from here.", "Look at SAPA_TELEGRAM_API_URL and at this machine's way to the internet."
            )
        case Refused(status=401) | Refused(status=404):
            return Finding("Telegram does not accept the token.", "Ask @BotFather for it again (/token), and set it.")
        case _:
            return Finding("Telegram answered nothing that we understand.", "Try again; then look at SAPA_TELEGRAM_API_URL.")
