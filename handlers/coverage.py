"""Am I covered? By number against the roster, without one by a few questions about the contract, or officially."""

import facts
from dialogue import Dialogue, Next, State, Turn, done, go, yes_no
from handlers.cards import service
from handlers.cards.enrolment import PORTAL, address
from locales import Lines, _

coverage = Dialogue(
    "coverage",
    State,
    words=("cek status", "cek", "status", "cek bpjs", "cek kepesertaan", "check status", "check", "coverage"),
    command="cek",
)
official_check = Dialogue("official_check", State, words=("cara cek resmi", "cek resmi", "official check", "check officially"))


@coverage.step(
    yes_no(
        _("We can check that. Do you have your card number (KPJ) or your NIK at hand?"),
        yes=_("Yes, I do"),
        no=_("No, I don't"),
    )
)
async def has_number(turn: Turn[State], answer: bool) -> Next:
    if answer:
        return go("coverage_number")
    turn.say(_("No problem, we work it out from your contract."))
    return go("coverage_period")


@official_check.step()
async def ways(_turn: Turn[State]) -> Next:
    jmo = facts.contact("jmo_android")
    assert jmo.as_of
    offices = (
        _("The JMO app: your membership, and a free call from abroad (Click-to-Call, as of {day}).", day=jmo.as_of),
        _("The portal {portal}, with your NIK.", portal=address(PORTAL)),
        _("By telephone from Indonesia: {phone}.", phone=service()),
    )
    return done(
        _("You can check with BPJS Ketenagakerjaan itself:\n{ways}", ways=Lines(offices)),
        _("What they say counts. I only know the list of this office and what you tell me."),
        then={"coverage": _("Check here"), "?human": _("Talk to an officer"), "menu": _("Menu")},
    )


__all__ = ["coverage", "official_check"]
