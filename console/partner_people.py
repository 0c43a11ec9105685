"""Who of a partner may see its own figures: a person, and the chat that is theirs by a code that works once."""

from __future__ import annotations

import secrets

from aiohttp import web

from console.pages import post
from console.partners import PATH, found, people, show
from console.policies import Policy, Role
from console.visit import Visit
from locales import _
from storage import audit, officer_chats, officers, sessions
from storage.officers import NewOfficer, Officer
from storage.writer import Connection

COMMAND = "/mitra"  # what they send the bot, with the code
LONGEST = 100


async def add(visit: Visit) -> web.Response:
    """They have no password and no sign-in name that anybody types: a link from the chat is their only way in."""
    partner, sent = await found(visit), await visit.form("name")
    if not 0 < len(sent["name"]) <= LONGEST:
        return await show(visit, partner, _("Give the person's name."), 422)

    async def work(db: Connection) -> tuple[Officer, str]:
        tools = visit.desk.database.tools
        new = NewOfficer(partner.branch, Role.PARTNER, f"{partner.id}:{tools.new_id()}", sent["name"], partner=partner.id)
        person = await officers.add(db, tools, new, visit.now)
        code = await officer_chats.new_code(db, tools, person.id, secrets.randbits(64), visit.now)
        after = {"role": new.role, "partner": partner.id, "name": new.name}
        await visit.record(db, "officer.added", f"officer:{person.id}", audit.changed(visit.desk.sealer, {}, after, ("name",)))
        return person, code

    person, code = await visit.write(work)
    return await show(visit, partner, code=(person.name, f"{COMMAND} {code}"))


async def new_code(visit: Visit) -> web.Response:
    """For a new phone, or because thirty days are over."""
    partner = await found(visit)
    person = await _person(visit, partner.id)

    async def work(db: Connection) -> str:
        code = await officer_chats.new_code(db, visit.desk.database.tools, person.id, secrets.randbits(64), visit.now)
        await visit.record(db, "officer.chat_code_made", f"officer:{person.id}")
        return code

    return await show(visit, partner, code=(person.name, f"{COMMAND} {await visit.write(work)}"))


async def shut(visit: Visit) -> web.Response:
    partner = await found(visit)
    person = await _person(visit, partner.id)

    async def work(db: Connection) -> None:
        await officers.change(db, person.id, disabled_at=visit.now)
        await sessions.end_all(db, person.id)
        await visit.record(db, "officer.disabled", f"officer:{person.id}")

    await visit.write(work)
    return visit.go(f"{PATH}/{partner.id}", _("They see nothing of the partner any more."))


async def _person(visit: Visit, partner: str) -> Officer:
    number = visit.number("officer")
    person = next((one for one in await people(visit, partner) if one.id == number and one.disabled_at is None), None)
    if person is None:
        raise web.HTTPNotFound
    return person


PERSON = f"{PATH}/{{partner}}/people/{{officer}}"
PAGES = [
    post(f"{PATH}/{{partner}}/people", add, Policy.PARTNERS),
    post(f"{PERSON}/code", new_code, Policy.PARTNERS),
    post(f"{PERSON}/shut", shut, Policy.PARTNERS),
]
