"""Pictures and PDF files that go with campaigns: sent in, looked at, chosen in the composer."""

from __future__ import annotations

from aiohttp import hdrs, web

from console import uploads
from console.campaigns import PATH
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Text, _
from storage import attachments
from storage.attachments import Unfit
from storage.writer import Connection

FILES = f"{PATH}/attachments"
LARGEST = max(most for _begins, most in attachments.KINDS.values())
TOO_LARGE = Refused(413, _("This file is too large"), _("Nothing was kept."))
UNFIT = {
    "kind": _("This is neither a JPEG or PNG picture nor a PDF."),
    "size": _("This file is larger than the chats take."),
}


async def every(visit: Visit) -> web.Response:
    return await _page(visit)


async def send(visit: Visit) -> web.Response:
    try:
        sent = await uploads.take(visit.request, LARGEST)
    except web.HTTPRequestEntityTooLarge:
        raise TOO_LARGE from None

    async def work(db: Connection) -> None:
        await attachments.keep(db, visit.desk.database.tools, visit.officer, visit.branch, sent.name, sent.content, visit.now)
        visit.recorded()

    try:
        await visit.write(work)
    except Unfit as unfit:
        return await _page(visit, UNFIT[unfit.why], 422)
    return visit.go(FILES, _("Kept. A campaign can take it along now."))


async def look(visit: Visit) -> web.Response:
    """As it is: never as a page of ours, whatever is in it."""
    number = visit.number("number")
    kept = await visit.read(lambda db: attachments.by_id(db, visit.branch, number))
    found = await visit.read(lambda db: attachments.content_of(db, kept.token)) if kept else None
    if kept is None or found is None:
        raise web.HTTPNotFound
    kind, content = found
    shown = "inline" if kind.startswith("image/") else "attachment"
    headers = {hdrs.CONTENT_DISPOSITION: f'{shown}; filename="{kept.name}"', "Content-Security-Policy": "default-src 'none'; sandbox"}
    return web.Response(body=content, content_type=kind, headers=headers)


async def _page(visit: Visit, wrong: Text | None = None, status: int = 200) -> web.Response:
    found = await visit.read(lambda db: attachments.every(db, visit.branch))
    return visit.show("campaign_attachments.html", status, wrong=wrong, found=found)


PAGES = [
    get(FILES, every, Policy.CAMPAIGNS),
    post(FILES, send, Policy.WRITE),
    get(f"{FILES}/{{number}}", look, Policy.CAMPAIGNS),
]
