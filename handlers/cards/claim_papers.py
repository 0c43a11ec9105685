"""Which papers a claim needs, by what happened, with the article and the time there is."""

import facts
from handlers.cards import Card, asked_in_practice, claim_ways, closing, papers, papers_not_found, partner_facility, report, service
from locales import Lines, _


def accident_abroad() -> Card:
    row, host = facts.papers("jkk_abroad"), facts.papers("jkk_host_insurance")
    return (
        papers("jkk_abroad"),
        _("If insurance there paid a part: {paper}.", paper=host.items[0]),
        claim_ways.steps(),
        closing(row, host),
    )


def accident_in_indonesia() -> Card:
    return (
        partner_facility(),
        papers_not_found(),
        claim_ways.steps(),
        closing(facts.benefit("jkk_treatment_indonesia")),
    )


def death() -> Card:
    return (
        papers("jkm"),
        _("A worker who is missing, for example at sea: the missing-person letter takes the place of the death letter."),
        closing(facts.papers("jkm")),
    )


def death_on_leave() -> Card:
    leave = facts.papers("jkm_on_leave")
    return (papers("jkm", "jkm_on_leave"), closing(facts.papers("jkm"), leave))


def death_by_accident() -> Card:
    return (
        _(
            "For a death by a work accident we found no list of its own. Prepare these papers of the death benefit, "
            "and ask {phone} what else is needed.",
            phone=service(),
        ),
        papers("jkm"),
        closing(facts.benefit("jkk_death"), facts.papers("jkm"), sums=False),
    )


def dismissed() -> Card:
    row = facts.papers("phk_unilateral")
    return (
        asked_in_practice(row),
        _("The letter is often the hard part. If the contract was changed abroad, or you have no letter, ask an officer before you claim."),
        closing(facts.benefit("jkk_phk_unilateral"), sums=False),
    )


def not_listed(*benefits: str) -> Card:
    return (
        papers_not_found(),
        report(),
        closing(*(facts.benefit(id) for id in benefits), sums=False),
    )


def violence() -> Card:
    return (
        _("You need not do this alone, and you need not tell me what happened. An officer can talk with you and help with the claim."),
        _("Which papers are needed was not found. What a doctor, the police or the mission wrote is worth keeping."),
        closing(facts.benefit("jkk_rape"), facts.benefit("jkk_treatment_indonesia"), sums=False),
    )


def scholarship() -> Card:
    return (
        _("The scholarship is claimed anew each year."),
        papers_not_found(),
        closing(facts.benefit("scholarship")),
    )


def savings(reason: str) -> Card:
    row = facts.papers(f"jht_{reason}")
    return (
        papers(row.id),
        _(
            "The article does not name a letter of employment (paklaring) for migrant workers. If somebody asks for one, call {phone}.",
            phone=service(),
        ),
        closing(row),
    )


def by_happening() -> Card:
    """Papers of the two claims that are made most, when nobody said which one."""
    accident, death = facts.papers("jkk_abroad"), facts.papers("jkm")
    return (
        _("For a work accident abroad:\n{papers}", papers=Lines(accident.items)),
        _("For a death:\n{papers}", papers=Lines(death.items)),
        closing(accident, death),
    )


__all__ = [
    "accident_abroad",
    "accident_in_indonesia",
    "by_happening",
    "death",
    "death_by_accident",
    "death_on_leave",
    "dismissed",
    "not_listed",
    "savings",
    "scholarship",
    "violence",
]
