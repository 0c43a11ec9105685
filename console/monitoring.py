"""The evaluation: one page for a period and a group, the people behind a figure, what each figure means, and the report as a file."""

from __future__ import annotations

import asyncio

from aiohttp import hdrs, web

from console.interests_words import country
from console.monitoring_charts import lines, strokes
from console.monitoring_files import FORMATS, made
from console.monitoring_view import sections
from console.monitoring_words import INDICATORS, name_of
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import _
from storage import indicators, partners, people
from storage.branches import zones_of
from storage.indicators import MEASURES, Group
from storage.periods import MONTH, QUARTER, YEAR, NoPeriod, Period, containing, period
from storage.reports.content import HOME_ZONE, Report, guard, report
from storage.scope import EVERYWHERE
from storage.writer import Connection

PATH = "/desk/monitoring"
ROWS = f"{PATH}/rows"
PAGE = 50
CHOICES = 6  # periods of each kind to choose from

NO_PERIOD = Refused(
    400,
    _("There is no such period"),
    _("A report is made of a month, a quarter or a year, for example {names}. Nothing was changed.", names="2026-11, 2026-Q4, 2026"),
    _("Go back to the evaluation and choose a period from the list."),
)


async def page(visit: Visit) -> web.Response:
    wanted, partner = await _wanted(visit), await _partner(visit)
    found = await _report(visit, wanted, partner)
    rows = ROWS if visit.may(Policy.LOOK) and not partner else ""
    made_of = sections(found, rows)
    return visit.show(
        "monitoring.html",
        found=found,
        sections=made_of,
        charts={one.code: strokes(one.strokes) for one in made_of if one.strokes},
        trends={one.code: lines(one.trend) for one in made_of if one.trend},
        periods=await _choices(visit),
        partners=await visit.read(lambda db: partners.names(db, visit.branch)),
        partner=partner,
        name=name_of(wanted),
        name_of=name_of,
        formats=FORMATS,
    )


async def rows(visit: Visit) -> web.Response:
    """The people behind a figure, a page at a time."""
    wanted, query = await _wanted(visit), visit.request.query
    measure = query.get("measure", "")
    if measure not in MEASURES:
        raise web.HTTPNotFound
    branch = query.get("branch", EVERYWHERE) if visit.branch == EVERYWHERE else visit.branch
    group = Group(branch, query.get("partner"), query.get("country"))
    after = int(query.get("after", "0")) if query.get("after", "0").isdecimal() and len(query.get("after", "0")) < 20 else 0
    behind = await visit.read(lambda db: indicators.people_behind(db, group, wanted, measure, after, PAGE))
    shown = people.Wanted(contacts=behind[:PAGE])
    more = visit.request.rel_url.update_query(after=str(behind[PAGE - 1])) if len(behind) > PAGE else None
    return visit.show(
        "monitoring_rows.html",
        people=await visit.read(lambda db: people.find(db, visit.branch, shown, visit.now, PAGE)),
        indicator=INDICATORS[measure],
        measure=measure,
        name=name_of(wanted),
        group=group,
        country=country,
        partners=await visit.read(lambda db: partners.names(db, visit.branch)),
        more=str(more) if more else "",
        back=f"{PATH}?period={wanted.name}",
    )


async def definitions(visit: Visit) -> web.Response:
    return visit.show("monitoring_definitions.html", indicators=INDICATORS)


async def file(visit: Visit) -> web.Response:
    """The report as a file: exact for the branch, guarded for others. Each is an entry in the audit."""
    sent = await visit.form("period", "format", "whose", "partner")
    wanted = _named(sent["period"])
    if sent["format"] not in FORMATS:
        raise web.HTTPBadRequest
    found = await _report(visit, wanted, None)
    outside = sent["whose"] == "others"

    async def work(db: Connection) -> None:
        await visit.record(db, "report.made", f"report:{wanted.name}", {"format": sent["format"], "guarded": outside})

    await visit.write(work)
    return await send(visit, guard(found) if outside else found, sent["format"])


async def send(visit: Visit, found: Report, form: str, language: str = "") -> web.Response:
    """Drawing takes a second or so and is done beside, so that nobody waits for it."""
    body = await asyncio.to_thread(made, found, form, language or visit.language)
    response = web.Response(body=body, content_type=FORMATS[form])
    response.headers[hdrs.CONTENT_DISPOSITION] = (
        f'attachment; filename="sapa-{found.period.name}{"-others" if found.guarded else ""}.{form}"'
    )
    return response


async def _report(visit: Visit, wanted: Period, partner: str | None) -> Report:
    return await visit.read(lambda db: report(db, visit.branch, wanted, visit.now, partner))


async def _partner(visit: Visit) -> str | None:
    asked = visit.request.query.get("partner", "")
    known = await visit.read(lambda db: partners.names(db, visit.branch))
    return asked if asked in known else None


async def _wanted(visit: Visit) -> Period:
    asked = visit.request.query.get("period", "")
    return _named(asked) if asked else containing(MONTH, visit.now, await zone_of(visit))


def _named(asked: str) -> Period:
    try:
        return period(asked)
    except NoPeriod:
        raise NO_PERIOD from None


async def _choices(visit: Visit) -> list[Period]:
    """The newest of each kind, where the branch is."""
    zone = await zone_of(visit)
    return [one for kind in (MONTH, QUARTER, YEAR) for one in reversed(containing(kind, visit.now, zone).trail(CHOICES))]


async def zone_of(visit: Visit) -> str:
    return (await visit.read(zones_of)).get(visit.branch, HOME_ZONE)


PAGES = [
    get(PATH, page, Policy.MEASURE),
    get(ROWS, rows, Policy.LOOK),
    get(f"{PATH}/definitions", definitions, Policy.MEASURE),
    post(f"{PATH}/file", file, Policy.MEASURE),
]
