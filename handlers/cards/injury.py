"""What we say to somebody who was hurt: by an accident or illness from work, for good, or by violence."""

from datetime import date

import facts
from facts import Mission
from handlers.cards import Card, closing, days, months, papers, partner_facility, report, service, source, years
from handlers.stages import Stage
from locales import Joined, Lines, Sayable, Text, _

TRANSPORT = ("jkk_transport_land", "jkk_transport_sea", "jkk_transport_air")
AIDS = ("jkk_homecare", "jkk_hearing_aid", "jkk_glasses")


def accident(stage: Stage) -> Card:
    return _abroad() if stage is Stage.DURING else _in_indonesia(stage)


def _abroad() -> Card:
    treatment = facts.benefit("jkk_treatment_abroad")
    also = tuple(facts.benefit(id) for id in (*TRANSPORT, *AIDS))
    return (
        _(
            "Hurt or ill because of work abroad: the real cost of treatment is paid back, up to {amount} per case, less what insurance there paid.",
            amount=treatment.max_amount,
        ),
        _also(),
        papers(treatment.papers),
        report(),
        closing(treatment, *also, facts.papers(treatment.papers), stage=Stage.DURING),
    )


def _in_indonesia(stage: Stage) -> Card:
    treatment = facts.benefit("jkk_treatment_indonesia")
    also = tuple(facts.benefit(id) for id in (*TRANSPORT, *AIDS))
    return (
        partner_facility(),
        _before() if stage is Stage.BEFORE else _after(),
        _also(),
        report(),
        closing(treatment, *also, stage=stage),
    )


def _before() -> Text:
    placed, alone = facts.limit("before_placed"), facts.limit("before_perseorangan")
    assert placed.months
    return _(
        "With an agency, cover starts when you have registered and paid, for {months} at most. "
        "On your own, only the death benefit (JKM) holds before departure ({article}).",
        months=months(placed.months),
        article=alone.citation,
    )


def _after() -> Text:
    home, leave = facts.limit("after_jkk"), facts.limit("during_leave")
    assert home.days
    return _(
        "After the return this holds on the way to your home area, for {days} at most. "
        "For home leave (cuti) the rule names only the death benefit (JKM), not accidents ({article}).",
        days=days(home.days),
        article=leave.citation,
    )


def _also() -> Text:
    land, sea, air = (facts.benefit(id).max_amount for id in TRANSPORT)
    home, hearing, glasses = (facts.benefit(id) for id in AIDS)
    items = (
        _("transport: {land} by land, {sea} by sea, {air} by air", land=land, sea=sea, air=air),
        _("care at home: {amount}, for {years}", amount=home.max_amount, years=years(home.limits["years"])),
        _("hearing aid {hearing}, glasses {glasses}", hearing=hearing.max_amount, glasses=glasses.max_amount),
    )
    return _("Also, at most:\n{items}", items=Lines(items))


def other_illness() -> Card:
    death = facts.benefit("jkm_during")
    return (
        _("JKK is for accidents and illness that work caused. An illness with another cause is not covered by it."),
        _("If work may have caused it, ask the doctor to write that down, and ask {phone} or an officer.", phone=service()),
        _("At a death abroad by any illness, the family receives the death benefit (JKM): {amount}.", amount=death.amount),
        source(facts.benefit("jkk_treatment_abroad"), death),
    )


def disability() -> Card:
    part, total = facts.benefit("jkk_partial_anatomical"), facts.benefit("jkk_total_disability")
    periodic, scholarship = facts.benefit("jkk_periodic_total_disability"), facts.benefit("scholarship")
    rows = (part, facts.benefit("jkk_partial_function"), total, periodic)
    return (
        _("If a work accident leaves lasting harm, there is a cash benefit. A doctor says how severe it is."),
        _("We have only figures of the older rule; they may have changed:\n{items}", items=Lines((_total(), _partial()))),
        _(
            "For total harm there is also a periodic allowance, paid at once, and a scholarship for {children} children. "
            "Artificial limbs (prothese) and aids are paid back. We did not find these amounts for sure.",
            children=scholarship.limits["children"],
        ),
        _("Ask {phone} or an officer for the amount of today before you count on it.", phone=service()),
        closing(*rows, facts.benefit("jkk_orthosis")),
    )


def _total() -> Text:
    return _("can never work again (cacat total tetap): up to {amount}", amount=facts.benefit("jkk_total_disability").max_amount)


def _partial() -> Text:
    return _(
        "a part of the body lost or weaker (cacat sebagian): a percentage of {amount}, from the table of the rule",
        amount=facts.benefit("jkk_partial_anatomical").max_amount,
    )


def partial_disability() -> Card:
    rows = (facts.benefit("jkk_partial_anatomical"), facts.benefit("jkk_partial_function"))
    return (
        _("A part of the body lost or weaker after a work accident: a cash benefit, a percentage from the table of the rule."),
        _(
            "In the older rule it was a percentage of {amount}. Whether that still holds was not found: "
            "ask {phone} or an officer before you count on it.",
            amount=rows[0].max_amount,
            phone=service(),
        ),
        _("A doctor says how much was lost. Artificial limbs and aids are paid back too; the amount was not found."),
        _("In Indonesia you are accompanied and trained for new work (pelatihan vokasional)."),
        closing(*rows, facts.benefit("jkk_orthosis"), facts.benefit("jkk_vocational")),
    )


def total_disability() -> Card:
    total, scholarship = facts.benefit("jkk_total_disability"), facts.benefit("scholarship")
    return (
        _(
            "Unable to do any work, for good, after a work accident: a cash benefit, up to {amount} in the older rule.",
            amount=total.max_amount,
        ),
        _(
            "Whether that still holds was not found: ask {phone} or an officer before you count on it. A doctor says whether the harm is total.",
            phone=service(),
        ),
        _(
            "There is also a periodic allowance, paid at once (amount not confirmed), and a scholarship for {children} children.",
            children=scholarship.limits["children"],
        ),
        closing(total, facts.benefit("jkk_periodic_total_disability")),
    )


def violence(country: str | None, today: date) -> Card:
    """Care first: whom to call, then what there is. Nothing is asked."""
    rape, care = facts.benefit("jkk_rape"), facts.benefit("jkk_treatment_indonesia")
    missions = [mission for mission in facts.missions_in(country or "") if mission.hotlines][:1]
    return (
        _(
            "Your safety comes first, and this is not your fault. In danger now, day or night: {phone}, the Kemlu hotline for citizens abroad.",
            phone=facts.contact("kemlu_pwni").phone,
        ),
        *(_mission(mission, today) for mission in missions),
        partner_facility(),
        _("For proven rape there is aid of {amount}, with the cash benefit for partial harm already in it.", amount=rape.amount),
        _(
            "You need not tell me anything about it. An officer can talk with you. "
            "What proves it, and which papers are needed, was not found: ask an officer or {phone}.",
            phone=service(),
        ),
        closing(rape, care),
    )


def _mission(mission: Mission, today: date) -> Sayable:
    numbers = Joined(mission.hotlines[:2])
    if mission.may_have_changed(today) and mission.as_of:
        return _("{mission}: {numbers} (as of {day}, may have changed)", mission=mission.name, numbers=numbers, day=mission.as_of)
    return _("{mission}: {numbers}", mission=mission.name, numbers=numbers)


__all__ = ["accident", "disability", "other_illness", "partial_disability", "total_disability", "violence"]
