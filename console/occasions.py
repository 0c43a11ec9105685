"""Socialisation days: planned with a link of their own, shown large on a screen, counted live, and what people understood before and after."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from console import qr
from console.lists import Filter, Words, asked, listing
from console.occasion_sheet import Sheet, drawn
from console.occasion_words import QUESTIONS
from console.pages import get, post
from console.partner_links import doors_of
from console.policies import Policy
from console.refused import Refused
from console.told import page_for
from console.visit import Visit
from locales import LANGUAGES, Choice, Text, Written, _
from storage import branches, links, occasions, outgoing, partners, talks
from storage.occasions import Occasion
from storage.partners import Listed
from storage.stale import Stale
from storage.writer import Connection

PATH, PAGE, LONGEST = "/desk/occasions", 50, 100
MOST = 500  # people who are asked again in one go; a hall holds fewer
STALE = Refused(
    409,
    _("Somebody changed this day meanwhile"),
    _("Nothing of what you sent was done."),
    _("Go back, reload the page and look at how it stands now."),
)


async def all_of_them(visit: Visit) -> web.Response:
    names = await _partners(visit)
    wanted = asked(visit, PATH, Filter("partner", _("Partner"), names))
    chosen = next(iter(wanted.chosen["partner"]), "")
    found = await visit.read(lambda db: occasions.find(db, visit.branch, partner=chosen, before=wanted.number_after, most=PAGE))
    counts = {one.id: await _attendance(visit, one) for one in found[:PAGE]}
    return visit.show("occasions.html", listing=listing(wanted, found, PAGE, lambda one: one.id), names=names, counts=counts)


async def new_form(visit: Visit) -> web.Response:
    return await _new(visit, {}, None)


async def add(visit: Visit) -> web.Response:
    sent = await visit.form("partner", "name", "place", "day", "starts", "ends")
    partner = await visit.read(lambda db: partners.one(db, visit.branch, sent["partner"]))
    if partner is None:
        raise web.HTTPBadRequest
    begins, ends = _moment(visit, sent["day"], sent["starts"]), _moment(visit, sent["day"], sent["ends"])
    if not (0 < len(sent["name"]) <= LONGEST and 0 < len(sent["place"]) <= LONGEST):
        return await _new(visit, sent, _("Give the day a name, and say where it is."), 422)
    if begins is None or ends is None or ends <= begins:
        return await _new(visit, sent, _("Say on which day, and from when until when."), 422)

    async def work(db: Connection) -> int:
        occasion = await _keep(db, visit, partner, sent, begins, ends)
        await visit.record(db, "occasion.added", f"occasion:{occasion}", {"partner": partner.id, "day": sent["day"]})
        return occasion

    return visit.go(f"{PATH}/{await visit.write(work)}", _("The day is planned, and has a link of its own."))


async def _keep(db: Connection, visit: Visit, partner: Listed, sent: dict[str, str], begins: datetime, ends: datetime) -> int:
    tools = visit.desk.database.tools
    occasion = await occasions.add(db, tools, partner.branch, partner.id, sent["name"], sent["place"], begins, ends)
    await links.add(db, partner.id, secrets.randbits(64), visit.now, label=sent["name"][:60], occasion=occasion)
    return occasion


async def one(visit: Visit) -> web.Response:
    return visit.show("occasion.html", **await _shown(visit))


async def screen(visit: Visit) -> web.Response:
    """For the wall of the hall: the code, as large as it goes, and how many are there."""
    return visit.show("occasion_screen.html", **await _shown(visit))


async def ask_again(visit: Visit) -> web.Response:
    """The talk is over: everybody who came is asked the same questions once more."""
    occasion, sent = await _found(visit), await visit.form("version")
    if sent["version"] != str(occasion.version) or occasion.asked_again_at:
        raise STALE
    came = await visit.read(lambda db: occasions.attendants(db, occasion.id))
    addresses: set[str] = set()

    async def work(db: Connection) -> None:
        try:
            await occasions.ask_again(db, occasion.id, occasion.version, visit.now)
        except Stale:
            raise STALE from None
        for contact in came[:MOST]:
            if address := await _invite(db, visit, occasion, contact):
                addresses.add(address)
        await visit.record(db, "occasion.asked_again", f"occasion:{occasion.id}", {"people": len(came[:MOST])})

    await visit.write(work, news_at=addresses)
    return visit.go(f"{PATH}/{occasion.id}", _("Everybody who came is asked again now."))


async def _invite(db: Connection, visit: Visit, occasion: Occasion, contact: int) -> str | None:
    database = visit.desk.database
    person = await talks.find(db, database.tools, visit.branch, contact, visit.now)
    if person is None:
        return None
    said = _("The talk of {occasion} is over. The same three questions once more?", occasion=occasion.name)
    page = page_for(person, said, choices=(Choice(_("Answer them"), "day"),))
    return await outgoing.tell(db, database.dialect, database.tools, f"o:{occasion.id}:{contact}", contact, page, visit.now)


async def sheet(visit: Visit) -> web.Response:
    """The result on one page, to hand out: its numbers are guarded."""
    shown, language = await _shown(visit), visit.request.match_info["language"]
    if language not in LANGUAGES:
        raise web.HTTPNotFound
    occasion: Occasion = shown["one"]
    zone = await _zone(visit, occasion)
    body = drawn(Sheet(occasion, shown["partner"], shown["branch"], zone, shown["attendance"], shown["understood"]), language)
    name = f"hasil-{occasion.id}-{language}.pdf"
    return web.Response(body=body, content_type="application/pdf", headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'})


async def _shown(visit: Visit) -> dict[str, Any]:
    occasion = await _found(visit)
    code = await visit.read(lambda db: occasions.code_of(db, occasion.id))
    addresses = (await doors_of(visit)).links(code, visit.language) if code else {}
    best = next(iter(addresses.values()), "")
    return {
        "one": occasion,
        "code": code,
        "address": best,
        "picture": qr.inline(best, code or "") if best else "",
        "partner": (await visit.read(lambda db: partners.names(db, visit.branch))).get(occasion.partner, occasion.partner),
        "branch": (await visit.read(lambda db: branches.names(db, visit.branch))).get(occasion.branch, occasion.branch),
        "attendance": await _attendance(visit, occasion),
        "understood": await visit.read(lambda db: occasions.understood(db, occasion.id, list(QUESTIONS))),
        "questions": QUESTIONS,
        "languages": LANGUAGES,
    }


async def _found(visit: Visit) -> Occasion:
    number = visit.number("id")
    occasion = await visit.read(lambda db: occasions.one(db, visit.branch, number))
    if occasion is None:
        raise web.HTTPNotFound
    return occasion


async def _attendance(visit: Visit, occasion: Occasion) -> int:
    return await visit.read(lambda db: occasions.attendance(db, occasion.id))


async def _zone(visit: Visit, occasion: Occasion) -> str:
    return (await visit.read(branches.zones_of)).get(occasion.branch, visit.officer.zone)


async def _partners(visit: Visit) -> dict[str, Words]:
    found = await visit.read(lambda db: partners.names(db, visit.branch))
    return {id: Written({"id": name}) for id, name in found.items()}


async def _new(visit: Visit, sent: dict[str, str], wrong: Text | None, status: int = 200) -> web.Response:
    values = {"partner": visit.request.query.get("partner", ""), "name": "", "place": "", "day": "", "starts": "09:00", "ends": "11:00"}
    return visit.show("occasion_new.html", status, sent={**values, **sent}, wrong=wrong, names=await _partners(visit))


def _moment(visit: Visit, day: str, clock: str) -> datetime | None:
    """As the officer's clock shows it."""
    try:
        return datetime.strptime(f"{day} {clock}", "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(visit.officer.zone))
    except ValueError:
        return None


ONE = f"{PATH}/{{id}}"
PAGES = [
    get(PATH, all_of_them, Policy.SERVE),
    get(f"{PATH}/new", new_form, Policy.PARTNERS),
    post(f"{PATH}/new", add, Policy.PARTNERS),
    get(ONE, one, Policy.SERVE),
    get(f"{ONE}/screen", screen, Policy.SERVE),
    post(f"{ONE}/again", ask_again, Policy.PARTNERS),
    get(f"{ONE}/sheet-{{language}}.pdf", sheet, Policy.SERVE),
]
