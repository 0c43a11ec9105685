"""How to claim: what happened leads to the papers, and from there to where, by when, who signs and how to follow it."""

from enum import StrEnum

from dialogue import Dialogue, Done, Next, State, Turn, choice, done
from handlers.cards import Card, claim_papers, claim_ways, family
from locales import _


class Claim(StrEnum):
    ACCIDENT = "accident"
    DEATH = "death"
    DISMISSED = "dismissed"
    DEPARTURE = "departure"
    PLACEMENT = "placement"
    VIOLENCE = "violence"
    HOME = "home"
    SCHOLARSHIP = "scholarship"
    SAVINGS = "savings"
    MORE = "more"


CLAIMS = {
    Claim.ACCIDENT: _("Accident, disability"),
    Claim.DEATH: _("Death"),
    Claim.DISMISSED: _("Contract ended early"),
    Claim.DEPARTURE: _("Did not depart"),
    Claim.PLACEMENT: _("No work, or other work"),
    Claim.VIOLENCE: _("Violence"),
    Claim.HOME: _("Sent home, loss"),
    Claim.SCHOLARSHIP: _("Scholarship"),
    Claim.SAVINGS: _("Old-age savings (JHT)"),
    Claim.MORE: _("Where, who, status"),
}
NOT_LISTED = {
    Claim.DEPARTURE: ("jkk_gagal_berangkat",),
    Claim.PLACEMENT: ("jkk_contract_mismatch", "jkk_gagal_ditempatkan"),
    Claim.HOME: ("jkk_repatriation_bermasalah", "jkk_repatriation_injured", "jkk_loss_on_way_home"),
}

claims = Dialogue("claims", State, command="klaim", words=("klaim", "claim", "claims", "cara klaim", "how to claim"))


@claims.step(choice(_("What would you like to claim for?"), CLAIMS))
async def happened(_turn: Turn[State], answer: Claim) -> Next:
    match answer:
        case Claim.ACCIDENT:
            return accident
        case Claim.DEATH:
            return death
        case Claim.SAVINGS:
            return savings
        case Claim.MORE:
            return more
        case Claim.DISMISSED:
            return _told(claim_papers.dismissed(), letter=True)
        case Claim.VIOLENCE:
            return done(
                *claim_papers.violence(), then={"?human": _("Talk to an officer"), "help": _("Help and hotlines"), "menu": _("Menu")}
            )
        case Claim.SCHOLARSHIP:
            return _told(claim_papers.scholarship())
    return _told(claim_papers.not_listed(*NOT_LISTED[answer]))


class Where(StrEnum):
    ABROAD = "abroad"
    INDONESIA = "indonesia"


@claims.step(choice(_("Where did the accident happen?"), {Where.ABROAD: _("Abroad"), Where.INDONESIA: _("In Indonesia")}))
async def accident(_turn: Turn[State], answer: Where) -> Next:
    if answer is Where.ABROAD:
        return _told(claim_papers.accident_abroad(), letter=True)
    return _told(claim_papers.accident_in_indonesia())


class Cause(StrEnum):
    OTHER = "other"
    ACCIDENT = "accident"
    LEAVE = "leave"


CAUSES = {Cause.OTHER: _("Illness, other cause"), Cause.ACCIDENT: _("Work accident"), Cause.LEAVE: _("On leave at home")}


@claims.step(choice(_("I am sorry. What was the cause?"), CAUSES))
async def death(_turn: Turn[State], answer: Cause) -> Next:
    card = {Cause.OTHER: claim_papers.death, Cause.ACCIDENT: claim_papers.death_by_accident, Cause.LEAVE: claim_papers.death_on_leave}[
        answer
    ]
    return done(
        *card(),
        then={"claims.more=heirs": _("Who the heirs are"), "claims.more=where": _("Where to hand in"), "?human": _("Talk to an officer")},
    )


class Reason(StrEnum):
    AGE = "age"
    DISABILITY = "disability"
    DEATH = "death"


REASONS = {Reason.AGE: _("Age, or going home"), Reason.DISABILITY: _("Disability"), Reason.DEATH: _("Death")}


@claims.step(choice(_("For which reason would you take your savings?"), REASONS))
async def savings(_turn: Turn[State], answer: Reason) -> Next:
    return _told(claim_papers.savings(answer))


class More(StrEnum):
    WHERE = "where"
    TRACK = "track"
    SIGNATURES = "signatures"
    LETTER = "letter"
    RECEIPTS = "receipts"
    HEIRS = "heirs"


MORE = {
    More.WHERE: _("Where to hand in"),
    More.TRACK: _("Follow my claim"),
    More.SIGNATURES: _("Who signs"),
    More.LETTER: _("No letter given"),
    More.RECEIPTS: _("Foreign receipts"),
    More.HEIRS: _("Who the heirs are"),
}
CARDS = {
    More.WHERE: claim_ways.where,
    More.TRACK: claim_ways.track,
    More.SIGNATURES: claim_ways.signatures,
    More.LETTER: claim_ways.no_letter,
    More.RECEIPTS: claim_ways.receipts,
    More.HEIRS: family.heirs,
}


@claims.step(choice(_("What would you like to know about claiming?"), MORE))
async def more(_turn: Turn[State], answer: More) -> Next:
    return done(
        *CARDS[answer](), then={"claims": _("Papers"), "claims.happened=more": _("More about claims"), "?human": _("Talk to an officer")}
    )


def _told(card: Card, *, letter: bool = False) -> Done:
    """The papers, with where to bring them one press away."""
    second = {"claims.more=letter": _("No letter given")} if letter else {"claims.more=track": _("Follow my claim")}
    return done(*card, then={"claims.more=where": _("Where to hand in"), **second, "?human": _("Talk to an officer")})


__all__ = ["claims"]
