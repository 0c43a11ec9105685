"""The audit: every action is one row in its own transaction, and no row is changed, added or taken away unseen (N9, F42, W18, W28)."""

from __future__ import annotations

import asyncio
import csv
import io
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import delete, insert, select, update

from console import exports
from console.policies import Role
from storage import audit
from storage.audit import Entry, Wanted
from storage.audit_table import AUDIT, AUDIT_HEAD
from storage.writer import Connection
from tests.console.conftest import NOW, Desk

ENTRY = Entry(None, "sidoarjo", "test.done", "test:1", {"count": 1})


async def record(desk: Desk, count: int = 1, entry: Entry = ENTRY) -> None:
    for _row in range(count):
        await desk.database.writer.run(lambda db: audit.record(db, desk.database.tools, entry, NOW))


async def broken_at(desk: Desk) -> int | None:
    checked, done = await desk.database.writer.read(lambda db: audit.check(db, desk.database.tools))
    assert done
    return checked.broken_at


async def test_an_untouched_chain_fits(both: Desk) -> None:
    assert await broken_at(both) is None
    await record(both, 5)
    assert await broken_at(both) is None


async def test_the_chain_is_checked_in_steps(desk: Desk) -> None:
    await record(desk, 7)
    so_far, done, steps = audit.BEGINNING, False, 0
    while not done:
        so_far, done = await desk.database.writer.read(lambda db, so_far=so_far: audit.check(db, desk.database.tools, so_far, most=3))  # type: ignore[misc]
        steps += 1
    assert (so_far.number, so_far.broken_at, steps) == (7, None, 3)


async def change(db: Connection) -> None:
    await db.execute(update(AUDIT).where(AUDIT.c.number == 3).values(detail='{"count":2}'))


async def change_time(db: Connection) -> None:
    await db.execute(update(AUDIT).where(AUDIT.c.number == 3).values(at=NOW.replace(year=2025)))


async def remove(db: Connection) -> None:
    await db.execute(delete(AUDIT).where(AUDIT.c.number == 3))


async def remove_and_close_up(db: Connection) -> None:
    await db.execute(delete(AUDIT).where(AUDIT.c.number == 3))
    for number in (4, 5):
        await db.execute(update(AUDIT).where(AUDIT.c.number == number).values(number=number - 1))
    await db.execute(update(AUDIT_HEAD).values(number=4))


async def cut_off(db: Connection) -> None:
    await db.execute(delete(AUDIT).where(AUDIT.c.number > 3))


async def swap(db: Connection) -> None:
    for number, new in ((3, 99), (4, 3), (99, 4)):
        await db.execute(update(AUDIT).where(AUDIT.c.number == number).values(number=new))


async def add(db: Connection) -> None:
    row = (await db.execute(select(AUDIT).where(AUDIT.c.number == 5))).one()
    await db.execute(insert(AUDIT), [{**dict(row._mapping), "number": 6}])


@pytest.mark.parametrize("tamper", [change, change_time, remove, remove_and_close_up, cut_off, swap, add])
async def test_whatever_is_done_to_the_rows_is_seen(desk: Desk, tamper: Callable[[Connection], Awaitable[None]]) -> None:
    await record(desk, 2)
    for number in range(3, 6):
        await record(desk, 1, Entry(None, "sidoarjo", "test.done", f"test:{number}"))
    await desk.database.writer.run(tamper)  # type: ignore[arg-type]
    assert await broken_at(desk) in (3, 4, 6)


async def test_the_desk_says_that_the_chain_fits_or_which_row_does_not(desk: Desk) -> None:
    auditor = await desk.signed_in(Role.AUDITOR)
    await record(desk, 3)
    assert "cocok: tidak ada yang diubah" in await (await auditor.post("/desk/audit/check")).text()
    await desk.database.writer.run(change)
    assert "Baris 3 tidak cocok" in await (await auditor.post("/desk/audit/check")).text()


async def test_many_at_once_make_one_chain(both: Desk) -> None:
    await asyncio.gather(*(record(both, 2) for _officer in range(10)))
    rows = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted(), most=100))
    assert [row.number for row in rows] == list(range(20, 0, -1))
    assert await broken_at(both) is None


async def test_an_action_that_fails_leaves_no_row_and_a_row_that_fails_no_action(both: Desk) -> None:
    """F42"""

    async def fails(db: Connection) -> None:
        await audit.record(db, both.database.tools, ENTRY, NOW)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await both.database.writer.run(fails)
    assert await both.database.writer.read(lambda db: audit.find(db, "*", Wanted())) == []
    await record(both)
    assert await broken_at(both) is None


