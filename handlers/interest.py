"""A worker leaves their name: what an officer needs to call them about joining, confirmed or changed field by field."""

from dialogue import Dialled, Dialogue, Next, Step, Turn, done, go, stay
from facts import Country
from handlers import interest_questions as ask
from handlers.cards.hotlines import HOME, number_of
from handlers.consent import give_consent, has_consented
from handlers.interest_questions import FIELDS, Wish
from handlers.interest_words import Reach, Stage, When, state_of, way_of
from handlers.officers import day_of, when_read
from locales import _

ENDED = ("registered", "not_now")
BEGUN = ("begun",)  # an old button cannot send an empty wish, nor the same one twice: it begins anew, or tells what was sent
MORE = {"joining": _("How to register"), "help": _("Help and hotlines"), "menu": _("Menu")}

interest = Dialogue("interest", Wish, words=("minat", "daftar minat", "leave my name", "interest"), command="minat")


@interest.step()
async def start(turn: Turn[Wish]) -> Next:
    kept = await turn.store.interests.current()
    if kept and kept.state not in ENDED:
        turn.say(
            _(
                "Your name already stands with the officers: number {reference}, {day}. State: {state}.",
                reference=kept.reference,
                day=day_of(turn, kept.at or turn.now),
                state=state_of(kept),
            )
        )
        return already
    partner = await turn.store.partners.named(turn.contact.last_link)
    turn.state = Wish(begun=True, partner=partner.name if partner and partner.kind == "p3mi" else "")
    return following(turn)


@interest.step(ask.AGAIN)
async def already(turn: Turn[Wish], answer: bool) -> Next:
    kept = await turn.store.interests.current()
    if kept is None:
        return go("interest")
    if not answer:
        return done(_("Good, it stays as it is."), then=MORE)
    proven = kept.phone if kept.proven else None
    turn.state = Wish(**{field: getattr(kept, field) for field in FIELDS}, told=FIELDS, begun=True, proven=proven)
    return change


@interest.step(ask.CONSENT, needs=BEGUN)
async def may_keep(turn: Turn[Wish], answer: bool) -> Next:
    if answer:
        give_consent(turn)
        return following(turn)
    return done(
        _("That is fine, I keep nothing of it. You can ask me anything all the same, or call {phone}.", phone=number_of("bpjstk_175")),
        then=MORE,
    )


@interest.step(ask.NAME, needs=BEGUN)
async def who(turn: Turn[Wish], answer: str) -> Next:
    turn.state.name = answer
    turn.state.tell("name")
    if await turn.store.interests.current() is None:
        turn.store.events.add("begun", "interest")  # whether it comes to its end is told by what is kept then
    return following(turn)


@interest.step(ask.STAGE, needs=BEGUN)
async def stage(turn: Turn[Wish], answer: Stage | Country) -> Next:
    """Who answers with a country has said both."""
    wish = turn.state
    wish.untell("destination")
    wish.tell("stage")
    if isinstance(answer, Country):
        wish.stage, wish.destination, turn.contact.country = Stage.ABROAD, answer.iso, answer.iso
        wish.tell("destination")
    else:
        wish.stage = answer
    return following(turn)


@interest.step(ask.DESTINATION, needs=BEGUN)
async def destination(turn: Turn[Wish], answer: Country | None) -> Next:
    if answer and answer.iso == HOME:
        return stay(_("That is home. Please type the country abroad, for example Taiwan."))
    turn.state.destination = answer.iso if answer else None
    if answer and turn.state.stage == Stage.ABROAD:
        turn.contact.country = answer.iso
    turn.state.tell("destination")
    return following(turn)


@interest.step(ask.PARTNER, needs=BEGUN)
async def partner(turn: Turn[Wish], answer: bool) -> Next:
    if not answer:
        turn.state.partner = ""
        return agency
    turn.state.agency = turn.state.partner
    turn.state.tell("agency")
    return following(turn)


@interest.step(ask.AGENCY, needs=BEGUN)
async def agency(turn: Turn[Wish], answer: str | None) -> Next:
    turn.state.agency = answer
    turn.state.tell("agency")
    return following(turn)


@interest.step(ask.LENGTH, needs=BEGUN)
async def length(turn: Turn[Wish], answer: int | None) -> Next:
    turn.state.months = answer
    turn.state.tell("months")
    return following(turn)


@interest.step(ask.REACH, needs=BEGUN)
async def reach(turn: Turn[Wish], answer: Reach) -> Next:
    turn.state.reach = answer
    turn.state.tell("reach")
    if answer is Reach.HERE or answer == turn.inbound.channel:  # on WhatsApp, this chat is WhatsApp
        return _in_this_chat(turn)
    turn.state.untell("phone", "when")
    return following(turn)


def _in_this_chat(turn: Turn[Wish]) -> Step[Wish]:
    wish = turn.state
    wish.reach, wish.phone, wish.when = Reach.HERE, None, None
    wish.tell("phone", "when")
    return following(turn)


@interest.step(ask.NUMBER, needs=BEGUN)
async def number(turn: Turn[Wish], answer: Dialled | None) -> Next:
    if answer is None:
        return _in_this_chat(turn)
    full = answer.e164(turn.contact.country)
    if full is None:
        return stay(answer.why_not(turn.contact.country))
    turn.state.phone = full
    turn.state.proven = full if turn.inbound.phone else None
    turn.state.tell("phone")
    return following(turn)


@interest.step(ask.WHEN, needs=BEGUN)
async def moment(turn: Turn[Wish], answer: When) -> Next:
    turn.state.when = answer
    turn.state.tell("when")
    return following(turn)


@interest.step(ask.NIK, needs=BEGUN)
async def id_number(turn: Turn[Wish], answer: str | None) -> Next:
    turn.state.nik = answer
    turn.state.tell("nik")
    return following(turn)


@interest.step(ask.RIGHT, needs=BEGUN)
async def confirm(turn: Turn[Wish], answer: bool) -> Next:
    wish = turn.state
    if not answer:
        return change
    if following(turn) is not confirm:
        return following(turn)
    kept = await turn.store.interests.current()
    reference = await turn.store.interests.save(wish.as_interest())
    subject = "changed" if kept and kept.reference == reference else "new"
    turn.store.events.add("interest", subject, stage=wish.stage, destination=wish.destination, months=wish.months, reach=wish.reach)
    told = _('If {partner} may see your name and whether you are registered, write "share my name".', partner=wish.partner)
    shared = (told,) if wish.partner else ()
    return done(
        _("Thank you, {name}. It is noted under number {reference}.", name=wish.name, reference=reference),
        _("An officer contacts you: {way}. {when}", way=way_of(wish.as_interest()), when=await when_read(turn)),
        *shared,
        then={"coverage": _("Check status"), "joining": _("How to register"), "menu": _("Menu")},
    )


@interest.step(ask.WHICH, needs=BEGUN)
async def change(turn: Turn[Wish], answer: str) -> Next:
    turn.state.partner = ""
    turn.state.untell(answer)
    return following(turn)


def following(turn: Turn[Wish]) -> Step[Wish]:
    """Consent first, then the first field that was not told yet, then the summary."""
    if not has_consented(turn):
        return may_keep
    wish = turn.state
    steps = {
        "name": who,
        "stage": stage,
        "destination": destination,
        "agency": partner if wish.partner else agency,
        "months": length,
        "reach": reach,
        "phone": number,
        "when": moment,
        "nik": id_number,
    }
    return next((steps[field] for field in FIELDS if field not in wish.told), confirm)
