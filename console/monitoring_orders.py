"""Who gets the monthly report, and the one-time link by which it is fetched."""

from __future__ import annotations

from aiohttp import web

from console.interests import staff
from console.monitoring import PATH, send, zone_of
from console.monitoring_words import name_of
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import _
from storage import officers
from storage.periods import MONTH, Period, containing, period
from storage.reports import orders
from storage.reports.content import report
from storage.writer import Connection

ORDERS, LINK = f"{PATH}/orders", "/desk/report/{token}"


async def who(visit: Visit) -> web.Response:
    chosen = await visit.read(lambda db: orders.ordered_by(db, visit.branch))
    return visit.show("monitoring_orders.html", staff=await staff(visit), chosen={str(one) for one in chosen})


async def choose(visit: Visit) -> web.Response:
    """The officers that are ticked get it from the month on that now runs; the others do not."""
    people = {code: name for code, name in (await staff(visit)).items() if code}
    sent = await visit.form(*people)
    before = containing(MONTH, visit.now, await zone_of(visit)).before.name

    async def work(db: Connection) -> None:
        for code in people:
            if sent[code]:
                found = await officers.by_id(db, visit.branch, int(code))
                if found:
                    await orders.order(db, visit.desk.database.dialect, found.id, found.branch, before, visit.now)
            else:
                await orders.cancel(db, int(code))
        await visit.record(db, "report.ordered", "report:month", {"officers": sorted(code for code in people if sent[code])})

    await visit.write(work)
    return visit.go(ORDERS, _("Kept. Each gets a link by chat when a month has ended, if their chat is linked."))


async def link(visit: Visit) -> web.Response:
    """Looking at it does not use it up: chat programs look at links before people do."""
    found = await _open(visit)
    if found is None:
        return visit.show("monitoring_link_gone.html", 404)
    return visit.show("monitoring_link.html", name=name_of(found[2]))


async def fetch(visit: Visit) -> web.Response:
    found, token = await _open(visit), visit.request.match_info["token"]
    if found is None:
        return visit.show("monitoring_link_gone.html", 404)
    number, branch, wanted = found
    officer = await visit.read(lambda db: officers.by_id(db, "*", number))
    assert officer
    made = await visit.read(lambda db: report(db, branch, wanted, visit.now))

    async def work(db: Connection) -> bool:
        used = await orders.use_link(db, visit.desk.database.tools, token, visit.now)
        await visit.record(db, "report.fetched" if used else "report.late", f"report:{wanted.name}", by=officer)
        return used

    if not await visit.write(work):
        return visit.show("monitoring_link_gone.html", 404)
    return await send(visit, made, "pdf", officer.language)


async def _open(visit: Visit) -> tuple[int, str, Period] | None:
    token = visit.request.match_info["token"]
    found = await visit.read(lambda db: orders.open_link(db, visit.desk.database.tools, token, visit.now))
    return (found[0], found[1], period(found[2])) if found else None


PAGES = [
    get(ORDERS, who, Policy.APPROVE),
    post(ORDERS, choose, Policy.APPROVE),
    get(LINK, link, Policy.SIGN_IN),
    post(LINK, fetch, Policy.SIGN_IN),
]
