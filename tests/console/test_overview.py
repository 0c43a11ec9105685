"""The overview: its figures are right, each leads to the rows behind, and another branch is in none of them."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from console.charts import Bar, bars
from console.jobs import Jobs
from console.kept import Kept
from console.policies import Role
from storage import rights, sessions
from storage.changes import table_of
from storage.contacts import ContactRow
from storage.conversations import ConversationRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.overview import Channel, Overview, Past, Waiting, lately, overview, past
from storage.requests import REQUESTS
from storage.writer import Connection, Unavailable
from tests.console.conftest import NOW, Browser, Desk, opened

CONTACTS, CONVERSATIONS = table_of(ContactRow), table_of(ConversationRow)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MIDNIGHT = NOW - 12 * HOUR  # where the officer is
NO_TIME = 1e-9  # seconds: older at the next look


async def glance(db: Connection, branch: str) -> Overview:
    return await overview(db, branch, MIDNIGHT, await past(db, branch, MIDNIGHT), await lately(db, branch, NOW))


async def fill(desk: Desk, branch: str, first: int) -> None:
    """28 people over the four weeks before today and 3 today, one of them erased; checks, requests, interests, messages."""
    ages = [*(DAY * (day + 0.6) for day in range(28)), HOUR, HOUR, HOUR]
    people = [{"id": first + number, "created_at": NOW - age, "branch": branch, "language": "id"} for number, age in enumerate(ages)]
    people = [{**one, "erased_at": NOW if number == 30 else None} for number, one in enumerate(people)]
    talks = [{"contact_id": one["id"], "seen_at": one["created_at"], "branch": branch} for one in people]
    base = {"contact_id": first, "branch": branch, "at": NOW}
    events = [
        {**base, "id": first + n, "kind": "check", "subject": s, "detail": "{}"} for n, s in enumerate(["covered", "covered", "ended"])
    ]
    events.append({**base, "id": first + 9, "at": NOW - 30 * DAY, "kind": "check", "subject": "ended", "detail": "{}"})
    waits = [("emergency", True, 1, "open"), ("human", False, 3, "open"), ("human", False, 2, "read"), ("human", False, 9, "closed")]
    requests = [
        {**base, "id": first + n, "reason": reason, "urgent": urgent, "at": NOW - age * HOUR, "state": state}
        for n, (reason, urgent, age, state) in enumerate(waits)
    ]
    interest = {**base, "changed_at": NOW, "name": "x", "stage": "abroad", "reach": "here"}
    interests = [
        {**interest, "id": first + n, "reference": f"R{first + n}", "state": state} for n, state in enumerate(["new", "new", "registered"])
    ]
    states = ["queued", "sent", "read", "failed", "in_doubt"]
    rows: list[tuple[Any, list[dict[str, Any]]]] = [
        (CONTACTS, people),
        (CONVERSATIONS, talks),
        (EVENTS, events),
        (REQUESTS, requests),
        (INTERESTS, interests),
        (DELIVERIES, [_delivery(first, number, state) for number, state in enumerate(states)]),
    ]
    for table, many in rows:
        await desk.database.writer.run(lambda db, table=table, many=many: db.execute(table.insert(), many))  # type: ignore[misc]


def _delivery(first: int, number: int, state: str) -> dict[str, Any]:
    moments = {"at": NOW - HOUR, "due_at": NOW - HOUR, "expires_at": NOW + DAY}
    named = {"id": first + number, "key": f"{first}:{number}", "contact_id": first, "address": "a", "channel": "telegram"}
    return {**named, **moments, "lane": 0, "state": state, "page": "{}", "facts": "", "attempts": 1, "resent": False}


async def test_the_figures_are_those_of_the_branch(both: Desk) -> None:
    await fill(both, "sidoarjo", 1000)
    await fill(both, "surabaya", 2000)
    found = await both.database.writer.read(lambda db: glance(db, "sidoarjo"))
    assert (found.people, found.new_today, found.new_on_a_usual_day, found.wrote_today) == (30, 3, 1.0, 3)
    assert found.checks == {"covered": 2, "ended": 1}
    assert found.waiting == [Waiting("emergency", True, 1, NOW - HOUR), Waiting("human", False, 2, NOW - 3 * HOUR)]
    assert found.interests == {"new": 2, "registered": 1}
    assert found.channels == [Channel("telegram", 1, NOW - HOUR, 2, 1, 1)]
    assert (found.in_doubt, found.quarantined) == (1, None)


async def test_a_national_officer_sees_all_branches_together(both: Desk) -> None:
    await fill(both, "sidoarjo", 1000)
    await fill(both, "surabaya", 2000)
    found = await both.database.writer.read(lambda db: glance(db, "*"))
    assert (found.people, found.in_doubt, found.quarantined, found.interests["new"]) == (60, 2, 0, 4)


async def test_every_figure_leads_to_the_rows_behind(desk: Desk) -> None:
    await fill(desk, "sidoarjo", 1000)
    officer = await desk.signed_in(Role.OFFICER)
    page = await (await officer.get("/desk")).text()
    for href, figure in (("/desk/inbox?reason=emergency", "1"), ("/desk/inbox?reason=human", "2"), ("/desk/people", "30")):
        assert re.search(rf'href="{re.escape(href)}"><b>{figure}</b>', page), href
    assert 'href="/desk/people?check=covered">Terlindungi</a></th><td class="number">2</td>' in page
    assert "lambat" in page  # a message has waited for an hour


async def test_what_is_asked_by_law_stands_where_everybody_looks(desk: Desk) -> None:
    await fill(desk, "sidoarjo", 1000)
    tools = desk.database.tools
    await desk.database.writer.run(lambda db: rights.ask(db, tools, 1000, "sidoarjo", "erasure", NOW))
    page = await (await (await desk.signed_in(Role.OFFICER)).get("/desk")).text()
    assert re.search(r'class="figure waits" href="/desk/people\?right=due"><b>1</b>', page)
    desk.clock.move(days=4)
    page = await (await (await desk.signed_in(Role.OFFICER)).get("/desk")).text()
    assert re.search(r'class="figure bad" href="/desk/people\?right=due"><b>1</b>', page)


async def test_an_empty_house_says_so(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    page = await (await officer.get("/desk")).text()
    for said in ("Tidak ada yang menunggu", "belum ada yang menanyakan", "tidak ada yang dikirim"):
        assert said in page


def test_the_longest_bar_fills_its_track_and_the_smallest_is_still_seen() -> None:
    assert [row.length for row in bars([Bar("a", 1000), Bar("b", 250), Bar("c", 1), Bar("d", 0)])] == [100, 25, 2, 0]
    assert bars([]) == []


async def test_long_counts_stand_for_a_while_and_who_waits_never_does(database_url: str) -> None:
    async with opened(database_url, keeps=600) as desk:
        await fill(desk, "sidoarjo", 1_000)
        officer = await desk.signed_in(Role.OFFICER)
        assert await _people(officer) == ("30", "2")
        await fill(desk, "sidoarjo", 5_000)
        assert await _people(officer) == ("32", "4"), "who came today and who waits are counted each time"
        desk.console.desk.past.forget()
        assert await _people(officer) == ("60", "4")


async def test_it_is_counted_while_who_signs_in_types_their_code(database_url: str) -> None:
    async with opened(database_url, keeps=600) as desk:
        await fill(desk, "sidoarjo", 1_000)
        half_in = await desk.signed_in(Role.OFFICER, stage=sessions.SECOND)
        assert (await half_in.get("/desk/sign-in/code")).status == 200
        await desk.console.desk.jobs.done()
        await desk.database.writer.run(lambda db: db.execute(CONTACTS.delete()))
        assert (await _people(await desk.signed_in(Role.OFFICER)))[0] == "28", "those who came before today were counted already"


async def _people(officer: Browser) -> tuple[str, ...]:
    """As the page says: people reached, and how many wait for an officer."""
    page = await (await officer.get("/desk")).text()
    return tuple(re.findall(r'href="/desk/(?:people|inbox\?reason=human)"><b>(\d+)</b>', page)[::-1])


@pytest.fixture
async def jobs() -> AsyncIterator[Jobs]:
    jobs = Jobs()
    yield jobs
    await jobs.close()


async def test_nobody_waits_for_a_newer_count_and_the_next_sees_it(jobs: Jobs) -> None:
    kept, counts, gate = Kept[int](jobs, fresh=NO_TIME, longest=3600), itertools.count(1), asyncio.Event()
    gate.set()

    async def count() -> int:
        await gate.wait()
        return next(counts)

    assert await kept.get("sidoarjo", count) == 1
    gate.clear()
    assert [await kept.get("sidoarjo", count) for _look in range(3)] == [1, 1, 1]
    gate.set()
    await jobs.done()
    assert await kept.get("sidoarjo", count) == 2, "three who looked meanwhile made one count"
    assert await kept.get("surabaya", count) != 2, "of another branch there is none yet"


async def test_who_looks_first_is_not_kept_waiting_for_a_long_count(jobs: Jobs) -> None:
    """The page says that it is counted, and fetches itself again."""
    kept, gate = Kept[int](jobs, fresh=60, longest=3600), asyncio.Event()

    async def count() -> int:
        await gate.wait()
        return 7

    assert await kept.get("sidoarjo", count, NO_TIME) is None
    assert await kept.get("sidoarjo", count, NO_TIME) is None
    gate.set()
    assert await kept.get("sidoarjo", count) == 7


async def test_a_page_says_what_is_still_being_counted_and_shows_it_soon(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(database_url, keeps=600) as desk:
        await fill(desk, "sidoarjo", 1_000)
        officer, may_go_on, past = await desk.signed_in(Role.OFFICER), asyncio.Event(), desk.console.desk.past
        quick = past.get
        monkeypatch.setattr(past, "get", lambda key, count, patience: quick(key, lambda: after(may_go_on, count), patience))
        page = await (await officer.get("/desk")).text()
        assert "Sedang dihitung" in page
        assert 'hx-trigger="news from:body, load delay:300ms"' in page
        assert re.search(r'reason=human"><b>2</b>', page), "who waits is there at once"
        may_go_on.set()
        await desk.console.desk.jobs.done()
        page = await (await officer.get("/desk")).text()
        assert "Sedang dihitung" not in page
        assert re.search(r'href="/desk/people"><b>30</b>', page)


async def after(event: asyncio.Event, count: Callable[[], Awaitable[Past]]) -> Past:
    await event.wait()
    return await count()


async def test_many_who_look_first_make_one_count(jobs: Jobs) -> None:
    kept, counts = Kept[int](jobs, fresh=60, longest=3600), itertools.count(1)

    async def count() -> int:
        await asyncio.sleep(0)
        return next(counts)

    assert await asyncio.gather(*(kept.get("sidoarjo", count) for _look in range(5))) == [1] * 5
    assert await kept.get("sidoarjo", count) == 1


async def test_a_count_that_fails_is_told_to_who_waits_and_tried_again(jobs: Jobs) -> None:
    kept, fails = Kept[int](jobs, fresh=NO_TIME, longest=3600), [True, False, True, False]

    async def count() -> int:
        if fails.pop(0):
            raise Unavailable
        return len(fails)

    with pytest.raises(Unavailable):
        await kept.get("sidoarjo", count)
    assert await kept.get("sidoarjo", count) == 2
    assert await kept.get("sidoarjo", count) == 2, "one that failed behind leaves what was there"
    await jobs.done()
    assert await kept.get("sidoarjo", count) == 2
    await jobs.done()
    assert await kept.get("sidoarjo", count) == 0
