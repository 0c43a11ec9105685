"""Socialisation days: three short questions before the talk and again after it, answered by buttons; each rests on a fact."""

from typing import Any

import facts
from dialogue import Dialogue, Next, State, Turn, choice, done
from handlers.cards import months
from locales import Lines, Text, _
from storage.occasions import AFTER, BEFORE, Occasion

# The key of the right answer to each question.
RIGHT = {"must": "both", "return": "months", "illness": "yes"}
MORE = {"coverage": _("Check status"), "menu": _("Menu")}


class Check(State):
    """Which occasion, whether the talk is over, and how many answers were right."""

    occasion: int = 0
    phase: str = ""
    right: int = 0


def _months() -> Text:
    limit = facts.limit("during").months
    assert limit
    return months(limit)


day = Dialogue("day", Check, words=("sosialisasi", "kuis", "quiz"), command="kuis")


async def invitation(turn: Turn[Any], occasion: Occasion) -> tuple[Text, ...]:
    """What somebody hears who comes by the code of a day; empty once they have answered."""
    phase = _phase(occasion)
    if await turn.store.occasions.answered(occasion.id, phase) >= set(RIGHT):
        return ()
    if phase == AFTER:
        return (_("The talk of {occasion} is over. The same three questions once more?", occasion=occasion.name),)
    return (
        _("Welcome to {occasion}. Three short questions before it begins? They are counted without your name.", occasion=occasion.name),
    )


def _phase(occasion: Occasion) -> str:
    return AFTER if occasion.asked_again_at else BEFORE


@day.step()
async def begin(turn: Turn[Check]) -> Next:
    occasion = await turn.store.occasions.by_code(turn.contact.last_link)
    if occasion is None:
        return done(_("There are no questions now: they belong to a socialisation day, and begin with its QR code."), then=MORE)
    if await turn.store.occasions.answered(occasion.id, _phase(occasion)) >= set(RIGHT):
        return done(_("You have answered them all. Thank you."), then=MORE)
    turn.state = Check(occasion=occasion.id, phase=_phase(occasion))
    return must


@day.step(
    choice(
        _("First question. Which protection must every migrant worker have?"),
        {"jht": _("Old-age savings"), "both": _("JKK and JKM"), "none": _("None")},
    ),
    needs=("occasion",),
)
async def must(turn: Turn[Check], answer: str) -> Next:
    await _answered(turn, "must", answer)
    return after_contract


@day.step(
    choice(
        _("Second question. The contract ends. How long are you still protected at most, to get ready and go home?"),
        {"none": _("Not at all"), "months": _months(), "ever": _("For ever")},
    ),
    needs=("occasion",),
)
async def after_contract(turn: Turn[Check], answer: str) -> Next:
    await _answered(turn, "return", answer)
    return illness


@day.step(
    choice(
        _("Last question. A worker who is a member dies abroad of an illness. Does the family receive money?"),
        {"accident": _("Only in accidents"), "no": _("No"), "yes": _("Yes")},
    ),
    needs=("occasion",),
)
async def illness(turn: Turn[Check], answer: str) -> Next:
    await _answered(turn, "illness", answer)
    if turn.state.phase == BEFORE:
        return done(_("Thank you. You hear the answers in the talk."), _("Ask me anything until then."), then=MORE)
    return done(
        _("Thank you. {right} of your {all} answers are right.", right=turn.state.right, all=len(RIGHT)),
        _("This is so:\n{answers}", answers=Lines(_answers())),
        then=MORE,
    )


def _answers() -> tuple[Text, ...]:
    limit, death, law = facts.limit("during"), facts.benefit("jkm_during"), facts.cite("uu-18-2017", "5(d)")
    assert limit.months
    assert death.amount
    return (
        _("JKK (work accident) and JKM (death) are a must. ({source})", source=law),
        _("After the contract you are protected for at most {length}. ({source})", length=months(limit.months), source=limit.amount_source),
        _("The family receives {amount}, also after an illness. ({source})", amount=death.amount, source=death.amount_source),
    )


async def _answered(turn: Turn[Check], question: str, answer: str) -> None:
    """The first answer counts; an old button pressed again changes nothing."""
    state, is_right = turn.state, answer == RIGHT[question]
    if question in await turn.store.occasions.answered(state.occasion, state.phase):
        return
    turn.store.occasions.answer(state.occasion, state.phase, question, is_right=is_right)
    state.right += is_right
