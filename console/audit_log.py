"""The audit: who did what and when; searched, checked row by row, exported."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from console import exports
from console.lists import Asked, Filter, asked, listing
from console.pages import get, post
from console.policies import Policy
from console.visit import Visit
from locales import _
from storage import audit
from storage.audit import BEGINNING, Checked, Recorded, Wanted

PATH = "/desk/audit"
PAGE, CHUNK = 50, 1000
NOUNS = {
    "officer": _("Officers"),
    "session": _("Sign-ins"),
    "conversation": _("Conversations"),
    "request": _("Requests"),
    "interest": _("Interests"),
    "person": _("People"),
    "roster": _("Members"),
    "member": _("Whole numbers shown"),
    "assignment": _("Whose task"),
    "campaign": _("Campaigns"),
    "template": _("WhatsApp templates"),
    "audience": _("Kept audiences"),
    "partner": _("Partners"),
    "link": _("Links of partners"),
    "occasion": _("Socialisation days"),
    "answer": _("Ready answers"),
    "duty": _("Duty roster"),
    "delivery": _("Messages"),
    "mission": _("Missions"),
    "targets": _("Targets"),
    "report": _("Reports"),
    "list": _("Exports"),
    "key": _("Sealing keys"),
    "breach": _("Notices of a leak"),
}
FILTER = Filter("noun", _("What"), NOUNS)
HEADER = (_("Number"), _("Time"), _("Branch"), _("Who"), _("What"), _("On what"), _("Details"))


async def log(visit: Visit) -> web.Response:
    wanted = _asked(visit)
    found = await visit.read(lambda db: audit.find(db, visit.branch, _wanted(visit, wanted), PAGE))
    return visit.show("audit_log.html", listing=listing(wanted, found, PAGE, lambda row: row.number), checked=None)


async def check(visit: Visit) -> web.Response:
    """Walks the whole chain, in steps, so that nobody else waits for it."""
    so_far, done = BEGINNING, False
    while not done:
        so_far, done = await _step(visit, so_far)
    wanted = _asked(visit)
    found = await visit.read(lambda db: audit.find(db, visit.branch, _wanted(visit, wanted), PAGE))
    return visit.show("audit_log.html", listing=listing(wanted, found, PAGE, lambda row: row.number), checked=so_far)


async def export(visit: Visit) -> web.StreamResponse:
    wanted = _asked(visit)
    return await exports.send(visit, "audit", wanted, HEADER, _rows(visit, _wanted(visit, wanted)))


async def _step(visit: Visit, so_far: Checked) -> tuple[Checked, bool]:
    return await visit.read(lambda db: audit.check(db, visit.desk.database.tools, so_far))


async def _rows(visit: Visit, wanted: Wanted) -> AsyncIterator[list[list[object]]]:
    while found := await _chunk(visit, wanted):
        yield [[row.number, row.at.isoformat(), row.branch, row.officer, row.action, row.subject, json.dumps(row.detail)] for row in found]
        wanted = replace(wanted, before=found[-1].number)


async def _chunk(visit: Visit, wanted: Wanted) -> list[Recorded]:
    return (await visit.read(lambda db: audit.find(db, visit.branch, wanted, CHUNK)))[:CHUNK]


def _asked(visit: Visit) -> Asked:
    return asked(visit, PATH, FILTER, fields=("since", "until"))


def _wanted(visit: Visit, asked: Asked) -> Wanted:
    """Words with a colon in them name a subject, such as officer:17; others are looked for in names."""
    subject = asked.words if ":" in asked.words else ""
    return Wanted(
        words="" if subject else asked.words,
        nouns=asked.chosen["noun"],
        subject=subject,
        since=_day(visit, asked.fields["since"]),
        until=_day(visit, asked.fields["until"], timedelta(days=1)),
        before=asked.number_after,
    )


def _day(visit: Visit, typed: str, later: timedelta = timedelta()) -> datetime | None:
    """When a day begins where the officer is; None for what is no date."""
    try:
        return datetime.combine(date.fromisoformat(typed) + later, time(), ZoneInfo(visit.officer.zone))
    except (ValueError, OverflowError):
        return None


PAGES = [
    get(PATH, log, Policy.AUDIT),
    post("/desk/audit/check", check, Policy.AUDIT),
    post("/desk/audit/export", export, Policy.AUDIT),
]
