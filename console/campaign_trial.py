"""A campaign to oneself: an officer sees it in their own chats before anybody else does, and links such a chat here."""

from __future__ import annotations

import secrets

from aiohttp import web

from console.campaigns import PATH, found
from console.duty import COMMAND
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import LANGUAGES, Text, _
from storage import campaigns_trial, news, officer_chats
from storage.campaigns_file import load
from storage.campaigns_trial import Tried
from storage.writer import Connection

WHY = {
    "window": _("WhatsApp takes no free words there now: write to the bot from that chat first, or give the campaign a template."),
    "content": _("Its words cannot be filled in; look at its faults."),
}
NOWHERE = Refused(409, _("This cannot be done now"), _("Trying a campaign out is not set up here."), _("Nothing was sent."))


async def show(visit: Visit) -> web.Response:
    return await _page(visit)


async def send(visit: Visit) -> web.Response:
    """To each chat of theirs, in the language they choose; it counts for nobody."""
    campaign, sent = await found(visit), await visit.form("language", "arm")
    kit_of = visit.desk.outreach.kit
    if kit_of is None:
        raise NOWHERE
    language = sent["language"] if sent["language"] in LANGUAGES else visit.language
    arm = sent["arm"] if sent["arm"] in load(campaign.content).arms else "a"

    async def work(db: Connection) -> list[Tried]:
        tried = await campaigns_trial.send(db, await kit_of(db, campaign), visit.officer, visit.now, language=language, arm=arm)
        await visit.record(db, "campaign.tried", campaign.subject, {"chats": len(tried), "version": campaign.version})
        return tried

    return await _page(visit, tried=await visit.write(work, news_at=[news.QUEUED]))


async def code(visit: Visit) -> web.Response:
    """Shown once: whoever sends it from a chat makes that chat theirs."""

    async def work(db: Connection) -> str:
        made = await officer_chats.new_code(db, visit.desk.database.tools, visit.officer.id, secrets.randbits(64), visit.now)
        await visit.record(db, "officer.chat_code_made", f"officer:{visit.officer.id}")
        return made

    return await _page(visit, code=await visit.write(work))


async def unlink(visit: Visit) -> web.Response:
    campaign, sent = await found(visit), await visit.form("address")

    async def work(db: Connection) -> None:
        if not await officer_chats.unlink(db, visit.officer.id, sent["address"]):
            raise web.HTTPNotFound
        await visit.record(db, "officer.chat_unlinked", f"officer:{visit.officer.id}")

    await visit.write(work)
    return visit.go(f"{PATH}/{campaign.id}/trial", _("This chat is yours no more; nothing goes there."))


async def _page(visit: Visit, tried: list[Tried] | None = None, code: str = "", wrong: Text | None = None) -> web.Response:
    campaign = await found(visit)
    return visit.show(
        "campaign_trial.html",
        campaign=campaign,
        content=load(campaign.content),
        chats=await visit.read(lambda db: officer_chats.of(db, [visit.officer.id])),
        tried=tried,
        why=WHY,
        wrong=wrong,
        code=code,
        command=COMMAND,
        minutes=int(officer_chats.LIVES.total_seconds() // 60),
        channels=CHANNELS,
        word_for=word_for,
    )


PAGES = [
    get(f"{PATH}/{{number}}/trial", show, Policy.WRITE),
    post(f"{PATH}/{{number}}/trial", send, Policy.WRITE),
    post(f"{PATH}/{{number}}/trial/code", code, Policy.WRITE),
    post(f"{PATH}/{{number}}/trial/unlink", unlink, Policy.WRITE),
]
