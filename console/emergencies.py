"""Emergencies: on top of the inbox and the overview until an officer has read them; whoever waits is told."""

from __future__ import annotations

from aiohttp import web

from console import told
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import _
from storage import answering
from storage.answering import Asked
from storage.writer import Connection


async def unread(visit: Visit) -> list[Asked]:
    """Those nobody has read; none for who may not answer people."""
    return await visit.read(lambda db: answering.unread_emergencies(db, visit.branch)) if visit.may(Policy.SERVE) else []


async def show(visit: Visit) -> web.Response:
    return visit.show("emergencies_page.html", emergencies=await unread(visit))


async def read(visit: Visit) -> web.Response:
    """Once: the second officer who presses it finds who was faster, and the worker is told once."""
    number = visit.number("request")
    asked = await visit.read(lambda db: answering.one(db, visit.branch, number))
    if asked is None:
        raise web.HTTPNotFound
    here = f"/desk/inbox/{asked.contact_id}"
    if asked.state != "open":
        return visit.go(here, _("A colleague has read it already."))
    news: set[str] = {"desk"}

    async def work(db: Connection) -> bool:
        first = await answering.read(db, number, visit.officer.id, visit.now)
        if first and (address := await told.has_read(db, visit, asked)):
            news.add(address)
        await visit.record(db, "request.read", f"request:{number}", {"person": asked.contact_id, "first": first})
        return first

    first = await visit.write(work, news_at=news)
    return visit.go(
        here, _("The worker is told that you have read it. Now write to them.") if first else _("A colleague has read it already.")
    )


PAGES = [
    get("/desk/emergencies", show, Policy.SERVE),
    post("/desk/emergencies/{request}/read", read, Policy.SERVE),
]
