"""Members at the desk: found by number without its being kept, masked, shown whole only for a reason; who ends when; checks made."""

from __future__ import annotations

import re
import secrets
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select, update

from console.members_ending import calendar
from console.policies import Role
from storage import audit, rosters
from storage.audit import Wanted
from storage.coverage import LIVE, MEMBERS
from storage.events import EVENTS
from storage.rosters import UNDONE, Member
from tests.console.conftest import NOW, Desk

TODAY = date(2026, 11, 22)
KPJ, NIK = "26090000017", "3515005503910000"


async def enlist(desk: Desk, *members: Member, branch: str = "sidoarjo", as_of: date = date(2026, 11, 20), state: str = LIVE) -> int:
    tools = desk.database.tools
    roster = tools.new_id()
    row = {"id": roster, "branch": branch, "source": f"SIPP {as_of}", "as_of": as_of, "imported_at": NOW, "state": state, "file": "x.csv"}

    async def work(db: Any) -> None:
        await rosters.add(db, row, b"")
        await rosters.write(db, [rosters.member_row(tools, roster, member) for member in members])

    await desk.database.writer.run(work)
    return roster


def member(name: str = "Dewi Lestari", ends: date = date(2027, 3, 31), kpj: str = KPJ, nik: str | None = NIK) -> Member:
    return Member(kpj, nik, name, date(1991, 3, 15), "placed", ("JKK", "JKM"), date(2025, 4, 1), ends)


