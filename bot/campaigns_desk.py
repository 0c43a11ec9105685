"""What the desk's pages of campaigns are given: what a campaign is judged by, what its buttons may open, how its pages look."""

from __future__ import annotations

from typing import Any

from bot.campaigns_house import around, opens
from bot.channels import whatsapp_payloads
from bot.settings import Settings
from console.campaign_house import Outreach
from handlers import SCRIPT
from handlers.menu import WISHES
from locales import Button, Page

NOT_ASKED = frozenset({"opt_out", "other", "language"})  # what no campaign invites to


def outreach(settings: Settings) -> Outreach:
    dialogues = {str(name): label for name, label in WISHES.items() if opens(name) and name not in NOT_ASKED}
    topics = {topic: label for topic, label in SCRIPT.labels.items() if topic in SCRIPT.answers and topic not in NOT_ASKED}
    return Outreach(lambda db: around(db, settings), dialogues, topics, shown)


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
