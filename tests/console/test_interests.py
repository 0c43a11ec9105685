"""Interests at the desk: moved on with the worker told, handed to somebody by rule or by hand, doubles joined; filters say what the overview counts."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from console.interests_words import REACHES, STAGES, TOLD, WHENS
from console.policies import Role
from console.words import INTEREST_STATES
from handlers import interest_words
from locales import render
from storage import audit, doubles, following, merging
from storage.audit import Wanted
from storage.changes import Changes, table_of, write
from storage.contacts import AddressRow, Contact, ContactRow
from storage.conversations import ConversationRow
from storage.deliveries import DELIVERIES, load_page
from storage.interests import INTERESTS, Interest, Interests
from storage.notes import NOTES
from tests.console.conftest import NOW, Browser, Desk

CONTACTS, ADDRESSES, CONVERSATIONS = table_of(ContactRow), table_of(AddressRow), table_of(ConversationRow)
TODAY = date(2026, 11, 22)
PHONE, NIK = "+886912345678", "3515005503910000"


async def person(desk: Desk, contact: int, branch: str = "sidoarjo", language: str = "id", channel: str = "telegram") -> Contact:
    tools = desk.database.tools
    address = tools.sealer.index("address", f"{channel}:{contact}")
    sealed = tools.sealer.seal(str(contact), "addresses", "external", address)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (CONTACTS, {"id": contact, "created_at": NOW, "branch": branch, "language": language}),
        (ADDRESSES, {"id": address, "contact_id": contact, "channel": channel, "external": sealed, "created_at": NOW}),
        (CONVERSATIONS, {"contact_id": contact, "seen_at": NOW}),
    ]
    for table, row in rows:
        await desk.database.writer.run(lambda db, table=table, row=row: db.execute(table.insert(), [row]))  # type: ignore[misc]
    return Contact(contact, branch, language)


async def leave(desk: Desk, contact: int = 1, name: str = "Siti", branch: str = "sidoarjo", **more: Any) -> int:
    """A worker leaves their name; the id of their interest."""
    who = await person(desk, contact, branch, more.pop("language", "id"), more.pop("channel", "telegram"))
    values: dict[str, Any] = {"destination": "TW", "stage": "abroad", **more}

    async def work(db: Any) -> int:
        changes = Changes(db, desk.database.tools, who, NOW)
        await Interests(changes).save(Interest("", "new", name, **values))
        await write(db, changes.inserts, changes.statements)
        return int((await db.execute(select(INTERESTS.c.id).where(INTERESTS.c.contact_id == contact))).scalar_one())

    return await desk.database.writer.run(work)


async def change(desk: Desk, interest: int, **values: Any) -> None:
    await desk.database.writer.run(lambda db: db.execute(update(INTERESTS).where(INTERESTS.c.id == interest).values(**values)))


async def row(desk: Desk, interest: int) -> Any:
    return (await desk.database.writer.read(lambda db: db.execute(select(INTERESTS).where(INTERESTS.c.id == interest)))).one()


async def told(desk: Desk) -> list[str]:
    rows = await desk.database.writer.read(lambda db: db.execute(select(DELIVERIES.c.page).order_by(DELIVERIES.c.id)))
    return [load_page(page).text for page in rows.scalars()]


async def text(officer: Browser, path: str) -> str:
    answer = await officer.get(path)
    assert answer.status == 200
    return await answer.text()


async def shown(officer: Browser, query: str) -> str:
    """The names that a list shows."""
    return " ".join(re.findall(r"data-row[^>]*><bdi>(\w+)<", await text(officer, f"/desk/interests?{query}")))


async def actions(desk: Desk) -> list[str]:
    rows = await desk.database.writer.read(lambda db: audit.find(db, "*", Wanted()))
    return [row.action for row in reversed(rows) if row.action.startswith(("interest", "assignment"))]


async def test_a_change_is_kept_told_once_and_recorded(both: Desk) -> None:
    officer = await both.signed_in(Role.OFFICER)
    interest = await leave(both)
    form = {"version": "0", "state": "contacted", "due": "2026-11-25", "note": "Minta dihubungi sore, 081234567890"}
    assert (await officer.post(f"/desk/interests/{interest}/move", form)).status == 303
    kept = await row(both, interest)
    assert officer.officer
    assert (kept.state, kept.due_on, kept.officer_id, kept.version) == ("contacted", date(2026, 11, 25), officer.officer.id, 1)
    said = await told(both)
    assert len(said) == 1
    assert f"nomor {kept.reference}: petugas sudah menghubungi Anda" in said[0]
    again = await officer.post(f"/desk/interests/{interest}/move", form)  # pressed twice
    assert again.status == 409
    assert (await told(both), (await row(both, interest)).version) == (said, 1)
    notes = (await both.database.writer.read(lambda db: db.execute(select(NOTES.c.text)))).scalars().all()
    assert notes == ["Minta dihubungi sore, ••••••••••••"]
    assert await actions(both) == ["interest.moved"]
    assert any(both.told)  # who sends heard of it


async def test_the_worker_is_told_in_their_language(desk: Desk) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk, language="en")
    await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "registered"})
    assert "you are registered" in (await told(desk))[0]
    assert (await row(desk, interest)).due_on is None


async def test_a_note_alone_tells_the_worker_nothing(desk: Desk) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    assert (await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "new", "note": "Telepon sibuk"})).status == 303
    assert await told(desk) == []
    assert (await row(desk, interest)).due_on == TODAY + timedelta(days=1)
    assert "Telepon sibuk" in await text(officer, f"/desk/interests/{interest}")
    assert await actions(desk) == ["interest.noted"]


async def test_who_has_no_chat_any_more_is_moved_on_and_the_officer_hears_it(desk: Desk) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    await desk.database.writer.run(lambda db: db.execute(update(ADDRESSES).values(unreachable="left")))
    answer = await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "unreachable"})
    assert "tidak punya obrolan" in await text(officer, answer.headers["Location"])
    assert await told(desk) == []


async def test_the_chat_says_the_same_states_as_the_desk(desk: Desk) -> None:
    """A worker who asks and a worker who is told read the same words."""
    assert interest_words.STATES == TOLD
    assert list(TOLD) == list(INTEREST_STATES)
    assert [*interest_words.STAGES.values()] == [*STAGES.values()]
    assert [*interest_words.REACHES.values()] == [*REACHES.values()]
    assert [*interest_words.WHENS.values()] == [*WHENS.values()]
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "document"})
    who = Contact(1, "sidoarjo")
    kept = await desk.database.writer.read(lambda db: Interests(Changes(db, desk.database.tools, who, NOW)).current())
    assert kept
    assert render(interest_words.state_of(kept), "id") in (await told(desk))[0]


async def test_a_stale_form_keeps_what_was_typed(desk: Desk) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    await change(desk, interest, version=3, state="document")
    answer = await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "contacted", "note": "Catatan panjang saya"})
    page = await answer.text()
    assert answer.status == 409
    assert "Catatan panjang saya</textarea>" in page
    assert "sudah diubah orang lain" in page
    assert 'name="version" value="3"' in page
    assert (await row(desk, interest)).state == "document"
    for what, form in (("assign", {"officer": ""}), ("assign", {"officer": "", "version": "x"})):
        assert (await officer.post(f"/desk/interests/{interest}/{what}", {"version": "0", **form})).status == 409


@pytest.mark.parametrize("form", [{"due": "2026-11-21"}, {"due": "2028-01-01"}, {"due": "besok"}, {"note": "x" * 2001}])
async def test_what_cannot_be_is_told_and_what_was_typed_stays(desk: Desk, form: dict[str, str]) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    answer = await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "contacted", **form})
    assert answer.status == 422
    assert next(iter(form.values())) in await answer.text()
    assert (await row(desk, interest)).version == 0


async def test_no_state_is_made_up(desk: Desk) -> None:
    """W4"""
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    for state in ("", "merged", "NEW"):
        assert (await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": state})).status == 400
    form = {"version": "0", "state": "contacted", "branch": "surabaya", "name": "x", "officer_id": "1"}
    assert (await officer.post(f"/desk/interests/{interest}/move", form)).status == 303
    kept = await row(desk, interest)
    assert (kept.branch, kept.name) == ("sidoarjo", "Siti")


async def test_it_is_handed_over_by_hand_to_who_may_take_it(desk: Desk) -> None:
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk)
    budi, stranger = await desk.officer(login="budi", name="Budi"), await desk.officer(branch="surabaya")
    auditor = await desk.officer(Role.AUDITOR, login="auditor")
    assert (await officer.post(f"/desk/interests/{interest}/assign", {"version": "0", "officer": str(budi.id)})).status == 303
    assert (await row(desk, interest)).officer_id == budi.id
    for nobody in (stranger.id, auditor.id, "x"):
        assert (await officer.post(f"/desk/interests/{interest}/assign", {"version": "1", "officer": str(nobody)})).status == 400
    assert (await officer.post(f"/desk/interests/{interest}/assign", {"version": "1", "officer": ""})).status == 303
    assert (await row(desk, interest)).officer_id is None


async def test_rules_hand_out_what_comes(desk: Desk) -> None:
    boss, budi = await desk.signed_in(Role.ADMINISTRATOR), await desk.officer(login="budi", name="Budi")
    form = {"country": "TW", "partner": "", "officer": str(budi.id)}
    assert (await boss.post("/desk/interests/rules", form)).status == 303
    assert (await row(desk, await leave(desk))).officer_id == budi.id
    page = await text(boss, "/desk/interests/rules")
    found = re.search(r"/desk/interests/rules/(\d+)/remove", page)
    assert found
    assert (await boss.post(found[0])).status == 303
    assert (await boss.post(found[0])).status == 404
    for wrong in ({**form, "officer": "1"}, {**form, "country": "XX"}, {**form, "partner": "nobody"}):
        assert (await boss.post("/desk/interests/rules", wrong)).status == 400
    officer = await desk.signed_in(Role.OFFICER)
    assert (await officer.post("/desk/interests/rules", form)).status == 403
    assert await actions(desk) == ["assignment.added", "assignment.removed"]


async def test_doubles_are_shown_and_joined(both: Desk) -> None:
    officer = await both.signed_in(Role.OFFICER)
    kept = await leave(both, 1, "Siti", nik=NIK)
    gone = await leave(both, 2, "Siti A.", nik=NIK, phone=PHONE, reach="call", when="morning", agency="PT Bumi")
    await leave(both, 3, "Rahayu")
    assert "Siti A." in await text(officer, f"/desk/interests/{kept}")
    assert (await officer.post(f"/desk/interests/{kept}/merge", {"version": "0", "other": str(gone)})).status == 303
    found = await both.database.writer.read(lambda db: following.by_id(db, both.database.tools, "sidoarjo", kept))
    assert found
    assert (found.phone, found.reach, found.when, found.agency, found.version) == (PHONE, "call", "morning", "PT Bumi", 1)
    assert (await officer.get(f"/desk/interests/{gone}")).status == 404
    assert (await text(officer, "/desk/interests")).count("data-row") == 2
    await officer.post(f"/desk/interests/{kept}/move", {"version": "1", "state": "document"})
    who = Contact(2, "sidoarjo")
    asked = await both.database.writer.read(lambda db: Interests(Changes(db, both.database.tools, who, NOW)).current())
    assert asked
    assert asked.state == "document"  # also for who asks by the other chat


async def test_only_doubles_can_be_joined(desk: Desk) -> None:
    """W2"""
    officer = await desk.signed_in(Role.OFFICER)
    mine, other = await leave(desk, 1, nik=NIK), await leave(desk, 2, "Rahayu")
    theirs = await leave(desk, 3, "Orang Surabaya", branch="surabaya", nik=NIK)
    assert "Orang Surabaya" not in await text(officer, f"/desk/interests/{mine}")
    for gone in (other, theirs, mine, "x"):
        assert (await officer.post(f"/desk/interests/{mine}/merge", {"version": "0", "other": str(gone)})).status == 404


async def test_another_branchs_interest_is_nowhere(desk: Desk) -> None:
    """W2"""
    theirs = await leave(desk, 1, "Orang Surabaya", branch="surabaya", phone=PHONE, nik=NIK)
    officer = await desk.signed_in(Role.OFFICER)
    assert (await officer.get(f"/desk/interests/{theirs}")).status == 404
    for what in ("move", "assign", "merge", "unmask"):
        assert (
            await officer.post(f"/desk/interests/{theirs}/{what}", {"version": "0", "state": "contacted", "why": "claim"})
        ).status == 404
    for query in ("", "q=Sura", f"q={PHONE[1:]}", f"q={NIK}", "state=new", "country=TW"):
        assert "Orang S" not in await text(officer, f"/desk/interests?{query}")
    assert "Orang" not in await (await officer.post("/desk/interests/export")).text()
    assert (await row(desk, theirs)).state == "new"


async def test_filters_stand_in_the_address_and_find_what_they_say(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    assert officer.officer
    ids = {
        name: await leave(desk, at, name, destination=where, phone=phone)
        for at, (name, where, phone) in enumerate([("Ani", "TW", PHONE), ("Bela", "HK", None), ("Citra", None, "+6281234567890")], 1)
    }
    await change(desk, ids["Ani"], due_on=TODAY - timedelta(days=1), officer_id=officer.officer.id)
    await change(desk, ids["Bela"], due_on=TODAY, state="contacted")
    await change(desk, ids["Citra"], due_on=None, state="registered")
    reference = (await row(desk, ids["Bela"])).reference
    asked = {
        "": "Ani Bela Citra",
        "state=new": "Ani",
        "state=contacted&state=registered": "Bela Citra",
        "due=late": "Ani",
        "due=today": "Bela",
        "due=week": "Bela",
        "due=unset": "",
        "whose=me": "Ani",
        "whose=nobody": "Bela Citra",
        f"whose={officer.officer.id}": "Ani",
        "country=HK": "Bela",
        f"q={reference.lower()}": "Bela",
        "q=cit": "Citra",
        "state=none&after=x": "Ani Bela Citra",
    }
    found = {query: await shown(officer, query) for query in asked}
    assert found == asked


async def test_a_number_is_looked_up_without_standing_in_an_address(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    mine = await leave(desk, 1, "Ani", phone=PHONE)
    twice = [await leave(desk, n, "Citra", phone="+6281234567890", nik=NIK) for n in (2, 3)]
    theirs = await leave(desk, 4, "Orang S", branch="surabaya", phone="+6281111111111")

    async def find(number: str) -> str:
        answer = await officer.post("/desk/interests/find", {"number": number})
        return answer.headers["Location"] if answer.status == 303 else " ".join(re.findall(r"interests/(\d+)\"><bdi>", await answer.text()))

    assert await find("+886 912-345-678") == f"/desk/interests/{mine}"
    for number in ("081234567890", "6281234567890", NIK):
        assert await find(number) == " ".join(map(str, twice))
    for number in ("0912345678", "081111111111", "", "ani", str(theirs)):
        assert await find(number) == "/desk/interests?all"


async def test_the_overview_counts_what_its_links_lead_to(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    ids = [await leave(desk, n, f"Orang {n}", nik=NIK) for n in range(1, 6)]
    await change(desk, ids[0], state="document")
    await officer.post(f"/desk/interests/{ids[1]}/merge", {"version": "0", "other": str(ids[2])})
    overview = await text(officer, "/desk")
    links = re.findall(r'href="(/desk/interests\?state=\w+)">[^<]*</a></th><td class="number">([\d.]+)<', overview)
    assert len(links) == len(INTEREST_STATES)
    assert {path: int(count) for path, count in links} == {path: (await text(officer, path)).count("data-row") for path, _count in links}


async def test_pages_go_on_by_key_with_what_is_due_first(both: Desk) -> None:
    officer = await both.signed_in(Role.OFFICER)
    ids = [await leave(both, n, f"Orang {n:03}") for n in range(1, 61)]
    await change(both, ids[59], due_on=TODAY - timedelta(days=3))
    await change(both, ids[0], due_on=None)
    address, shown = "/desk/interests", list[str]()
    while address:
        page = await text(officer, address)
        shown += re.findall(r"<bdi>(Orang \d+)</bdi>", page)
        more = re.search(r'href="([^"]+)" rel="next"', page)
        address = more[1].replace("&amp;", "&") if more else ""
    assert shown == [f"Orang {n:03}" for n in [60, *range(2, 60), 1]]


async def test_no_two_interests_have_one_reference(desk: Desk) -> None:
    """However many come at the same moment."""
    ids = [await leave(desk, n) for n in range(1, 120)]
    references = (await desk.database.writer.read(lambda db: db.execute(select(INTERESTS.c.reference)))).scalars().all()
    assert len(set(references)) == len(ids)


async def test_a_board_has_a_column_for_each_state_with_what_is_due_first(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    ids = [await leave(desk, n, f"Orang{n}") for n in range(1, 16)]
    await change(desk, ids[0], state="document")
    await change(desk, ids[9], due_on=TODAY - timedelta(days=3))
    columns = (await text(officer, "/desk/interests?view=board")).partition('class="board"')[2].split("<section")[1:]
    names = [re.findall(r"data-row[^>]*><bdi>(\w+)<", column) for column in columns]
    assert [len(column) for column in names] == [12, 0, 1, 0, 0, 0]
    assert names[0][0] == "Orang10"
    assert "/desk/interests?state=new" in columns[0]
    assert await shown(officer, "view=board&whose=me") == ""
    assert await shown(officer, "view=board&state=document") == "Orang1"


async def test_the_nik_is_shown_for_a_reason_only(desk: Desk) -> None:
    """W3"""
    officer, interest = await desk.signed_in(Role.OFFICER), await leave(desk, nik=NIK)
    assert NIK not in await text(officer, f"/desk/interests/{interest}")
    assert (await officer.post(f"/desk/interests/{interest}/unmask")).status == 400
    assert NIK in await (await officer.post(f"/desk/interests/{interest}/unmask", {"why": "correction"})).text()
    assert await actions(desk) == ["interest.unmasked"]


async def test_an_export_is_harmless_and_phone_numbers_survive(desk: Desk) -> None:
    """W18"""
    officer = await desk.signed_in(Role.OFFICER)
    await leave(desk, 1, "=1+1", phone=PHONE, nik=NIK, reach="call")
    rows = list(csv.reader(io.StringIO(await (await officer.post("/desk/interests/export?state=new")).text())))
    assert len(rows) == 2
    assert rows[1][2] == "'=1+1"
    assert rows[1][8] == f"'{PHONE}"
    assert NIK not in str(rows)


async def test_hostile_words_are_shown_as_they_are(desk: Desk) -> None:
    """W16"""
    officer = await desk.signed_in(Role.OFFICER)
    interest = await leave(desk, 1, "<script>alert(1)</script>", agency="<img src=x onerror=alert(1)>")
    await officer.post(f"/desk/interests/{interest}/move", {"version": "0", "state": "new", "note": "</textarea><script>x</script>"})
    for path in ("/desk/interests", f"/desk/interests/{interest}"):
        page = (await text(officer, path)).partition("<main")[2]
        assert "<script>" not in page
        assert "<img" not in page


async def test_an_empty_desk_says_where_names_come_from(desk: Desk) -> None:
    officer = await desk.signed_in(Role.OFFICER)
    assert "minat" in await text(officer, "/desk/interests")


async def looked(desk: Desk) -> int:
    """What the house does by itself, every few minutes."""
    joined = 0
    for group in await desk.database.writer.read(doubles.groups):
        joined += await desk.database.writer.run(lambda db, group=group: doubles.join(db, desk.database.tools, group, NOW))  # type: ignore[misc]
    return joined


async def test_two_of_one_person_become_one_by_themselves_and_lose_nothing(both: Desk) -> None:
    """Two chats became one person: the interest that is further along goes on, with what it lacked, and with both histories."""
    officer = await both.signed_in(Role.OFFICER)
    first = await leave(both, 1, "Siti", nik=NIK)
    second = await leave(both, 2, "Siti A.", phone=PHONE, reach="call", when="morning", agency="PT Bumi")
    await officer.post(f"/desk/interests/{second}/move", {"version": "0", "state": "contacted", "note": "sudah ditelepon"})
    before = await told(both)
    await both.database.writer.run(lambda db: merging.merge(db, 1, 2))
    assert [await looked(both), await looked(both)] == [1, 0]
    kept, gone = await row(both, second), await row(both, first)
    assert (kept.merged_into, gone.merged_into) == (None, second)
    page = await text(officer, f"/desk/interests/{second}")
    for words in ("PT Bumi", PHONE, gone.reference, "sudah ditelepon", "••••"):
        assert words in page
    found = await both.database.writer.read(lambda db: following.by_id(db, both.database.tools, "sidoarjo", second))
    assert found
    assert (found.nik, found.phone, found.state) == (NIK, PHONE, "contacted")
    assert await told(both) == before, "nobody is told of it"
    assert "interest.merged" in await actions(both)
    who = Contact(2, "sidoarjo")
    asked = await both.database.writer.read(lambda db: Interests(Changes(db, both.database.tools, who, NOW)).current())
    assert asked
    assert asked.reference == kept.reference


async def test_one_number_that_both_proved_is_one_person(both: Desk) -> None:
    mine = await leave(both, 1, "Siti", phone=PHONE, proven=True)
    theirs = await leave(both, int(PHONE[1:]), "Siti", phone=PHONE, channel="whatsapp")  # they write from it
    assert await looked(both) == 1
    assert (await row(both, theirs)).merged_into == mine


async def test_a_number_that_somebody_only_typed_is_offered_to_the_officer(both: Desk) -> None:
    officer = await both.signed_in(Role.OFFICER)
    mine = await leave(both, 1, "Siti", phone=PHONE, proven=True)
    await leave(both, 2, "Suami Siti", phone=PHONE)
    await leave(both, 3, "Orang Surabaya", branch="surabaya", phone=PHONE, proven=True)
    assert await looked(both) == 0
    page = await text(officer, f"/desk/interests/{mine}")
    assert "Suami Siti" in page
    assert "Orang Surabaya" not in page


async def test_what_has_ended_is_no_double(both: Desk) -> None:
    first = await leave(both, 1, "Siti", phone=PHONE, proven=True)
    await change(both, first, state="registered")
    await leave(both, 2, "Siti", phone=PHONE, proven=True)
    await both.database.writer.run(lambda db: merging.merge(db, 2, 1))
    assert await looked(both) == 0
