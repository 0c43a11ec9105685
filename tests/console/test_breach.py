"""When data leaked: who is concerned is found between two moments, the clock is told, and notices are ready in both languages (P11)."""

from __future__ import annotations

import csv
import io
import re
from urllib.parse import urlencode

import pytest
from sqlalchemy import insert

from console.policies import Role
from storage import audit
from storage.audit import Entry, Wanted
from storage.coverage import MEMBERS, ROSTERS
from tests.console.conftest import NOW, Browser, Desk
from tests.console.test_people import DEWI, NIK, PHONE, SITI, SURE, person, put, text_of

PATH = "/desk/audit/breach"
RAHAYU, BUDI, WATI = 103, 104, 107
WINDOW = {"since": "2026-11-22T11:00", "until": "2026-11-22T13:00", "learned": "2026-11-22T12:00"}  # it is noon in Sidoarjo
TOLD = {"how_id": "Laptop petugas dicuri.", "done_id": "Semua sesi diakhiri.", "how_en": "An officer's laptop was stolen.", "done_en": ""}


def at(scope: str = "acts", page: str = "", **more: str) -> str:
    return f"{PATH}{page}?{urlencode({**WINDOW, 'scope': scope, **more})}"


async def laid_open(desk: Desk) -> Browser:
    """An officer opens Siti's talk, takes a copy of Wati's, and sees Dewi's number; of Rahayu nothing is opened. Budi is Surabaya's."""
    for contact, name in ((SITI, "Siti Aminah"), (DEWI, "Dewi Lestari"), (RAHAYU, "Rahayu"), (WATI, "Wati")):
        await person(desk, contact, name=name)
    await person(desk, BUDI, branch="surabaya", name="Budi")
    officer = await desk.signed_in(Role.OFFICER)
    await officer.get(f"/desk/inbox/{SITI}")
    await officer.post(f"/desk/people/{WATI}/copy", SURE)
    assert (await officer.post(f"/desk/interests/{DEWI}/unmask", {"why": "correction"})).status in (200, 303)
    return officer


async def rows_of(browser: Browser, address: str) -> list[list[str]]:
    answer = await browser.post(address)
    assert answer.status == 200
    return list(csv.reader(io.StringIO((await answer.read()).decode("utf-8-sig"))))[1:]


def found_on(page: str) -> set[int]:
    return {int(number) for number in re.findall(r'href="/desk/people/(\d+)"', page)}


async def test_who_is_concerned_is_found_with_what_of_theirs_and_when(both: Desk) -> None:
    """P11: of an account that was misused, and of nobody else."""
    await laid_open(both)
    auditor = await both.signed_in(Role.AUDITOR)
    page = await text_of(auditor, at())
    assert found_on(page) == {SITI, DEWI, WATI}
    assert "isi obrolan, dengan angka yang ditutup" in page
    found = {row[1]: row for row in await rows_of(auditor, at(page="/export"))}
    assert set(found) == {"Siti Aminah", "Dewi Lestari", "Wati"}
    told = {name: ("isi obrolan" in row[4], "minat:" in row[4], "NIK" in row[4]) for name, row in found.items()}
    assert told == {"Siti Aminah": (True, False, False), "Wati": (True, True, False), "Dewi Lestari": (False, False, True)}
    assert found["Siti Aminah"][5] == found["Siti Aminah"][6] == NOW.isoformat(timespec="minutes")


async def test_other_times_and_other_accounts_are_left_out(both: Desk) -> None:
    """P11"""
    officer = await laid_open(both)
    assert officer.officer
    auditor = await both.signed_in(Role.AUDITOR)
    assert auditor.officer
    assert found_on(await text_of(auditor, at(officer=str(officer.officer.id)))) == {SITI, DEWI, WATI}
    assert found_on(await text_of(auditor, at(officer=str(auditor.officer.id)))) == set()
    assert found_on(await text_of(auditor, at(until="2026-11-22T11:59"))) == set()


async def test_another_branch_s_people_are_never_among_them(both: Desk) -> None:
    """P11, W2: nor does what a national officer did hide from the branch whose people it was."""
    await laid_open(both)
    national = await both.officer(branch="*")
    tools, entry = both.database.tools, Entry(national.id, "*", "conversation.opened", f"person:{BUDI}")
    await both.database.writer.run(lambda db: audit.record(db, tools, entry, NOW))
    for scope in ("acts", "account", "database"):
        page = await text_of(await both.signed_in(Role.AUDITOR), at(scope))
        assert ("Budi" in page, BUDI in found_on(page)) == (False, False), scope
    assert found_on(await text_of(await both.signed_in(Role.AUDITOR, "surabaya"), at())) == {BUDI}


