"""People: found, shown with their numbers masked, and what they ask by law done in time, by who may, once, and told (P6-P9, W3)."""

from __future__ import annotations

import csv
import io
import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select

from console import people_lists
from console.policies import Role
from storage import audit, joins, rights
from storage.audit import Wanted
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow
from storage.deliveries import DELIVERIES
from storage.events import EVENTS
from storage.interests import INTERESTS
from storage.requests import REQUESTS
from storage.rights import RIGHTS
from tests.console.conftest import NOW, Browser, Desk
from tests.hostile import PAYLOADS

CONTACTS, ADDRESSES = table_of(ContactRow), table_of(AddressRow)
CONVERSATIONS, SAID = table_of(ConversationRow), table_of(SaidRow)
SITI, DEWI = 101, 102
PHONE, NIK = "6281200000101", "3515005503900000"
SURE = {"way": "letter", "sure": "yes"}


async def put(desk: Desk, table: Any, **row: Any) -> None:
    await desk.database.writer.run(lambda db: db.execute(insert(table), [row]))


async def person(desk: Desk, contact: int = SITI, branch: str = "sidoarjo", name: str = "Siti Aminah", **more: Any) -> None:
    """Somebody who wrote on WhatsApp, consented, left an interest and asked for an officer."""
    tools, address = desk.database.tools, desk.database.address_of("whatsapp", f"62812{contact:08}")
    at = NOW - timedelta(hours=2)
    facts = {"created_at": at, "branch": branch, "language": "id", "country": "HK", "consent_at": at, "consent_version": "2026-11", **more}
    await put(desk, CONTACTS, id=contact, consent_language="id", **facts)
    await put(desk, CONVERSATIONS, contact_id=contact, seen_at=at, branch=branch, language=facts["language"], channel="whatsapp")
    external = tools.sealer.seal(f"62812{contact:08}", "addresses", "external", address)
    reach = {"channel": "whatsapp", "created_at": at, "window_until": at + timedelta(hours=24)}
    await put(desk, ADDRESSES, id=address, contact_id=contact, external=external, **reach)
    await put(desk, SAID, id=contact, contact_id=contact, address=address, at=at, text="halo", kind="text", client="1")
    left = {"reference": f"R{contact}", "at": at, "changed_at": at, "name": name, "stage": "abroad", "reach": "here", "state": "new"}
    numbers = {
        "phone": tools.sealer.seal(PHONE, "interests", "phone", contact),
        "nik": tools.sealer.seal(NIK, "interests", "nik", contact),
        "nik_index": tools.sealer.index("nik", NIK),
    }
    await put(desk, INTERESTS, id=contact, contact_id=contact, branch=branch, **left, **numbers)
    await put(desk, EVENTS, id=contact, at=at, contact_id=contact, branch=branch, kind="check", subject="covered", detail="{}")


async def text_of(browser: Browser, path: str, status: int = 200) -> str:
    answer = await browser.get(path)
    assert answer.status == status, path
    return await answer.text()


async def trail(desk: Desk) -> list[tuple[str, str]]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    return [(row.action, row.subject) for row in rows]


async def all_of(desk: Desk, table: Any) -> list[Any]:
    return list((await desk.database.writer.read(lambda db: db.execute(select(table)))).all())


async def test_a_person_is_found_by_name_or_reference(both: Desk) -> None:
    await person(both)
    await person(both, DEWI, name="Dewi Lestari")
    browser = await both.signed_in()
    for typed in ("siti", "Aminah"):
        page = await text_of(browser, f"/desk/people?q={typed}")
        assert ("Siti Aminah" in page, "Dewi" in page) == (True, False), typed
    for typed in ("6281200000101", NIK, "%25", "_"):
        assert "Siti Aminah" not in await text_of(browser, f"/desk/people?q={typed}"), "a number in an address finds nobody"


