"""The words of the evaluation: each figure's name and what it means, topics, and how a change is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from locales import Month, Text, Written, _
from storage.periods import MONTH, QUARTER, Period


@dataclass(frozen=True, slots=True)
class Indicator:
    """A figure: its name, and what exactly it counts. docs/indicators.md says the same at length, under the same code."""

    name: Text
    means: Text


INDICATORS: Mapping[str, Indicator] = {
    "reach": Indicator(
        _("Reached"), _("People who wrote to us for the first time, came by a link, or did anything in the period; each once.")
    ),
    "new": Indicator(_("New people"), _("People who wrote to us for the first time in the period.")),
    "touched": Indicator(_("Came by a link"), _("People who opened the chat by a link in the period, whether the code still held or not.")),
    "talked": Indicator(_("Talked"), _("People who asked, checked, or left or decided something in the period; each once.")),
    "checked": Indicator(_("Checked"), _("People who checked their coverage in the period; each once.")),
    "covered": Indicator(_("Covered"), _("People whose last check in the period said they are covered, also for death only.")),
    "ending": Indicator(_("Cover ends soon"), _("People whose last check in the period said their cover ends soon.")),
    "ended": Indicator(_("Not covered"), _("People whose last check in the period said their cover has ended or never began.")),
    "unknown": Indicator(
        _("Not known"), _("People whose last check in the period could not say: number not found, not begun yet, or dates not known.")
    ),
    "interest": Indicator(_("Interested"), _("People who left their interest in joining, or corrected it, in the period.")),
    "registered": Indicator(_("Registered"), _("People whose interest an officer moved to registered in the period.")),
    "helped": Indicator(_("Asked for a person"), _("People who asked for an officer, or were in danger, in the period.")),
    "programme": Indicator(_("Programme explained"), _("People who got an answer on what the programme is and gives.")),
    "access": Indicator(_("Access explained"), _("People who got an answer on who may join, how, and what it costs.")),
    "claims": Indicator(_("Claims explained"), _("People who got an answer on how to claim and with which papers.")),
    "questions": Indicator(_("Questions asked"), _("Questions that were understood, by topic; every question counts.")),
    "target": Indicator(_("Target"), _("What the yearly plan (RKAT) wants; of a longer period only if every month of it has a target.")),
    "placed": Indicator(_("Placed workers"), _("Workers placed in the country in one year, by the published source in the facts.")),
    "share": Indicator(
        _("Share covered"),
        _("Covered or ending soon, of those whose check could say. The range is a Wilson interval, right nineteen times of twenty."),
    ),
    "gap": Indicator(
        _("Gap between missions"),
        _(
            "The share covered where missions require membership, less the share where they do not, with Newcombe's interval, right nineteen times of twenty. "
            "People belong to a country, not to one mission in it."
        ),
    ),
    "said": Indicator(
        _("Workers' word"), _("Of the workers who told us, how many say the mission asked for membership; each once a mission.")
    ),
    "answers": Indicator(
        _("Time to an answer"),
        _("From a request until an officer first wrote or closed it. Usual is the median; nine in ten were answered faster than slow."),
    ),
    "effect": Indicator(
        _("Effect of a campaign"),
        _(
            "Of those who got it, how many checked within a week, beside the hold-out who did not get it; Newcombe's interval, right nineteen times of twenty."
        ),
    ),
    "change": Indicator(
        _("Change"), _("Against the period before. Called sure if chance alone would explain it in less than one of twenty cases.")
    ),
}
TOPICS: Mapping[str, Text] = {
    "coverage_check": _("Am I covered"),
    "benefits_overview": _("What the programme gives"),
    "work_accident": _("Work accident"),
    "disability": _("Disability"),
    "death": _("Death"),
    "scholarship": _("Scholarship"),
    "old_age": _("Old-age savings"),
    "layoff": _("Dismissal"),
    "failed_departure": _("Failed departure"),
    "failed_placement": _("Failed placement"),
    "violence": _("Violence"),
    "lost_belongings": _("Lost belongings"),
    "repatriation": _("Being sent home"),
    "contribution": _("Cost"),
    "payment": _("How to pay"),
    "who_pays": _("Who pays"),
    "protection_period": _("How long cover lasts"),
    "register": _("How to register"),
    "extension": _("Extending"),
    "change_employer": _("Another employer"),
    "claim": _("How to claim"),
    "claim_documents": _("Papers for a claim"),
    "eligibility": _("Who may join"),
    "mandatory": _("Is it required"),
    "double_insurance": _("Insured already"),
    "lost_card": _("Lost card"),
    "data_correction": _("Wrong data"),
    "agency": _("Checking an agency"),
    "complaint": _("Complaints"),
    "contact": _("Hotlines"),
    "health_insurance": _("Health insurance"),
    "scam": _("Is it genuine"),
    "human": _("Talk to a person"),
    "emergency": _("Danger"),
    "other": _("Other questions"),
}
REQUIRED: Mapping[str, Text] = {
    "yes": _("Required"),
    "no": _("Not required"),
    "partly": _("Partly required"),
    "unknown": _("Not known"),
}
REQUIRED_FOR: Mapping[str, Text] = {
    "extension": _("extending a contract"),
    "g2g_departure": _("departure between governments (G2G)"),
    "registers": _("registers workers itself"),
    "other": _("something else"),
    "": _("not known for what"),
}


def name_of(period: Period) -> Text | Month | str:
    if period.kind == MONTH:
        return Month(period.first.year, period.first.month)
    if period.kind == QUARTER:
        return _("quarter {number} of {year}", number=str((period.first.month + 2) // 3), year=str(period.first.year))
    return str(period.first.year)


def count(many: int, *, guarded: bool) -> Text | int:
    return _("more than {count}", count=many) if guarded else many


TOO_FEW = _("too few to say")
NOBODY = _("by nobody's link")
NOWHERE = _("country not known")


def percent(value: float) -> str:
    return f"{value * 100:.0f}%"


def bounds(low: float, high: float) -> str:
    return f"{low * 100:.0f}–{high * 100:.0f}%"


def hours(seconds: float | None) -> Text | str:
    if seconds is None:
        return "–"
    if seconds < 2 * 3600:
        return _("{count} min", count=round(seconds / 60))
    return _("{count} h", count=round(seconds / 3600)) if seconds < 72 * 3600 else _("{count} days", count=round(seconds / 86400))


def moved(name: Text, before: int, after: int, *, sure: bool) -> Text:
    """One sentence on a change, and how sure it is."""
    if after > before:
        if sure:
            return _("{what}: up from {before} to {after}. That is more than chance.", what=name, before=before, after=after)
        return _("{what}: {after} after {before}. The rise may be chance.", what=name, before=before, after=after)
    if after < before:
        if sure:
            return _("{what}: down from {before} to {after}. That is more than chance.", what=name, before=before, after=after)
        return _("{what}: {after} after {before}. The fall may be chance.", what=name, before=before, after=after)
    return _("{what}: {after}, as before.", what=name, after=after)


def word(words: Mapping[str, Text], code: str) -> Text | Written | str:
    return words.get(code, code)
