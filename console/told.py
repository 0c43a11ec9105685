"""What the desk says to a worker: an officer's words with who writes them, that somebody has read, that the bot answers again."""

from __future__ import annotations

from console.visit import Visit
from locales import LIMITS, Choice, Message, Page, Text, Written, _, fit
from storage import branches, outgoing, talks
from storage.answering import Asked
from storage.talks import Person
from storage.writer import Connection

MENU, AGAIN = Choice(_("Menu"), "menu"), Choice(_("Go on"), "again")
OFFICER = Choice(_("Talk to an officer"), "?human")


def first_name(name: str) -> str:
    return next(iter(name.split()), name)


async def office(db: Connection, branch: str) -> Written:
    return Written({"id": await branches.name_of(db, branch)})


async def words(db: Connection, visit: Visit, person: Person, typed: str) -> Page:
    """What an officer typed, below their name; with the office where the worker does not know them yet."""
    name = first_name(visit.officer.name)
    known = person.held and person.officer_id == visit.officer.id
    who = Written({"id": f"{name}:"}) if known else _("{name}, {office}:", name=name, office=await office(db, person.branch))
    return page_for(person, who, Written({person.language: typed}))


def page_for(person: Person, *paragraphs: Text | Written, choices: tuple[Choice, ...] = ()) -> Page:
    """One page, as the channel where they are reached can show it."""
    return fit(Message(paragraphs, choices), person.language, LIMITS[person.channel or "webchat"])[0]


async def bot_again(db: Connection, visit: Visit, person: Person) -> str | None:
    """The officer is done; a question of the bot that was open is asked again at a press."""
    name = first_name(visit.officer.name)
    said = _("{name} has ended the talk. From now on I answer here again, day and night.", name=name)
    return await _tell(db, visit, person, f"b:{person.contact}:{visit.now.timestamp():.6f}", said, choices=(AGAIN, MENU, OFFICER))


async def has_read(db: Connection, visit: Visit, asked: Asked) -> str | None:
    """Whoever called for help hears that a person knows of it."""
    person = await talks.find(db, visit.desk.database.tools, visit.branch, asked.contact_id, visit.now)
    if person is None:
        return None
    name, where = first_name(visit.officer.name), await office(db, person.branch)
    said = _("{name} of {office} has read your call for help and will write to you here.", name=name, office=where)
    return await _tell(db, visit, person, f"e:{asked.id}:read", said, _("If you are in danger now, call first. Do not wait for us."))


async def _tell(db: Connection, visit: Visit, person: Person, key: str, *paragraphs: Text, choices: tuple[Choice, ...] = ()) -> str | None:
    database = visit.desk.database
    page = page_for(person, *paragraphs, choices=choices)
    return await outgoing.tell(db, database.dialect, database.tools, key, person.contact, page, visit.now)