async def test_a_whole_number_leads_to_its_person_and_stands_in_no_address(both: Desk) -> None:
    """W9, P4"""
    await person(both)
    await person(both, DEWI, branch="surabaya", name="Dewi")
    browser = await both.signed_in()
    for typed in ("6281200000101", "081200000101", "+62 812-0000-0101", " 6281200000101 ", NIK):
        answer = await browser.post("/desk/people/find", {"number": typed})
        assert answer.headers["Location"] == f"/desk/people/{SITI}", typed
    for typed in ("0000101", "351500", "", "x", "6281200000102", "9" * 40):
        answer = await browser.post("/desk/people/find", {"number": typed})
        assert answer.headers["Location"] == "/desk/people?all", "a part finds nobody, and neither does another branch's"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", {SITI, DEWI}),
        ("check=covered", {SITI, DEWI}),
        ("check=ended", set()),
        ("state=consent", {SITI}),
        ("state=no_consent", {DEWI}),
        ("state=stopped", {DEWI}),
        ("state=consent&state=stopped", {SITI, DEWI}),
        ("channel=whatsapp", {SITI, DEWI}),
        ("channel=telegram", set()),
        ("language=en", {DEWI}),
        ("right=due", {DEWI}),
        ("since=today", {SITI, DEWI}),
    ],
)
async def test_filters_stand_in_the_address_and_narrow_the_list(both: Desk, query: str, found: set[int]) -> None:
    await person(both)
    await person(both, DEWI, name="Dewi", language="en", consent_at=None, opted_out_at=NOW)
    tools = both.database.tools
    await both.database.writer.run(lambda db: rights.ask(db, tools, DEWI, "sidoarjo", "copy", NOW))
    page = await text_of(await both.signed_in(), f"/desk/people?{query}")
    assert {int(number) for number in re.findall(r'href="/desk/people/(\d+)"', page)} == found


async def test_a_list_goes_on_where_the_page_ends(desk: Desk) -> None:
    for number in range(60):
        await put(desk, CONTACTS, id=1000 + number, created_at=NOW, branch="sidoarjo", language="id")
        await put(desk, CONVERSATIONS, contact_id=1000 + number, seen_at=NOW)
    browser = await desk.signed_in()
    first = await text_of(browser, "/desk/people?language=id")
    [more] = re.findall(r'href="(/desk/people\?[^"]*after=\d+)" rel="next"', first)
    second = await text_of(browser, more.replace("&amp;", "&"))
    seen = [int(number) for page in (first, second) for number in re.findall(r'href="/desk/people/(\d+)"', page)]
    assert seen == [1000 + number for number in reversed(range(60))]


async def test_a_person_s_page_shows_everything_and_no_whole_number(both: Desk) -> None:
    """W3"""
    await person(both)
    for role in (Role.OFFICER, Role.AUDITOR):
        page = await text_of(await both.signed_in(role), f"/desk/people/{SITI}")
        for shown in ("Siti Aminah", "••••0101", "R101", "Terlindungi", "2026-11"):
            assert shown in page, shown
        for hidden in (PHONE, NIK, "6281200000101", NIK[-4:] + "</"):
            assert hidden not in page
    assert "/desk/people/101/erase" not in page, "an auditor changes nothing"


@pytest.mark.parametrize("path", ["", "/asked", "/copy", "/corrected", "/erase", "/code"])
async def test_another_branch_s_person_is_not_there(desk: Desk, path: str) -> None:
    """W2"""
    await person(desk, branch="surabaya")
    browser = await desk.signed_in()
    form = {"kind": "copy", "day": "2026-11-22", **SURE}
    page = f"/desk/people/{SITI}{path}"
    answer = await browser.post(page, form) if path else await browser.get(page)
    assert answer.status == 404
    assert "Siti" not in await text_of(browser, "/desk/people")
    assert await trail(desk) == []
    assert len(await all_of(desk, CONTACTS)) == 1


