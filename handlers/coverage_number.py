"""By number: card number and birth date, or NIK and the end of the card number, looked up in the office's list of members."""

from collections.abc import Awaitable
from datetime import date

import facts
from dialogue import Dialogue, Done, Next, State, Turn, born, done, go, is_nik, kpj_or_nik, last_digits, maybe
from handlers.cards.roster import not_found, told_by_roster, too_many_tries
from handlers.consent import consent_question, give_consent, has_consented
from handlers.officers import when_read
from locales import Text, _
from storage import Coverage, TooManyTries

LAST = 4  # digits of the card number that prove a NIK

AGAIN = {"coverage_number": _("Try again"), "coverage_period": _("Without a number"), "official_check": _("Official check")}
PERSON = {"coverage_period": _("Without a number"), "official_check": _("Official check"), "menu": _("Menu")}


class Number(State):
    number: str = ""


coverage_number = Dialogue("coverage_number", Number)


@coverage_number.step()
async def gate(turn: Turn[Number]) -> Next:
    if not await turn.store.coverage.tries_left():
        return await _person(turn)
    return number if has_consented(turn) else consent


@coverage_number.step(consent_question)
async def consent(turn: Turn[Number], answer: bool) -> Next:
    if answer:
        give_consent(turn)
        return number
    turn.say(_("That is fine. We can work it out without a number."))
    return go("coverage_period")


def _ask_number(_state: State) -> Text:
    return _(
        "Please type your card number (KPJ, {kpj} digits, on your card below the KTP number) or your NIK ({nik} digits). No PIN, no OTP code.",
        kpj=facts.identifier("kpj").digits,
        nik=facts.identifier("nik").digits,
    )


@coverage_number.step(maybe(kpj_or_nik(_ask_number), _("Without a number")))
async def number(turn: Turn[Number], answer: str | None) -> Next:
    if answer is None:
        return go("coverage_period")
    turn.state.number = answer
    return card_end if is_nik(answer) else birth


@coverage_number.step(
    maybe(born(_("When were you born? I compare it with the list, so that nobody else can look you up.")), _("Without a number"))
)
async def birth(turn: Turn[Number], answer: date | None) -> Next:
    if answer is None:
        return go("coverage_period")
    return await _look_up(turn, turn.store.coverage.by_kpj(turn.state.number, answer))


@coverage_number.step(
    maybe(
        last_digits(
            _("What are the last {count} digits of your card number (KPJ)? So nobody else can look you up by your NIK.", count=LAST), LAST
        ),
        _("I don't have it"),
    )
)
async def card_end(turn: Turn[Number], answer: str | None) -> Next:
    if answer is None:
        turn.say(_("By NIK alone I may not show a membership. We can work it out from your contract instead."))
        return go("coverage_period")
    return await _look_up(turn, turn.store.coverage.by_nik(turn.state.number, answer))


async def _look_up(turn: Turn[Number], search: Awaitable[Coverage | None]) -> Done:
    try:
        found = await search
    except TooManyTries:
        return await _person(turn)
    if found is None:
        turn.store.events.add("check", "not_found", way="roster")
        return done(*not_found(), then=AGAIN)
    card = told_by_roster(found, turn.today)
    turn.store.events.add("check", card.result, way="roster")
    return done(*card.paragraphs, then=card.then)


async def _person(turn: Turn[Number]) -> Done:
    """Enough guesses for a day: an officer goes on."""
    if await turn.store.requests.open("too_many_tries"):
        turn.store.events.add("check", "too_many_tries", way="roster")
        turn.store.events.add("request", "too_many_tries")
    return done(*too_many_tries(await when_read(turn)), then=PERSON)


__all__ = ["coverage_number"]
