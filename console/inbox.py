"""The inbox: everybody the branch talks with; those who wait first, if asked so; filters stand in the address."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import timedelta

from aiohttp import web

from console import emergencies, exports
from console.account import LANGUAGE_NAMES
from console.interests import staff
from console.interests_words import country
from console.lists import Asked, Filter, Words, asked, listing
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from console.words import CHANNELS, REASONS, word_for
from locales import _, render
from storage import inbox, searching
from storage.inbox import Row, Wanted
from storage.writer import Connection

PATH, PAGE, CHUNK = "/desk/inbox", 50, 500
WAITS = {"any": timedelta(), "hour": timedelta(hours=1), "day": timedelta(days=1)}
FILTERS = (
    Filter("wait", _("Waiting"), {"any": _("waits for an answer"), "hour": _("waits over an hour"), "day": _("waits over a day")}),
    Filter("reason", _("Why"), REASONS),
    Filter("channel", _("Channel"), CHANNELS),
    Filter("language", _("Language"), LANGUAGE_NAMES),
)
MINE, NOBODYS = "me", "nobody"
HEADER = (
    *(_("Person"), _("Channel"), _("End of the address"), _("Language"), _("Country"), _("Waiting since"), _("Why")),
    *(_("Whose"), _("Last wrote")),
)


async def people(visit: Visit) -> web.Response:
    wanted = await _asked(visit)
    found = await visit.read(lambda db: _find(db, visit, wanted))
    return visit.show(
        "inbox.html",
        listing=listing(wanted, found, PAGE, lambda row: row.key),
        here=wanted.address(after=wanted.after),
        emergencies=await emergencies.unread(visit),
        channels=CHANNELS,
        reasons=REASONS,
        languages=LANGUAGE_NAMES,
        word_for=word_for,
    )


async def export(visit: Visit) -> web.StreamResponse:
    """Who waits and who wrote, for a meeting or a handover: what they said stays at the desk."""
    wanted = await _asked(visit)
    first = await visit.read(lambda db: _wanted(db, visit, wanted))
    return await exports.send(visit, "inbox", wanted, HEADER, _rows(visit, replace(first, after=None)))


async def _rows(visit: Visit, wanted: Wanted) -> AsyncIterator[list[list[object]]]:
    tools, more = visit.desk.database.tools, True
    while more:
        found = await visit.read(lambda db, wanted=wanted: inbox.find(db, tools, visit.branch, wanted, visit.now, CHUNK))  # type: ignore[misc]
        more, rows = len(found) > CHUNK, found[:CHUNK]
        yield [_row(visit, row) for row in rows]
        wanted = replace(wanted, after=rows[-1].key) if rows else wanted


def _row(visit: Visit, row: Row) -> list[object]:
    channel = render(word_for(CHANNELS, row.channel or ""), visit.language)
    why = ", ".join(render(word_for(REASONS, reason), visit.language) for reason in row.reasons)
    place = render(country(row.country), visit.language) if row.country else ""
    since, seen = (moment.isoformat(timespec="minutes") if moment else "" for moment in (row.since, row.seen_at))
    return [row.name, channel, row.digits, row.language, place, since, why, row.officer, seen]


async def _asked(visit: Visit) -> Asked:
    whose: Mapping[str, Words] = {MINE: _("mine"), NOBODYS: _("nobody's"), **await staff(visit)}
    return asked(visit, PATH, *FILTERS, Filter("whose", _("Whose"), whose))


async def _find(db: Connection, visit: Visit, asked: Asked) -> list[Row]:
    return await inbox.find(db, visit.desk.database.tools, visit.branch, await _wanted(db, visit, asked), visit.now, PAGE)


async def _wanted(db: Connection, visit: Visit, asked: Asked) -> Wanted:
    chosen = asked.chosen
    known = {MINE: visit.officer.id, NOBODYS: None}
    longest = max((WAITS[code] for code in chosen["wait"]), default=timedelta())
    return Wanted(
        waiting=bool(chosen["wait"] or chosen["reason"]),
        reasons=chosen["reason"],
        since=visit.now - longest if longest else None,
        channels=chosen["channel"],
        languages=chosen["language"],
        officers=[known[code] if code in known else int(code) for code in chosen["whose"]],
        contacts=await searching.by_words(db, visit.branch, asked.words) if asked.words else None,
        after=inbox.read_key(asked.after),
    )


PAGES = [get(PATH, people, Policy.SERVE), post(f"{PATH}/export", export, Policy.SERVE)]
