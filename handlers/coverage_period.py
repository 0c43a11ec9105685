"""Without a number: a few questions about journey and contract, each of which may stay open, give the time of protection."""

from datetime import date

import facts
from dialogue import Dialogue, Next, Question, Step, Turn, Unclear, choice, day, day_of, day_within, done, maybe, stay, yes_no
from facts import Contradiction, Scheme, Stage
from handlers.cards.period_told import not_paid, told_by_worker
from handlers.coverage_story import Period, month_of, story, written
from handlers.stages import Stage as Life
from handlers.stages import stage_in
from locales import Month, Text, _

HOME = "ID"
STAGES: dict[Stage, Text] = {"before": _("Not left yet"), "during": _("Abroad"), "after": _("Back, or on leave")}
LIVES: dict[Life, Stage] = {Life.BEFORE: "before", Life.DURING: "during", Life.AFTER: "after", Life.LEAVE: "after"}
SCHEMES: dict[Scheme, Text] = {"placed": _("Agency or government"), "perseorangan": _("On my own")}
CHANGES = {"no": _("No change"), "extended": _("Extended"), "early": _("Ended early")}
REASONS = {"finished": _("Contract finished"), "early": _("Ended early"), "leave": _("On leave")}
EARLY = ("diputus", "putus kontrak", "phk", "di phk", "dipecat", "resign", "break kontrak", "terminit", "interminit", "dismissed", "fired")
UNSURE = ("tidak tahu", "tdk tau", "ga tau", "gak tau", "gatau", "don't know", "i don't know", "not sure", "no idea")
UNCHANGED = (
    *("tidak diperpanjang", "tidak perpanjang", "belum diperpanjang", "belum perpanjang", "tidak ada perubahan", "masih sama", "tetap"),
    *("not extended", "no changes", "nothing changed", "still the same"),
)
SAID_OF_CHANGE = {
    **dict.fromkeys(UNSURE, "no"),
    **dict.fromkeys(
        ("tidak", "tdk", "ga", "gak", "g", "nggak", "enggak", "belum", "blm", "no", "nope", "masih jalan", "masih berjalan", *UNCHANGED),
        "no",
    ),
    **dict.fromkeys(("perpanjang", "sudah perpanjang", "sudah diperpanjang", "udah perpanjang", "sdh perpanjang", "renew"), "extended"),
    **dict.fromkeys(EARLY, "early"),
}
SAID_OF_REASON = {
    **dict.fromkeys(("finish", "finish kontrak", "habis kontrak", "kontrak habis", "selesai", "finished"), "finished"),
    **dict.fromkeys(("lagi cuti", "sedang cuti", "cuti dulu", "leave", "home leave"), "leave"),
    **dict.fromkeys(EARLY, "early"),
}
TO_COME = _('I mean a day to come. If you have left already, type "back" and choose where you are now.')
PAST = _("That day is still to come. I mean a day in the past.")

coverage_period = Dialogue("coverage_period", Period)
_where = choice(_("Where are you now?"), STAGES)


def _parse_where(raw: str, today: date) -> Stage:
    """A country abroad, or words like "sudah pulang", are an answer as well."""
    try:
        return _where.parse(raw, today)
    except ValueError:
        if said := stage_in(raw):
            return LIVES[said]
        if (there := facts.find_country(raw)) and there.iso != HOME:
            return "during"
        raise


@coverage_period.step(Question(_where.ask, _parse_where, _where.hint, _where.options))
async def stage(turn: Turn[Period], answer: Stage) -> Next:
    turn.state.stage = answer
    if answer == "during" and (there := facts.find_country(turn.inbound.text)):
        turn.contact.country = there.iso
    if stage_in(turn.inbound.text) is Life.LEAVE:
        turn.state.reason = "leave"
        return ends
    return {"before": paid, "during": ends, "after": reason}[answer]


@coverage_period.step(maybe(yes_no(_("Have you registered, and paid the contributions?"), yes=_("Yes, paid"), no=_("Not yet"))))
async def paid(turn: Turn[Period], answer: bool | None) -> Next:
    if answer is None:
        return scheme
    if answer:
        return registered
    card = not_paid()
    turn.store.events.add("check", card.result, way="told", stage="before")
    return done(*card.paragraphs, then=card.then)