async def test_a_request_by_letter_starts_a_clock_of_three_days(both: Desk) -> None:
    """P6, P7, P8"""
    await person(both)
    browser = await both.signed_in()
    answer = await browser.post(f"/desk/people/{SITI}/asked", {"kind": "erasure", "day": "2026-11-20"})
    assert answer.status == 303
    [row] = await all_of(both, RIGHTS)
    began = datetime.fromisoformat("2026-11-20T00:00+07:00")
    assert (row.kind, row.asked_at, row.due_at) == ("erasure", began, began + timedelta(hours=72))
    assert ("person.asked", f"person:{SITI}") in await trail(both)
    page = await text_of(browser, "/desk/people")
    assert "1 orang meminta haknya" in page
    await browser.post(f"/desk/people/{SITI}/asked", {"kind": "erasure", "day": "2026-11-21"})
    assert len(await all_of(both, RIGHTS)) == 1, "a second letter does not lengthen the clock"
    both.clock.move(days=2)
    page = await text_of(await both.signed_in(), "/desk/people")
    assert 'class="wrong"' in page, "overdue is red"


@pytest.mark.parametrize("day", ["2026-11-23", "2020-01-01", "yesterday", "", "9999-99-99"])
async def test_a_day_that_cannot_be_is_refused(desk: Desk, day: str) -> None:
    await person(desk)
    answer = await (await desk.signed_in()).post(f"/desk/people/{SITI}/asked", {"kind": "copy", "day": day})
    assert answer.status == 422
    assert await all_of(desk, RIGHTS) == []


async def test_a_copy_holds_everything_and_leaves_a_trace(both: Desk) -> None:
    """P7"""
    await person(both)
    tools = both.database.tools
    await both.database.writer.run(lambda db: rights.ask(db, tools, SITI, "sidoarjo", "copy", NOW))
    answer = await (await both.signed_in()).post(f"/desk/people/{SITI}/copy", SURE)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="person-{SITI}.json"'
    kept = json.loads(await answer.text())
    assert kept["interest"]["nik"] == NIK
    assert [said["text"] for said in kept["said"]] == ["halo"]
    assert await trail(both) == [("person.exported", f"person:{SITI}")]
    assert (await all_of(both, RIGHTS))[0].done_at == NOW


async def test_copies_are_few_a_day(desk: Desk) -> None:
    """W28: a stolen session cannot carry everybody away."""
    await person(desk)
    browser = await desk.signed_in()
    answers = [(await browser.post(f"/desk/people/{SITI}/copy", SURE)).status for _copy in range(22)]
    assert answers.count(200) == 20
    assert answers.count(429) == 2


@pytest.mark.parametrize(
    "form", [{}, {"way": "letter"}, {"sure": "yes"}, {"way": "rumour", "sure": "yes"}, {"way": "letter", "sure": "no"}]
)
@pytest.mark.parametrize("act", ["copy", "erase"])
async def test_nobody_s_data_is_given_or_erased_without_making_sure_who_asks(desk: Desk, act: str, form: dict[str, str]) -> None:
    """P6, P7"""
    await person(desk)
    answer = await (await desk.signed_in()).post(f"/desk/people/{SITI}/{act}", form)
    assert answer.status == 422
    assert await trail(desk) == []
    assert len(await all_of(desk, INTERESTS)) == 1


async def test_an_erasure_takes_everything_and_tells_the_person(both: Desk) -> None:
    """P6"""
    await person(both)
    browser = await both.signed_in()
    page = await text_of(browser, f"/desk/people/{SITI}/erase")
    assert "1 pesan" in page
    assert (await browser.post(f"/desk/people/{SITI}/erase", SURE)).status == 303
    assert await all_of(both, INTERESTS) == []
    assert await all_of(both, SAID) == []
    [contact] = await all_of(both, CONTACTS)
    assert (contact.country, contact.consent_at, contact.erased_at) == (None, None, NOW)
    [event] = await all_of(both, EVENTS)
    assert event.contact_id is None
    [told] = await all_of(both, DELIVERIES)
    assert "dihapus" in json.loads(told.page)["text"]
    assert await trail(both) == [("person.erased", f"person:{SITI}")]
    assert "Siti" not in await text_of(browser, "/desk/people")
    await text_of(browser, f"/desk/people/{SITI}", 404)
    assert (await browser.post(f"/desk/people/{SITI}/erase", SURE)).status == 404, "a second press finds nobody"


