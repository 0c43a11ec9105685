"""What an officer does in a conversation: answer, send a template, take notes, hand it on, settle it, or hand it back to the bot."""

from __future__ import annotations

import re
from collections.abc import Mapping

from aiohttp import web

from console import told
from console.conversation import LONGEST, colleagues, number, page, path_of, person_of, usable
from console.inbox import PATH
from console.pages import post
from console.policies import Policy
from console.refused import Refused
from console.visit import Visit
from locales import Written, _
from storage import answering, notes, talks
from storage.talks import Person
from storage.templates import Unfillable
from storage.writer import Connection, Work

LONGEST_NOTE, BLANKS = 2000, 10
NAME = re.compile(r"[A-Za-z0-9_-]{16,32}")

WENT = _("It is on its way to the worker.")
SENT_BEFORE = _("This answer was sent already. It went out once.")
COLLEAGUE = _("A colleague wrote while you did. Read it first; what you typed is still here and was not sent.")
EMPTY = _("Write something first, please.")
TOO_LONG = _("This is too long for one message. Please send it in two parts; nothing was sent yet.")
SHUT = Refused(
    409,
    _("This cannot be sent now"),
    _("Nothing was sent: the worker cannot be reached here, or the time in which WhatsApp lets us answer freely is over."),
    _("Go back and reload the page: it shows what is possible."),
)


class _SentBefore(Exception):
    """This very form was sent already: nothing more happens."""


class _ColleagueWrote(Exception):
    """What this officer saw is not all there is: somebody else answered since."""


async def reply(visit: Visit) -> web.Response:
    sent, person = await visit.form("text", "key", "seen"), await person_of(visit)
    text, key = sent["text"], _key(visit, sent["key"])
    if not text or len(text) > LONGEST:
        return await page(visit, person, 422, text=text, wrong=EMPTY if not text else TOO_LONG)
    if not person.address or not person.may_write_freely(visit.now):
        raise SHUT
    seen = number(sent["seen"])

    async def work(db: Connection) -> None:
        # Holding comes first: a colleague who answers at the same moment waits for it, and is then seen to have been later.
        await talks.hold(db, person.contact, visit.officer.id, visit.now)
        said = await told.words(db, visit, person, text)
        if not await talks.write(db, visit.desk.database.dialect, visit.desk.database.tools, person, key, said, visit.now):
            raise _SentBefore
        if await talks.colleague_wrote(db, person.contact, visit.officer.id, seen):
            raise _ColleagueWrote
        await _answered(db, visit, person, {"length": len(text)})

    try:
        return await _send(visit, person, work)
    except _ColleagueWrote:
        return await page(visit, person, 409, text=text, wrong=COLLEAGUE)


async def send_template(visit: Visit) -> web.Response:
    """Outside WhatsApp's window: a text that the platform has approved, with its blanks filled."""
    names = [f"blank{place}" for place in range(BLANKS)]
    sent, person = await visit.form("template", "key", *names), await person_of(visit)
    key, chosen = _key(visit, sent["key"]), await visit.read(lambda db: usable(db, person))
    template = next((one for one in chosen if f"{one.name}.{one.language}" == sent["template"]), None)
    if template is None or not person.address:
        raise SHUT
    words = {blank: sent[name] for blank, name in zip(template.blanks, names, strict=False)}
    try:
        filled = template.fill(words, [told.MENU.payload] * len(template.quick_replies))
    except Unfillable:
        return await page(visit, person, 422, wrong=_("Fill in every blank of the template, with at most a line each."))
    said = told.page_for(person, Written({"id": template.shown(words)}))

    async def work(db: Connection) -> None:
        if not await talks.write(db, visit.desk.database.dialect, visit.desk.database.tools, person, key, said, visit.now, filled):
            raise _SentBefore
        await _answered(db, visit, person, {"template": template.name})

    return await _send(visit, person, work)


