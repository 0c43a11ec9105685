"""A partner's own page: opened by a one-time link from the chat, shows its own links, reach and duties in guarded numbers, and its material."""

from __future__ import annotations

from aiohttp import web

from console import partner_links
from console.pages import get, post
from console.partner_words import KINDS
from console.policies import Policy
from console.visit import Visit
from console.words import INTEREST_STATES, word_for
from locales import Text, _
from storage import links, partner_figures, partner_keys, partners, sessions, shares
from storage.links import Link
from storage.partner_figures import Funnel
from storage.partners import Listed
from storage.sessions import OWN
from storage.small_cells import STEP, guarded
from storage.writer import Connection

PATH = "/desk/partner"


def at_least(count: int) -> Text:
    """A count as it may leave the branch."""
    shown = guarded(count)
    return _("at most {count}", count=STEP) if shown is None else _("more than {count}", count=shown)


async def opening(visit: Visit) -> web.Response:
    """Looking at it does not use it up: chat programs look at links before people do."""
    token = visit.request.match_info["token"]
    owner = await visit.read(lambda db: partner_keys.owner(db, token, visit.now))
    return visit.show("partner_open.html", 200 if owner else 404, name=owner.name if owner else "", officer=None)


async def open_it(visit: Visit) -> web.Response:
    key = visit.request.match_info["token"]
    owner = await visit.read(lambda db: partner_keys.owner(db, key, visit.now))
    if owner is None:
        return visit.show("partner_open.html", 404, name="", officer=None)
    token = visit.new_token()

    async def work(db: Connection) -> bool:
        spent = await partner_keys.spend(db, key, visit.now)
        if spent:
            await sessions.start(db, owner.id, OWN, token, visit.now)
        await visit.record(db, "session.partner_opened" if spent else "session.partner_late", f"officer:{owner.id}", by=owner)
        return spent

    if not await visit.write(work):
        return visit.show("partner_open.html", 404, name="", officer=None)
    response = visit.go(PATH)
    visit.keep_token(response)
    return response


async def page(visit: Visit) -> web.Response:
    mine = await _mine(visit)
    funnel = await visit.read(lambda db: partner_figures.of_partner(db, mine.id))
    reach = await visit.read(lambda db: partner_figures.reach_by_link(db, mine.id))
    own = await visit.read(lambda db: links.of(db, mine.branch, mine.id))
    return visit.show(
        "partner_page.html",
        one=mine,
        links=own,
        reach={link.code: at_least(reach.get(link.code, 0)) for link in own},
        steps=_steps(funnel),
        duties=_duties(funnel),
        shared=await visit.read(lambda db: shares.of(db, mine.id)),
        states=INTEREST_STATES,
        kinds=KINDS,
        word_for=word_for,
    )


async def link(visit: Visit) -> web.Response:
    mine, found = await _link(visit)
    return await partner_links.page(visit, "partner_page_link.html", mine, found, f"{PATH}/links/{found.code}")


async def picture(visit: Visit) -> web.Response:
    return await partner_links.send_picture(visit, *await _link(visit))


async def print_out(visit: Visit) -> web.Response:
    return await partner_links.send_print(visit, *await _link(visit))


async def leave(visit: Visit) -> web.Response:
    async def work(db: Connection) -> None:
        if visit.session:
            await sessions.end(db, visit.session.id)
        await visit.record(db, "session.ended", f"officer:{visit.officer.id}")

    await visit.write(work)
    response = visit.go("/")
    visit.drop_token(response)
    return response


def _steps(funnel: Funnel) -> list[tuple[Text, Text]]:
    return [
        (_("came by your links"), at_least(funnel.reached)),
        (_("asked something"), at_least(funnel.talked)),
        (_("checked their cover"), at_least(funnel.checked)),
        (_("left their name"), at_least(funnel.interested)),
    ]


def _duties(funnel: Funnel) -> list[tuple[Text, Text]]:
    return [
        (_("registered, as an officer noted"), at_least(funnel.registered)),
        (_("covered, by their newest check"), at_least(funnel.covered)),
        (_("not covered, by their newest check"), at_least(funnel.lapsed)),
    ]


async def _mine(visit: Visit) -> Listed:
    """The partner of who asks; nothing that is sent says which. Somebody without one finds nothing."""
    id = visit.officer.partner
    found = await visit.read(lambda db: partners.one(db, visit.branch, id)) if id else None
    if found is None:
        raise web.HTTPNotFound
    return found


async def _link(visit: Visit) -> tuple[Listed, Link]:
    mine, code = await _mine(visit), visit.request.match_info["code"]
    found = await visit.read(lambda db: links.one(db, mine.branch, code))
    if found is None or found.partner != mine.id:
        raise web.HTTPNotFound
    return mine, found


LINK = f"{PATH}/links/{{code}}"
PAGES = [
    get(f"{PATH}/open/{{token}}", opening, Policy.SIGN_IN),
    post(f"{PATH}/open/{{token}}", open_it, Policy.SIGN_IN),
    get(PATH, page, Policy.OWN_FIGURES),
    post(f"{PATH}/leave", leave, Policy.OWN_FIGURES),
    get(LINK, link, Policy.OWN_FIGURES),
    get(f"{LINK}/qr.{{kind}}", picture, Policy.OWN_FIGURES),
    get(f"{LINK}/print/{{what}}-{{size}}-{{language}}.pdf", print_out, Policy.OWN_FIGURES),
]
