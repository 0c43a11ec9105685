"""Whom to call or write to: hotlines of a country with their dates, BPJS Ketenagakerjaan, KP2MI, Kemlu, and a person here."""

from datetime import date
from enum import StrEnum
from typing import Any

import facts
from dialogue import Dialogue, Done, Next, Question, State, Turn, choice, done
from facts import Country
from handlers.cards.hotlines import HOME, in_danger, kemlu_line, number_of, of_the_programme, offices, without_number
from handlers.officers import HUMAN as REASON
from handlers.officers import day_of, usual_wait, when_read
from handlers.topics import topic
from locales import Joined, Lines, Sayable, _

WRITE = _('Write now what it is about: they see it, and can help at once. In danger, type "emergency".')
MORE = {"?human": _("Talk to an officer"), "menu": _("Menu")}


class Person(StrEnum):
    OFFICER = "officer"


CHOICES = choice(
    _("In which country are you? Type its name, and I give the numbers of the mission there."),
    {Person.OFFICER: _("Talk to an officer")},
    hint=_("That country I do not know yet. Please type its name, for example Taiwan."),
)


def _where(raw: str, today: date) -> Country | Person:
    try:
        return CHOICES.parse(raw, today)
    except ValueError:
        found = facts.find_country(raw)
    if found is None:
        raise ValueError(raw)
    return found


WHERE: Question[Country | Person] = Question(CHOICES.ask, _where, CHOICES.hint, CHOICES.options, free=True, names_a_country=True)

assistance = Dialogue("help", State, words=("bantuan", "help"), command="bantuan")


@assistance.step()
async def start(turn: Turn[State]) -> Next:
    if turn.contact.country and turn.contact.country != HOME:
        return done(*_card(turn.contact.country, turn.today), then=MORE)
    turn.say(*_general(turn.today))
    return where


@assistance.step(WHERE)
async def where(turn: Turn[State], answer: Country | Person) -> Next:
    if isinstance(answer, Person):
        return await ask_an_officer(turn)
    turn.contact.country = answer.iso
    return done(*_card(answer.iso, turn.today), then=MORE)


async def ask_an_officer(turn: Turn[Any]) -> Done:
    """A request to a person, and honestly when somebody reads it."""
    earlier = await turn.store.requests.waiting(REASON)
    when = await when_read(turn)
    then = {"help": _("Help and hotlines"), "menu": _("Menu")}
    if earlier:
        return done(
            _("Your request of {day} is already with the officers. {when}", day=day_of(turn, earlier.at), when=when), WRITE, then=then
        )
    await turn.store.requests.open(REASON)
    turn.store.events.add("request", REASON)
    usual = await usual_wait(turn)
    return done(_("I have asked an officer to answer you here in this chat. {when}", when=when), *usual, WRITE, then=then)


def _general(today: date) -> tuple[Sayable, ...]:
    return (
        _("In danger: {line}", line=kemlu_line()),
        _("About membership:\n{numbers}", numbers=of_the_programme(today, abroad=True)),
    )


def _card(iso: str, today: date) -> tuple[Sayable, ...]:
    """The numbers of a country: for danger first, then for questions about membership."""
    numbers = Lines(in_danger(iso, today))
    paragraphs: list[Sayable] = [_("In danger, or in need of the mission:\n{numbers}", numbers=numbers)]
    if missing := without_number(iso):
        paragraphs.append(_("I found no number of the missions in {cities}; Kemlu helps there too.", cities=Joined(missing)))
    if here := offices(iso, today):
        paragraphs.append(here)
    return (*paragraphs, _("About membership:\n{numbers}", numbers=of_the_programme(today, abroad=iso != HOME)))


@topic("human", _("Talk to an officer"))
async def human(turn: Turn[State]) -> Done:
    return await ask_an_officer(turn)


@topic("contact", _("Hotlines"))
async def hotlines(turn: Turn[State]) -> Done:
    """The numbers of the country they name or live in. A contact card is of the same name, and is only used when asked for."""
    if turn.inbound.kind == "contact":
        return done(
            _("Thank you. I use a contact card only where I ask for your own number, so I did not keep this one."),
            then={"help": _("Help and hotlines"), "menu": _("Menu")},
        )
    named = facts.find_country(turn.inbound.text)
    iso = named.iso if named else turn.contact.country
    if iso is None:
        return done(*_general(turn.today), _('For the mission of your country, type for example "hotline Taiwan".'), then=MORE)
    return done(*_card(iso, turn.today), then=MORE)


@topic("complaint", _("Complain"))
async def complaint(_turn: Turn[State]) -> Done:
    """Who takes which complaint, and what to keep for it."""
    home, abroad = number_of("kp2mi_domestic"), number_of("kp2mi_abroad")
    return done(
        _("You may complain, and we take no money for it. Who helps depends on what it is about:"),
        Lines(
            (
                _("an agency, a placement or a deduction: KP2MI, {home} from Indonesia, {abroad} from abroad", home=home, abroad=abroad),
                _("an employer abroad: the mission there, see Help and hotlines"),
                _("a claim, a payment or an office: BPJS Ketenagakerjaan, {phone}, or an officer here", phone=number_of("bpjstk_175")),
            )
        ),
        _(
            "For a refused claim, ask for the reason in writing. Keep contracts, receipts and chats, with names and dates; send no photos here."
        ),
        then={"?human": _("Talk to an officer"), "help": _("Help and hotlines"), "menu": _("Menu")},
    )
