"""The inbox: everybody of the branch and nobody else's; who waits first; filters, search and pages by key."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from typing import Any

import pytest

from console import inbox as page
from console.policies import Role
from storage import audit, inbox, searching, talks
from storage.changes import table_of
from storage.contacts import AddressRow, ContactRow
from storage.conversations import ConversationRow, SaidRow
from storage.inbox import Key, Wanted, read_key
from storage.interests import INTERESTS
from storage.requests import REQUESTS
from tests.console.conftest import NOW, Desk
from tests.hostile import PAYLOADS

CONTACTS, ADDRESSES = table_of(ContactRow), table_of(AddressRow)
CONVERSATIONS, SAID = table_of(ConversationRow), table_of(SaidRow)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def person(desk: Desk, number: int, branch: str = "sidoarjo", channel: str = "telegram", language: str = "id", **more: Any) -> int:
    """Somebody who wrote `number` minutes ago; `waits` are their open requests and since when, `name` what they left."""
    seen, external, sealer = NOW - number * MINUTE, more.get("external", str(7_000_000 + number)), desk.database.tools.sealer
    address = desk.database.address_of(channel, external)
    sealed = sealer.seal(external, "addresses", "external", address)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (CONTACTS, {"id": number, "created_at": seen, "branch": branch, "language": language, "erased_at": more.get("erased_at")}),
        (ADDRESSES, {"id": address, "contact_id": number, "channel": channel, "external": sealed, "created_at": seen}),
        (CONVERSATIONS, {"contact_id": number, "seen_at": seen, "branch": branch, "language": language, "channel": channel}),
        (
            SAID,
            {"id": number, "contact_id": number, "address": address, "at": seen, "text": f"halo {number}", "kind": "text", "client": "x"},
        ),
    ]
    for place, (reason, age) in enumerate(more.get("waits", ())):
        urgent = reason == "emergency"
        row = {"id": number * 10 + place, "at": NOW - age, "contact_id": number, "branch": branch, "reason": reason}
        rows.append((REQUESTS, {**row, "urgent": urgent, "state": "open"}))
    if name := more.get("name"):
        left = {"reference": f"REF{number}", "at": seen, "changed_at": seen, "contact_id": number, "branch": branch, "state": "new"}
        rows.append((INTERESTS, {**left, "id": number, "name": name, "stage": "abroad", "reach": "here"}))
    for table, row in rows:
        await desk.database.writer.run(lambda db, table=table, row=row: db.execute(table.insert(), [row]))  # type: ignore[misc]
    return number


async def found(desk: Desk, wanted: Wanted, branch: str = "sidoarjo", most: int = 50) -> list[int]:
    tools = desk.database.tools
    rows = await desk.database.writer.read(lambda db: inbox.find(db, tools, branch, wanted, NOW, most))
    return [row.contact for row in rows]


async def searched(desk: Desk, words: str, branch: str = "sidoarjo") -> list[int]:
    return await desk.database.writer.read(lambda db: searching.by_words(db, branch, words))


@pytest.fixture
async def people(both: Desk) -> Desk:
    await person(both, 1, waits=[("human", 2 * HOUR)])
    await person(both, 2, language="en", channel="webchat", external="abc")
    await person(both, 3, waits=[("correction", 3 * DAY), ("emergency", MINUTE)])
    await person(both, 4, channel="whatsapp", external="6281234567890", name="Siti Aminah", waits=[("human", 3 * HOUR)])
    await person(both, 5, branch="surabaya", waits=[("emergency", HOUR)])
    await person(both, 6, erased_at=NOW)
    return both


async def test_who_wrote_last_stands_first_and_only_ones_own_branch_is_there(people: Desk) -> None:
    """W2"""
    assert await found(people, Wanted()) == [1, 2, 3, 4]
    assert await found(people, Wanted(), "*") == [1, 2, 3, 4, 5]


async def test_emergencies_come_before_who_waits_longest(people: Desk) -> None:
    assert await found(people, Wanted(waiting=True)) == [3, 4, 1]
    assert await found(people, Wanted(waiting=True), "*") == [5, 3, 4, 1]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(waiting=True, reasons=["human"]), [4, 1]),
        (Wanted(waiting=True, reasons=["emergency"]), [3]),
        (Wanted(waiting=True, since=NOW - timedelta(hours=2, minutes=30)), [3, 4]),
        (Wanted(channels=["whatsapp", "webchat"]), [2, 4]),
        (Wanted(languages=["en"]), [2]),
        (Wanted(languages=["en"], channels=["telegram"]), []),
        (Wanted(officers=[9]), []),
        (Wanted(officers=[None]), [1, 2, 3, 4]),
        (Wanted(contacts=[2, 5, 6]), [2]),
        (Wanted(contacts=[]), []),
    ],
)
async def test_each_filter_shows_what_it_says(people: Desk, wanted: Wanted, expected: list[int]) -> None:
    assert await found(people, wanted) == expected


async def test_a_task_is_found_by_whose_it_is(people: Desk) -> None:
    await people.database.writer.run(lambda db: talks.assign(db, 2, 77))
    assert await found(people, Wanted(officers=[77])) == [2]
    assert await found(people, Wanted(officers=[77, None])) == [1, 2, 3, 4]
    assert await found(people, Wanted(officers=[None])) == [1, 3, 4]


@pytest.mark.parametrize("waiting", [False, True])
async def test_pages_go_through_everybody_once(people: Desk, waiting: bool) -> None:
    tools, seen, after = people.database.tools, list[int](), None
    for number in range(20, 30):
        await person(people, number, waits=[("human", HOUR), ("correction", number * HOUR)])
    while True:
        wanted = Wanted(waiting=waiting, reasons=["human"] if waiting else [], after=after)
        rows = await people.database.writer.read(lambda db, wanted=wanted: inbox.find(db, tools, "sidoarjo", wanted, NOW, 3))  # type: ignore[misc]
        seen += [row.contact for row in rows[:3]]
        if len(rows) <= 3:
            break
        after = read_key(str(rows[2].key))
    assert sorted(seen) == sorted(set(seen))
    assert len(seen) == (12 if waiting else 14)


@pytest.mark.parametrize(
    "typed", ["", "1", "1.2", "a.b.c", "1.2.3.4", "-1.2.3", "1.99999999999999999999.3", "٣.1.1", "0.9999999999999999999.1"]
)
def test_a_key_that_was_made_up_is_no_key(typed: str) -> None:
    assert read_key(typed) is None


def test_a_key_says_where_a_page_ended() -> None:
    assert read_key(str(Key(NOW, 17, 1))) == Key(NOW, 17, 1)


async def test_a_person_is_found_by_reference_and_name_and_by_no_number_in_an_address(people: Desk) -> None:
    """P4, W9: a number is looked up by a form of its own, among people."""
    for typed in ("siti", "AMINAH"):
        assert await searched(people, typed) == [4], typed
    for typed in ("6281234567890", "7000001", "62812345678", "%", "_", "Budi", "' OR 1=1 --"):
        assert await searched(people, typed) == [], typed


async def test_what_is_searched_never_breaks_the_page(desk: Desk) -> None:
    """B6, W2: another branch's person is not found by name either."""
    await person(desk, 5, branch="surabaya", name="Rahasia")
    officer = await desk.signed_in(Role.OFFICER)
    for payload in ["Rahasia", *PAYLOADS[::9]]:
        answer = await officer.http.get(f"{desk.address}/desk/inbox", params={"q": payload})
        assert answer.status == 200
        assert "/desk/inbox/5" not in await answer.text()


