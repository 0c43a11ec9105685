"""Whose task a new interest becomes: the rules of a branch, by destination and by partner."""

from __future__ import annotations

from aiohttp import web

import facts
from console.interests import PATH, partner_names, staff
from console.interests_words import country
from console.lists import Words
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import _
from storage import assignments, officers
from storage.writer import Connection

RULES = f"{PATH}/rules"
HOME = "ID"


async def rules(visit: Visit) -> web.Response:
    found = await visit.read(lambda db: assignments.of(db, visit.branch))
    return visit.show(
        "interests_rules.html",
        rules=found,
        countries=_countries(),
        country=country,
        partners=await partner_names(visit),
        staff=await staff(visit),
    )


async def add(visit: Visit) -> web.Response:
    sent = await visit.form("country", "partner", "officer")
    people, partners = await staff(visit), await partner_names(visit)
    wrong = sent["officer"] not in people or sent["country"] not in {"", *_countries()} or sent["partner"] not in {"", *partners}
    if wrong:
        raise web.HTTPBadRequest
    officer = await visit.read(lambda db: officers.by_id(db, visit.branch, int(sent["officer"])))
    assert officer
    # A national officer's own branch is all of them; what they take on is what comes to the branch of this desk.
    branch = visit.desk.branch if officer.branch == "*" else officer.branch

    async def work(db: Connection) -> None:
        destination, partner = sent["country"] or None, sent["partner"] or None
        rule = await assignments.add(db, visit.desk.database.tools, branch, destination, partner, officer.id)
        detail = {"branch": branch, "destination": destination, "partner": partner, "officer": officer.id}
        await visit.record(db, "assignment.added", f"assignment:{rule}", detail)

    await visit.write(work)
    return visit.go(RULES, _("The rule holds for interests that come from now on."))


async def remove(visit: Visit) -> web.Response:
    rule = visit.number("number")

    async def work(db: Connection) -> None:
        if not await assignments.remove(db, visit.branch, rule):
            raise web.HTTPNotFound
        await visit.record(db, "assignment.removed", f"assignment:{rule}")

    await visit.write(work)
    return visit.go(RULES, _("The rule is gone. What was handed out by it stays where it is."))


def _countries() -> dict[str, Words]:
    return {one.iso: one.name for one in facts.countries() if one.iso != HOME}


PAGES = [
    get(RULES, rules, Policy.SERVE),
    post(RULES, add, Policy.ADMINISTER),
    post(f"{RULES}/{{number}}/remove", remove, Policy.ADMINISTER),
]
