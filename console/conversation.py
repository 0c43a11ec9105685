"""One conversation as the worker sees it, with who they are, what waits, and how an officer can answer now."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from aiohttp import web

from console import emergencies
from console.account import LANGUAGE_NAMES
from console.inbox import PATH
from console.pages import get
from console.policies import ROLES, Policy
from console.visit import Visit
from console.words import CHANNELS, INTEREST_STATES, REASONS, word_for
from facts import countries
from locales import Text, _, render
from storage import answering, audit, canned, inbox, notes, officers, talks, templates
from storage.inbox import Wanted
from storage.talks import Bubble, Person
from storage.templates import USABLE, Template
from storage.writer import Connection

LONGEST, SHOWN, QUEUE = 3000, 60, 30
OPENED, OPENED_AGAIN = "conversation.opened", timedelta(hours=1)
KINDS: Mapping[str, Text] = {
    "press": _("pressed a button"),
    "photo": _("a photo, not kept"),
    "voice": _("a voice message, not kept"),
    "video": _("a video, not kept"),
    "document": _("a file, not kept"),
    "sticker": _("a sticker"),
    "location": _("a place"),
    "contact": _("a contact card"),
    "reaction": _("a reaction"),
    "left": _("left the chat"),
    "returned": _("came back to the chat"),
}
OUTCOMES: Mapping[str, Text] = {
    "queued": _("waits to be sent"),
    "in_flight": _("is being sent"),
    "read": _("read by the worker"),
    "failed": _("did not arrive"),
    "skipped": _("was not sent"),
    "expired": _("was too late to send"),
    "in_doubt": _("may not have arrived"),
    "cancelled": _("was taken back"),
}
# What the worker's own page calls the parts of a bubble. "#" stands for a number that only the page knows.
SPOKEN: Mapping[str, Text] = {
    "you": _("Worker"),
    "choices": _("Choices"),
    "call": _("Call {number}", number="#"),
    "copy": _("Copy the number {number}", number="#"),
}


async def show(visit: Visit) -> web.Response:
    return await page(visit, await person_of(visit))


async def person_of(visit: Visit) -> Person:
    """Another branch's is not found, like one that never was."""
    number = visit.number("person")
    person = await visit.read(lambda db: talks.find(db, visit.desk.database.tools, visit.branch, number, visit.now))
    if person is None:
        raise web.HTTPNotFound
    return person


def path_of(person: Person) -> str:
    return f"{PATH}/{person.contact}"


def number(typed: str) -> int:
    """An id in a form or an address; 0 for what cannot be one."""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 20 else 0


async def page(
    visit: Visit, person: Person, status: int = 200, *, text: str = "", note: str = "", wrong: Text | None = None
) -> web.Response:
    """`text` and `note` are what was typed and not sent, and `wrong` says why."""
    await _note_opening(visit, person)
    values = await visit.read(lambda db: _values(db, visit, person))
    queue = await visit.read(lambda db: inbox.find(db, visit.desk.database.tools, visit.branch, Wanted(waiting=True), visit.now, QUEUE))
    chosen = next((one for one in values["answers"] if str(one.id) == visit.request.query.get("answer")), None)
    return visit.show(
        "conversation.html",
        status,
        **values,
        person=person,
        queue=queue[:QUEUE],
        emergencies=await emergencies.unread(visit),
        nations={one.iso: one.name for one in countries()},
        free=person.address is not None and person.may_write_freely(visit.now),
        text=text or (chosen.words(person.language) if chosen else ""),
        note=note,
        wrong=wrong,
        key=secrets.token_urlsafe(16),
        longest=LONGEST,
        shown=SHOWN,
        entry=entry,
        spoken={"language": visit.language, **{name: render(said, visit.language) for name, said in SPOKEN.items()}},
        channels=CHANNELS,
        reasons=REASONS,
        states=INTEREST_STATES,
        kinds=KINDS,
        outcomes=OUTCOMES,
        languages=LANGUAGE_NAMES,
        word_for=word_for,
    )


async def _values(db: Connection, visit: Visit, person: Person) -> dict[str, Any]:
    before = number(visit.request.query.get("before", ""))
    log = await talks.bubbles(db, person.contact, before, SHOWN)
    return {
        "log": log,
        "before": before,
        "last": log[-1].id if log else 0,
        "names": await talks.names_of(db, {one.officer_id for one in log if one.officer_id}),
        "requests": await answering.waiting_of(db, visit.desk.database.tools, person.contact),
        "notes": await notes.of(db, person.contact),
        "colleagues": await colleagues(db, visit, person),
        "templates": [] if person.may_write_freely(visit.now) else await usable(db, person),
        "answers": await canned.every(db, person.branch),
    }


def entry(bubble: Bubble) -> dict[str, Any]:
    """What the phone's renderer draws."""
    buttons = [{"label": one.label, "payload": one.payload, "url": one.url} for one in bubble.page.buttons] if bubble.page else []
    return {"id": str(bubble.id), "at": bubble.at.isoformat(), "text": bubble.text, "buttons": buttons}


async def _note_opening(visit: Visit, person: Person) -> None:
    """Who reads a conversation stands in the audit, once an hour for each officer, however often the page fetches itself."""
    subject = f"person:{person.contact}"
    if await visit.read(lambda db: audit.did(db, visit.officer.id, OPENED, subject, visit.now - OPENED_AGAIN)):
        return
    await visit.write(lambda db: visit.record(db, OPENED, subject))


async def usable(db: Connection, person: Person) -> list[Template]:
    """Approved templates, those in the worker's language first. Others than WhatsApp know none."""
    if person.channel != "whatsapp":
        return []
    approved = [one for one in await templates.every(db) if one.state == USABLE and one.category.lower() != "authentication"]
    return sorted(approved, key=lambda one: (not one.language.startswith(person.language), one.name, one.language))


async def colleagues(db: Connection, visit: Visit, person: Person) -> dict[int, str]:
    """Who may answer people of this branch, by name."""
    found = await officers.find(db, person.branch, roles=sorted(ROLES[Policy.SERVE]), active=True, most=200)
    return {visit.officer.id: visit.officer.name} | {one.id: one.name for one in found}


PAGES = [get(f"{PATH}/{{person}}", show, Policy.SERVE)]
