"""Joining: how to register, extend and pay, before leaving and from abroad; and the answers to those questions."""

from dataclasses import replace
from datetime import date

import facts
from dialogue import Dialogue, Done, Next, Question, State, Turn, choice, country, done
from facts import Country
from handlers.cards.enrolment import address, extend, register_abroad, register_before
from handlers.cards.payment import code_missing, paid_but_inactive, pay
from handlers.missions import found_out
from handlers.stages import Stage, mentions, stage_in
from handlers.topics import topic
from locales import Text, Written, _
from understanding import months_in
from understanding.schemes import scheme_in

HOME = "ID"
AFTER_REGISTER = {"interest": _("Leave my name"), "contributions": _("Cost"), "?payment": _("How to pay")}
AFTER_BOTH = {"joining.place=abroad": _("I am abroad"), "?payment": _("How to pay"), "interest": _("Leave my name")}
AFTER_EXTEND = {"interest": _("Leave my name"), "?payment": _("How to pay"), "?human": _("Talk to an officer")}
AFTER_PAY = {"joining.trouble=code": _("No payment code"), "joining.trouble=paid": _("Paid, not active"), "interest": _("Leave my name")}
AFTER_TROUBLE = {"?human": _("Talk to an officer"), "interest": _("Leave my name"), "menu": _("Menu")}
TROUBLES = {"code": _("No payment code"), "paid": _("Paid, not active")}
TROUBLE_CARDS = {"code": code_missing, "paid": paid_but_inactive}
LEAVING = ("calon", "calon pekerja migran", "mau ke", "akan ke", "mau berangkat", "going to", "will go")
ABROAD = ("luar negeri", "abroad", "overseas", "dari sini", "sudah di", "already in", "from here")
ENDED = ("mati", "telat", "terlambat", "habis", "expired", "tidak pernah", "hangus", "lapsed", "ended", "late", "never")
PAID = ("sudah bayar", "sudah transfer", "sudah lunas", "bukti", "paid", "proof", "status", "receipt")
AMISS = ("belum", "tidak", "expired", "hilang", "kedaluwarsa", "ditolak", "not", "no", "never")


class Joining(State):
    need: str = ""


joining = Dialogue("joining", Joining, words=("daftar", "register", "bergabung", "join"), command="daftar")


@joining.step(choice(_("What do you want to do?"), {"register": _("Register"), "extend": _("Extend"), "pay": _("Pay")}))
async def need(turn: Turn[Joining], answer: str) -> Next:
    turn.state.need = answer
    if answer == "extend":
        return await _card_of(turn) if _known(turn) else where
    return place


def _place() -> Question[str]:
    """By button, or by naming the country."""
    asked = choice(_("Where are you now?"), {"home": _("In Indonesia"), "abroad": _("Abroad")})

    def parse(raw: str, today: date) -> str:
        try:
            return asked.parse(raw, today)
        except ValueError:
            if found := facts.find_country(raw):
                return "home" if found.iso == HOME else "abroad"
            raise

    return replace(asked, parse=parse)


@joining.step(_place())
async def place(turn: Turn[Joining], answer: str) -> Next:
    if answer == "abroad":
        named = facts.find_country(turn.inbound.text)
        turn.contact.country = named.iso if named else turn.contact.country
        return await _card_of(turn) if _known(turn) else where
    if turn.state.need == "pay":
        return done(*pay(facts.country(HOME)), then=AFTER_PAY)
    return way


@joining.step(choice(_("How will you go?"), {"placed": _("Through an agency"), "perseorangan": _("On my own")}))
async def way(_turn: Turn[Joining], answer: str) -> Next:
    return done(*register_before(answer), then=AFTER_REGISTER)


@joining.step(country(_("In which country do you work?")))
async def where(turn: Turn[Joining], answer: Country) -> Next:
    turn.contact.country = answer.iso
    return await _card_of(turn)


@joining.step(choice(_("What went wrong?"), TROUBLES))
async def trouble(_turn: Turn[Joining], answer: str) -> Next:
    return done(*TROUBLE_CARDS[answer](), then=AFTER_TROUBLE)


def _known(turn: Turn[Joining]) -> bool:
    return turn.contact.country not in (None, HOME)


async def _card_of(turn: Turn[Joining]) -> Done:
    """For somebody abroad, by what they need."""
    there = facts.country(turn.contact.country or HOME)
    if turn.state.need == "pay":
        return done(*pay(there), then=AFTER_PAY)
    found = await found_out(turn, there.iso)
    if turn.state.need == "extend":
        return done(*extend(there, found=found), then=AFTER_EXTEND)
    return done(*register_abroad(there, found), then=AFTER_REGISTER)


def place_in(turn: Turn[State]) -> Country | None:
    """The country abroad a question is about: the one it names, else where the contact is. "No Indonesian account" names none."""
    said = facts.find_country(turn.inbound.text)
    if said and said.iso != HOME:
        return said
    return facts.country(turn.contact.country) if turn.contact.country else None


async def _found(turn: Turn[State], place: Country | None) -> tuple[Text | Written, ...]:
    return await found_out(turn, place.iso) if place else ()


@topic("register", _("Registering"))
async def register(turn: Turn[State]) -> Done:
    said, there, scheme = turn.inbound.text, place_in(turn), scheme_in(turn.inbound.text)
    if mentions(said, "lapor diri", "peduli wni", "peduliwni"):
        report = _("Self-report (lapor diri) at {site} is not a registration with BPJS Ketenagakerjaan.", site=address("peduliwni"))
        return done(report, *register_abroad(there, await _found(turn, there)), then=AFTER_REGISTER)
    if _lacks_code(said):
        return done(*code_missing(), then=AFTER_TROUBLE)
    leaving = stage_in(said) is Stage.BEFORE or mentions(said, *LEAVING)
    if not leaving and (mentions(said, *ABROAD) or (there and there.iso != HOME)):
        abroad = there if there and there.iso != HOME else None
        return done(*register_abroad(abroad, await _found(turn, abroad)), then=AFTER_REGISTER)
    return done(*register_before(scheme), then=AFTER_REGISTER if leaving or scheme else AFTER_BOTH)


@topic("extension", _("Extending"))
async def extension(turn: Turn[State]) -> Done:
    said = turn.inbound.text
    ended = mentions(said, *ENDED)  # then a length tells how long ago, not for how long
    there = place_in(turn)
    card = extend(there, None if ended else months_in(said), ended=ended, found=await _found(turn, there))
    return done(*card, then=AFTER_EXTEND)


@topic("payment", _("Paying"))
async def payment(turn: Turn[State]) -> Done:
    said = turn.inbound.text
    if _lacks_code(said):
        return done(*code_missing(), then=AFTER_TROUBLE)
    if mentions(said, *PAID):
        return done(*paid_but_inactive(), then=AFTER_TROUBLE)
    return done(*pay(place_in(turn)), then=AFTER_PAY)


def _lacks_code(said: str) -> bool:
    return mentions(said, "kode", "billing", "code") and mentions(said, *AMISS)


__all__ = ["joining", "place_in"]
