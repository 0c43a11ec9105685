"""Keeps what we know of our account in step with Meta: its templates, and to how many people a day we may write first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog

from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_notices import daily_limit
from bot.channels.whatsapp_parts import each, part, words
from bot.channels.whatsapp_payloads import CHANNEL
from bot.channels.whatsapp_request import NotSent, Refused, Unclear
from bot.failpoints import commit
from storage import Database, Unavailable, accounts, templates
from storage.templates import Template
from storage.writer import Connection

LIMIT = "whatsapp_business_manager_messaging_limit"
FIELDS = "name,language,status,category,rejected_reason,quality_score,components"
MOST_PAGES = 100
AGAIN = 6 * 3600.0  # seconds; the webhook tells what changes meanwhile
RETRY = 60.0

log = structlog.get_logger()


class NoAccount(Exception):
    """Nobody told us yet which account our number belongs to."""


async def keep_in_step(whatsapp: WhatsApp, database: Database, now: Callable[[], datetime]) -> None:
    """For ever; while Meta or the database is away, again and again."""
    while True:
        wait = AGAIN
        try:
            await synchronise(whatsapp, database, now())
        except (NotSent, Refused, Unclear, NoAccount, Unavailable) as error:
            log.warning("account_not_synchronised", error=type(error).__name__)
            wait = RETRY
        await asyncio.sleep(wait)


async def synchronise(whatsapp: WhatsApp, database: Database, now: datetime) -> list[Template]:
    """Ask for both, and keep them; the templates there are."""
    limit = daily_limit((await whatsapp.graph.get(whatsapp.phone_id, fields=LIMIT)).get(LIMIT))
    known = await database.writer.read(lambda db: accounts.account(db, CHANNEL))
    account = known.account or await account_of(whatsapp)
    if not account:
        raise NoAccount
    listed = await listing(whatsapp, account)

    async def work(db: Connection) -> None:
        await accounts.told(db, CHANNEL, now, account=account, **({} if limit is None else {"daily_limit": limit}))
        await templates.synchronise(db, database.dialect, listed, now)

    await commit(database, "account synchronised", work)
    return listed


async def create(whatsapp: WhatsApp, account: str, wanted: Template) -> Template:
    """Ask Meta for a template; it as Meta took it, which mostly waits for a review then.

    https://developers.facebook.com/docs/whatsapp/business-management-api/message-templates
    """
    body = {
        "name": wanted.name,
        "language": wanted.language,
        "category": wanted.category.upper(),
        "parameter_format": "NAMED",
        "components": [dict(part) for part in wanted.parts],
    }
    answer = await whatsapp.graph.post(f"{account}/message_templates", body)
    return replace(
        wanted, state=words(answer, "status").upper() or "PENDING", category=(words(answer, "category") or wanted.category).lower()
    )


async def account_of(whatsapp: WhatsApp) -> str:
    """The token itself says for which account it was made."""
    said = await whatsapp.graph.token()
    for scope in each(part(said, "data"), "granular_scopes"):
        if words(scope, "scope") == "whatsapp_business_management" and (targets := each(scope, "target_ids")):
            return str(targets[0])
    return ""


async def listing(whatsapp: WhatsApp, account: str) -> list[Template]:
    """All templates of the account, page by page."""
    found: list[Template] = []
    after: dict[str, str] = {}
    for _page in range(MOST_PAGES):
        answer = await whatsapp.graph.get(f"{account}/message_templates", fields=FIELDS, limit="100", **after)
        found += [template for raw in each(answer, "data") if (template := to_template(raw))]
        cursor = words(part(answer, "paging", "cursors"), "after")
        if not cursor or not words(part(answer, "paging"), "next"):
            break
        after = {"after": cursor}
    return found


def to_template(raw: Any) -> Template | None:
    """https://developers.facebook.com/docs/graph-api/reference/whats-app-business-account/message_templates"""
    name, language = words(raw, "name"), words(raw, "language")
    if not name or not language:
        return None
    reason = words(raw, "rejected_reason")
    return Template(
        name,
        language,
        words(raw, "status").upper(),
        words(raw, "category").lower(),
        "" if reason == "NONE" else reason,
        words(part(raw, "quality_score"), "score"),
        tuple(one for one in each(raw, "components") if isinstance(one, dict)),
    )
