"""Targets of the yearly plan (RKAT), by partner and month: looked at for a year, entered for a partner."""

from __future__ import annotations

from aiohttp import web

from console.monitoring import NO_PERIOD, zone_of
from console.monitoring_words import INDICATORS
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Month, Text, _
from storage import partners, targets
from storage.periods import YEAR, NoPeriod, Period, containing, period
from storage.scope import EVERYWHERE
from storage.targets import BRANCH, MEASURES, valid
from storage.writer import Connection

PATH = "/desk/monitoring/targets"
ALL = "all"  # in an address, for the whole branch

NEED_BRANCH = Refused(
    409,
    _("Targets belong to a branch"),
    _("You work for all branches, and a plan is one branch's. Nothing was changed."),
    _("An officer of the branch can enter them."),
)
WRONG = _("{number}: a target is a whole number from 0 to a million, or nothing. Nothing was changed.")


async def plan(visit: Visit) -> web.Response:
    return await _show(visit, await _year(visit), visit.request.query.get("partner", ALL))


async def keep(visit: Visit) -> web.Response:
    """Every month of the year at once; one that cannot be read keeps all from being changed."""
    if visit.branch == EVERYWHERE:
        raise NEED_BRANCH
    year = await _year(visit)
    names = [f"{month}.{measure}" for month in year.months for measure in MEASURES]
    sent = await visit.form("partner", *names)
    partner = "" if sent["partner"] == ALL else sent["partner"]
    if partner and partner not in await visit.read(lambda db: partners.names(db, visit.branch)):
        raise web.HTTPBadRequest
    wanted: dict[str, dict[str, int | None]] = {}
    for name in names:
        month, _dot, measure = name.partition(".")
        try:
            wanted.setdefault(month, {})[measure] = valid(sent[name])
        except ValueError:
            wrong = Text(WRONG.msgid, (("number", f"“{sent[name][:20]}”"),))
            return await _show(visit, year, sent["partner"], sent, wrong, 422)

    async def work(db: Connection) -> None:
        for month, many in wanted.items():
            await targets.keep(db, visit.desk.database.dialect, visit.branch, partner, month, many, visit.officer.id, visit.now)
        detail = {"partner": partner, "targets": sum(many is not None for each in wanted.values() for many in each.values())}
        await visit.record(db, "targets.kept", f"targets:{year.name}", detail)

    await visit.write(work)
    return visit.go(f"{PATH}?period={year.name}&partner={partner or ALL}", _("The targets were kept."))


async def _show(
    visit: Visit, year: Period, partner: str, sent: dict[str, str] | None = None, wrong: Text | None = None, status: int = 200
) -> web.Response:
    known = await visit.read(lambda db: partners.names(db, visit.branch))
    chosen = partner if partner in known else ALL
    kept = await visit.read(lambda db: targets.of_year(db, visit.branch, year.first.year))
    code = BRANCH if chosen == ALL else chosen
    values = {f"{month}.{measure}": kept.get((code, month, measure), "") for month in year.months for measure in MEASURES}
    return visit.show(
        "targets.html",
        status,
        year=year,
        months=[(month, Month(year.first.year, number)) for number, month in enumerate(year.months, 1)],
        measures={measure: INDICATORS[measure].name for measure in MEASURES},
        values=sent or values,
        partners={ALL: _("The whole branch"), **known},
        partner=chosen,
        wrong=wrong,
        years=[year.before, year, period(str(year.first.year + 1))] if year.first.year < 2098 else [year.before, year],
    )


async def _year(visit: Visit) -> Period:
    asked = visit.request.query.get("period", "")
    try:
        found = period(asked) if asked else containing(YEAR, visit.now, await zone_of(visit))
    except NoPeriod:
        raise NO_PERIOD from None
    if found.kind != YEAR:
        raise NO_PERIOD
    return found


PAGES = [get(PATH, plan, Policy.MEASURE), post(PATH, keep, Policy.APPROVE)]
