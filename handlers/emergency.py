"""Somebody is in danger: whom to call, calm words, an urgent request to officers, and the truth about when they read it."""

from datetime import date, timedelta
from enum import StrEnum

import facts
from dialogue import Dialogue, Done, Go, Next, Question, State, Turn, Unclear, choice, done, go, maybe, plain
from facts import Country
from handlers.cards.hotlines import HOME, ambulance, in_danger, kemlu, kemlu_line
from handlers.danger import Danger, danger_in
from handlers.officers import when_read
from handlers.topics import topic
from locales import Lines, Text, _
from storage import Request

REASON = "emergency"
SOON = timedelta(hours=24)  # within it a second message belongs to the first
SAFE = ("aman", "sudah aman", "saya aman", "saya sudah aman", "udah aman", "sdh aman", "safe", "i am safe", "i'm safe", "we are safe")


class Case(State):
    """Where help is needed, as far as it is known."""

    iso: str | None = None
    danger: Danger = Danger.OTHERS


class After(StrEnum):
    SAFE = "safe"
    ELSEWHERE = "elsewhere"


CHOICES = choice(
    _("If it is not possible to talk, send your location here. Delete this chat if somebody checks your phone."),
    {After.SAFE: _("Safe now"), After.ELSEWHERE: _("Another country")},
)


def _country(raw: str, _today: date) -> Country:
    found = facts.find_country(raw)
    if found is None:
        raise Unclear(
            _("I keep this for the officers, but found no country in it. Kemlu answers 24 hours, from anywhere: {phone}.", phone=kemlu())
        )
    return found


def _after(raw: str, today: date) -> After | Country:
    if plain(raw) in SAFE:
        return After.SAFE
    try:
        return CHOICES.parse(raw, today)
    except ValueError:
        found = facts.find_country(raw)
    if found is None:
        raise Unclear(_("I keep this for the officers. If it is possible to call, Kemlu answers 24 hours: {phone}.", phone=kemlu()))
    return found


COUNTRY = Question(
    _("In which country? Type its name, and I give the numbers there."), _country, CHOICES.hint, free=True, names_a_country=True
)
AFTER: Question[After | Country] = Question(CHOICES.ask, _after, CHOICES.hint, CHOICES.options, names_a_country=True)

emergency = Dialogue("emergency", Case, command="darurat")


@emergency.step()
async def care(turn: Turn[Case]) -> Next:
    earlier = await turn.store.requests.waiting(REASON)
    case = turn.state
    case.danger, case.iso = danger_in(turn.inbound.text), _place(turn, earlier)
    if earlier is None:
        await turn.store.requests.open(REASON, urgent=True)
        turn.store.events.add("request", REASON, danger=case.danger)
    if case.iso:
        await turn.store.requests.locate(country=case.iso)
    recent = earlier if earlier and turn.now - earlier.at < SOON else None
    turn.say(_opening(case, recent, turn.today))
    if recent is None:
        when = await when_read(turn, case.iso)
        turn.say(_("I pass your message on as urgent, and report nobody. {when} Do not wait for us: call first.", when=when))
    return after if case.iso else where


@emergency.step(maybe(COUNTRY))
async def where(turn: Turn[Case], answer: Country | None) -> Next:
    if answer is None:
        turn.say(_("That is all right. Kemlu helps in every country, 24 hours: {phone}.", phone=kemlu()))
        return after
    return await _in(turn, answer)


@emergency.step(AFTER)
async def after(turn: Turn[Case], answer: After | Country) -> Next:
    if isinstance(answer, Country):
        return await _in(turn, answer)
    if answer is After.ELSEWHERE:
        return where
    turn.store.events.add("request", REASON, safe=True)
    return done(
        _("I am glad. The officers still see your message, so that they can ask how you are. Write to me again at any time."),
        then={"?human": _("Talk to an officer"), "menu": _("Menu")},
    )


async def _in(turn: Turn[Case], there: Country) -> Next:
    """The numbers of a country that was just named, and the officers' hours on its clocks."""
    turn.state.iso = there.iso
    await turn.store.requests.locate(country=there.iso)
    if numbers := tuple(line for line in _numbers(turn.state, turn.today) if line != kemlu_line()):
        turn.say(_("Numbers for {country}:\n{numbers}", country=there.name, numbers=Lines(numbers)))
    else:
        turn.say(
            _("I have no number of a mission in {country}. Kemlu helps there too, 24 hours: {phone}.", country=there.name, phone=kemlu())
        )
    turn.say(_("Your message is with the officers. {when}", when=await when_read(turn, there.iso)))
    return after


def _place(turn: Turn[Case], earlier: Request | None) -> str | None:
    """The country they name now, or named before, or live in; whoever is in danger at home says so when asked."""
    named = facts.find_country(turn.inbound.text)
    known = (named.iso if named else None, earlier.country if earlier else None, turn.contact.country)
    return next((iso for iso in known if iso and iso != HOME), None)


def _numbers(case: Case, today: date) -> tuple[Text, ...]:
    """Who to call, in the order to call them: Kemlu, the missions, the place; for a body in need, its ambulance first."""
    first = ambulance(case.iso) if case.iso and case.danger is Danger.HURT else ()
    return (*first, *(line for line in in_danger(case.iso, today) if line not in first))


def _opening(case: Case, earlier: Request | None, today: date) -> Text:
    numbers = Lines(_numbers(case, today))
    if case.danger is Danger.HURT:
        return _("Call an ambulance first, and do not leave the person alone.\n{numbers}", numbers=numbers)
    if earlier and earlier.state == "read":
        return _("An officer has read your first message. This one goes there too. Whom to call now:\n{numbers}", numbers=numbers)
    if earlier:
        return _("This goes to the officers too, with your first message. Whom to call now:\n{numbers}", numbers=numbers)
    if case.danger is Danger.DESPAIR:
        return _(
            "Thank you for telling me. Nobody has to carry this alone. Stay with somebody you trust, and call now:\n{numbers}",
            numbers=numbers,
        )
    return _("Safety comes first. If it is possible to call now:\n{numbers}", numbers=numbers)


@topic("emergency")
async def in_danger_now(_turn: Turn[State]) -> Go:
    return go("emergency")


@topic("location")
async def location(turn: Turn[State]) -> Done:
    """Where somebody is, added to their emergency; unasked, it is not kept."""
    waiting = await turn.store.requests.waiting(REASON)
    if turn.inbound.place and waiting:
        await turn.store.requests.locate(place=turn.inbound.place)
        return done(
            _("Your location now stands with your urgent message. {when}", when=await when_read(turn, waiting.country)),
            _("For help now, call Kemlu, 24 hours: {phone}.", phone=kemlu()),
        )
    return done(
        _("Thank you. I do not need your location, so I did not keep it."),
        _('If you are in danger, type "emergency" and I help at once.'),
        then={"help": _("Help and hotlines"), "menu": _("Menu")},
    )
