"""Every page of the desk with full lists, with all it loads, is at most 100 kB on the wire."""

from __future__ import annotations

import random
import re
from datetime import timedelta
from typing import Any

from aiohttp import hdrs
from sqlalchemy import insert

from console.policies import DESK, POLICIES, Role
from storage.audit import Entry, record
from storage.changes import table_of
from storage.conversations import SaidRow
from storage.coverage import MEMBERS
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from tests.console.conftest import NOW, Browser, Desk
from tests.console.test_inbox import person
from tests.console.test_matrix import LIVE, path_of

HEAVIEST = 100_000  # bytes
ROWS = 60  # more than any page shows
LETTERS = "abcdefghijklmnopqrstuvwxyz"


async def _fill(desk: Desk) -> dict[str, str]:
    """Nothing repeats, so that little can be packed; where to look at one of each."""
    dice = random.Random(7)

    def words(length: int) -> str:
        return " ".join("".join(dice.choices(LETTERS, k=dice.randint(3, 9))) for _word in range(length))

    for number in range(1, ROWS + 1):
        waits = [("emergency" if number % 20 == 0 else "human", timedelta(minutes=number))]
        await person(desk, number, external=str(dice.randrange(10**12)), name=words(3), waits=waits)
        await desk.officer(login=words(1) + str(number), name=words(2))
    await desk.database.writer.run(lambda db: _more(db, desk, words))
    return {
        "/desk/inbox/{number}": "/desk/inbox/1",
        "/desk/interests/{number}": "/desk/interests/1",
        "/desk/people/{number}": "/desk/people/1",
    }


async def _more(db: Any, desk: Desk, words: Any) -> None:
    rows = range(1_000, 1_000 + ROWS)
    said = [{"id": n, "contact_id": 1, "address": "a", "at": NOW, "text": words(40), "kind": "text", "client": str(n)} for n in rows]
    moments = {"at": NOW, "due_at": NOW, "expires_at": NOW, "facts": "", "attempts": 1, "resent": False, "lane": 0}
    told = [
        {"id": 5_000 + n, "key": f"r:{n}", "contact_id": 1, "address": "a", "channel": "telegram", "state": "in_doubt"}
        | {"page": f'{{"text":"{words(60)}","buttons":[]}}', **moments}
        for n in rows
    ]
    checks = [{"id": n, "at": NOW, "contact_id": n - 999, "branch": "sidoarjo", "kind": "check", "subject": "covered"} for n in rows]
    await db.execute(insert(table_of(SaidRow)), said)
    await db.execute(insert(DELIVERIES), told)
    await db.execute(insert(EVENTS), [{**one, "detail": "{}"} for one in checks])
    member = (await db.execute(MEMBERS.select().limit(1))).first()
    sealed = desk.database.tools.sealer.seal_json({"kpj": "26010000011", "nik": "", "born": ""}, "members", "secrets", 1)
    ends = member.ends_on
    await db.execute(
        insert(MEMBERS),
        [dict(member._mapping) | {"id": n, "kpj_index": words(3), "name": words(3), "secrets": sealed, "ends_on": ends} for n in rows],
    )
    for number in range(ROWS):
        await record(db, desk.database.tools, Entry(None, "sidoarjo", "test.done", f"test:{number}", {"words": words(8)}), NOW)


async def test_no_page_is_heavier_than_a_hundred_kilobytes_however_full_it_is(desk: Desk) -> None:
    there = await _fill(desk)
    browser = await desk.signed_in(Role.ADMINISTRATOR)
    pages = {path_of(route) for route, policy in desk.app[POLICIES].items() if policy in DESK and route.method == hdrs.METH_GET} - {LIVE}
    looked = [path for path in pages if not re.search(r"/(?:id|number|officer|code|file|page|partner|order|token)(?:/|$)", path)]
    weights = {
        path: await _weight(browser, path) for path in [*looked, *there.values(), "/desk/interests?view=board", "/desk/inbox?wait=any"]
    }
    assert len(weights) > 20
    assert {path: bytes for path, bytes in weights.items() if bytes > HEAVIEST} == {}
    assert weights["/desk/inbox"] > 10_000, "the lists are full"


async def _weight(browser: Browser, path: str) -> int:
    """Of the page and of all files it names, packed as a browser asks for them."""
    body, text = await _packed(browser, path)
    files = set(re.findall(r'(?:src|href)="(/desk/files/[^"]+)"', text))
    return body + sum([(await _packed(browser, file))[0] for file in files])


async def _packed(browser: Browser, path: str) -> tuple[int, str]:
    asked = {hdrs.ACCEPT_ENCODING: "gzip"}
    async with browser.http.get(browser.address + path, headers=asked, allow_redirects=False) as answer:
        text = await answer.text(errors="replace")
        return int(answer.headers.get(hdrs.CONTENT_LENGTH, len(text))), text
