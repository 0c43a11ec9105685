"""One interest: moved on with a note and a day for the next step, handed to somebody, joined with its double. The worker is told of each move."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from aiohttp import web

from console.interests import PATH, staff
from console.interests_words import REACHES, STAGES, TONES, WHENS, country, told
from console.members import TOO_MANY, UNMASKED, WHY, masked
from console.pages import get, post
from console.policies import Policy
from console.refused import Refused
from console.told import MENU, page_for
from console.visit import Visit
from console.words import INTEREST_STATES, word_for
from locales import Page, Text, _
from storage import audit, doubles, events, following, limits, members, notes, outgoing, talks
from storage.following import Followed
from storage.interests import ENDED
from storage.members import Wanted
from storage.stale import Stale
from storage.writer import Connection

LONGEST_NOTE = 2000
NEXT_STEP = {"new": 1, "contacted": 7, "document": 14, "unreachable": 30}  # days until one should look again, if nobody says otherwise
STALE = Refused(
    409,
    _("Somebody changed this interest meanwhile"),
    _("Nothing of what you sent was done."),
    _("Go back, reload the page and look at how it stands now."),
)


async def one(visit: Visit) -> web.Response:
    return await _show(visit, await _found(visit))


async def move(visit: Visit) -> web.Response:
    """What came of it: a state, a day for the next step, a note. A changed state is told to the worker."""
    interest = await _found(visit)
    sent = await visit.form("version", "state", "due", "note")
    if sent["state"] not in INTEREST_STATES:
        raise web.HTTPBadRequest
    if wrong := _wrong(visit, sent):
        return await _show(visit, interest, sent, wrong, 422)
    if sent["version"] != str(interest.version):
        return await _show(visit, interest, sent, CHANGED, 409)
    after = {"state": sent["state"], "due_on": _due(visit, interest, sent), "officer_id": interest.officer_id or visit.officer.id}
    moved = after["state"] != interest.state
    page, address = await _news(visit, interest, sent["state"]) if moved else (None, None)

    async def work(db: Connection) -> None:
        database = visit.desk.database
        await following.change(db, interest.id, interest.version, visit.now, **after)
        if sent["note"]:
            await notes.add(db, database.tools, interest.contact_id, visit.officer.id, sent["note"], visit.now)
        if page:
            key = following.told_key(interest.id, interest.version + 1)
            await outgoing.tell(db, database.dialect, database.tools, key, interest.contact_id, page, visit.now)
        if moved:
            await events.note(db, database.tools, interest.contact_id, interest.branch, "moved", sent["state"], visit.now)
        detail = {**_changed(interest, after), "note": bool(sent["note"]), "told": page is not None}
        await visit.record(db, "interest.moved" if moved else "interest.noted", f"interest:{interest.id}", detail)

    try:
        await visit.write(work, news_at=[address] if address else [])
    except Stale:
        return await _show(visit, await _found(visit), sent, CHANGED, 409)
    return visit.go(f"{PATH}/{interest.id}", _said(moved=moved, told=page is not None))


async def assign(visit: Visit) -> web.Response:
    interest, sent, people = await _found(visit), await visit.form("version", "officer"), await staff(visit)
    if sent["officer"] and sent["officer"] not in people:
        raise web.HTTPBadRequest
    after = {"officer_id": int(sent["officer"]) if sent["officer"] else None}

    async def work(db: Connection) -> None:
        await following.change(db, interest.id, _version(sent), visit.now, **after)
        await visit.record(db, "interest.assigned", f"interest:{interest.id}", _changed(interest, after))

    return await _done(visit, interest, work, _("It is theirs now.") if after["officer_id"] else _("It is nobody's now."))


async def merge(visit: Visit) -> web.Response:
    """The other one ends here; whoever left it is told of this one from now on."""
    interest, sent = await _found(visit), await visit.form("version", "other")
    tools = visit.desk.database.tools
    same = await visit.read(lambda db: following.doubles(db, tools, visit.branch, interest))
    gone = next((other for other in same if str(other.id) == sent["other"]), None)
    if gone is None:
        raise web.HTTPNotFound
    if sent["version"] != str(interest.version):
        raise STALE

    async def work(db: Connection) -> None:
        brought = await following.merge(db, tools, interest, gone, visit.now)
        await visit.record(db, "interest.merged", f"interest:{interest.id}", {"other": gone.id, "brought": brought})

    return await _done(visit, interest, work, _("The two are one now. Whoever asks for the other is told of this one."))


async def unmask(visit: Visit) -> web.Response:
    """Shows the NIK, once, for a reason."""
    interest, sent = await _found(visit), await visit.form("why")
    if sent["why"] not in WHY or not interest.nik:
        raise web.HTTPBadRequest

    async def work(db: Connection) -> None:
        name = visit.desk.sealer.index("limit", f"unmask:{visit.officer.id}")
        if not await limits.spend(db, visit.desk.database.dialect, name, UNMASKED, visit.now):
            raise TOO_MANY
        await visit.record(db, "interest.unmasked", f"interest:{interest.id}", {"field": "nik", "why": sent["why"]})

    await visit.write(work)
    return await _show(visit, interest, opened=True)


CHANGED = _(
    "Somebody changed this interest meanwhile: it stands here as it is now. What you wrote is still in the form; look, and send it again."
)


async def _show(
    visit: Visit,
    one: Followed,
    sent: Mapping[str, str] | None = None,
    wrong: Text | None = None,
    status: int = 200,
    *,
    opened: bool = False,
) -> web.Response:
    tools = visit.desk.database.tools
    enrolled = await visit.read(lambda db: members.find(db, tools, visit.branch, Wanted(number=one.nik or ""), 1)) if one.nik else []
    joined = await visit.read(lambda db: doubles.joined_to(db, one.id))
    subjects = [f"interest:{id}" for id in (one.id, *(other.id for other in joined))]
    return visit.show(
        "interest.html",
        status,
        one=one,
        sent=sent or {"state": one.state, "due": "", "note": ""},
        wrong=wrong,
        nik=one.nik if opened else masked(one.nik or ""),
        opened=opened,
        states=INTEREST_STATES,
        tones=TONES,
        stages=STAGES,
        reaches=REACHES,
        whens=WHENS,
        why=WHY,
        country=country,
        word_for=word_for,
        staff=await staff(visit),
        doubles=await visit.read(lambda db: following.doubles(db, tools, visit.branch, one)),
        enrolled=enrolled[:1],
        joined=joined,
        notes=await visit.read(lambda db: notes.of(db, one.contact_id, 20, [other.contact_id for other in joined])),
        history=await visit.read(lambda db: audit.find(db, visit.branch, audit.Wanted(subjects=subjects), 20)),
        told=await visit.read(lambda db: following.last_told(db, one)),
        today=visit.times.today,
        suggested={state: (visit.times.today + timedelta(days=days)).isoformat() for state, days in NEXT_STEP.items()},
    )


async def _news(visit: Visit, interest: Followed, state: str) -> tuple[Page | None, str | None]:
    """What the worker is told in their language, and where; nothing where they cannot be written to."""
    tools = visit.desk.database.tools
    person = await visit.read(lambda db: talks.find(db, tools, visit.branch, interest.contact_id, visit.now))
    if person is None or person.address is None:
        return None, None
    return page_for(person, told(interest.reference, state), choices=(MENU,)), person.address


def _wrong(visit: Visit, sent: Mapping[str, str]) -> Text | None:
    if len(sent["note"]) > LONGEST_NOTE:
        return _("The note is too long. Keep what the next officer needs.")
    if sent["due"] and ((day := _day(sent["due"])) is None or not visit.times.today <= day <= visit.times.today + timedelta(days=366)):
        return _("The next step is due today or within a year.")
    return None


def _due(visit: Visit, interest: Followed, sent: Mapping[str, str]) -> date | None:
    """The day that was typed; else, for a new state, when one should look again."""
    if sent["state"] in ENDED:
        return None
    if sent["due"]:
        return _day(sent["due"])
    return interest.due_on if sent["state"] == interest.state else visit.times.today + timedelta(days=NEXT_STEP[sent["state"]])


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _changed(before: Followed, after: Mapping[str, Any]) -> dict[str, Any]:
    """{field: [before, after]} of what differs; nothing of it names a person."""
    return {name: [_plain(getattr(before, name)), _plain(new)] for name, new in after.items() if getattr(before, name) != new}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _said(*, moved: bool, told: bool) -> Text:
    if not moved:
        return _("Noted.")
    return _("Moved on, and the worker is told.") if told else _("Moved on. The worker has no chat at which they could be told.")


def _version(sent: Mapping[str, str]) -> int:
    """Of the form; one that is none was made before everything."""
    return int(sent["version"]) if sent["version"].isascii() and sent["version"].isdecimal() and len(sent["version"]) < 10 else -1


async def _done(visit: Visit, interest: Followed, work: Any, said: Text) -> web.Response:
    try:
        await visit.write(work)
    except Stale:
        raise STALE from None
    return visit.go(f"{PATH}/{interest.id}", said)


async def _found(visit: Visit) -> Followed:
    """Another branch's is not found, nor one that was joined to another."""
    number = visit.number("number")
    found = await visit.read(lambda db: following.by_id(db, visit.desk.database.tools, visit.branch, number))
    if found is None:
        raise web.HTTPNotFound
    return found


ONE = f"{PATH}/{{number:\\d+}}"
PAGES = [
    get(ONE, one, Policy.SERVE),
    post(f"{ONE}/move", move, Policy.SERVE),
    post(f"{ONE}/assign", assign, Policy.SERVE),
    post(f"{ONE}/merge", merge, Policy.SERVE),
    post(f"{ONE}/unmask", unmask, Policy.SERVE),
]
