"""A report as sections of sentences, tables and charts: made once, drawn as a page, as PDF and as a workbook."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

import facts
from console.interests_words import country
from console.monitoring_gap import duties, gap
from console.monitoring_parts import Cell, Column, Linked, Section, Series, Stroke, Table, Teller, Trend, Words
from console.monitoring_words import INDICATORS, NOBODY, NOWHERE, TOPICS, hours, moved, name_of, percent, word
from locales import Month, Text, Written, _
from storage.campaigns_results import Share, difference
from storage.indicators import FUNNEL, Tally, changed_surely, covered_share
from storage.reports.content import Report
from storage.targets import BRANCH

PLACED_IN = "2024"  # as facts/countries.toml says of its placements
MOST = 15  # rows of a table; a workbook and JSON hold all
TONES = {"covered": "good", "ending": "waits", "ended": "bad", "unknown": "other"}
TREND = ("reach", "checked", "interest")
HEAD = ("reach", "checked", "covered", "interest", "registered")


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


def partners(report: Report, tell: Teller, most: int) -> Section:
    def name(code: str) -> Words:
        return report.names.get(code, code) if code else NOBODY

    table = _lines(report, tell, report.partners, "partner", name, most)
    columns, rows = list(table.columns), [list(row) for row in table.rows]
    if report.targets and not report.guarded:
        columns.append(Column(_("Target reached"), "target"))
        for code, row in zip(_largest(report.partners, most), rows, strict=True):
            target = report.targets.get((code, "reach")) if code else None
            row.append(Linked("–" if target is None else _part(report.partners[code], target)))
    strokes = [tell.stroke(name(code), report.partners[code], "reach") for code in _largest(report.partners, 10)]
    return Section("partners", _("By partner"), strokes=strokes, tables=[Table(_("Partners"), columns, rows)])


def branches(report: Report, tell: Teller, most: int) -> Section:
    """Of a report on all branches."""

    def name(code: str) -> Words:
        return report.branch_names.get(code, code)

    strokes = [tell.stroke(name(code), report.branches[code], "reach") for code in _largest(report.branches, 10)]
    return Section("branches", _("By branch"), strokes=strokes, tables=[_lines(report, tell, report.branches, "branch", name, most)])


def _part(tally: Tally, target: int) -> Cell:
    many = tally.get("reach", 0)
    return f"{many} / {target}" if not target else _("{share} of {target}", share=percent(many / target), target=target)


def destinations(report: Report, tell: Teller, most: int) -> Section:
    """Against placed workers, where the facts know how many."""
    placed = {one.iso: one.placements for one in facts.countries()}

    def name(code: str) -> Words:
        return country(code) if code else NOWHERE

    table = _lines(report, tell, report.countries, "country", name, most)
    columns, rows = (
        [*table.columns, Column(_("Placed in {year}", year=PLACED_IN), "placed"), Column(_("Reached of a thousand"), "placed")],
        [list(row) for row in table.rows],
    )
    for code, row in zip(_largest(report.countries, most), rows, strict=True):
        there = placed.get(code, 0)
        each = f"{report.countries[code].get('reach', 0) * 1000 / there:.1f}" if there else "–"
        row += [Linked(there or "–"), Linked(each)]
    sources = sorted({source for one in facts.countries() if one.placements for source in one.sources})
    sentence = _(
        "Placed workers of {year} by: {sources}. Every worker placed there counts, whichever branch is theirs.",
        year=PLACED_IN,
        sources=", ".join(sources),
    )
    strokes = [tell.stroke(name(code), report.countries[code], "reach") for code in _largest(report.countries, 10)]
    return Section("destinations", _("By destination"), [sentence], strokes, tables=[Table(_("Destinations"), columns, rows)])


def _lines(report: Report, tell: Teller, groups: Mapping[str, Tally], line: str, name: Callable[[str], Words], most: int) -> Table:
    measures = ("reach", "checked", "interest", "registered") if report.guarded else HEAD
    columns = [Column(_("Who")), *(Column(INDICATORS[measure].name, measure) for measure in measures)]
    rows = [
        [Linked(name(code)), *(tell.cell(groups[code], measure, **{line: code}) for measure in measures)] for code in _largest(groups, most)
    ]
    return Table(_("Groups"), columns, rows)


def _largest(groups: Mapping[str, Tally], most: int) -> list[str]:
    return sorted(groups, key=lambda code: (not code, -groups[code].get("reach", 0), code))[:most]


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
