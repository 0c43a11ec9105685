"""Answers to questions about benefits; what a question tells besides its topic ("after coming home") is used."""

from dialogue import Done, State, Turn, done
from handlers.cards import aid, claim_papers, claim_ways, family, injury, programmes
from handlers.stages import Stage, mentions, stage_in
from handlers.topics import topic
from locales import Text, _

OFFICER = {"?human": _("Talk to an officer")}
BY_ACCIDENT = ("kecelakaan", "cedera", "accident", "injury", "injured")
BY_ONESELF = ("mengundurkan diri", "undur diri", "resign", "resigned", "quit", "keluar sendiri", "berhenti sendiri")
LETTER = ("surat", "letter")
TOTAL = ("cacat total", "tidak bisa kerja lagi", "tidak bisa bekerja lagi", "seumur hidup", "cannot work", "total disability")
NOT_BY_WORK = ("sakit biasa", "maag", "demam", "demam berdarah", "flu", "tipes", "tifus", "usus buntu", "ordinary illness", "fever")
CERTIFICATE = ("surat keterangan ahli waris", "surat ket ahli waris", "surat ahli waris", "heir certificate")
WHO = (
    *("siapa", "siapa saja", "siapa aja", "ahli waris cuma", "ahli waris hanya", "termasuk ahli waris", "pacar", "kandung", "tiri"),
    *("rekening", "rekening bank", "who gets", "who receives", "only heir", "who is an heir", "who are the heirs", "bank account"),
)


def _claim(happened: str) -> dict[str, Text]:
    return {f"claims.happened={happened}": _("How to claim")}


@topic("benefits_overview", _("Benefits"))
async def benefits_overview(_turn: Turn[State]) -> Done:
    then = {"benefits": _("What happened"), "contributions": _("Cost"), "joining": _("How to register")}
    return done(*programmes.overview(), then=then)


@topic("work_accident", _("Work accident"))
async def work_accident(turn: Turn[State]) -> Done:
    asked = turn.inbound.text
    ill = mentions(asked, *NOT_BY_WORK)
    card = injury.other_illness() if ill else injury.accident(stage_in(asked) or Stage.DURING)
    return done(*card, then=_claim("accident") | {"?disability": _("Disability")} | OFFICER)


@topic("disability", _("Disability"))
async def disability(turn: Turn[State]) -> Done:
    total = mentions(turn.inbound.text, *TOTAL)
    card = injury.total_disability() if total else injury.disability()
    return done(*card, then=_claim("accident") | {"?scholarship": _("Scholarship")} | OFFICER)


@topic("death", _("Death benefit"))
async def death(turn: Turn[State]) -> Done:
    asked = turn.inbound.text
    card = family.death(stage_in(asked))
    if mentions(asked, *CERTIFICATE):
        card = claim_ways.signatures()
    elif mentions(asked, *WHO):
        card = family.heirs()
    return done(*card, then=_claim("death") | {"?scholarship": _("Scholarship")} | OFFICER)


@topic("scholarship", _("Scholarship"))
async def scholarship(_turn: Turn[State]) -> Done:
    return done(*family.scholarship(), then=_claim("scholarship") | {"?death": _("Death benefit")} | OFFICER)


@topic("old_age", _("Old-age savings"))
async def old_age(turn: Turn[State]) -> Done:
    card = claim_papers.savings("age") if mentions(turn.inbound.text, "paklaring") else programmes.savings()
    return done(*card, then=_claim("savings") | {"contributions": _("Cost")} | OFFICER)


@topic("layoff", _("Contract ended"))
async def layoff(turn: Turn[State]) -> Done:
    asked = turn.inbound.text
    card = aid.dismissed_by_employer()
    if mentions(asked, *BY_ONESELF):
        card = aid.resigned()
    elif mentions(asked, *LETTER):
        card = claim_ways.no_letter()
    elif mentions(asked, *BY_ACCIDENT):
        card = aid.dismissed_after_accident()
    return done(*card, then=_claim("dismissed") | {"benefits.happened=dismissed": _("Other case")} | OFFICER)


@topic("failed_departure", _("Did not depart"))
async def failed_departure(_turn: Turn[State]) -> Done:
    return done(*aid.failed_departure(), then=_claim("departure") | OFFICER | {"menu": _("Menu")})


@topic("failed_placement", _("No or other work"))
async def failed_placement(_turn: Turn[State]) -> Done:
    return done(*aid.failed_placement(), then=_claim("placement") | {"help": _("Help and hotlines")} | OFFICER)


@topic("violence", _("Violence"))
async def violence(turn: Turn[State]) -> Done:
    card = injury.violence(turn.contact.country, turn.today)
    return done(*card, then=OFFICER | {"help": _("Help and hotlines")} | _claim("violence"))


@topic("lost_belongings", _("Loss on the way"))
async def lost_belongings(_turn: Turn[State]) -> Done:
    return done(*aid.loss_on_the_way(), then=_claim("home") | OFFICER | {"menu": _("Menu")})


@topic("repatriation", _("Sent home"))
async def repatriation(_turn: Turn[State]) -> Done:
    return done(*aid.sent_home(), then=_claim("home") | {"help": _("Help and hotlines")} | OFFICER)


@topic("double_insurance", _("Other insurance"))
async def double_insurance(_turn: Turn[State]) -> Done:
    then = {"benefits": _("Benefits"), "?mandatory": _("Is it required?"), "coverage": _("Check status")}
    return done(*programmes.beside_other_insurance(), then=then)
