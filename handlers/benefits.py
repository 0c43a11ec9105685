"""What a worker or the family would get: by what happened, or by programme, and by stage where that changes the answer."""

from enum import StrEnum

from dialogue import Dialogue, Done, Next, State, Turn, choice, done
from handlers.cards import Card, aid, family, injury, programmes
from handlers.cards.programmes import Part
from handlers.stages import STAGES, Stage
from locales import _


class Happening(StrEnum):
    ACCIDENT = "accident"
    HARM = "harm"
    DEATH = "death"
    DISMISSED = "dismissed"
    DEPARTURE = "departure"
    PLACEMENT = "placement"
    VIOLENCE = "violence"
    SENT_HOME = "sent_home"
    LOSS = "loss"
    PROGRAMME = "programme"


HAPPENINGS = {
    Happening.ACCIDENT: _("Work accident or illness"),
    Happening.HARM: _("Lasting disability"),
    Happening.DEATH: _("Death"),
    Happening.DISMISSED: _("Contract ended early"),
    Happening.DEPARTURE: _("Did not depart"),
    Happening.PLACEMENT: _("No work, or other work"),
    Happening.VIOLENCE: _("Violence"),
    Happening.SENT_HOME: _("Sent home"),
    Happening.LOSS: _("Loss on the way home"),
    Happening.PROGRAMME: _("By programme, savings"),
}


class Benefits(State):
    part: Part = Part.CARE


benefits = Dialogue("benefits", Benefits, command="manfaat", words=("manfaat", "benefits", "benefit", "santunan", "lihat manfaat"))


@benefits.step(choice(_("What happened, or what would you like to know about?"), HAPPENINGS))
async def happened(turn: Turn[Benefits], answer: Happening) -> Next:
    match answer:
        case Happening.DEPARTURE:
            return _told(aid.failed_departure(), "departure")
        case Happening.LOSS:
            return _told(aid.loss_on_the_way(), "home")
        case Happening.VIOLENCE:
            return _told(injury.violence(turn.contact.country, turn.today), "violence")
    return {
        Happening.ACCIDENT: accident,
        Happening.HARM: harm,
        Happening.DEATH: death,
        Happening.DISMISSED: dismissed,
        Happening.PLACEMENT: placement,
        Happening.SENT_HOME: sent_home,
        Happening.PROGRAMME: programme,
    }[answer]


@benefits.step(choice(_("When did it happen?"), STAGES))
async def accident(_turn: Turn[Benefits], answer: Stage) -> Next:
    return _told(injury.accident(answer), "accident")


class Harm(StrEnum):
    PARTIAL = "partial"
    TOTAL = "total"


@benefits.step(choice(_("How severe is the harm?"), {Harm.PARTIAL: _("In part"), Harm.TOTAL: _("Unable to work")}))
async def harm(_turn: Turn[Benefits], answer: Harm) -> Next:
    return _told(injury.partial_disability() if answer is Harm.PARTIAL else injury.total_disability(), "accident")


@benefits.step(choice(_("When did it happen?"), STAGES))
async def death(_turn: Turn[Benefits], answer: Stage) -> Next:
    return done(
        *family.death(answer),
        then={"claims.happened=death": _("How to claim"), "?scholarship": _("Scholarship"), "?human": _("Talk to an officer")},
    )


class Ending(StrEnum):
    EMPLOYER = "employer"
    ACCIDENT = "accident"
    RESIGNED = "resigned"


ENDINGS = {
    Ending.EMPLOYER: _("Employer ended it"),
    Ending.ACCIDENT: _("After an accident"),
    Ending.RESIGNED: _("I resigned"),
}


@benefits.step(choice(_("How did the contract end?"), ENDINGS))
async def dismissed(_turn: Turn[Benefits], answer: Ending) -> Next:
    match answer:
        case Ending.EMPLOYER:
            return _told(aid.dismissed_by_employer(), "dismissed")
        case Ending.ACCIDENT:
            return _told(aid.dismissed_after_accident(), "dismissed")
    return _told(aid.resigned(), "dismissed")


class Work(StrEnum):
    NONE = "none"
    OTHER = "other"


@benefits.step(choice(_("What was wrong with the work?"), {Work.OTHER: _("Other work"), Work.NONE: _("No work at all")}))
async def placement(_turn: Turn[Benefits], answer: Work) -> Next:
    return _told(aid.other_work() if answer is Work.OTHER else aid.not_placed(), "placement")


class Return(StrEnum):
    INJURED = "injured"
    TROUBLE = "trouble"


@benefits.step(choice(_("Why was it?"), {Return.INJURED: _("Work accident"), Return.TROUBLE: _("Trouble abroad")}))
async def sent_home(_turn: Turn[Benefits], answer: Return) -> Next:
    return _told(aid.sent_home_injured() if answer is Return.INJURED else aid.sent_home_in_trouble(), "home")


class Programme(StrEnum):
    JKK = "jkk"
    JKM = "jkm"
    JHT = "jht"


PROGRAMMES = {
    Programme.JKK: _("JKK (accident)"),
    Programme.JKM: _("JKM (death)"),
    Programme.JHT: _("JHT (savings)"),
}


@benefits.step(choice(_("JKK and JKM are for everybody, JHT is by choice. Which one?"), PROGRAMMES))
async def programme(_turn: Turn[Benefits], answer: Programme) -> Next:
    match answer:
        case Programme.JKK:
            return part
        case Programme.JKM:
            return death
    return _told(programmes.savings(), "savings")


@benefits.step(
    choice(
        _("JKK gives many things. Which ones shall I list?"),
        {Part.CARE: _("Treatment, aids"), Part.HARM: _("Disability, death"), Part.AID: _("Other aid")},
    )
)
async def part(turn: Turn[Benefits], answer: Part) -> Next:
    turn.state.part = answer
    return part_stage


@benefits.step(choice(_("For which time?"), STAGES))
async def part_stage(turn: Turn[Benefits], answer: Stage) -> Next:
    return done(
        *programmes.everything(turn.state.part, answer),
        then={"benefits": _("Other benefits"), "claims": _("How to claim"), "?human": _("Talk to an officer")},
    )


def _told(card: Card, claim: str) -> Done:
    """The card, and the claim of the same happening one press away."""
    return done(*card, then={f"claims.happened={claim}": _("How to claim"), "?human": _("Talk to an officer"), "menu": _("Menu")})


__all__ = ["benefits"]