async def note(visit: Visit) -> web.Response:
    sent, person = await visit.form("text"), await person_of(visit)
    if not 0 < len(sent["text"]) <= LONGEST_NOTE:
        return await page(visit, person, 422, note=sent["text"], wrong=EMPTY if not sent["text"] else TOO_LONG)

    async def work(db: Connection) -> None:
        await notes.add(db, visit.desk.database.tools, person.contact, visit.officer.id, sent["text"], visit.now)
        await visit.record(db, "conversation.noted", f"person:{person.contact}", {"length": len(sent["text"])})

    await visit.write(work, news_at=["desk"])
    return visit.go(path_of(person), _("The note is kept. Only officers see it in the chat."))


async def assign(visit: Visit) -> web.Response:
    sent, person = await visit.form("officer"), await person_of(visit)
    able = await visit.read(lambda db: colleagues(db, visit, person))
    chosen = number(sent["officer"]) or None
    if sent["officer"] and chosen not in able:
        raise web.HTTPBadRequest

    async def work(db: Connection) -> None:
        await talks.assign(db, person.contact, chosen)
        await visit.record(db, "conversation.assigned", f"person:{person.contact}", {"officer": [person.officer_id, chosen]})

    await visit.write(work, news_at=["desk"])
    return visit.go(path_of(person), _("It is theirs now.") if chosen else _("It is nobody's now."))


async def hand_back(visit: Visit) -> web.Response:
    person = await person_of(visit)
    if not person.held:
        return visit.go(path_of(person), _("The bot answers here already."))
    news = {"desk"}

    async def work(db: Connection) -> None:
        await talks.hand_back(db, person.contact)
        if address := await told.bot_again(db, visit, person):
            news.add(address)
        await visit.record(db, "conversation.handed_back", f"person:{person.contact}")

    await visit.write(work, news_at=news)
    return visit.go(path_of(person), _("The bot answers again. The worker is told."))


async def close(visit: Visit) -> web.Response:
    sent, person = await visit.form("request"), await person_of(visit)
    request = number(sent["request"])
    if request not in [one.id for one in await visit.read(lambda db: answering.waiting_of(db, visit.desk.database.tools, person.contact))]:
        return visit.go(path_of(person), _("A colleague settled it already."))

    async def work(db: Connection) -> None:
        done = await answering.close(db, request, visit.officer.id, visit.now)
        await visit.record(db, "request.closed", f"request:{request}", {"person": person.contact, "done": done})

    await visit.write(work, news_at=["desk"])
    return visit.go(path_of(person), _("Settled. It waits no more."))


def _key(visit: Visit, typed: str) -> str:
    """Why the message exists: this officer sent this form. A form sent twice is one message."""
    if not NAME.fullmatch(typed):
        raise web.HTTPBadRequest
    return f"{talks.BY_OFFICER}{visit.officer.id}:{typed}"


async def _answered(db: Connection, visit: Visit, person: Person, detail: Mapping[str, object]) -> None:
    await talks.hold(db, person.contact, visit.officer.id, visit.now)
    waited = await answering.answered(db, person.contact, visit.officer.id, visit.now)
    await visit.record(db, "conversation.answered", f"person:{person.contact}", {**detail, "waited": waited})


async def _send(visit: Visit, person: Person, work: Work[None]) -> web.Response:
    try:
        await visit.write(work, news_at=[person.address or "", "desk"])
    except _SentBefore:
        return visit.go(path_of(person), SENT_BEFORE)
    return visit.go(path_of(person), WENT)


PAGES = [
    post(f"{PATH}/{{person}}/reply", reply, Policy.SERVE),
    post(f"{PATH}/{{person}}/template", send_template, Policy.SERVE),
    post(f"{PATH}/{{person}}/note", note, Policy.SERVE),
    post(f"{PATH}/{{person}}/assign", assign, Policy.SERVE),
    post(f"{PATH}/{{person}}/back", hand_back, Policy.SERVE),
    post(f"{PATH}/{{person}}/close", close, Policy.SERVE),
]
