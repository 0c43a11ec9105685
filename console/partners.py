"""Partners: whom the branch works with, who came by their links, and the sites that may show our chat."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import urlsplit

from aiohttp import web

from console.lists import Filter, asked, listing
from console.pages import get, post
from console.partner_words import KINDS, LOST
from console.policies import Policy, Role
from console.refused import Refused
from console.visit import Visit
from console.words import word_for
from locales import Text, Written, _
from storage import branches, links, officers, partner_figures, partners
from storage.partners import Listed, Taken
from storage.scope import EVERYWHERE
from storage.stale import Stale
from storage.writer import Connection

PATH, PAGE = "/desk/partners", 50
LONGEST_NAME, MOST_HOSTS = 100, 10
ORIGIN = re.compile(r"https://[a-z0-9.-]+(:[0-9]{1,5})?")
STALE = Refused(
    409,
    _("Somebody changed this partner meanwhile"),
    _("Nothing of what you sent was done."),
    _("Go back, reload the page and look at how it stands now."),
)


async def all_of_them(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, Filter("kind", _("Kind"), KINDS))
    kinds = wanted.chosen["kind"]
    found = await visit.read(lambda db: partners.find(db, visit.branch, words=wanted.words, kinds=kinds, after=wanted.after, most=PAGE))
    ids = [one.id for one in found]
    return visit.show(
        "partners.html",
        listing=listing(wanted, found, PAGE, lambda one: one.id),
        reach=await visit.read(lambda db: partner_figures.reach_of_all(db, ids)),
        lost=await visit.read(lambda db: partner_figures.lost(db, visit.branch)),
        why=LOST,
        kinds=KINDS,
        word_for=word_for,
    )


async def new_form(visit: Visit) -> web.Response:
    return await _new(visit, {}, None)


async def add(visit: Visit) -> web.Response:
    sent, known = await visit.form("name", "kind", "branch"), await _branches(visit)
    if sent["kind"] not in KINDS or sent["branch"] not in known:
        raise web.HTTPBadRequest
    partner = slug(sent["name"])
    if not (partner and len(sent["name"]) <= LONGEST_NAME):
        return await _new(
            visit, sent, _("Give the partner's name, in Latin letters, of at most {most} characters.", most=LONGEST_NAME), 422
        )

    async def work(db: Connection) -> None:
        await partners.add(db, partner, sent["branch"], sent["kind"], sent["name"])
        await visit.record(db, "partner.added", f"partner:{partner}", {"kind": sent["kind"], "branch": sent["branch"]})

    try:
        await visit.write(work)
    except Taken:
        return await _new(visit, sent, _("A partner of this name is there already."), 422)
    return visit.go(f"{PATH}/{partner}", _("The partner is kept. Make a link for them now."))


async def one(visit: Visit) -> web.Response:
    return await show(visit, await found(visit))


async def show(
    visit: Visit, partner: Listed, wrong: Text | None = None, status: int = 200, code: tuple[str, str] | None = None
) -> web.Response:
    """`code`: whose chat it links, and the code, shown once."""
    return visit.show(
        "partner.html",
        status,
        one=partner,
        kinds=KINDS,
        links=await visit.read(lambda db: links.of(db, visit.branch, partner.id)),
        reach=await visit.read(lambda db: partner_figures.reach_by_link(db, partner.id)),
        funnel=await visit.read(lambda db: partner_figures.of_partner(db, partner.id)),
        people=await people(visit, partner.id),
        wrong=wrong,
        code=code,
        word_for=word_for,
    )


async def change(visit: Visit) -> web.Response:
    partner, sent = await found(visit), await visit.form("version", "name", "kind", "hosts")
    if sent["kind"] not in KINDS:
        raise web.HTTPBadRequest
    hosts = origins(sent["hosts"])
    if hosts is None:
        return await show(visit, partner, _("Write each site as https://name, one a line, at most {most}.", most=MOST_HOSTS), 422)
    if not 0 < len(sent["name"]) <= LONGEST_NAME:
        return await show(visit, partner, _("Give the partner's name."), 422)
    if sent["version"] != str(partner.version):
        raise STALE

    async def work(db: Connection) -> None:
        await partners.change(db, partner.id, partner.version, name=sent["name"], kind=sent["kind"], hosts=" ".join(hosts))
        detail = {"name": partner.name != sent["name"], "kind": sent["kind"], "hosts": hosts}
        await visit.record(db, "partner.changed", f"partner:{partner.id}", detail)

    try:
        await visit.write(work)
    except Stale:
        raise STALE from None
    return visit.go(f"{PATH}/{partner.id}", _("Saved."))


async def found(visit: Visit) -> Listed:
    """Another branch's partner is not found."""
    id = visit.request.match_info["partner"]
    partner = await visit.read(lambda db: partners.one(db, visit.branch, id))
    if partner is None:
        raise web.HTTPNotFound
    return partner


async def people(visit: Visit, partner: str) -> list[officers.Officer]:
    """Who looks at the partner's own page."""
    everybody = await visit.read(lambda db: officers.find(db, visit.branch, roles=[Role.PARTNER], most=500))
    return [one for one in everybody if one.partner == partner]


def slug(name: str) -> str:
    """The id of a partner, as it stands in addresses: its name in small plain letters."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain.removeprefix("pt ")).strip("-")[:60]


def origins(typed: str) -> list[str] | None:
    """The sites of a form, each as a browser names it; None if one of them is none."""
    found = []
    for line in typed.split():
        parts = urlsplit(line if "//" in line else f"https://{line}")
        origin = f"{parts.scheme}://{parts.netloc}".lower()
        if not ORIGIN.fullmatch(origin) or "." not in parts.netloc:
            return None
        found.append(origin)
    return list(dict.fromkeys(found)) if len(found) <= MOST_HOSTS else None


async def _new(visit: Visit, sent: dict[str, str], wrong: Text | None, status: int = 200) -> web.Response:
    values = {"name": "", "kind": "p3mi", "branch": "", **sent}
    return visit.show("partner_new.html", status, sent=values, wrong=wrong, kinds=KINDS, names=await _branches(visit))


async def _branches(visit: Visit) -> dict[str, Written]:
    named = await visit.read(lambda db: branches.names(db, visit.branch))
    mine = {visit.branch} if visit.branch != EVERYWHERE else set(named)
    return {id: Written({"id": name}) for id, name in named.items() if id in mine}


PAGES = [
    get(PATH, all_of_them, Policy.SERVE),
    get(f"{PATH}/new", new_form, Policy.PARTNERS),
    post(f"{PATH}/new", add, Policy.PARTNERS),
    get(f"{PATH}/{{partner}}", one, Policy.SERVE),
    post(f"{PATH}/{{partner}}/change", change, Policy.PARTNERS),
]
