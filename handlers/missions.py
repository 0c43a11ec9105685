"""A worker's own word in one tap: whether the mission where they are asked for membership."""

from __future__ import annotations

from datetime import date
from typing import Any

import facts
from dialogue import Dialogue, Next, Question, State, Turn, done, yes_no
from facts import Mission
from locales import Text, Written, _

HOME = "ID"
OFFER: dict[str, Text] = {"mission": _("Did they ask you?")}
ALONE = _("Whether a mission asks or not: you may join or extend on your own, so that you and your family are protected.")
AFTER = {"coverage": _("Check status"), "joining": _("How to register"), "menu": _("Menu")}
WHICH = _("Which mission did you go to? Type its city, for example Taipei.")


class Word(State):
    """Of which mission they speak."""

    mission: str = ""


mission = Dialogue("mission", Word, words=("lapor perwakilan", "tell about a mission"), command="perwakilan")


def here(country: str | None) -> tuple[Mission, ...]:
    """The missions of which somebody there may speak."""
    return facts.missions_in(country) if country and country != HOME else ()


async def found_out(turn: Turn[Any], country: str | None) -> tuple[Text | Written, ...]:
    """What officers found out about the missions of a country since the facts were written, with what to do there."""
    there = {one.id: one.name for one in here(country)}
    told: list[Text | Written] = []
    for one in await turn.store.missions.found(there) if there else ():
        told.append(_told(there[one.mission], one.required, one.checked_on))
        told += [Written({turn.contact.language: one.advice})] if one.advice else []
    return tuple(told)


def _told(name: Written, required: str, day: date) -> Text:
    match required:
        case "yes":
            return _("{mission} asks for it; an officer checked that on {day}.", mission=name, day=day)
        case "no":
            return _("{mission} does not ask for it; an officer checked that on {day}.", mission=name, day=day)
        case "partly":
            return _("{mission} asks for it in some cases; an officer checked that on {day}.", mission=name, day=day)
    return _("What {mission} asks for could not be found out; an officer tried on {day}.", mission=name, day=day)


def _find(raw: str, _today: date) -> str:
    """By its id, on a button, or by its city in any language."""
    typed = raw.strip().casefold()
    for one in facts.book().all(Mission):
        if typed == one.id.casefold() or any(word.casefold() in typed for word in one.city.words.values()):
            return one.id
    raise ValueError(raw)


@mission.step()
async def start(turn: Turn[Word]) -> Next:
    there = here(turn.contact.country)
    if len(there) == 1:
        turn.state.mission = there[0].id
        return asked
    if there:
        cities: dict[str, Text | Written] = {f"mission.which={one.id}": one.city for one in there}
        return done(_("Which mission did you go to?"), then=cities)
    return which


@mission.step(Question(WHICH, _find, _("I know no mission of that name. Please type its city, for example Taipei."), free=True))
async def which(turn: Turn[Word], answer: str) -> Next:
    turn.state.mission = answer
    return asked


def _ask(word: Word) -> Text:
    return _("Did {mission} ask you for membership of BPJS Ketenagakerjaan?", mission=_name(word))


def _name(word: Word) -> Written:
    found = {one.id: one.name for one in facts.book().all(Mission)}
    return found.get(word.mission) or Written({"id": word.mission})


@mission.step(yes_no(_ask, yes=_("Yes, it asked"), no=_("No, it did not")))
async def asked(turn: Turn[Word], answer: bool) -> Next:
    await turn.store.missions.say(turn.state.mission, asked=answer)
    turn.store.events.add("mission", "asked" if answer else "not_asked", mission=turn.state.mission)
    return done(
        _("Thank you, I have noted it: one word for each person and mission, without your name. It helps others who go there."),
        ALONE,
        then=AFTER,
    )
