"""What the desk's pages of campaigns are given: what a campaign is judged by, what its buttons may open, how its pages look."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from bot.campaigns_house import around, kit_of, opens
from bot.campaigns_probe import dead_links
from bot.channels import whatsapp_payloads
from bot.channels.whatsapp import WhatsApp
from bot.channels.whatsapp_request import NotSent, Refused, Unclear
from bot.channels.whatsapp_templates import account_of, create
from bot.settings import Settings
from console.campaign_house import NotMade, Outreach
from handlers import SCRIPT
from handlers.menu import WISHES
from locales import Button, Page
from storage import Database, accounts
from storage.campaigns import Campaign
from storage.campaigns_kit import Kit
from storage.templates import Template
from storage.writer import Connection

NOT_ASKED = frozenset({"opt_out", "other", "language"})  # what no campaign invites to


def outreach(settings: Settings, database: Database, whatsapp: WhatsApp | None = None) -> Outreach:
    dialogues = {str(name): label for name, label in WISHES.items() if opens(name) and name not in NOT_ASKED}
    topics = {topic: label for topic, label in SCRIPT.labels.items() if topic in SCRIPT.answers and topic not in NOT_ASKED}
    make = maker(whatsapp, database) if whatsapp else None

    async def kit(db: Connection, campaign: Campaign) -> Kit:
        return await kit_of(db, database, campaign, settings.public_url)

    return Outreach(lambda db: around(db, settings), dialogues, topics, shown, kit, dead_links, make)


def maker(whatsapp: WhatsApp, database: Database) -> Callable[[Template], Coroutine[Any, Any, Template]]:
    """Asks WhatsApp for a template, and says in the desk's words why there is none."""

    async def make(wanted: Template) -> Template:
        known = await database.writer.read(lambda db: accounts.account(db, whatsapp.name))
        try:
            account = known.account or await account_of(whatsapp)
            if not account:
                raise NotMade("account")
            return await create(whatsapp, account, wanted)
        except NotSent:
            raise NotMade("away") from None
        except Unclear:
            raise NotMade("unclear") from None
        except Refused as refused:
            raise NotMade("refused", f"{refused.code}/{refused.subcode}") from None

    return make


def shown(page: Page, channel: str) -> Page:
    """As people see it: WhatsApp has no links among buttons, and a list where there are many."""
    if channel != whatsapp_payloads.CHANNEL:
        return page
    said: Any = whatsapp_payloads.page(page)
    if said["type"] == "text":
        return Page(said["text"]["body"])
    inner = said["interactive"]
    return Page(inner["body"]["text"], tuple(_buttons(inner["type"], inner["action"])))


def _buttons(kind: str, action: Any) -> list[Button]:
    if kind == "cta_url":
        return [Button(action["parameters"]["display_text"], url=action["parameters"]["url"])]
    if kind == "list":
        return [Button(row["title"], row["id"]) for row in action["sections"][0]["rows"]]
    return [Button(one["reply"]["title"], one["reply"]["id"]) for one in action["buttons"]]