async def test_the_page_masks_numbers_and_shows_why_somebody_waits(people: Desk) -> None:
    """W3, P1"""
    officer = await people.signed_in(Role.OFFICER)
    page = await (await officer.get("/desk/inbox")).text()
    assert "Siti Aminah" in page
    assert "••••7890" in page
    assert "6281234567890" not in page
    assert re.search(r'class="urgent".*?Darurat', page, re.DOTALL)


async def test_the_overview_counts_what_the_inbox_lists(people: Desk) -> None:
    officer = await people.signed_in(Role.OFFICER)
    overview = await (await officer.get("/desk")).text()
    for href, count in re.findall(r'href="(/desk/inbox\?reason=\w+)"><b>(\d+)</b>', overview):
        listed = await (await officer.get(href)).text()
        assert len(re.findall("data-row", listed)) == int(count), href


async def test_addresses_of_filters_are_kept_and_others_ignored(people: Desk) -> None:
    officer = await people.signed_in(Role.OFFICER)
    page = await (await officer.get("/desk/inbox?wait=any&channel=telegram&channel=fax&language=xx&after=1.2")).text()
    assert 'hx-get="/desk/inbox?wait=any&amp;channel=telegram' in page
    assert "fax" not in page
    assert len(re.findall("data-row", page)) == 2


async def test_the_inbox_is_taken_along_masked_harmless_and_of_ones_own_branch(people: Desk) -> None:
    """W2, W18: names, ends of addresses and who waits; never a number or what was said."""
    await person(people, 8, channel="whatsapp", external="6281299998888", name="=1+1", waits=[("emergency", HOUR)])
    officer = await people.signed_in(Role.OFFICER)
    taken = await (await officer.post("/desk/inbox/export")).text()
    rows = list(csv.reader(io.StringIO(taken)))
    assert [row[0] for row in rows[1:]] == ["", "", "", "Siti Aminah", "'=1+1"]
    assert "99998888" not in taken
    assert "halo" not in taken
    waiting = list(csv.reader(io.StringIO(await (await officer.post("/desk/inbox/export?wait=any")).text())))
    assert [row[0] for row in waiting[1:]] == ["'=1+1", "", "Siti Aminah", ""]
    rows_of_audit = await people.database.writer.read(lambda db: audit.find(db, "*", audit.Wanted(nouns=["list"])))
    assert [row.subject for row in rows_of_audit] == ["list:inbox", "list:inbox"]


async def test_an_export_goes_on_beyond_a_page(people: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "CHUNK", 2)
    officer = await people.signed_in(Role.OFFICER)
    for path, many in (("/desk/inbox/export", 4), ("/desk/inbox/export?wait=any", 3), ("/desk/inbox/export?channel=terminal", 0)):
        rows = list(csv.reader(io.StringIO(await (await officer.post(path)).text())))
        assert len(rows) == many + 1


async def test_what_a_colleague_does_is_found_by_their_name(people: Desk) -> None:
    officer, colleague = await people.signed_in(Role.OFFICER), await people.officer(login="budi", name="Budi")
    elsewhere = await people.officer(login="rani", name="Rani", branch="surabaya")
    await people.database.writer.run(lambda db: talks.assign(db, 2, colleague.id))
    shown = await (await officer.get(f"/desk/inbox?whose={colleague.id}")).text()
    assert "/desk/inbox/2" in shown
    assert "/desk/inbox/1" not in shown
    assert "Rani" not in shown
    assert "/desk/inbox/1" in await (await officer.get(f"/desk/inbox?whose={elsewhere.id}")).text(), (
        "no option of this list, so not asked for"
    )
