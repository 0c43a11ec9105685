"""What membership costs: a calculator by way abroad and months, and the answer to "how much?"."""

from dataclasses import replace
from datetime import date

import facts
from dialogue import Dialogue, Done, Next, Question, State, Turn, choice, done, months, plain, yes_no
from handlers.cards import Card
from handlers.cards.prices import about, every_way, korea, one_way, price_list
from handlers.cards.prices import savings as jht_sums
from handlers.stages import mentions
from handlers.topics import topic
from locales import _
from understanding import amounts_in, months_in
from understanding.schemes import by_government, scheme_in

NEXT = {"contributions": _("Count another"), "?payment": _("How to pay"), "interest": _("Leave my name")}
NEXT_IF_UNSURE = {"?human": _("Talk to an officer"), "contributions": _("Count another"), "?payment": _("How to pay")}
LIST_NEXT = {"contributions": _("Count my contract"), "?payment": _("How to pay"), "interest": _("Leave my name")}


class Contributions(State):
    scheme: str = ""
    months: int = 0


contributions = Dialogue("contributions", Contributions, words=("iuran", "biaya", "cost", "calculator", "kalkulator"), command="iuran")


@contributions.step()
async def opening(turn: Turn[Contributions]) -> Next:
    """Nothing is asked that the message already told."""
    said = turn.inbound.text
    turn.state.scheme, turn.state.months = scheme_in(said) or "", months_in(said) or 0
    if turn.state.months:
        return how_much(said, turn.contact.country)
    return length if turn.state.scheme else way


def _way() -> Question[str]:
    """By button, or in words that tell the way ("lewat pt", "mandiri")."""
    asked = choice(
        _("How do you go abroad? Or do you extend a contract there?"),
        {"placed": _("Through an agency"), "perseorangan": _("On my own"), "extension": _("Extend abroad")},
    )

    def parse(raw: str, today: date) -> str:
        try:
            return asked.parse(raw, today)
        except ValueError:
            if found := scheme_in(raw):
                return found
            raise

    return replace(asked, parse=parse)


@contributions.step(_way())
async def way(turn: Turn[Contributions], answer: str) -> Next:
    turn.state.scheme = answer
    turn.state.months = months_in(turn.inbound.text) or 0
    return savings if turn.state.months else length


@contributions.step(months(_("For how many months? You can also write, for example, 2 years."), 12, 24, 36), needs=("scheme",))
async def length(turn: Turn[Contributions], answer: int) -> Next:
    turn.state.months = answer
    return savings


@contributions.step(
    yes_no(_("Do you also want old-age savings (JHT)? They are your choice and are paid every month.")), needs=("scheme", "months")
)
async def savings(turn: Turn[Contributions], answer: bool) -> Next:
    return saving if answer else _counted(facts.cost(turn.state.scheme, turn.state.months))


def _saving() -> Question[int]:
    """By button, or as a sum ("100rb", "100")."""
    asked = choice(
        _("How much do you want to save each month?"),
        {int(one.amount): _("{amount} a month", amount=one) for one in facts.jht_choices()},
        hint=_("Please choose one of these sums."),
    )

    def parse(raw: str, today: date) -> int:
        said = plain(raw)
        amounts = amounts_in(f"{said} ribu" if said.isdecimal() and len(said) in (2, 3) else said)
        typed = [amount for amount in amounts if amount in [one.amount for one in facts.jht_choices()]]
        return typed[0] if typed else asked.parse(raw, today)

    return replace(asked, parse=parse)


@contributions.step(_saving(), needs=("scheme", "months"))
async def saving(turn: Turn[Contributions], answer: int) -> Next:
    return _counted(facts.cost(turn.state.scheme, turn.state.months, answer))


def _counted(cost: facts.Cost) -> Done:
    return done(*one_way(cost), then=NEXT if cost.decided else NEXT_IF_UNSURE)


def how_much(said: str, country: str | None) -> Done:
    """What the message asks for, at once: the sum for its months, else the price list."""
    count, scheme = months_in(said), scheme_in(said)
    card = [*_asked_about(said), *(_sum(said, count, scheme) if count else price_list())]
    found = facts.find_country(said)
    if by_government(said) or (found.iso if found else country) == "KR":
        card.insert(-1, korea())
    if count is None:
        return done(*card, then=LIST_NEXT)
    return done(*card, then=NEXT if facts.cost(scheme or "placed", count).decided else NEXT_IF_UNSURE)


def _sum(said: str, count: int, scheme: str | None) -> Card:
    steps = [one.amount for one in facts.jht_choices()]
    monthly = next((amount for amount in amounts_in(said) if _saves(said) and amount in steps), None)
    return one_way(facts.cost(scheme, count, monthly)) if scheme else every_way(count, monthly)


def _asked_about(said: str) -> Card:
    """Sums somebody was asked for; those for savings are of their own choosing."""
    return (jht_sums(),) if _saves(said) else tuple(about(amount) for amount in amounts_in(said)[:2])


def _saves(said: str) -> bool:
    return mentions(said, "jaminan hari tua", "hari tua", "old age", "savings")


@topic("contribution", _("How much it costs"))
async def contribution(turn: Turn[State]) -> Done:
    return how_much(turn.inbound.text, turn.contact.country)


__all__ = ["contributions", "how_much"]
