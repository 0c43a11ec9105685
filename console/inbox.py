"""The inbox: everybody the branch talks with; those who wait first, if asked so; filters stand in the address."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import web

from console import emergencies
from console.account import LANGUAGE_NAMES
from console.lists import Asked, Filter, asked, listing
from console.pages import get
from console.policies import Policy
from console.visit import Visit
from console.words import CHANNELS, REASONS, word_for
from locales import _
from storage import inbox, searching
from storage.inbox import Row, Wanted
from storage.writer import Connection

PATH, PAGE = "/desk/inbox", 50
WAITS = {"any": timedelta(), "hour": timedelta(hours=1), "day": timedelta(days=1)}
FILTERS = (
    Filter("wait", _("Waiting"), {"any": _("waits for an answer"), "hour": _("waits over an hour"), "day": _("waits over a day")}),
    Filter("reason", _("Why"), REASONS),
    Filter("whose", _("Whose"), {"me": _("mine"), "nobody": _("nobody's")}),
    Filter("channel", _("Channel"), CHANNELS),
    Filter("language", _("Language"), LANGUAGE_NAMES),
)


async def people(visit: Visit) -> web.Response:
    wanted = asked(visit, PATH, *FILTERS)
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


async def _find(db: Connection, visit: Visit, asked: Asked) -> list[Row]:
    chosen, tools = asked.chosen, visit.desk.database.tools
    longest = max((WAITS[code] for code in chosen["wait"]), default=timedelta())
    wanted = Wanted(
        waiting=bool(chosen["wait"] or chosen["reason"]),
        reasons=chosen["reason"],
        since=visit.now - longest if longest else None,
        channels=chosen["channel"],
        languages=chosen["language"],
        officers=[visit.officer.id if code == "me" else None for code in chosen["whose"]],
        contacts=await searching.by_words(db, visit.branch, asked.words) if asked.words else None,
        after=inbox.read_key(asked.after),
    )
    return await inbox.find(db, tools, visit.branch, wanted, visit.now, PAGE)


PAGES = [get(PATH, people, Policy.SERVE)]
