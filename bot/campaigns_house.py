"""What campaigns need of the rest of the house: where people may be, and what a button may open."""

from __future__ import annotations

import facts
from bot.settings import Settings
from dialogue.hearing import PAYLOAD
from handlers import SCRIPT
from storage import Database, attachments, templates
from storage.branches import zones_of
from storage.campaigns import Campaign
from storage.campaigns_file import load
from storage.campaigns_hours import Geography
from storage.campaigns_kit import Kit
from storage.campaigns_speech import Around
from storage.writer import Connection

HOME = "ID"  # at home, where the branch is counts


async def geography(db: Connection) -> Geography:
    """Countries by the facts, branches by the database. Where countries share a prefix, the one with most workers counts."""
    abroad = [country for country in facts.countries() if country.iso != HOME]
    prefixes = {country.dial: country.iso for country in reversed(abroad)}
    return Geography({country.iso: country.zones for country in abroad}, prefixes, await zones_of(db))


def opens(target: str) -> bool:
    """Whether there is something behind a button: a dialogue, a step of one that needs nothing before it, or a topic."""
    found = PAYLOAD.fullmatch(target)
    if found is None:
        return False
    if found["topic"]:
        return found["topic"] in SCRIPT.answers
    dialogue = SCRIPT.dialogues.get(found["dialogue"])
    if dialogue is None or not found["step"]:
        return dialogue is not None
    step = dialogue.find(found["step"])
    return step is not None and step.question is not None and not step.needs


async def around(db: Connection, settings: Settings) -> Around:
    """What a campaign is judged by, with the channels that are set up."""
    rates = {}
    if settings.telegram_token:
        rates["telegram"] = settings.telegram_rate
    if settings.whatsapp_token:
        rates["whatsapp"] = settings.whatsapp_rate
    return Around(opens, SCRIPT.answers.keys(), await geography(db), rates, SCRIPT.labels["opt_out"], settings.public_url)


async def kit_of(db: Connection, database: Database, campaign: Campaign, public_url: str) -> Kit:
    """What a campaign's messages are made of."""
    file = load(campaign.content)
    named = {one.language: one for one in await templates.every(db) if file.template and one.name == file.template.name}
    attached = await attachments.by_id(db, "*", file.attachment) if file.attachment else None
    stop = SCRIPT.labels["opt_out"]
    return Kit(campaign, file, await geography(db), stop, named, database.tools, database.dialect, public_url, attached)
