"""Audiences that are kept: lists of people read from a file, of whom only those we know stay, and filters under a name."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from aiohttp import web

from console import campaign_audience, uploads
from console.campaigns import PATH, found
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Text, _, _n
from storage import audiences_saved
from storage.audience_upload import upload
from storage.audiences_saved import Keeper
from storage.campaigns_acts import Refused as NotNow
from storage.campaigns_file import load
from storage.writer import Connection

LISTS = f"{PATH}/lists"
LARGEST, LONGEST_NAME = 8 << 20, 80  # bytes of a file, letters of a name
TOO_LARGE = Refused(413, _("This file is too large"), _("Nothing was kept. Send it in parts, please."))
WRONG = {
    "empty": _("There is no line in this file."),
    "too_long": _("This list has too many lines. Send it in parts, please."),
}
UNNAMED = _("Give it a name, for colleagues.")


async def every(visit: Visit) -> web.Response:
    return await _page(visit)


async def send(visit: Visit) -> web.Response:
    """Each line a telephone number, NIK, card number or reference; what is unknown is counted and thrown away."""
    try:
        sent = await uploads.take(visit.request, LARGEST)
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None
    name = sent.fields.get("name", "").replace("\0", "")[:LONGEST_NAME]
    if not name:
        return await _page(visit, UNNAMED, 422)
    try:
        text = sent.content.decode("utf-8-sig").replace("\0", "")
        done = await upload(visit.desk.database, visit.officer, visit.branch, name, text, visit.now)
    except UnicodeDecodeError:
        return await _page(visit, _("This is no text file (UTF-8 or CSV)."), 422)
    except NotNow as refused:
        return await _page(visit, WRONG.get(refused.why, _("Your role or branch does not allow this.")), 422)
    return visit.go(
        LISTS, _n("{count} person of the list is known and kept.", "{count} people of the list are known and kept.", done.known)
    )


async def drop(visit: Visit) -> web.Response:
    return await _drop(visit, lambda keeper, number: keeper.drop_list(number))


async def drop_saved(visit: Visit) -> web.Response:
    return await _drop(visit, lambda keeper, number: keeper.drop(number))


async def _drop(visit: Visit, how: Callable[[Keeper, int], Awaitable[bool]]) -> web.Response:
    number = visit.number("number")

    async def work(db: Connection) -> None:
        if not await how(_keeper(visit, db), number):
            raise web.HTTPNotFound
        visit.recorded()

    await visit.write(work)
    return visit.go(LISTS, _("It is gone. What was sent stays as it was."))


async def save(visit: Visit) -> web.Response:
    """The audience of a campaign, under a name, for the next one."""
    campaign, sent = await found(visit), await visit.form("name")
    if not sent["name"]:
        raise Refused(422, UNNAMED, _("Nothing was kept."))
    audience = load(campaign.content).audience

    async def work(db: Connection) -> None:
        await _keeper(visit, db).save(visit.desk.database.dialect, sent["name"][:LONGEST_NAME], audience)
        visit.recorded()

    await visit.write(work)
    return visit.go(f"{PATH}/{campaign.id}", _("Kept. A new campaign can begin with these people."))


def _keeper(visit: Visit, db: Connection) -> Keeper:
    return Keeper(db, visit.desk.database.tools, visit.officer, visit.branch, visit.now)


async def _page(visit: Visit, wrong: Text | None = None, status: int = 200) -> web.Response:
    parts = await campaign_audience.parts(visit)
    kept = await visit.read(lambda db: audiences_saved.saved(db, visit.branch))
    return visit.show(
        "campaign_lists.html",
        status,
        wrong=wrong,
        lists=await visit.read(lambda db: audiences_saved.lists(db, visit.branch)),
        saved=[(one, await campaign_audience.clauses(visit, one.audience, parts)) for one in kept],
    )


PAGES = [
    get(LISTS, every, Policy.CAMPAIGNS),
    post(LISTS, send, Policy.WRITE),
    post(f"{LISTS}/{{number}}/drop", drop, Policy.WRITE),
    post(f"{LISTS}/saved/{{number}}/drop", drop_saved, Policy.WRITE),
    post(f"{PATH}/{{number}}/audience", save, Policy.WRITE),
]
