"""The duty roster: who answers emergencies when, each week; and the chat by which each of them is called."""

from __future__ import annotations

import secrets
from datetime import time

from aiohttp import web

from console.pages import get, post
from console.policies import ROLES, Policy
from console.visit import Visit
from console.words import CHANNELS, word_for
from locales import Text, _
from storage import calls, duty, officer_chats, officers
from storage.officers import Officer
from storage.writer import Connection

PATH = "/desk/duty"
DAYS = (_("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"))
COMMAND = "/tugas"  # what an officer sends the bot, with the code


async def show(visit: Visit) -> web.Response:
    return await _page(visit)


async def add(visit: Visit) -> web.Response:
    """One row for each day chosen."""
    sent = await visit.form("officer", "starts", "ends", *(f"day{day}" for day in range(len(DAYS))))
    chosen = next((one for one in await _able(visit) if str(one.id) == sent["officer"]), None)
    if chosen is None:
        raise web.HTTPBadRequest
    starts, ends, days = _clock(sent["starts"]), _clock(sent["ends"]), [day for day in range(len(DAYS)) if sent[f"day{day}"]]
    if starts is None or ends is None or not days:
        return await _page(visit, 422, _("Choose at least one day, and from when until when."))
    officer, begins, finishes = chosen.id, starts, ends

    async def work(db: Connection) -> None:
        for day in days:
            await duty.add(db, visit.desk.database.tools, officer, day, begins, finishes)
        detail = {"days": days, "starts": f"{begins:%H:%M}", "ends": f"{finishes:%H:%M}"}
        await visit.record(db, "duty.added", f"officer:{officer}", detail)

    await visit.write(work)
    return visit.go(PATH, _("The roster holds from now on."))


async def drop(visit: Visit) -> web.Response:
    number = visit.number("id")

    async def work(db: Connection) -> None:
        if not await duty.drop(db, visit.branch, number):
            raise web.HTTPNotFound
        await visit.record(db, "duty.dropped", f"duty:{number}")

    await visit.write(work)
    return visit.go(PATH, _("Taken out of the roster."))


async def new_code(visit: Visit) -> web.Response:
    """Shown once, to who is signed in: whoever sends it from a chat makes that chat theirs."""

    async def work(db: Connection) -> str:
        code = await officer_chats.new_code(db, visit.desk.database.tools, visit.officer.id, secrets.randbits(64), visit.now)
        await visit.record(db, "officer.chat_code_made", f"officer:{visit.officer.id}")
        return code

    return await _page(visit, code=await visit.write(work))


async def unlink(visit: Visit) -> web.Response:
    sent = await visit.form("address")

    async def work(db: Connection) -> None:
        if not await officer_chats.unlink(db, visit.officer.id, sent["address"]):
            raise web.HTTPNotFound
        await visit.record(db, "officer.chat_unlinked", f"officer:{visit.officer.id}")

    await visit.write(work)
    return visit.go(PATH, _("This chat is not called any more."))


async def _page(visit: Visit, status: int = 200, wrong: Text | None = None, code: str = "") -> web.Response:
    able = await _able(visit)
    shifts = await visit.read(lambda db: duty.shifts(db, visit.branch))
    chats = await visit.read(lambda db: officer_chats.of(db, [*{*(one.id for one in able), visit.officer.id}]))
    return visit.show(
        "duty.html",
        status,
        week=[(name, [shift for shift in shifts if shift.weekday == day]) for day, name in enumerate(DAYS)],
        now=[shift.name for shift in shifts if shift.holds(visit.now)],
        able=able,
        chats=chats,
        reached={chat.officer_id for chat in chats},
        silent=await visit.read(lambda db: calls.cannot_be_called(db, chats, visit.now)),
        call=calls.TEMPLATE,
        mine=[chat for chat in chats if chat.officer_id == visit.officer.id],
        days=DAYS,
        code=code,
        command=COMMAND,
        minutes=int(officer_chats.LIVES.total_seconds() // 60),
        wrong=wrong,
        channels=CHANNELS,
        word_for=word_for,
    )


async def _able(visit: Visit) -> list[Officer]:
    """Who may be on duty: whoever may answer people, of the same branch."""
    return await visit.read(lambda db: officers.find(db, visit.branch, roles=sorted(ROLES[Policy.SERVE]), active=True, most=500))


def _clock(typed: str) -> time | None:
    try:
        return time.fromisoformat(typed).replace(second=0, microsecond=0, tzinfo=None)
    except ValueError:
        return None


PAGES = [
    get(PATH, show, Policy.SERVE),
    post(PATH, add, Policy.APPROVE),
    post(f"{PATH}/{{id}}/drop", drop, Policy.APPROVE),
    post(f"{PATH}/chat/code", new_code, Policy.SERVE),
    post(f"{PATH}/chat/unlink", unlink, Policy.SERVE),
]
