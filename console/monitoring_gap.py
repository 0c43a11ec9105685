"""What missions ask for against what became of their workers, and what the law asks to be told: two sections of a report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import facts
from console.monitoring_parts import Column, Linked, Section, Stroke, Table, Teller, Words
from console.monitoring_words import INDICATORS, REQUIRED, bounds, percent
from facts import Mission
from locales import Citation, Text, _
from storage.campaigns_results import Share, difference
from storage.indicators import covered_share
from storage.missions import Finding
from storage.reports.content import Report

ENOUGH = 5  # of fewer people no share is told
MIXED = "unknown"


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a mission stands: what officers found out, else what the facts say."""

    mission: Mission
    required: str
    since: Words | None
    finding: Finding | None


def stands(findings: Mapping[str, Finding]) -> list[Stand]:
    """Every mission, those whose answer is known first."""
    found = []
    for mission in facts.book().all(Mission):
        finding = findings.get(mission.id)
        since = finding.since if finding else mission.required_as_of
        words = _("since {day}", day=since) if finding and since else _("as of {day}", day=since) if since else None
        found.append(Stand(mission, finding.required if finding else mission.membership_required, words, finding))
    return sorted(found, key=lambda one: (one.required == "unknown", one.mission.iso, one.mission.id))


def by_country(there: list[Stand]) -> dict[str, str]:
    """What the missions of a country ask for; not known where they differ."""
    said: dict[str, set[str]] = {}
    for one in there:
        for iso in (one.mission.iso, *one.mission.also):
            said.setdefault(iso, set()).add(one.required)
    return {iso: next(iter(answers)) if len(answers) == 1 else MIXED for iso, answers in said.items()}


def gap(report: Report, *, known_only: bool = False) -> Section:
    there = stands(report.findings)
    asked = by_country(there)
    shares = {} if report.guarded else {iso: covered_share(report.countries.get(iso, {})) for iso in asked}
    groups = {code: _sum(share for iso, share in shares.items() if asked[iso] == code) for code in ("yes", "no", "partly", "unknown")}
    columns = [
        Column(_("Mission")),
        Column(_("Membership")),
        Column(_("Since")),
        Column(_("Share covered there"), "share"),
        Column(_("Workers' word"), "said"),
    ]
    every = [(one, _row(one, shares, report)) for one in there]
    kept = [cells for one, cells in every if not known_only or one.required != "unknown" or cells[3] != "–" or cells[4] != "–"]
    left_out = (_("Of {count} more missions nothing is known.", count=len(every) - len(kept)),) if len(kept) < len(every) else ()
    rows = [[Linked(cell) for cell in cells] for cells in kept]
    strokes = [
        Stroke(REQUIRED[code], round(share.value * 100), percent(share.value), "good" if code == "yes" else "other")
        for code, share in groups.items()
        if share.of >= ENOUGH
    ]
    return Section(
        "gap",
        _("What missions ask for"),
        [*_sentences(groups, guarded=report.guarded), *left_out],
        strokes,
        tables=[Table(_("Missions"), columns, rows)],
    )


def _row(one: Stand, shares: Mapping[str, Share], report: Report) -> list[Words]:
    share, word = shares.get(one.mission.iso, Share(0, 0)), report.said.get(one.mission.id, Share(0, 0))
    return [one.mission.name, REQUIRED[one.required], one.since or "–", _told(share), _told(word, guarded=report.guarded)]


def _told(share: Share, *, guarded: bool = False) -> Words:
    """Never of fewer than five people; outside the branch without how many they are."""
    if share.of < ENOUGH:
        return "–"
    if guarded:
        return percent(share.value)
    return _("{share} of {count} ({range})", share=percent(share.value), count=share.of, range=bounds(*share.bounds))


def _sum(shares: Iterable[Share]) -> Share:
    every = list(shares)
    return Share(sum(share.many for share in every), sum(share.of for share in every))


def _sentences(groups: Mapping[str, Share], *, guarded: bool) -> list[Words]:
    whose = _("Where a country has several missions, its people belong to all of them: the share is the country's.")
    yes, no = groups["yes"], groups["no"]
    if guarded:
        return [whose]
    if yes.of < ENOUGH or no.of < ENOUGH:
        return [_("Too few checks to compare missions that require membership with those that do not."), whose]
    change, low, high = difference(yes, no)
    told: Text = _(
        "Where membership is required {yes} are covered, where it is not {no}: a gap of {gap} points ({low} to {high}).",
        yes=percent(yes.value),
        no=percent(no.value),
        gap=f"{change * 100:+.0f}",
        low=f"{low * 100:+.0f}",
        high=f"{high * 100:+.0f}",
    )
    sure = _("That is more than chance.") if low > 0 or high < 0 else _("That may be chance.")
    return [told, sure, whose]


def duties(report: Report, tell: Teller) -> Section:
    """By legal duty: who must be a member, and what must be explained before departure."""
    columns = [Column(_("Duty")), Column(_("Article")), Column(_("Figure")), Column(_("People"))]
    rows = [
        [Linked(name), Linked(article), Linked(INDICATORS[measure].name, f"#{measure}"), tell.cell(report.now, measure)]
        for name, article, measure in _duties()
    ]
    note = _("Articles are named as they were read; what the law says of sanctions on agencies was not read and is not counted.")
    return Section("duties", _("By legal duty"), [note], tables=[Table(_("Duties"), columns, rows)])


def _duties() -> list[tuple[Words, Citation, str]]:
    member, told = facts.cite("permenaker-4-2023", "6-10"), facts.cite("pp-59-2021", "4(4)c")
    law = facts.cite("uu-18-2017", "5(d)")
    return [
        (_("Every worker is a member"), law, "covered"),
        (_("Every worker is a member"), law, "ended"),
        (_("Registered before departure, or from abroad"), member, "interest"),
        (_("Registered before departure, or from abroad"), member, "registered"),
        (_("The programme is explained"), told, "programme"),
        (_("Access to it is explained"), told, "access"),
        (_("How to claim is explained"), told, "claims"),
    ]
