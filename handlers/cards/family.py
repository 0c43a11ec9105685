"""What we say to a family: the death benefit, who the heirs are, and the children's scholarship."""

import facts
from facts import Benefit
from handlers.cards import Card, closing, days, papers, service, source, years
from handlers.stages import Stage
from locales import Lines, Text, _

LEVELS = {
    "tk": _("kindergarten (TK)"),
    "sd": _("primary school (SD)"),
    "smp": _("junior high school (SMP)"),
    "sma": _("senior high school (SMA)"),
    "kuliah": _("university"),
}


def death(stage: Stage | None) -> Card:
    accident, during, outside = (facts.benefit(id) for id in ("jkk_death", "jkm_during", "jkm_before_after"))
    told: Card
    rows: tuple[Benefit, ...]
    match stage:
        case Stage.BEFORE:
            told, rows = (_before(),), (outside,)
        case Stage.DURING:
            told, rows = (_during(),), (accident, during)
        case Stage.LEAVE:
            told, rows = (_on_leave(),), (during,)
        case Stage.AFTER:
            told, rows = (_after(), _on_leave()), (outside, during)
        case None:
            told, rows = (_whenever(),), (accident, during, outside)
    return (
        *told,
        papers("jkm"),
        _("I am sorry if this happened to someone you know. An officer can help the family."),
        closing(*rows, facts.papers("jkm")),
    )


def _whenever() -> Text:
    return _(
        "While working abroad, also on leave in Indonesia: the heirs receive {during} at once, and a scholarship for {children} children. "
        "Before departure or after the return: {outside}, if it was not a work accident.",
        during=facts.benefit("jkm_during").amount,
        children=facts.benefit("scholarship").limits["children"],
        outside=facts.benefit("jkm_before_after").amount,
    )


def _during() -> Text:
    return _(
        "If a member dies while working abroad, the heirs receive {amount} at once, by a work accident or by another cause. "
        "A scholarship for {children} children comes on top.",
        amount=facts.benefit("jkm_during").amount,
        children=facts.benefit("scholarship").limits["children"],
    )


def _before() -> Text:
    benefit = facts.benefit("jkm_before_after")
    return _(
        "If a member dies before departure, and not by a work accident, the heirs receive {amount}, {funeral} of it for the funeral. "
        "For a work accident before departure the amount was not found: ask {phone}.",
        amount=benefit.amount,
        funeral=benefit.parts["funeral"],
        phone=service(),
    )


def _on_leave() -> Text:
    return _(
        "On leave (cuti) in Indonesia during the contract: the heirs receive {amount}, and a scholarship for {children} children.",
        amount=facts.benefit("jkm_during").amount,
        children=facts.benefit("scholarship").limits["children"],
    )


def _after() -> Text:
    limit = facts.limit("after_jkm")
    assert limit.days
    return _(
        "Back home after the contract: the heirs receive {amount}, for a death up to {days} after arrival in Indonesia.",
        amount=facts.benefit("jkm_before_after").amount,
        days=days(limit.days),
    )


def scholarship() -> Card:
    row = facts.benefit("scholarship")
    levels = tuple(
        _("{level}: {amount}, {years}", level=label, amount=row.per_year[level], years=years(row.years[level]))
        for level, label in LEVELS.items()
    )
    return (
        _(
            "A scholarship for at most {children} children of a member who died while working abroad, "
            "or who can never work again after a work accident. It comes on top of the cash benefit.",
            children=row.limits["children"],
        ),
        _("For each child and year, as far as we know:\n{levels}", levels=Lines(levels)),
        _(
            "Sources differ on these sums, on the years at university, and on how long one must have been a member. Ask {phone} or an officer.",
            phone=service(),
        ),
        _(
            "It is claimed anew each year. In the general scheme it ends at the age of {age}, with marriage or a job.",
            age=row.limits["ends_at_age"],
        ),
        closing(row),
    )


def heirs() -> Card:
    row = facts.papers("heirs")
    return (
        _("The first heirs are: {first}.", first=row.items[0]),
        _("Only where there is none of these:\n{others}", others=Lines(row.items[1:])),
        _(
            "The rule asks for the heir's own bank account. If you are not sure who counts in your family, ask {phone} or an officer.",
            phone=service(),
        ),
        source(row),
    )


__all__ = ["death", "heirs", "scholarship"]
