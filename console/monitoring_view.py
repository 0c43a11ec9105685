"""A report as sections of sentences, tables and charts: made once, drawn as a page, as PDF and as a workbook."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from console.monitoring_gap import duties, gap
from console.monitoring_groups import branches, destinations, partners
from console.monitoring_parts import Cell, Column, Linked, Section, Series, Stroke, Table, Teller, Trend, Words
from console.monitoring_words import INDICATORS, TOPICS, hours, moved, name_of, percent, word
from locales import Month, Text, Written, _
from storage.campaigns_results import Share, difference
from storage.indicators import FUNNEL, Tally, changed_surely, covered_share
from storage.reports.content import Report
from storage.targets import BRANCH

MOST = 15  # rows of a table; a workbook and JSON hold all
TONES = {"covered": "good", "ending": "waits", "ended": "bad", "unknown": "other"}
TREND = ("reach", "checked", "interest")


def sections(report: Report, rows: str = "", most: int = MOST, *, known_only: bool = False) -> list[Section]:
    """`rows` is the page of the people behind a figure, for who may look at them; `known_only` leaves out missions of which nothing is known."""
    tell = Teller(report.guarded, report.period.name, rows)
    made = [summary(report, tell), funnel(report, tell), partners(report, tell, most), destinations(report, tell, most)]
    made += [gap(report, known_only=known_only), duties(report, tell), questions(report, tell, most)]
    if report.branches:
        made.insert(1, branches(report, tell, most))
    return [*made, answers(report)] if report.answers else made


def summary(report: Report, tell: Teller) -> Section:
    """Each figure beside the period before, the year before, and the plan."""
    columns = [
        Column(_("Figure")),
        Column(name_of(report.period)),
        Column(_("Before"), "change"),
        Column(_("A year before")),
        Column(_("Target"), "target"),
    ]
    rows = []
    for measure in (*FUNNEL, "new", "helped"):
        target = report.targets.get((report.partner or BRANCH, measure))
        rows.append(
            [
                Linked(INDICATORS[measure].name, f"#{measure}"),
                tell.cell(report.now, measure),
                Linked(tell.cell(report.before, measure).cell),
                Linked(tell.cell(report.a_year_before, measure).cell),
                Linked("–" if target is None else _against(report, measure, target)),
            ]
        )
    return Section("summary", _("At a glance"), sentences(report), tables=[Table(_("The figures"), columns, rows)])


def sentences(report: Report) -> list[Words]:
    """What changed, and how sure that is; of exact counts only."""
    if not report.now:
        return [_("Nothing happened in this period.")]
    if report.guarded:
        return [
            _(
                "Numbers are rounded down so that nobody in a small group can be told: what is shown is less than there are, by five at most."
            )
        ]
    told: list[Words] = []
    if report.made_at < report.period.bounds(report.zone)[1]:
        told.append(
            _("The period is not over; these are its figures until {day}.", day=report.made_at.astimezone(ZoneInfo(report.zone)).date())
        )
    for measure in ("reach", "checked", "interest", "registered"):
        before, after = report.before.get(measure, 0), report.now.get(measure, 0)
        told.append(moved(INDICATORS[measure].name, before, after, sure=changed_surely(before, after)))
    share, earlier = covered_share(report.now), covered_share(report.before)
    if share.of and earlier.of:
        _change, low, high = difference(share, earlier)
        sure = low > 0 or high < 0
        told.append(
            _(
                "Covered were {now} of those whose check could say, before {before}.",
                now=percent(share.value),
                before=percent(earlier.value),
            )
            if sure
            else _(
                "Covered were {now} of those whose check could say, before {before}; that may be chance.",
                now=percent(share.value),
                before=percent(earlier.value),
            )
        )
    return told


def _against(report: Report, measure: str, target: int) -> Cell:
    many = report.now.get(measure, 0)
    if report.guarded or not target:
        return target
    return _("{target} ({share} reached)", target=target, share=percent(many / target))


def funnel(report: Report, tell: Teller) -> Section:
    strokes = [tell.stroke(INDICATORS[measure].name, report.now, measure, TONES.get(measure, "good")) for measure in FUNNEL]
    last = f"{report.made_at.astimezone(ZoneInfo(report.zone)):%Y-%m}"
    months = {month: tally for month, tally in report.trend.items() if month <= last}
    labels = [Month(int(month[:4]), int(month[5:])) for month in months]
    series = [Series(INDICATORS[name].name, [_dot(report, tally, name) for tally in months.values()]) for name in TREND]
    columns = [
        Column(_("Month")),
        *(Column(INDICATORS[name].name, name) for name in ("reach", "talked", "checked", "interest", "registered")),
    ]
    rows = []
    for label, (month, tally) in zip(labels, months.items(), strict=True):
        mine = Teller(tell.guarded, month, tell.rows)
        rows.append([Linked(label), *(mine.cell(tally, column.about) for column in columns[1:])])
    return Section(
        "funnel",
        _("From reach to registration"),
        strokes=strokes,
        trend=Trend(_("The last twelve months"), labels, series) if labels else None,
        tables=[Table(_("By month"), columns, rows)],
    )


def _dot(report: Report, tally: Tally, measure: str) -> int | None:
    return tally.get(measure) if report.guarded else tally.get(measure, 0)


def questions(report: Report, tell: Teller, most: int) -> Section:
    asked = report.topics
    strokes = [Stroke(word(TOPICS, code), many, tell.cell(report.now, f"topic:{code}").cell) for code, many in list(asked.items())[:most]]
    sentence = () if asked else (_("No question was understood in this period."),)
    return Section("questions", _("What people asked"), sentence, strokes)


def answers(report: Report) -> Section:
    """How long people waited for an officer, and what campaigns changed."""
    columns = [
        Column(_("Requests")),
        Column(_("Asked")),
        Column(_("Answered")),
        Column(_("Usual"), "answers"),
        Column(_("Slow"), "answers"),
        Column(_("Within a day"), "answers"),
    ]
    rows = []
    for name, found in ((_("Danger"), report.urgent), (_("All others"), report.answers)):
        if found:
            cells: list[Cell] = [name, found.opened, found.answered, hours(found.usual), hours(found.slow), found.within_a_day]
            rows.append([Linked(cell) for cell in cells])
    tables = [Table(_("Time to an answer"), columns, rows)]
    if report.effects:
        heads = [
            Column(_("Campaign")),
            Column(_("Got it")),
            Column(_("Checked within a week"), "effect"),
            Column(_("Hold-out"), "effect"),
            Column(_("Difference"), "effect"),
        ]
        tables.append(Table(_("Campaigns"), heads, [_effect(one.id, one.name, one.got, one.held) for one in report.effects]))
    return Section("answers", _("Answers and campaigns"), tables=tables)


def _effect(number: int, name: str, got: Share, held: Share) -> list[Linked]:
    change: Text | str = "–"
    if got.of and held.of:
        gap_, low, high = difference(got, held)
        change = _("{change} ({low} to {high})", change=f"{gap_ * 100:+.0f}%", low=f"{low * 100:+.0f}%", high=f"{high * 100:+.0f}%")
    cells: list[Cell] = [
        Written({"id": name}),
        got.of,
        percent(got.value) if got.of else "–",
        percent(held.value) if held.of else "–",
        change,
    ]
    return [Linked(cells[0], f"/desk/campaigns/{number}"), *(Linked(cell) for cell in cells[1:])]