def some(count: int, **more: Any) -> list[Member]:
    return [member(f"Peserta {n:03}", TODAY + timedelta(days=n // 3), f"2609{n:07}", None, **more) for n in range(count)]


async def text(desk: Desk, path: str, role: str = Role.OFFICER, branch: str = "sidoarjo") -> str:
    answer = await (await desk.signed_in(role, branch)).get(path)
    assert answer.status == 200
    return await answer.text()


async def find(desk: Desk, number: str, role: str = Role.OFFICER, branch: str = "sidoarjo") -> str:
    """What looking up a number leads to: the path of a member, or of the list."""
    answer = await (await desk.signed_in(role, branch)).post("/desk/members/find", {"number": number})
    assert answer.status == 303
    return answer.headers["Location"]


async def id_of(desk: Desk, name: str) -> str:
    page = await text(desk, f"/desk/members?q={name}")
    found = re.search(r'data-row href="/desk/members/(\d+)"', page)
    assert found
    return found[1]


async def test_a_member_is_found_by_either_number_or_by_name_and_shown_masked(both: Desk) -> None:
    """W3, P4"""
    await enlist(both, member())
    for number in (KPJ, NIK, "3515 0055 0391 0000"):
        page = await text(both, await find(both, number))
        assert "Dewi Lestari" in page
        assert KPJ not in page
        assert NIK not in page
    page = await text(both, "/desk/members?q=lestari")
    assert "•••• 0017" in page
    for wrong in (KPJ[:-1], "lestari", "", "x" * 50):
        assert await find(both, wrong) == "/desk/members?all"


async def test_a_number_with_two_cards_shows_both(desk: Desk) -> None:
    await enlist(desk, member())
    await enlist(desk, member("Dewi L.", kpj="26090000025"), as_of=date(2026, 10, 1))
    answer = await (await desk.signed_in(Role.OFFICER)).post("/desk/members/find", {"number": NIK})
    assert answer.status == 200
    assert (await answer.text()).count("data-row") == 2


async def test_a_national_officer_finds_all_and_another_branch_none(both: Desk) -> None:
    """W2"""
    await enlist(both, member(), branch="surabaya")
    number = await id_of_everywhere(both)
    assert await find(both, KPJ) == "/desk/members?all"
    officer = await both.signed_in(Role.OFFICER)
    for path in (f"/desk/members/{number}", f"/desk/members?list={number}"):
        answer = await officer.get(path)
        assert answer.status == 404 or "Dewi" not in await answer.text()
    assert (await officer.post(f"/desk/members/{number}/unmask", {"number": "nik", "why": "claim"})).status == 404
    assert "Dewi" not in await (await officer.post("/desk/members/export")).text()


async def id_of_everywhere(desk: Desk) -> str:
    return (await find(desk, KPJ, branch="*")).rpartition("/")[2]


async def test_the_newest_list_counts_and_the_older_stands_beside_it(both: Desk) -> None:
    await enlist(both, member(ends=date(2026, 12, 31)), as_of=date(2026, 10, 1))
    newer = await enlist(both, member(ends=date(2028, 12, 31)), as_of=date(2026, 11, 1))
    page = await text(both, "/desk/members?q=dewi")
    assert page.count("Dewi Lestari") == 1
    assert "SIPP 2026-11-01" in page
    one = await text(both, f"/desk/members/{await id_of(both, 'dewi')}")
    assert one.index("SIPP 2026-11-01") < one.index("SIPP 2026-10-01")
    await both.database.writer.run(lambda db: rosters.change(db, newer, 0, state=UNDONE))
    assert "SIPP 2026-10-01" in await text(both, "/desk/members?q=dewi")


async def test_pages_go_on_by_key_and_nobody_is_shown_twice(both: Desk) -> None:
    await enlist(both, *some(120))
    address, shown = "/desk/members", list[str]()
    for _page in range(3):
        page = await text(both, address)
        shown += re.findall(r"<bdi>(Peserta \d+)</bdi>", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert shown == [f"Peserta {n:03}" for n in range(120)]
    assert address == ""


async def test_filters_tell_who_ends_soon_later_or_has_ended(desk: Desk) -> None:
    days = {"Kemarin": -1, "Besok": 1, "Bulan Depan": 40, "Tahun Depan": 400}
    await enlist(desk, *(member(name, TODAY + timedelta(days=n), f"2609{at:07}", None) for at, (name, n) in enumerate(days.items())))
    found = {
        query: [name for name in days if f"<bdi>{name}</bdi>" in await text(desk, f"/desk/members?{query}")]
        for query in ("", "ends=soon", "ends=later", "ends=ended", "day=2026-11-23", "q=e", "day=nonsense", "after=nonsense")
    }
    assert found == {
        "": ["Besok", "Bulan Depan", "Tahun Depan"],
        "ends=soon": ["Besok"],
        "ends=later": ["Besok", "Bulan Depan"],
        "ends=ended": ["Kemarin"],
        "day=2026-11-23": ["Besok"],
        "q=e": list(days),
        "day=nonsense": ["Besok", "Bulan Depan", "Tahun Depan"],
        "after=nonsense": ["Besok", "Bulan Depan", "Tahun Depan"],
    }


async def test_one_number_is_shown_for_a_reason_and_the_audit_keeps_it(desk: Desk) -> None:
    """W3"""
    await enlist(desk, member())
    number, officer = await id_of(desk, "dewi"), await desk.signed_in(Role.OFFICER)
    masked = await text(desk, f"/desk/members/{number}")
    assert KPJ not in masked
    assert "1991" in masked
    assert "15 Maret" not in masked
    for wrong in ({"number": "nik", "why": ""}, {"number": "secrets", "why": "claim"}, {}):
        assert (await officer.post(f"/desk/members/{number}/unmask", wrong)).status == 400
    shown = await (await officer.post(f"/desk/members/{number}/unmask", {"number": "nik", "why": "claim"})).text()
    assert NIK in shown
    assert KPJ not in shown
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=("member",))))
    assert [(row.action, row.subject, row.detail) for row in rows] == [
        ("member.unmasked", f"member:{number}", {"field": "nik", "why": "claim"})
    ]


async def test_an_auditor_sees_masked_numbers_only(desk: Desk) -> None:
    """W3"""
    await enlist(desk, member())
    number, auditor = await id_of(desk, "dewi"), await desk.signed_in(Role.AUDITOR)
    assert "unmask" not in await text(desk, f"/desk/members/{number}", Role.AUDITOR)
    assert (await auditor.post(f"/desk/members/{number}/unmask", {"number": "nik", "why": "claim"})).status == 403


async def test_whole_numbers_run_out(desk: Desk) -> None:
    """W28"""
    await enlist(desk, member())
    number, officer = await id_of(desk, "dewi"), await desk.signed_in(Role.OFFICER)
    asked = {"number": "nik", "why": "claim"}
    answers = [(await officer.post(f"/desk/members/{number}/unmask", asked)).status for _time in range(27)]
    assert answers == [200] * 25 + [429] * 2
    desk.clock.move(minutes=15)
    assert (await officer.post(f"/desk/members/{number}/unmask", asked)).status == 200


async def test_an_export_is_masked_and_harmless(desk: Desk) -> None:
    """W18"""
    await enlist(desk, member("=HYPERLINK(1)"), *some(600))
    officer = await desk.signed_in(Role.OFFICER)
    lines = (await (await officer.post("/desk/members/export?ends=running")).text()).splitlines()
    assert len(lines) >= 602
    mine = next(line for line in lines if "HYPERLINK" in line)
    assert mine.startswith("'=HYPERLINK(1),•••• 0017,•••• 0000,")
    assert KPJ not in "".join(lines)


async def test_hostile_names_are_shown_as_they_are(desk: Desk) -> None:
    """W16"""
    await enlist(desk, member("<script>alert(1)</script>"))
    page = await text(desk, await find(desk, KPJ))
    assert "<bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>" in page


async def test_the_calendar_leads_to_who_ends_on_a_day(desk: Desk) -> None:
    await enlist(desk, *some(9), member(ends=TODAY + timedelta(days=100)))
    page = await text(desk, "/desk/members/ending")
    assert "/desk/members?day=2026-11-24" in page
    assert "/desk/members?day=2026-11-21" not in page
    assert await text(desk, "/desk/members?day=2026-11-24") != page


def test_a_calendar_has_every_day_once_in_its_column() -> None:
    pages = calendar(TODAY, {TODAY: 1, TODAY + timedelta(days=10): 9})
    days = [square for page in pages for week in page.weeks for square in week if square]
    assert [square.day for square in days] == [TODAY + timedelta(days=n) for n in range(90)]
    assert all(week[column] is None or week[column].day.weekday() == column for page in pages for week in page.weeks for column in range(7))  # type: ignore[union-attr]
    assert [(square.count, square.strength) for square in days if square.count] == [(1, 1), (9, 3)]


async def test_checks_are_listed_with_their_result_and_without_a_number(both: Desk) -> None:
    rows = [
        {"id": n, "at": NOW, "contact_id": 1 if n else None, "branch": "sidoarjo", "kind": "check", "subject": subject, "detail": detail}
        for n, (subject, detail) in enumerate([("covered", '{"way":"roster"}'), ("ended", '{"way":"told","stage":"after"}')])
    ]
    other = {**rows[0], "id": 9, "branch": "surabaya", "subject": "not_covered"}
    await both.database.writer.run(lambda db: db.execute(EVENTS.insert(), [*rows, other]))
    page = await text(both, "/desk/members/checks")
    assert page.count("<tr>") == 3
    assert "/desk/people/1" in page
    assert (await text(both, "/desk/members/checks?way=roster")).count("<tr>") == 2
    assert (await text(both, "/desk/members/checks?result=ended&way=told")).count("<tr>") == 2


async def test_an_empty_branch_is_told_what_to_do_first(desk: Desk) -> None:
    page = await text(desk, "/desk/members", branch=f"new{secrets.token_hex(2)}")
    assert "/desk/members/imports/new" in page


async def test_a_row_that_cannot_be_opened_hides_no_other(desk: Desk) -> None:
    """P3: sealed for another row, so its numbers stay shut."""
    await enlist(desk, member(), member("Agus Setiawan", kpj="26090000025", nik=None))

    async def exchange(db: Any) -> None:
        rows = (
            await db.execute(select(MEMBERS.c.id, MEMBERS.c.secrets).where(MEMBERS.c.name.in_(("Dewi Lestari", "Agus Setiawan"))))
        ).all()
        await db.execute(update(MEMBERS).where(MEMBERS.c.id == rows[0].id).values(secrets=rows[1].secrets))

    await desk.database.writer.run(exchange)
    page = await text(desk, "/desk/members")
    assert "Dewi Lestari" in page
    assert "Agus Setiawan" in page