async def test_of_a_stolen_database_everybody_is_concerned_who_was_there(both: Desk) -> None:
    """P11: with the members of lists; who came later, or was erased since, is not."""
    await laid_open(both)
    before = _members(await text_of(await both.signed_in(Role.AUDITOR), at("key")))  # the demo branch has a list
    roster = {
        "id": 1,
        "branch": "sidoarjo",
        "source": "PT",
        "as_of": NOW.date(),
        "imported_at": NOW,
        "state": "live",
        "version": 0,
        "file": "",
    }
    await put(both, ROSTERS, **roster, mapping="{}", report="{}", done=0, total=0)
    member = {
        "roster": 1,
        "secrets": b"",
        "name": "Ani",
        "scheme": "placed",
        "programmes": "JKK",
        "starts_on": NOW.date(),
        "ends_on": NOW.date(),
    }
    rows = [{"id": number, "kpj_index": f"k{number}", **member} for number in (1, 2)]
    await both.database.writer.run(lambda db: db.execute(insert(MEMBERS), rows))
    await person(both, 105, name="Kemudian", created_at=NOW.replace(hour=9))
    await person(both, 106, name="Terhapus", erased_at=NOW)
    auditor = await both.signed_in(Role.AUDITOR)
    page = await text_of(auditor, at("key"))
    assert found_on(page) == {SITI, DEWI, RAHAYU, WATI}
    assert _members(page) == before + 2
    assert re.search(r"<b>4</b>Orang yang terdampak", page)
    assert "NIK, nomor kartu" in page
    assert "NIK, nomor kartu" not in await text_of(auditor, at("database"))
    assert {row[1] for row in await rows_of(auditor, at("key", "/export"))} == {"Siti Aminah", "Dewi Lestari", "Rahayu", "Wati"}


def _members(page: str) -> int:
    return int(re.findall(r"<b>(\d+)</b>Peserta dari daftar", page)[0])


async def test_the_clock_runs_from_when_it_was_learned(desk: Desk) -> None:
    """P11: three times 24 hours."""
    auditor = await desk.signed_in(Role.AUDITOR)
    page = await text_of(auditor, at())
    assert 'datetime="2026-11-25T12:00:00+07:00"' in page
    assert 'class="note"' in page
    desk.clock.move(days=4)
    assert 'class="wrong" role="alert"' in await text_of(await desk.signed_in(Role.AUDITOR), at())


async def test_notices_are_ready_in_both_languages_for_people_and_for_the_authority(both: Desk) -> None:
    """P11: which data, when and how, what was done, what one can do; what was not typed is marked, and the audit has the counts alone."""
    await laid_open(both)
    auditor = await both.signed_in(Role.AUDITOR)
    page = await (await auditor.post(at(page="/notices"), TOLD)).text()
    assert page.count("readonly") == 4
    file = await auditor.post(at(page="/notices"), {**TOLD, "as": "file"})
    assert "attachment" in file.headers["Content-Disposition"]
    people_id, people_en, authority_id, authority_en = (await file.text()).split("\n\n---\n\n")
    assert "Pemberitahuan tentang data Anda" in people_id
    assert "Laptop petugas dicuri." in people_id
    assert "kode OTP" in people_id
    assert "An officer's laptop was stolen." in people_en
    assert "What we did: [to be filled in]" in people_en
    assert "25 November 2026" in authority_id
    assert "orang yang menulis kepada kami: 3" in authority_id
    assert "people who wrote to us: 3" in authority_en
    for text in (people_id, people_en, authority_id, authority_en):
        assert not any(word in text for word in ("Siti", "Dewi", "Wati", PHONE, NIK, "None")), text
        assert "46" in text
    newest = (await both.database.writer.read(lambda db: audit.find(db, "*", Wanted())))[0]
    assert (newest.action, newest.subject) == ("breach.prepared", "breach:2026-11-22")
    assert (newest.detail["people"], newest.detail["scope"]) == (3, "acts")
    assert "Laptop" not in str(newest.detail)


async def test_a_list_that_was_taken_along_is_told(both: Desk) -> None:
    """P11: whoever could stand on it is concerned, though the audit does not name them."""
    officer = await laid_open(both)
    auditor = await both.signed_in(Role.AUDITOR)
    assert "list:people" not in await text_of(auditor, at())
    await officer.post("/desk/people/export")
    assert "list:people" in await text_of(auditor, at())


@pytest.mark.parametrize(
    "wrong",
    [{"since": "2026-11-23T00:00"}, {"learned": "2027-01-01T00:00"}, {"until": "nonsense"}, {"since": ""}, {"learned": "2026-11-22T10:00"}],
)
async def test_moments_that_cannot_be_are_refused_in_a_sentence(desk: Desk, wrong: dict[str, str]) -> None:
    auditor = await desk.signed_in(Role.AUDITOR)
    assert "Belum ada yang disiapkan" in await text_of(auditor, at(**wrong))
    for page in ("/notices", "/export"):
        assert (await auditor.post(at(page=page, **wrong), TOLD)).status == 422
    assert "Belum ada yang disiapkan" not in await text_of(auditor, PATH)
