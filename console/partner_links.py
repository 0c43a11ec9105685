"""Links of a partner: made, revoked, and each with its QR code, material to print, words to send on and the code that embeds the chat."""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import hdrs, web

from console import material, qr
from console.material import Order
from console.pages import get, post
from console.paper import SIZES
from console.partners import PATH, found, show
from console.policies import Policy
from console.visit import Visit
from locales import LANGUAGES, _
from storage import branches, campaigns, doors, links
from storage.links import Doors, Link
from storage.partners import Listed
from storage.writer import Connection

LONGEST_LABEL = 60
EMBED = '<iframe src="{address}" title="Sapa" width="100%" height="640" loading="lazy" referrerpolicy="origin"></iframe>'


async def add(visit: Visit) -> web.Response:
    partner, sent = await found(visit), await visit.form("label", "until", "campaign")
    ends = _end_of(visit, sent["until"])
    if len(sent["label"]) > LONGEST_LABEL:
        return await show(visit, partner, _("Say in at most {most} characters where the link is used.", most=LONGEST_LABEL), 422)
    if sent["until"] and (ends is None or ends <= visit.now):
        return await show(visit, partner, _("The last day must be a day to come."), 422)
    campaign = await _campaign(visit, sent["campaign"])
    if sent["campaign"] and campaign is None:
        return await show(visit, partner, _("There is no campaign of this number in your branch."), 422)

    async def work(db: Connection) -> str:
        code = await links.add(db, partner.id, secrets.randbits(64), visit.now, label=sent["label"], expires_at=ends, campaign=campaign)
        detail = {"partner": partner.id, "until": sent["until"] or None, "campaign": campaign}
        await visit.record(db, "link.added", f"link:{code}", detail)
        return code

    code = await visit.write(work)
    return visit.go(f"{PATH}/{partner.id}/links/{code}", _("The link works at once."))


async def revoke(visit: Visit) -> web.Response:
    partner, link = await _link(visit)

    async def work(db: Connection) -> None:
        if not await links.revoke(db, visit.branch, link.code, visit.now):
            raise web.HTTPNotFound
        await visit.record(db, "link.revoked", f"link:{link.code}", {"partner": partner.id})

    await visit.write(work)
    said = _("The link is revoked. Who still comes by it is served, and counted for nobody.")
    return visit.go(f"{PATH}/{partner.id}", said)


async def one(visit: Visit) -> web.Response:
    partner, link = await _link(visit)
    return await page(visit, "partner_link.html", partner, link, f"{PATH}/{partner.id}/links/{link.code}")


async def page(visit: Visit, template: str, partner: Listed, link: Link, path: str) -> web.Response:
    """A link with all that can be made of it; `path` is where its files are."""
    orders = {language: await order_of(visit, partner, link, language) for language in LANGUAGES}
    mine = orders[visit.language]
    best = next(iter(mine.codes.values()), "")
    return visit.show(
        template,
        one=partner,
        link=link,
        path_of=path,
        codes=mine.codes,
        channels=material.CHANNELS,
        picture=qr.inline(best, link.code) if best else "",
        kinds=material.KINDS,
        words={language: material.chat_words(order) for language, order in orders.items()},
        embed=embed_code(mine.doors, link.code, visit.language),
        holds=link.holds(visit.now),
    )


async def picture(visit: Visit) -> web.Response:
    partner, link = await _link(visit)
    return await send_picture(visit, partner, link)


async def print_out(visit: Visit) -> web.Response:
    partner, link = await _link(visit)
    return await send_print(visit, partner, link)


async def send_picture(visit: Visit, partner: Listed, link: Link) -> web.Response:
    """The QR code of one door as a file: `kind` is svg or png."""
    kind, channel = visit.request.match_info["kind"], visit.request.query.get("channel", "")
    codes = (await order_of(visit, partner, link, visit.language)).codes
    words = codes.get(channel) or next(iter(codes.values()), "")
    if kind not in ("svg", "png") or not words:
        raise web.HTTPNotFound
    body, content = (qr.svg(words), "image/svg+xml") if kind == "svg" else (qr.png(words), "image/png")
    return _file(body, content, f"qr-{link.code}.{kind}")


async def send_print(visit: Visit, partner: Listed, link: Link) -> web.Response:
    kind, size, language = (visit.request.match_info[name] for name in ("what", "size", "language"))
    if kind not in material.KINDS or size not in SIZES or language not in LANGUAGES:
        raise web.HTTPNotFound
    order = replace(await order_of(visit, partner, link, language), size=size)
    try:
        body = material.pdf(kind, order)
    except material.NoDoor:
        raise web.HTTPNotFound from None
    return _file(body, "application/pdf", f"{kind}-{link.code}-{size}-{language}.pdf")


async def order_of(visit: Visit, partner: Listed, link: Link, language: str) -> Order:
    branch = (await visit.read(lambda db: branches.names(db, partner.branch))).get(partner.branch, partner.branch)
    return Order(link, partner.name, branch, await doors_of(visit), language)


async def doors_of(visit: Visit) -> Doors:
    """Where nobody said how the world reaches us, the address this page was asked at."""
    kept = await visit.read(doors.read)
    return replace(kept, public_url=kept.public_url or visit.desk.origin_of(visit.request))


def embed_code(doors: Doors, code: str, language: str) -> str:
    return EMBED.format(address=f"{doors.public_url.rstrip('/')}/embed?ref={code}&amp;lang={language}")


async def _link(visit: Visit) -> tuple[Listed, Link]:
    partner = await found(visit)
    code = visit.request.match_info["code"]
    link = await visit.read(lambda db: links.one(db, visit.branch, code))
    if link is None or link.partner != partner.id:
        raise web.HTTPNotFound
    return partner, link


async def _campaign(visit: Visit, typed: str) -> int | None:
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 20):
        return None
    campaign = await visit.read(lambda db: campaigns.by_id(db, visit.branch, int(typed)))
    return campaign.id if campaign else None


def _end_of(visit: Visit, typed: str) -> datetime | None:
    """The end of a day where the officer is."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(visit.officer.zone))


def _file(body: bytes, content: str, name: str) -> web.Response:
    return web.Response(body=body, content_type=content, headers={hdrs.CONTENT_DISPOSITION: f'attachment; filename="{name}"'})


LINK = f"{PATH}/{{partner}}/links/{{code}}"
PAGES = [
    post(f"{PATH}/{{partner}}/links", add, Policy.PARTNERS),
    get(LINK, one, Policy.SERVE),
    post(f"{LINK}/revoke", revoke, Policy.PARTNERS),
    get(f"{LINK}/qr.{{kind}}", picture, Policy.SERVE),
    get(f"{LINK}/print/{{what}}-{{size}}-{{language}}.pdf", print_out, Policy.SERVE),
]