async def test_who_called_for_help_is_not_erased_before_somebody_helped(both: Desk) -> None:
    await person(both)
    await put(both, REQUESTS, id=7, at=NOW, contact_id=SITI, branch="sidoarjo", reason="emergency", urgent=True, state="read")
    browser = await both.signed_in()
    assert "darurat" in (await text_of(browser, f"/desk/people/{SITI}/erase")).lower()
    assert (await browser.post(f"/desk/people/{SITI}/erase", SURE)).status == 409
    assert len(await all_of(both, INTERESTS)) == 1


async def test_a_correction_is_told_once(both: Desk) -> None:
    """P8"""
    await person(both)
    tools = both.database.tools
    await both.database.writer.run(lambda db: rights.ask(db, tools, SITI, "sidoarjo", "correction", NOW))
    browser = await both.signed_in()
    assert [(await browser.post(f"/desk/people/{SITI}/corrected")).status for _press in range(2)] == [303, 409]
    [told] = await all_of(both, DELIVERIES)
    assert "diperbaiki" in json.loads(told.page)["text"]


async def test_a_code_for_a_second_chat_is_shown_once(both: Desk) -> None:
    await person(both)
    browser = await both.signed_in()
    page = await (await browser.post(f"/desk/people/{SITI}/code")).text()
    [code] = re.findall(r"<b class=\"code\">([0-9A-Z]{9})</b>", page)
    [kept] = await all_of(both, joins.CODES)
    assert code not in str(kept)
    assert code not in await text_of(browser, f"/desk/people/{SITI}")
    assert code not in str(await both.database.writer.read(lambda db: audit.find(db, "*", Wanted())))


async def test_a_hostile_name_is_only_a_name(desk: Desk) -> None:
    """W16"""
    for number, payload in enumerate(PAYLOADS[:40]):
        await person(desk, 2000 + number, name=payload)
    browser = await desk.signed_in()
    pages = [await text_of(browser, "/desk/people?state=consent"), *[await text_of(browser, f"/desk/people/{2000 + n}") for n in range(40)]]
    for page in pages:
        assert "<script>alert" not in page
        assert not re.search(r"<(img|svg|iframe)[^>]*on\w+=", page)


async def test_the_audit_tells_whose_data_an_officer_had_in_their_hands(both: Desk) -> None:
    """P11: the list that a breach notice begins with, by name and day, without a word of the people themselves."""
    for number in (SITI, DEWI):
        await person(both, number)
    officer, auditor = await both.signed_in(), await both.signed_in(Role.AUDITOR)
    await officer.post(f"/desk/people/{SITI}/copy", SURE)
    await officer.post(f"/desk/people/{DEWI}/code")
    exported = await (await auditor.post("/desk/audit/export?q=officer+of&noun=person&since=2026-11-22&until=2026-11-22")).text()
    assert f"person:{SITI}" in exported
    assert f"person:{DEWI}" in exported
    assert "Aminah" not in exported


async def test_lists_of_people_and_checks_are_taken_along_without_numbers(both: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """W2, W18: page by page, harmless, of one's own branch; and each is a row of the audit."""
    monkeypatch.setattr(people_lists, "CHUNK", 2)
    for number, name in enumerate(("Siti Aminah", "=1+1", "Rahayu", "Dewi"), SITI):
        await person(both, number, name=name)
    await person(both, 300, branch="surabaya", name="Orang Surabaya")
    auditor = await both.signed_in(Role.AUDITOR)
    taken = await (await auditor.post("/desk/people/export")).text()
    rows = list(csv.reader(io.StringIO(taken)))
    assert sorted(row[0] for row in rows[1:]) == ["'=1+1", "Dewi", "Rahayu", "Siti Aminah"]
    assert not re.search(r"\d{8}", taken.replace("2026", ""))
    only = await (await auditor.post("/desk/people/export?language=en")).text()
    assert len(only.splitlines()) == 1
    checks = await (await auditor.post("/desk/members/checks/export?result=covered")).text()
    assert len(checks.splitlines()) == 5
    assert "/desk/people" not in checks
    found = await both.database.writer.read(lambda db: audit.find(db, "*", Wanted(nouns=["list"])))
    assert [one.subject for one in found] == ["list:checks", "list:people", "list:people"]
