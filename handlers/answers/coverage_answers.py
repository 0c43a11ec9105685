"""Answers about one's own membership that stand alone: am I covered, how long it lasts, a lost card, wrong data, another employer."""

import facts
from dialogue import Done, Go, State, Turn, done, go
from handlers.cards import service
from handlers.cards.enrolment import PORTAL, address
from handlers.cards.period_rules import after_rule, before_rule, checked, on_leave_rule, to_get_home
from handlers.stages import Stage, mentions, stage_in
from handlers.topics import topic
from locales import Joined, Lines, Text, _

PERIOD = {"coverage_period": _("Work out mine"), "?extension": _("Extend"), "menu": _("Menu")}
CHECK = {"official_check": _("Official check"), "?human": _("Talk to an officer"), "menu": _("Menu")}
CORRECT = {"?human": _("Talk to an officer"), "official_check": _("Official check"), "privacy": _("My data")}
CHANGED = {"?extension": _("Extend"), "coverage_period": _("Work out mine"), "?human": _("Talk to an officer")}


@topic("coverage_check", _("Check status"))
async def coverage_check(turn: Turn[State]) -> Go:
    if mentions(turn.inbound.text, "paspor"):
        turn.say(_("By passport number I cannot look anything up; by card number (KPJ) or NIK I can."))
    return go("coverage")


@topic("protection_period", _("How long it lasts"))
async def protection_period(turn: Turn[State]) -> Done:
    said = stage_in(turn.inbound.text)
    if said is Stage.LEAVE:
        return done(_("On home leave in Indonesia you are protected in part."), on_leave_rule(), checked(), then=PERIOD)
    if said is Stage.BEFORE:
        return done(before_rule(), checked(), then=PERIOD)
    if said is Stage.AFTER:
        return done(after_rule(), checked(), then=PERIOD)
    return done(before_rule(), _while_abroad(), after_rule(), checked(), then=PERIOD)


def _while_abroad() -> Text:
    return _(
        "Abroad, both hold from departure until the contract ends, and at most {home} more to get home. On leave in Indonesia only JKM holds"
        " ({article}).",
        home=to_get_home(),
        article=facts.limit("during_leave").citation,
    )


@topic("lost_card", _("Lost card"))
async def lost_card(_turn: Turn[State]) -> Done:
    return done(
        _("A lost card does not end your membership: a member is who is registered and has paid. The number (KPJ) can be found again:"),
        Lines(
            (
                _("In the portal {portal} or the JMO app, with your NIK.", portal=address(PORTAL)),
                _("At the agency that registered you: many keep card and number."),
                _("At an office of BPJS Ketenagakerjaan, or {phone}.", phone=service()),
            )
        ),
        _("How a new card is made I have not found written down. A claim asks for the card, so tell the officer that it is lost."),
        then=CHECK,
    )


@topic("data_correction", _("Wrong data"))
async def data_correction(turn: Turn[State]) -> Done:
    heirs = mentions(turn.inbound.text, "ahli waris", "heir", "heirs")
    return done(
        _(
            "I cannot change what BPJS Ketenagakerjaan keeps: ask {phone} or an office. Which papers a change needs, and whether it can be done"
            " from abroad, I have not found written down.",
            phone=service(),
        ),
        _order_of_heirs() if heirs else _proofs(),
        _("What you left with me here, you see and change under My data."),
        then=CORRECT,
    )


def _proofs() -> Text:
    before, during = facts.papers("register_before_work"), facts.papers("register_during_work")
    return _(
        "Registration goes by these papers: {papers} ({article}). Have at hand the one that shows it right, but send no photo of it here.",
        papers=Joined((*before.items, *during.items)),
        article=before.citation,
    )


def _order_of_heirs() -> Text:
    heirs = facts.papers("heirs")
    return _("Who is an heir follows an order in the rule ({article}): {heirs}.", article=heirs.citation, heirs=Joined(heirs.items))


@topic("change_employer", _("Other employer"))
async def change_employer(_turn: Turn[State]) -> Done:
    return done(
        _("Whether the membership moves with you to another employer, I have not found written down. Nor whether the card number stays."),
        _(
            "What is sure: protection follows the contract whose contributions are paid. When it ends, at most {home} is left to get home."
            " A contract that goes on longer is extended and paid anew ({article}).",
            home=to_get_home(),
            article=facts.cite("permenaker-4-2023", "20"),
        ),
        _("Before the old contract ends, ask {phone} or an officer whether to extend or to register again.", phone=service()),
        then=CHANGED,
    )
