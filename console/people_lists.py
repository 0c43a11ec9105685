"""People, and the checks that workers made, as lists to take along: without a number, and without whoever another branch looks after."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

from aiohttp import web

from console import exports
from console.interests_words import country
from console.lists import Filter, asked
from console.members_ending import WAYS
from console.pages import post
from console.people import FILTERS, PATH, wanted_of
from console.policies import Policy
from console.visit import Visit
from console.words import CHANNELS, CHECK_RESULTS, word_for
from locales import _, render
from storage import members, people, searching
from storage.people import Row, Wanted

CHUNK = 500
CHECKS = "/desk/members/checks"
PEOPLE_HEADER = (
    *(_("Name"), _("Writes by"), _("Language"), _("Country"), _("Consent given"), _("Wants no campaigns"), _("First wrote")),
    *(_("Last wrote"), _("Page")),
)
CHECKS_HEADER = (_("Time"), _("Result"), _("How"), _("Country"))


async def take_people(visit: Visit) -> web.StreamResponse:
    wanted = asked(visit, PATH, *FILTERS, fields=("since",))
    meant = await visit.read(lambda db: searching.by_words(db, visit.branch, wanted.words)) if wanted.words else None
    first = replace(wanted_of(visit, wanted, meant), before=0)
    return await exports.send(visit, "people", wanted, PEOPLE_HEADER, _people(visit, first))


async def _people(visit: Visit, wanted: Wanted) -> AsyncIterator[list[list[object]]]:
    more = True
    while more:
        found = await visit.read(lambda db, wanted=wanted: people.find(db, visit.branch, wanted, visit.now, CHUNK))  # type: ignore[misc]
        more, rows = len(found) > CHUNK, found[:CHUNK]
        yield [_person(visit, row) for row in rows]
        wanted = replace(wanted, before=rows[-1].id) if rows else wanted


def _person(visit: Visit, row: Row) -> list[object]:
    channels = ", ".join(render(word_for(CHANNELS, channel), visit.language) for channel in row.channels)
    place = render(country(row.country), visit.language) if row.country else ""
    moments = (row.consent_at, row.opted_out_at, row.created_at, row.seen_at)
    days = [at.isoformat(timespec="minutes") if at else "" for at in moments]
    return [row.name, channels, row.language, place, *days, f"{PATH}/{row.id}"]


async def take_checks(visit: Visit) -> web.StreamResponse:
    """Who asked is left out: what is told is how many were covered, when, and how we know."""
    wanted = asked(visit, CHECKS, Filter("result", _("Result"), CHECK_RESULTS), Filter("way", _("How"), WAYS))
    return await exports.send(visit, "checks", wanted, CHECKS_HEADER, _checks(visit, wanted.chosen["result"], wanted.chosen["way"]))


async def _checks(visit: Visit, results: tuple[str, ...], ways: tuple[str, ...]) -> AsyncIterator[list[list[object]]]:
    before, more = 0, True
    while more:
        found = await visit.read(
            lambda db, before=before: members.checks(db, visit.branch, results=results, ways=ways, before=before, most=CHUNK)  # type: ignore[misc]
        )
        more, rows = len(found) > CHUNK, found[:CHUNK]
        yield [_check(visit, row) for row in rows]
        before = rows[-1].id if rows else before


def _check(visit: Visit, row: members.Check) -> list[object]:
    result, way = word_for(CHECK_RESULTS, row.result), WAYS["roster" if row.by_number else "told"]
    place = render(country(row.country), visit.language) if row.country else ""
    return [row.at.isoformat(timespec="minutes"), render(result, visit.language), render(way, visit.language), place]


PAGES = [post(f"{PATH}/export", take_people, Policy.LOOK), post(f"{CHECKS}/export", take_checks, Policy.LOOK)]