@coverage_period.step(day(_("When did you register and pay?"), past=True))
async def registered(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "registered_on", answer)


@coverage_period.step(maybe(choice(_("Who sends you abroad?"), SCHEMES)))
async def scheme(turn: Turn[Period], answer: Scheme | None) -> Next:
    turn.state.scheme = answer
    return departs


@coverage_period.step(day(_("When will you leave? A month is enough.")))
async def departs(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "departed_on", answer, to_the_day=False)


@coverage_period.step(day(_("When does your work contract end? For example: {example}", example=date(2027, 3, 12))))
async def ends(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "contract_ends_on", answer)


@coverage_period.step(choice(_("Was that contract extended, or did the work end early?"), CHANGES, also=SAID_OF_CHANGE))
async def changed(turn: Turn[Period], answer: str) -> Next:
    turn.state.change = answer
    return {"no": result, "extended": extended, "early": stopped}[answer]


@coverage_period.step(day(_("Until when is the contract extended?")))
async def extended(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "extended_until", answer)


@coverage_period.step(maybe(yes_no(_("Are the contributions of the extension paid?"), yes=_("Yes, paid"), no=_("Not yet"))))
async def extension_paid(turn: Turn[Period], answer: bool | None) -> Next:
    turn.state.extension_paid = answer
    return result


@coverage_period.step(day(_("When did the work end?"), past=True))
async def stopped(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "ended_early_on", answer)


@coverage_period.step(choice(_("Why are you back?"), REASONS, also=SAID_OF_REASON))
async def reason(turn: Turn[Period], answer: str) -> Next:
    turn.state.reason = answer
    return {"finished": finished, "early": stopped, "leave": ends}[answer]


@coverage_period.step(day(_("When did the contract end?"), past=True))
async def finished(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "contract_ends_on", answer)


@coverage_period.step(day(_("When did you arrive in Indonesia?"), past=True))
async def returned(turn: Turn[Period], answer: date | Month | None) -> Next:
    return _told(turn, "returned_on", answer)


def _which(state: Period) -> Text:
    month = month_of(getattr(state, state.asking))
    return _('On which day of {month}? If you are not sure, type "don\'t know".', month=month)


@coverage_period.step(day_within(_which), needs=("asking",))
async def which_day(turn: Turn[Period], answer: int | date | None) -> Next:
    field = turn.state.asking
    if answer is None:
        return _onward(field, turn.state)
    try:
        exact = day_of(month_of(getattr(turn.state, field)), answer) if isinstance(answer, int) else answer
    except Unclear as impossible:
        return stay(impossible.hint)
    return _told(turn, field, exact)


@coverage_period.step()
async def result(turn: Turn[Period]) -> Next:
    card = told_by_worker(story(turn.state, turn.today))
    turn.store.events.add("check", card.result, way="told", stage=turn.state.stage, reason=turn.state.reason or None)
    return done(*card.paragraphs, then=card.then)


def _told(turn: Turn[Period], field: str, answer: date | Month | None, *, to_the_day: bool = True) -> Next:
    """Keep a day, if it can be true beside what was told before, and go on; of a month the day is asked for where it matters."""
    setattr(turn.state, field, written(answer))
    try:
        facts.days(story(turn.state, turn.today))
    except Contradiction as wrong:
        return stay(TO_COME if wrong.field == "departed_on" else PAST)
    if isinstance(answer, Month) and to_the_day:
        turn.state.asking = field
        return which_day
    return _onward(field, turn.state)


def _onward(field: str, state: Period) -> Step[Period]:
    match field:
        case "registered_on":
            return scheme
        case "extended_until":
            return extension_paid
        case "contract_ends_on" if state.stage == "during":
            return changed
        case "contract_ends_on" | "ended_early_on" if state.stage == "after" and state.reason != "leave":
            return returned
    return result


__all__ = ["coverage_period"]
