"""Operation: what waits and since when, what is in doubt, what was put aside, what rests, which processes live."""

from __future__ import annotations

from aiohttp import web

from console.lists import Filter, asked, listing
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import Text, _
from storage import accounts, operation, pauses
from storage.figures import figures
from storage.scope import EVERYWHERE
from storage.writer import Connection

PATH, PAGE = "/desk/operation", 50
LANES = (_("Answers"), _("Notices"), _("Campaigns"))
CHANNEL = Filter("channel", _("Channel"), CHANNELS)
REASONS = {
    "timeout": _("the platform did not answer in time"),
    "answer_lost": _("the line broke while sending"),
    "crash": _("the process that sent it died"),
    "stopped": _("we stopped while sending it"),
}
RESTS = {
    "restored": _("the database is an older copy: look at what was sent since, then run `sapa restore accept` on the server"),
    "token": _("Telegram does not take our token, so nobody is answered there: ask @BotFather for it (/token) and set it on the server"),
    "address": _(
        "somebody who has our Telegram token turned the bot to another address; it was turned back: have @BotFather make a new token (/revoke)"
    ),
}

SETTLED = Refused(
    409,
    _("This message is not in doubt any more"),
    _("Nothing was changed: a receipt told meanwhile what became of it, or a colleague sent it again."),
)


async def show(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, CHANNEL)
    channels, before, dialect = wanted.chosen["channel"], wanted.number_after, visit.desk.database.dialect
    found = await visit.read(lambda db: operation.in_doubt(db, visit.branch, channels=channels, before=before, most=PAGE))
    national = visit.branch == EVERYWHERE
    return visit.show(
        "operation.html",
        listing=listing(wanted, found, PAGE, lambda one: one.id),
        aside=await visit.read(operation.put_aside) if national else [],
        figures=await visit.read(lambda db: figures(db, visit.now)) if national else None,
        accounts=await visit.read(operation.accounts),
        processes=await visit.read(lambda db: operation.processes(db, dialect)),
        resting=await visit.read(pauses.every),
        channels=CHANNELS,
        lanes=LANES,
        reasons=REASONS,
        rests=RESTS,
        word_for=word_for,
    )


async def send_again(visit: Visit) -> web.Response:
    number = visit.number("number")

    async def work(db: Connection) -> None:
        if not await operation.send_again(db, visit.branch, number, visit.now):
            raise SETTLED
        await visit.record(db, "delivery.sent_again", f"delivery:{number}")

    await visit.write(work, news_at=["*"])
    return visit.go(PATH, _("It is sent once more. The worker may have it twice."))


async def resume(visit: Visit) -> web.Response:
    """A platform told us to calm down, or templates were stopped; somebody looked into it."""
    channel = visit.request.match_info["channel"]
    if visit.branch != EVERYWHERE or channel not in CHANNELS:
        raise web.HTTPNotFound

    async def work(db: Connection) -> None:
        await accounts.resume(db, channel)
        await visit.record(db, "channel.resumed", f"channel:{channel}")

    await visit.write(work, news_at=["*"])
    return visit.go(PATH, said(channel))


def said(channel: str) -> Text:
    return _("Campaigns go on by {channel}.", channel=CHANNELS[channel])


PAGES = [
    get(PATH, show, Policy.OPERATE),
    post(f"{PATH}/{{number}}/again", send_again, Policy.OPERATE),
    post(f"{PATH}/channels/{{channel}}/resume", resume, Policy.OPERATE),
]
