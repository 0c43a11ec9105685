"""People: one page a person, with all that is kept of them; what they ask by law about it, and until when it must be done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from zoneinfo import ZoneInfo

from aiohttp import web

from console.account import LANGUAGE_NAMES
from console.lists import Asked, Filter, asked, listing
from console.members import digits_of
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from console.words import CHANNELS, CHECK_RESULTS, INTEREST_STATES, REASONS, word_for
from facts import cite
from locales import Text, _
from storage import joins, people, rights, searching
from storage.people import Person, Wanted
from storage.writer import Connection

PATH, PAGE = "/desk/people", 50
LAW = "uu-27-2022"
FILTERS = (
    Filter("check", _("What checks found"), CHECK_RESULTS),
    Filter("state", _("Consent"), {"consent": _("Consent given"), "no_consent": _("No consent"), "stopped": _("Wants no campaigns")}),
    Filter("right", _("Asked by law"), {"due": _("Waits for us")}),
    Filter("channel", _("Channel"), CHANNELS),
    Filter("language", _("Language"), LANGUAGE_NAMES),
)
KINDS: Mapping[str, Text] = {"copy": _("A copy of the data"), "correction": _("A correction"), "erasure": _("Erasure of everything")}
ARTICLES = {"copy": "5-13", "correction": "5-13", "erasure": "42-45"}
WAYS: Mapping[str, Text] = {"chat": _("in the chat"), "letter": _("by letter or e-mail"), "office": _("at the office")}
HAPPENED: Mapping[str, Text] = {
    "touch": _("Came by a link"),
    "check": _("Checked coverage"),
    "topic": _("Asked about a topic"),
    "begun": _("Began to leave their name"),
    "interest": _("Interest"),
    "stage": _("In another stage"),
    "moved": _("Interest moved on"),
    "mission": _("Told what a mission asked"),
    "consent": _("Consent"),
    "click": _("Opened a campaign's link"),
    "refused": _("Refused a reminder"),
    "opt_out": _("Stopped campaigns"),
    "opt_in": _("Wants campaigns again"),
    "request": _("Asked for an officer"),
    "privacy": _("Own data"),
    "joined": _("Joined two chats"),
}


async def everybody(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, *FILTERS, fields=("since",))
    found = await visit.read(lambda db: _find(db, visit, wanted))
    waiting = await visit.read(lambda db: rights.waiting(db, visit.branch))
    return visit.show(
        "people.html",
        listing=listing(wanted, found, PAGE, lambda row: row.id),
        waiting=waiting,
        channels=CHANNELS,
        languages=LANGUAGE_NAMES,
        word_for=word_for,
        late=lambda at: at < visit.now,
    )


async def by_number(visit: Visit) -> web.Response:
    """Looked up by a form of its own, so that a number stands in no address."""
    sent = await visit.form("number")
    digits, tools = digits_of(sent["number"].lstrip("+")), visit.desk.database.tools

    async def mine(db: Connection) -> list[people.Row]:
        meant = await searching.by_number(db, tools, visit.branch, digits)
        return await people.find(db, visit.branch, Wanted(contacts=meant), visit.now, 1)

    found = await visit.read(mine) if digits else []
    if len(found) != 1:
        return visit.go(f"{PATH}?all", _("Nobody has this number, or more than one. It must be whole."))
    return visit.go(f"{PATH}/{found[0].id}")


async def _find(db: Connection, visit: Visit, wanted: Asked) -> list[people.Row]:
    meant = await searching.by_words(db, visit.branch, wanted.words) if wanted.words else None
    return await people.find(db, visit.branch, wanted_of(visit, wanted, meant), visit.now, PAGE)


def wanted_of(visit: Visit, asked: Asked, meant: list[int] | None) -> Wanted:
    """What the list was asked for; `meant` are those whom the words searched mean."""
    chosen = asked.chosen
    return Wanted(
        contacts=meant,
        channels=chosen["channel"],
        languages=chosen["language"],
        checks=chosen["check"],
        states=chosen["state"],
        due=bool(chosen["right"]),
        since=_midnight(visit) if asked.fields["since"] == "today" else None,
        before=asked.number_after,
    )


def _midnight(visit: Visit) -> datetime:
    zone = ZoneInfo(visit.officer.zone)
    return datetime.combine(visit.now.astimezone(zone).date(), time(), zone)


async def one(visit: Visit) -> web.Response:
    return await _show(visit, await found_person(visit))


async def _show(visit: Visit, person: Person, code: str | None = None) -> web.Response:
    return visit.show(
        "person.html",
        one=person,
        code=code,
        kinds=KINDS,
        ways=WAYS,
        cited={kind: cite(LAW, article) for kind, article in ARTICLES.items()},
        happened=HAPPENED,
        states=INTEREST_STATES,
        reasons=REASONS,
        channels=CHANNELS,
        results=CHECK_RESULTS,
        word_for=word_for,
        today=visit.now.astimezone(ZoneInfo(visit.officer.zone)).date().isoformat(),
        late=lambda at: at < visit.now,
    )


async def code(visit: Visit) -> web.Response:
    """For somebody who has a second chat with us: they type the code there."""
    person, database = await found_person(visit), visit.desk.database

    async def work(db: Connection) -> str:
        await visit.record(db, "person.code_made", f"person:{person.id}")
        return await joins.new_code(db, database.tools, person.id, visit.now)

    return await _show(visit, person, await visit.write(work))


async def found_person(visit: Visit) -> Person:
    number = visit.number("person")
    person = await visit.read(lambda db: people.one(db, visit.desk.database.tools, visit.branch, number))
    if person is None:
        raise web.HTTPNotFound
    return person


def path_of(person: Person) -> str:
    return f"{PATH}/{person.id}"


PAGES = [
    get(PATH, everybody, Policy.LOOK),
    post(f"{PATH}/find", by_number, Policy.LOOK),
    get(f"{PATH}/{{person}}", one, Policy.LOOK),
    post(f"{PATH}/{{person}}/code", code, Policy.SERVE),
]
