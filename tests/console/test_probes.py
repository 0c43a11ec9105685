"""Nothing of another branch comes out, whatever is asked of whichever page; and nothing leaves by a link."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import hdrs
from sqlalchemy import insert, select

from console.policies import DESK, POLICIES, Role, may
from storage.audit import Entry, record
from storage.coverage import MEMBERS, ROSTERS
from storage.notes import NOTES
from tests.console.conftest import NOW, Desk
from tests.console.test_inbox import person
from tests.console.test_matrix import LIVE, path_of

CANARY, SECRET = "Kenarikuning", "Rahasiamerah"  # both stand in everything of the other branch; only the first is ever asked for
THEIRS, NUMBER = 987_654_321, "6289911223344"
PROBES = 500
WORDS = ["", CANARY, CANARY.lower(), CANARY[:5], NUMBER, f"0{NUMBER[2:]}", f"REF{THEIRS}", str(THEIRS), "%", "_", "' OR 1=1 --", "surabaya"]
FIELDS = [
    "q",
    "whose",
    "state",
    "branch",
    "after",
    "before",
    "sort",
    "partner",
    "country",
    "noun",
    "role",
    "list",
    "number",
    "officer",
    "other",
]


async def _their_things(desk: Desk) -> None:
    """One of everything, in a branch that is not the officer's."""
    waits = [("emergency", timedelta(minutes=5)), ("human", timedelta(hours=2))]
    await person(desk, THEIRS, "surabaya", "whatsapp", external=NUMBER, name=f"{CANARY} {SECRET}", waits=waits)
    await desk.officer(branch="surabaya", login=f"{SECRET}@surabaya", name=f"{CANARY} {SECRET}")
    await desk.database.writer.run(lambda db: _more(db, desk))


async def _more(db: Any, desk: Desk) -> None:
    about = {"id": THEIRS, "at": NOW, "contact_id": THEIRS, "officer_id": 1}
    await db.execute(insert(NOTES), [{**about, "text": f"{CANARY} {SECRET}"}])
    roster = dict((await db.execute(select(ROSTERS).limit(1))).first()._mapping) | {"id": THEIRS, "branch": "surabaya"}
    await db.execute(insert(ROSTERS), [roster | {"source": f"{CANARY} {SECRET}", "file": f"{CANARY} {SECRET}.csv"}])
    member = dict((await db.execute(select(MEMBERS).limit(1))).first()._mapping) | {"id": THEIRS, "roster": THEIRS, "kpj_index": "k"}
    await db.execute(insert(MEMBERS), [member | {"name": f"{CANARY} {SECRET}"}])
    await record(
        db, desk.database.tools, Entry(None, "surabaya", "interest.moved", f"interest:{THEIRS}", {"why": f"{CANARY} {SECRET}"}), NOW
    )


@pytest.mark.parametrize("role", [Role.OFFICER, Role.ADMINISTRATOR, Role.APPROVER, Role.AUDITOR, Role.AUTHOR])
async def test_five_hundred_probes_tell_nothing_of_another_branch(desk: Desk, role: Role) -> None:
    """W2: by id, filter, search, key, form, export and error; and nothing of theirs is changed."""
    await _their_things(desk)
    browser, dice = await desk.signed_in(role), random.Random(f"{role}")
    pages = [(route.method, path_of(route)) for route, policy in desk.app[POLICIES].items() if policy in DESK and may(role, policy)]
    pages = [(method, path) for method, path in pages if path != LIVE and "sign-out" not in path]
    before, told = await _kept(desk), []
    for _probe in range(PROBES // 5):
        method, path = dice.choice(pages)
        place = "/".join(
            str(THEIRS) if part in ("id", "number", "officer", "person", "partner", "campaign") else part for part in path.split("/")
        )
        asked = {field: dice.choice(WORDS) for field in dice.sample(FIELDS, 3)}
        query = "&".join(f"{name}={value}" for name, value in asked.items())
        answer = await (
            browser.post(f"{place}?{query}", {**asked, "version": "0"}) if method == hdrs.METH_POST else browser.get(f"{place}?{query}")
        )
        text = await answer.text(errors="replace")
        if SECRET.lower() in text.lower() or (NUMBER[2:] in text and NUMBER[2:] not in query):
            told.append((method, place, query, answer.status))
        if answer.status == 401:  # it ended its own session
            browser = await desk.enter(desk.staff[role, "sidoarjo"])
    assert told == []
    assert await _kept(desk) == before


async def test_the_probes_would_find_what_is_told(desk: Desk) -> None:
    await _their_things(desk)
    browser = await desk.signed_in(Role.ADMINISTRATOR, "*")
    for path in ("/desk/inbox", f"/desk/people/{THEIRS}", "/desk/interests", "/desk/members", "/desk/officers", "/desk/audit"):
        assert SECRET in await (await browser.get(path)).text(), path


async def _kept(desk: Desk) -> list[Any]:
    """All that is theirs, as it stands."""
    wanted = [NOTES, ROSTERS, MEMBERS]
    rows = [(await desk.database.writer.read(lambda db, t=table: db.execute(select(t).where(t.c.id == THEIRS)))).all() for table in wanted]  # type: ignore[misc]
    return [str(found) for found in rows]


async def test_nothing_is_taken_along_by_a_link_that_could_be_shared(desk: Desk) -> None:
    """W27: a list or a copy leaves by a form alone, with its token; opened as an address it is not there."""
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    ways = [(route.method, path_of(route)) for route, policy in desk.app[POLICIES].items() if policy in DESK]
    leaving = [(method, path) for method, path in ways if path.endswith(("/export", "/copy"))]
    assert len(leaving) >= 5
    assert {method for method, _path in leaving} == {hdrs.METH_POST}
    for _method, path in leaving:
        assert (await browser.get(path)).status in (404, 405)
        assert (await browser.post(path, {"csrf": "salt.wrong"})).status == 403
