"""A report by branch, by partner beside its targets, and by destination beside the workers placed there: sections of groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import facts
from console.interests_words import country
from console.monitoring_parts import Cell, Column, Linked, Section, Table, Teller, Words
from console.monitoring_words import INDICATORS, NOBODY, NOWHERE, percent
from locales import _
from storage.indicators import Tally
from storage.reports.content import Report

HEAD = ("reach", "checked", "covered", "interest", "registered")


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
    counted = [one for one in facts.countries() if one.placements]
    placed = {one.iso: one.placements for one in counted}
    year = ", ".join(sorted({str(one.placed_in) for one in counted}))

    def name(code: str) -> Words:
        return country(code) if code else NOWHERE

    table = _lines(report, tell, report.countries, "country", name, most)
    columns, rows = (
        [*table.columns, Column(_("Placed in {year}", year=year), "placed"), Column(_("Reached of a thousand"), "placed")],
        [list(row) for row in table.rows],
    )
    for code, row in zip(_largest(report.countries, most), rows, strict=True):
        there = placed.get(code, 0)
        each = f"{report.countries[code].get('reach', 0) * 1000 / there:.1f}" if there else "–"
        row += [Linked(there or "–"), Linked(each)]
    sources = sorted({source for one in counted for source in one.sources})
    sentence = _(
        "Placed workers of {year} by: {sources}. Every worker placed there counts, whichever branch is theirs.",
        year=year,
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
