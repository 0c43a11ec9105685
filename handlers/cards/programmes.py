"""What we say about the programmes themselves: what they are, everything one of them gives, savings, and insurance there."""

from collections.abc import Mapping
from enum import StrEnum

import facts
from facts import Benefit
from handlers.cards import Card, amount, closing, papers, service
from handlers.stages import STAGES, Stage
from locales import Lines, Text, _


class Part(StrEnum):
    """The benefits of JKK are too many for one bubble."""

    CARE = "care"
    HARM = "harm"
    AID = "aid"


PARTS: Mapping[Part, tuple[str, ...]] = {
    Part.CARE: (
        *(
            "jkk_treatment_abroad",
            "jkk_treatment_indonesia",
            "jkk_homecare",
            "jkk_transport_land",
            "jkk_transport_sea",
            "jkk_transport_air",
        ),
        *("jkk_hearing_aid", "jkk_glasses", "jkk_dentures", "jkk_orthosis", "jkk_vocational"),
    ),
    Part.HARM: (
        *("jkk_death", "jkk_total_disability", "jkk_periodic_total_disability", "jkk_partial_anatomical", "jkk_partial_function"),
        "scholarship",
    ),
    Part.AID: (
        *("jkk_gagal_berangkat", "jkk_gagal_ditempatkan", "jkk_contract_mismatch", "jkk_rape", "jkk_phk_unilateral", "jkk_phk_accident"),
        *("jkk_repatriation_injured", "jkk_repatriation_bermasalah", "jkk_loss_on_way_home"),
    ),
}


def overview() -> Card:
    treatment, departure = facts.benefit("jkk_treatment_abroad"), facts.benefit("jkk_gagal_berangkat")
    during, outside = facts.benefit("jkm_during"), facts.benefit("jkm_before_after")
    programmes = (
        _(
            "JKK, work accident: treatment abroad up to {treatment} per case, cash for lasting harm, "
            "and aid when things go wrong, for example {departure} for a failed departure.",
            treatment=treatment.max_amount,
            departure=departure.amount,
        ),
        _(
            "JKM, death: the heirs receive {during} while you work abroad, {outside} before or after, "
            "and while you work there a scholarship for {children} children.",
            during=during.amount,
            outside=outside.amount,
            children=facts.benefit("scholarship").limits["children"],
        ),
        _("JHT, old-age savings: your own money with its returns, by choice."),
    )
    return (
        _("BPJS Ketenagakerjaan protects migrant workers in three programmes:\n{programmes}", programmes=Lines(programmes)),
        _("Tell me what happened, and I show the conditions, the papers and the time limit."),
        closing(treatment, departure, during, outside),
    )


def everything(part: Part, stage: Stage) -> Card:
    """All that JKK gives at one stage of work."""
    rows = tuple(row for id in PARTS[part] if stage in (row := facts.benefit(id)).stages)
    if not rows:
        return (_("JKK names nothing of this kind for that time."),)
    return (
        _("JKK, {stage}:\n{benefits}", stage=STAGES[stage], benefits=Lines(tuple(map(_line, rows)))),
        _("What is not confirmed or not found: ask {phone} or an officer.", phone=service()),
        closing(*rows, stage=stage),
    )


def _line(row: Benefit) -> Text:
    return _("{name}: {amount}", name=row.name, amount=amount(row))


def savings() -> Card:
    row, choices = facts.benefit("jht_payout"), facts.jht_choices()
    return (
        _("Old-age savings (JHT) are your own choice. Your contributions come back to you with their returns, all at once."),
        _(
            "When: at the age of {age}, at death, total disability or a failed departure; in practice also after the contract, back home. "
            "The list we could read was cut off, so ask {phone} first.",
            age=row.limits["age"],
            phone=service(),
        ),
        _(
            "You save from {least} to {most} a month. What is paid for JKK and JKM is not savings.",
            least=min(choices, key=lambda each: each.amount),
            most=max(choices, key=lambda each: each.amount),
        ),
        papers(row.papers),
        closing(row, facts.papers(row.papers)),
    )


def beside_other_insurance() -> Card:
    treatment, death = facts.benefit("jkk_treatment_abroad"), facts.benefit("jkm_during")
    statement = facts.papers("jkk_host_insurance")
    return (
        _(
            "You can have both. For treatment abroad, what the insurance there paid is deducted; JKK pays the rest, up to {amount} per case. "
            "Needed: {paper}.",
            amount=treatment.max_amount,
            paper=statement.items[0],
        ),
        _(
            "BPJS Ketenagakerjaan also holds before departure and on the way home, and gives the family {death} at a death abroad. "
            "Whether other insurance lowers that sum was not found: ask {phone}.",
            death=death.amount,
            phone=service(),
        ),
        _(
            "The law asks every migrant worker to be registered ({article}), also where the mission does not ask for it.",
            article=facts.cite("uu-18-2017", "5(d)"),
        ),
        closing(treatment, death, statement),
    )


__all__ = ["PARTS", "Part", "beside_other_insurance", "everything", "overview", "savings"]
