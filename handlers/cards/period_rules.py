"""The rules on how long protection lasts, in words: before departure, abroad, on leave, after the return; and where they stand."""

from datetime import date

import facts
from facts import limit
from handlers.cards import days, months
from handlers.cards.roster import PROGRAMMES
from locales import Quantity, Text, _

JKM = PROGRAMMES["JKM"]
BOTH = _("JKK (work accident) and JKM (death)")


def basis() -> Text:
    articles = facts.cite("permenaker-4-2023", "14-17")
    return _("This follows from the rule ({articles}). It was not checked against the data of BPJS Ketenagakerjaan.", articles=articles)


def checked() -> Text:
    """The same articles, where nobody's own days are worked out."""
    rule = limit("during")
    return _("That is the rule ({articles}), checked on {day}.", articles=facts.cite("permenaker-4-2023", "14-17"), day=rule.as_of)


def before_rule() -> Text:
    placed, alone = limit("before_placed").months, limit("before_perseorangan").months
    return _(
        "Before departure it holds from registration and payment until you leave. Sent by an agency: at most {placed}, {both}."
        " On your own: at most {alone}, only {jkm}.",
        placed=_length(placed, by_month=True),
        alone=_length(alone, by_month=True),
        both=BOTH,
        jkm=JKM,
    )


def after_contract(last: date | None) -> Text:
    """The time after the contract, and when all of it is over."""
    jkk, jkm = (_length(limit(name).days) for name in ("after_jkk", "after_jkm"))
    if last:
        return _(
            "After the contract there is at most {home} to get home. After arrival in Indonesia: JKK only on the way to your home area,"
            " at most {jkk}; JKM {jkm}. All of it ends by {last}.",
            home=to_get_home(),
            jkk=jkk,
            jkm=jkm,
            last=last,
        )
    return _(
        "After the contract there is at most {home} to get home. After arrival in Indonesia: JKK only on the way to your home area,"
        " at most {jkk}; JKM {jkm}.",
        home=to_get_home(),
        jkk=jkk,
        jkm=jkm,
    )


def after_rule() -> Text:
    return _(
        "Whoever gets home within {home} after the contract has, after arrival in Indonesia: JKK only on the way to the home area, at most"
        " {jkk}; JKM {jkm}.",
        home=to_get_home(),
        jkk=_length(limit("after_jkk").days),
        jkm=_length(limit("after_jkm").days),
    )


def on_leave_rule() -> Text:
    return _(
        "An accident on leave is not covered: for leave the rule names only JKM ({article}). Once you are back at work abroad, JKK holds again.",
        article=limit("during_leave").citation,
    )


def to_get_home() -> Text:
    return _length(limit("during").months, by_month=True)


def _length(count: Quantity | None, *, by_month: bool = False) -> Text:
    assert count
    return months(count) if by_month else days(count)


__all__ = ["BOTH", "JKM", "after_contract", "after_rule", "basis", "before_rule", "checked", "on_leave_rule", "to_get_home"]
