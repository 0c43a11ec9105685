"""Interests: who wants to join, where each stands, whose task it is and what is due; filtered in the address, exported."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from console import exports
from console.interests_words import REACHES, STAGES, TONES, country
from console.lists import Asked, Filter, Words, asked, listing
from console.members import digits_of
from console.pages import get, post
from console.policies import ROLES, Policy
from console.visit import Visit
from console.words import INTEREST_STATES, word_for
from locales import Written, _, render
from storage import following, officers, partners
from storage.following import Followed, Wanted
from storage.writer import Connection

PATH, PAGE, CHUNK = "/desk/interests", 50, 500
BOARD, CARDS = "board", 12  # the other way to look at it, and how many stand in a column
NOBODY, MINE = "nobody", "me"
DUE: Mapping[str, Words] = {"late": _("overdue"), "today": _("today"), "week": _("within a week"), "unset": _("no day set")}
HEADER = (
    *(_("Number"), _("State"), _("Name"), _("Stage"), _("Country"), _("Agency"), _("Contract, months"), _("How to reach"), _("Phone")),
    *(_("NIK"), _("Due"), _("Whose"), _("Came by"), _("Left on"), _("Changed on"), _("Branch")),
)


async def follow(visit: Visit) -> web.Response:
    """As a table, or as a board with a column for each state."""
    wanted = await _asked(visit)
    if wanted.fields["view"] == BOARD:
        return await _board(visit, wanted)
    found = await visit.read(lambda db: following.find(db, visit.desk.database.tools, visit.branch, _wanted(visit, wanted), PAGE))
    counts = await visit.read(lambda db: following.counts(db, visit.branch))
    return visit.show(
        "interests.html",
        columns=[],
        listing=listing(wanted, found, PAGE, lambda one: f"{(one.due_on or following.NEVER).isoformat()}.{one.id}"),
        **_common(visit, counts),
    )


async def by_number(visit: Visit) -> web.Response:
    """Looked up by a form of its own, so that a number stands in no address."""
    sent = await visit.form("number")
    number, tools = digits_of(sent["number"].lstrip("+")), visit.desk.database.tools
    wanted = Wanted(visit.times.today, number=number)
    found = await visit.read(lambda db: following.find(db, tools, visit.branch, wanted, PAGE)) if number else []
    if not found:
        return visit.go(f"{PATH}?all", _("Nobody left this number. It must be whole."))
    if len(found) == 1:
        return visit.go(f"{PATH}/{found[0].id}")
    counts = await visit.read(lambda db: following.counts(db, visit.branch))
    return visit.show("interests.html", columns=[], listing=listing(await _asked(visit), found, PAGE, id), **_common(visit, counts))


async def _board(visit: Visit, wanted: Asked) -> web.Response:
    tools, all_states = visit.desk.database.tools, wanted.chosen["state"] or tuple(INTEREST_STATES)
    counts = await visit.read(lambda db: following.counts(db, visit.branch))
    asks = {state: replace(_wanted(visit, wanted), states=(state,), after=None) for state in all_states}

    async def read(db: Connection) -> list[tuple[str, list[Followed]]]:
        return [(state, await following.find(db, tools, visit.branch, ask, CARDS)) for state, ask in asks.items()]

    columns = await visit.read(read)
    return visit.show("interests.html", columns=columns, cards=CARDS, listing=listing(wanted, [], PAGE, id), **_common(visit, counts))


def _common(visit: Visit, counts: Mapping[str, int]) -> dict[str, Any]:
    return {
        "states": INTEREST_STATES,
        "counts": counts,
        "tones": TONES,
        "stages": STAGES,
        "reaches": REACHES,
        "country": country,
        "word_for": word_for,
        "today": visit.times.today,
    }


async def export(visit: Visit) -> web.StreamResponse:
    wanted = await _asked(visit)
    return await exports.send(visit, "interests", wanted, HEADER, _rows(visit, _wanted(visit, wanted)))


async def staff(visit: Visit) -> dict[str, Written]:
    """Officers to whom an interest may be handed: {id: name}."""
    found = await visit.read(lambda db: officers.find(db, visit.branch, roles=sorted(ROLES[Policy.SERVE]), active=True, most=200))
    return {str(one.id): Written({"id": one.name}) for one in found}


async def partner_names(visit: Visit) -> dict[str, Written]:
    found = await visit.read(lambda db: partners.names(db, visit.branch))
    return {id: Written({"id": name}) for id, name in found.items()}


async def _asked(visit: Visit) -> Asked:
    whose: Mapping[str, Words] = {MINE: _("mine"), NOBODY: _("nobody's"), **await staff(visit)}
    there = await visit.read(lambda db: following.destinations(db, visit.branch))
    return asked(
        visit,
        PATH,
        Filter("state", _("State"), INTEREST_STATES),
        Filter("due", _("Due"), DUE),
        Filter("whose", _("Whose"), whose),
        Filter("country", _("Country"), {iso: country(iso) for iso in there}),
        Filter("partner", _("Came by"), await partner_names(visit)),
        fields=("view",),
    )


def _wanted(visit: Visit, asked: Asked) -> Wanted:
    known = {NOBODY: 0, MINE: visit.officer.id}
    today = visit.times.today
    return Wanted(
        today,
        words=asked.words,
        states=asked.chosen["state"],
        due=asked.chosen["due"],
        whose=[known[code] if code in known else int(code) for code in asked.chosen["whose"]],
        destinations=asked.chosen["country"],
        partners=asked.chosen["partner"],
        week=today + timedelta(days=7),
        after=_after(asked.after),
    )


def _after(key: str) -> tuple[date, int] | None:
    day, _dot, number = key.partition(".")
    if not (number.isascii() and number.isdecimal() and len(number) < 20):
        return None
    try:
        return date.fromisoformat(day), int(number)
    except ValueError:
        return None


async def _rows(visit: Visit, wanted: Wanted) -> AsyncIterator[list[list[object]]]:
    while found := await _chunk(visit, wanted):
        yield [_row(visit, one) for one in found]
        wanted = replace(wanted, after=(found[-1].due_on or following.NEVER, found[-1].id))


async def _chunk(visit: Visit, wanted: Wanted) -> list[Followed]:
    return (await visit.read(lambda db: following.find(db, visit.desk.database.tools, visit.branch, wanted, CHUNK)))[:CHUNK]


def _row(visit: Visit, one: Followed) -> list[object]:
    """The phone number is what the list is taken along for; of the NIK only its end."""
    words = [word_for(INTEREST_STATES, one.state), word_for(STAGES, one.stage), country(one.destination), word_for(REACHES, one.reach)]
    state, stage, where, reach = (render(word, visit.language) for word in words)
    nik = f"•••• {one.nik[-4:]}" if one.nik else ""
    told = [one.reference, state, one.name, stage, where, one.agency, one.months, reach, one.phone, nik]
    return [*told, one.due_on, one.officer, one.by_partner, one.at.date(), one.changed_at.date(), one.branch]


PAGES = [
    get(PATH, follow, Policy.SERVE),
    post(f"{PATH}/find", by_number, Policy.SERVE),
    post(f"{PATH}/export", export, Policy.SERVE),
]