async def test_personal_fields_are_kept_as_keyed_hashes(desk: Desk) -> None:
    found = audit.changed(
        desk.database.tools.sealer, {"name": "Siti", "state": "new", "kept": 1}, {"name": "Sita", "state": "document", "kept": 1}, ("name",)
    )
    assert found["state"] == ["new", "document"]
    assert set(found) == {"name", "state"}
    assert len(found["name"][0]) == 26
    assert found["name"][0] != found["name"][1]


async def test_the_log_is_searched_by_name_noun_subject_and_day(desk: Desk) -> None:
    auditor, sri = await desk.signed_in(Role.AUDITOR), await desk.officer(name="Sri Wahyuni", login="sri")
    await record(desk, 1, Entry(sri.id, "sidoarjo", "interest.moved", "interest:17"))
    await record(desk, 1, Entry(None, "sidoarjo", "officer.added", "officer:5"))
    found = {
        query: [
            action
            for action in ("interest.moved", "officer.added")
            if f"<code>{action}</code>" in await (await auditor.get(f"/desk/audit?{query}")).text()
        ]
        for query in (
            "q=wahyu",
            "noun=officer",
            "q=interest:17",
            "since=2026-11-22",
            "since=2026-11-23",
            "until=2026-11-21",
            "since=nonsense",
        )
    }
    both = ["interest.moved", "officer.added"]
    assert found == {
        "q=wahyu": both[:1],
        "noun=officer": both[1:],
        "q=interest:17": both[:1],
        "since=2026-11-22": both,
        "since=2026-11-23": [],
        "until=2026-11-21": [],
        "since=nonsense": both,
    }


async def test_the_log_goes_on_by_key_and_nothing_is_shown_twice(desk: Desk) -> None:
    auditor = await desk.signed_in(Role.AUDITOR)
    for number in range(120):
        await record(desk, 1, Entry(None, "sidoarjo", "test.done", f"test:{number:03}"))
    address, shown = "/desk/audit", list[str]()
    for _page in range(3):
        page = await (await auditor.get(address)).text()
        shown += [f"test:{number:03}" for number in reversed(range(120)) if f">test:{number:03}<" in page]
        more = page.partition('rel="next"')[0].rpartition('href="')[2]
        address = more.partition('"')[0].replace("&amp;", "&")
    assert shown == [f"test:{number:03}" for number in reversed(range(120))]


async def test_another_branchs_log_is_not_shown_or_exported(desk: Desk) -> None:
    """W2"""
    auditor = await desk.signed_in(Role.AUDITOR)
    await record(desk, 1, Entry(None, "surabaya", "secret.done", "secret:1"))
    for text in [await (await auditor.get("/desk/audit?q=secret:1")).text(), await (await auditor.post("/desk/audit/export")).text()]:
        assert "secret.done" not in text


@pytest.mark.parametrize("cell", ["=1+1", "+62812", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0x", "＝1+1", "＋62", "＠x", "－1"])
def test_a_cell_that_begins_a_formula_is_shown_as_it_is(cell: str) -> None:
    """W18"""
    assert exports.harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["Siti", "62812", "", "a=b", "1-2", "ﷺ"])
def test_other_cells_stay_as_they_are(cell: str) -> None:
    """W18"""
    assert exports.harmless(cell) == cell


async def test_an_export_holds_every_row_in_order_and_is_itself_recorded(both: Desk) -> None:
    auditor = await both.signed_in(Role.AUDITOR)
    for number in range(3):
        await record(both, 1, Entry(None, "sidoarjo", "test.done", f"=cmd|{number}"))
    answer = await auditor.post("/desk/audit/export?noun=")
    assert "attachment" in answer.headers["Content-Disposition"]
    rows = list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))
    assert [row[5] for row in rows[1:]] == ["list:audit", "'=cmd|2", "'=cmd|1", "'=cmd|0"]
    newest = (await both.database.writer.read(lambda db: audit.find(db, "*", Wanted())))[0]
    assert (newest.action, newest.detail) == ("list.exported", {"searched": False})


async def test_an_officer_exports_a_few_lists_a_day(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """W28: and whoever looks after the house hears of one who wants more."""
    auditor = await desk.signed_in(Role.AUDITOR)
    answers = [(await auditor.post("/desk/audit/export")).status for _export in range(6)]
    assert answers == [200] * 5 + [429]
    assert [record.message for record in caplog.records if "reached a limit" in record.message]
    assert len(await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("list",))))) == 5
    auditor = await desk.signed_in(Role.AUDITOR)
    desk.clock.move(hours=25)
    auditor = await desk.signed_in(Role.AUDITOR)
    assert (await auditor.post("/desk/audit/export")).status == 200
